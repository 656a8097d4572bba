"""The command, as a person or a pipeline runs it."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from typer.testing import CliRunner, Result

from ops.cli import app
from tests import stacks

ROOT = stacks.ROOT
PLINTH = Path(sys.executable).with_name("plinth")


def plinth(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a process."""
    command = [str(PLINTH), "plan", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def here(*arguments: str | Path) -> Result:
    """Run the command in this process, which has loaded all that it needs."""
    return CliRunner().invoke(app, ["plan", *map(str, arguments)])


def changed(folder: Path, section: str, value: object) -> Path:
    """The configuration of dev with one section exchanged."""
    content = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    content["config"][f"plinth:{section}"] = value
    path = folder / "changed.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("dev")
    written = (
        *("--out", folder / "out.json"),
        *("--sarif", folder / "out.sarif"),
        *("--junit", folder / "out.xml"),
    )
    done = plinth("dev", *written)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def test_a_plan_shows_a_tree_by_component_the_types_and_the_outputs(dev: tuple[Path, str]) -> None:
    _, shown = dev
    lines = shown.splitlines()
    assert lines[0] == "plinth-dev"
    assert any(line.endswith("coupons  plinth:data:Table") for line in lines)
    assert "    1  aws:dynamodb/table:Table" in lines
    assert any(line.startswith("site_url: https://") for line in lines)
    assert lines[-1].endswith(": no violations")


def test_the_deployment_is_the_one_of_the_graph(dev: tuple[Path, str]) -> None:
    folder, _ = dev
    written = json.loads((folder / "out.json").read_text())
    urns = {item["urn"] for item in written["deployment"]["resources"]}
    assert urns >= {item.urn for item in stacks.graph("dev").resources}
    assert written["version"] == 3


def test_reports_are_written_for_pipelines(dev: tuple[Path, str]) -> None:
    folder, _ = dev
    assert json.loads((folder / "out.sarif").read_text())["version"] == "2.1.0"
    suite = ET.fromstring((folder / "out.xml").read_text())  # noqa: S314 our own file
    assert suite.get("failures") == "0"


def test_a_violation_ends_with_1_and_names_rule_resource_fix_and_line(tmp_path: Path) -> None:
    strict = tmp_path / "strict.json"
    strict.write_text(
        json.dumps(
            {
                "all": {"enforcementLevel": "mandatory", "production": False},
                "kms-deletion-window": {"minimum_days": 7},
                "tags-required": {"required": ["owner", "colour"]},
            }
        )
    )
    done = plinth("dev", "--quiet", "--policy-config", strict, "--sarif", tmp_path / "s.json")

    assert done.returncode == 1
    assert "tags-required  shared-key: " in done.stdout
    assert "(components/data/keys.py:" in done.stdout
    assert "plinth:data:Key shared" in done.stdout
    results = json.loads((tmp_path / "s.json").read_text())["runs"][0]["results"]
    found = next(item for item in results if "shared-key:" in item["message"]["text"])
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "components/data/keys.py"
    assert (found["ruleId"], found["level"]) == ("tags-required", "error")


def test_a_plan_can_go_unjudged() -> None:
    done = here("dev", "--quiet", "--no-policy")
    assert done.exit_code == 0
    assert done.stdout.strip().endswith("resources, not judged")


@pytest.mark.parametrize(
    ("section", "value", "message"),
    [
        ("region", "eu-west-9", "region must be a region of the aws partition"),
        ("netwrok", {}, "netwrok is not a setting; did you mean network?"),
        ("api", {"memory_mb": "512"}, "api.memory_mb must be a whole number from 128 to 10240"),
        ("region", "us-east-1", "network.zones[0] must be a zone of the stack's region us-east-1"),
    ],
)
def test_a_wrong_configuration_ends_with_2_and_says_what_is_allowed(
    tmp_path: Path, section: str, value: object, message: str
) -> None:
    done = here("dev", "--config-file", changed(tmp_path, section, value))
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_stack_that_is_not_there_ends_with_2_and_names_those_that_are() -> None:
    done = plinth("live")
    assert done.returncode == 2
    assert done.stderr.startswith("error: there is no stack 'live'")
    assert "dev, prod" in done.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("conf: {plinth:region: eu-west-2}", "conf is no key of a stack's file; did you mean con"),
        ("plinth:region: eu-west-2", "plinth:region is no key of a stack's file; it takes config,"),
    ],
)
def test_a_key_that_pulumi_would_pass_over_in_silence_is_refused(
    line: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(f"{line}\n")
    done = here("dev", "--config-file", path)
    assert done.exit_code == 2
    assert f"{path}: {told}" in done.stderr
    assert "is missing" not in done.stderr


def test_a_secret_in_the_configuration_is_never_shown(tmp_path: Path) -> None:
    done = here("dev", "--config-file", changed(tmp_path, "owner", {"secure": "v1:planted"}))
    assert done.exit_code == 2
    assert "secret" in done.stderr
    assert "planted" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("configuration", "told"),
    [
        ({"kms-key-rotatoin": "advisory"}, "kms-key-rotatoin; did you mean kms-key-rotation?"),
        ({"kms-deletion-window": {"days": 7}}, "kms-deletion-window.days is not a threshold"),
        ({"kms-key-rotation": "fatal"}, "must be one of advisory, mandatory, remediate, disabled"),
    ],
)
def test_a_policy_configuration_that_nothing_would_use_ends_with_2(
    tmp_path: Path, configuration: dict[str, object], told: str
) -> None:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(configuration))
    done = here("dev", "--policy-config", path)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""


def test_a_remedy_that_is_asked_for_is_in_the_plan_that_is_written(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    remedied = {"enforcementLevel": "remediate", "minimum_days": 60}
    given = {
        "all": {"enforcementLevel": "advisory", "production": False},
        "logs-retention": remedied,
    }
    path.write_text(json.dumps(given))
    done = here("dev", "--policy-config", path, "--out", tmp_path / "out.json")
    assert done.exit_code == 0
    written = json.loads((tmp_path / "out.json").read_text())["deployment"]["resources"]
    groups = [item for item in written if item["type"] == "aws:cloudwatch/logGroup:LogGroup"]
    assert groups
    for group in groups:
        assert group["inputs"]["retentionInDays"] == group["outputs"]["retentionInDays"] == 60
    name = groups[0]["urn"].rpartition("::")[2]
    set_by = "remedied: retentionInDays (logs-retention)"
    assert any(name in line and line.endswith(set_by) for line in done.stdout.splitlines())
    assert "\nremedied:\n" in done.stdout
