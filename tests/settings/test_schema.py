"""The JSON schema that editors check stack files with."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import Settings, schema
from tests.settings.examples import FULL, MINIMAL, stack_file
from tests.settings.json_schema import wrong
from tests.settings.mutating import Raw

ROOT = Path(__file__).resolve().parent.parent.parent


SCHEMA = schema.schema()


def test_the_file_is_what_the_models_say() -> None:
    assert schema.PATH.read_text(encoding="utf-8") == schema.text(), (
        "run `python -m settings.schema`"
    )


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_stack_files_obey_the_schema_and_point_at_it(stack: str) -> None:
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")

    assert text.splitlines()[0] == "# yaml-language-server: $schema=settings/schema.json"
    assert wrong(yaml.safe_load(text), SCHEMA) == []


@pytest.mark.parametrize(
    "raw",
    [
        {name: value for name, value in MINIMAL.items() if name != "region"},
        {**MINIMAL, "account_id": 111122223333},
        {**MINIMAL, "region": "eu-wset-2"},
        {**MINIMAL, "netwrok": {}},
        {**MINIMAL, "network": {"cidr": "10.0.0.0/16"}},
        {**MINIMAL, "network": None},
        {**MINIMAL, "site": {"domian": "www.example.com"}},
        {**MINIMAL, "site": {"indexed": "no"}},
        {**MINIMAL, "api": {"memory_mb": "512"}},
        {**MINIMAL, "api": {"memory_mb": 64}},
        {**MINIMAL, "api": {"log_retention_days": 10}},
        {**MINIMAL, "tables": {"Coupons": {"partition_key": "id"}}},
        {**MINIMAL, "tables": {"coupons": {"partition_key": {"name": "id", "type": "X"}}}},
        {**MINIMAL, "database": {"kind": "instance", "auto_pause_minutes": 10}},
        {**MINIMAL, "database": {"kind": "mysql"}},
    ],
)
def test_an_editor_shows_what_is_wrong(raw: Raw) -> None:
    assert wrong(stack_file(raw), SCHEMA)


def test_what_pulumi_keeps_in_a_stack_file_is_allowed() -> None:
    file = stack_file(
        FULL, secretsprovider="awskms://alias/pulumi", encryptedkey="a", encryptionsalt="v1:b"
    )
    file["config"] |= {"aws:region": "eu-west-2", "pulumi:tags": {}}

    assert wrong(file, SCHEMA) == []
    assert wrong({**file, "nonsense": 1}, SCHEMA) == [".nonsense is unknown"]


def test_every_section_and_setting_is_described_for_the_editor() -> None:
    def undescribed(rule: Any, path: str) -> Iterator[str]:
        if isinstance(rule, list):
            for item in rule:
                yield from undescribed(item, path)
        if isinstance(rule, dict):
            for name, inner in rule.get("properties", {}).items():
                if "description" not in inner:
                    yield f"{path}.{name}"
            for key, inner in rule.items():
                yield from undescribed(inner, f"{path}.{key}")

    assert list(undescribed(SCHEMA, "")) == []
    sections = SCHEMA["properties"]["config"]["properties"]
    assert [name.removeprefix("plinth:") for name in sections] == list(Settings.model_fields)


def test_editors_need_not_follow_references() -> None:
    assert "$ref" not in schema.text()


def test_checking_writes_nothing_and_fails_on_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "schema.json"
    monkeypatch.setattr(schema, "PATH", path)

    assert schema.main(["--check"]) == (
        "settings/schema.json isn't current: run `python -m settings.schema`"
    )
    assert not path.exists()
    assert schema.main([]) is None
    assert schema.main(["--check"]) is None
    assert schema.main(["--chek"]) == ("usage: python -m settings.schema [--check], got --chek")


def test_the_command_says_that_the_file_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "settings.schema", "--check"], cwd=ROOT, check=False
    )

    assert done.returncode == 0
