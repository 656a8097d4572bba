import json
from pathlib import Path

import pytest

from offline.project import PLACEHOLDER, ProjectError, load

PULUMI = """
name: demo
runtime: python
config:
  pulumi:autonaming:
    value: {pattern: "${project}.${stack}.${name}"}
  demo:greeting:
    default: hello
"""


def write(root: Path, stack: str) -> None:
    (root / "Pulumi.yaml").write_text(PULUMI)
    (root / "Pulumi.dev.yaml").write_text(stack)


def test_values_are_handed_over_as_the_engine_would(tmp_path: Path) -> None:
    write(tmp_path, "config:\n  demo:a: text\n  demo:b: {c: [1, true]}\n  demo:d: 7\n")
    project = load(tmp_path, "dev")

    assert (project.name, project.stack) == ("demo", "dev")
    assert project.config["demo:a"] == "text"
    assert project.config["demo:b"] == '{"c": [1, true]}'
    assert project.config["demo:d"] == "7"
    assert project.secret_keys == ()


def test_the_projects_defaults_hold_unless_the_stack_says_otherwise(tmp_path: Path) -> None:
    write(tmp_path, "config: {}\n")
    assert load(tmp_path, "dev").config["demo:greeting"] == "hello"
    write(tmp_path, "config: {demo:greeting: hi}\n")
    assert load(tmp_path, "dev").config["demo:greeting"] == "hi"


def test_names_follow_the_pattern_of_the_project(tmp_path: Path) -> None:
    write(tmp_path, "config: {}\n")
    naming = load(tmp_path, "dev").naming
    assert naming.propose("t", project="p", stack="s", name="n", urn="u") == "p.s.n"


def test_an_encrypted_value_is_secret_wherever_it_lies(tmp_path: Path) -> None:
    write(tmp_path, "config:\n  demo:a: {secure: v1:xyz}\n  demo:b: {c: [{secure: v1:xyz}]}\n")
    project = load(tmp_path, "dev")

    assert sorted(project.secret_keys) == ["demo:a", "demo:b"]
    assert project.config["demo:a"] == PLACEHOLDER
    assert "xyz" not in str(project.config)


def test_yaml_is_read_as_the_cli_reads_it(tmp_path: Path) -> None:
    values = "{demo:a: {on: yes, b: true, c: 2026-01-02, d: 012, e: 0189}, demo:f: , demo:g: 0189}"
    write(tmp_path, f"config: {values}\n")
    config = load(tmp_path, "dev").config

    assert config["demo:a"] == '{"on": "yes", "b": true, "c": "2026-01-02", "d": 10, "e": 189}'
    assert config["demo:f"] == ""
    assert config["demo:g"] == "189"


def test_what_yaml_took_for_a_number_or_a_mark_long_ago_is_text(tmp_path: Path) -> None:
    write(
        tmp_path,
        "config: {demo:a: {b: 8:32, c: 0x89, d: -7, e: =, f: 1_000, 7: g, true: trueish}}\n",
    )

    assert json.loads(load(tmp_path, "dev").config["demo:a"]) == {
        "b": "8:32",
        "c": 0x89,
        "d": -7,
        "e": "=",
        "f": 1000,
        "7": "g",
        "true": "trueish",
    }


def test_a_stack_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    write(tmp_path, "config: {}\n")
    with pytest.raises(ProjectError, match=r"no stack 'live' .*; choose from dev, or name a file"):
        load(tmp_path, "live")


def test_a_configuration_file_of_any_name_can_be_given(tmp_path: Path) -> None:
    write(tmp_path, "config: {}\n")
    other = tmp_path / "other.yaml"
    other.write_text("config: {demo:a: b}\n")

    assert load(tmp_path, "anything", other).config["demo:a"] == "b"
    with pytest.raises(ProjectError, match="there is no file"):
        load(tmp_path, "anything", tmp_path / "missing.yaml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("config: [", "is not YAML"),
        ("- a\n- b\n", "must be a mapping"),
        ("config: {demo:a: 1, demo:a: 2}\n", "the key 'demo:a' stands twice"),
        ("config: {demo:a: {b: 1, b: 1}}\n", "the key 'b' stands twice"),
        ("config: {demo:a: &a {b: *a}}\n", "goes too deep"),
        (f"config: {{demo:a: {'[' * 2000}{']' * 2000}}}\n", "goes too deep"),
        ("config: {demo:a: !!set {b}}\n", "holds a set; write text, a list or a mapping"),
        ("config: {? [a] : b}\n", "is not YAML"),
        (f"config: {{demo:a: {'9' * 5000}}}\n", "is not YAML: Exceeds the limit"),
        ("config: text\n", "config must be a mapping of keys to values"),
    ],
)
def test_a_file_that_pulumi_would_refuse_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    write(tmp_path, content)
    with pytest.raises(ProjectError, match=message):
        load(tmp_path, "dev")
