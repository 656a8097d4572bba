"""What code scanning and reviewers read of the plans."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ops import reports
from ops.plan import CLEAN, VIOLATIONS, WRONG, PlanOptions
from tests import stacks

ROOT = Path(__file__).resolve().parents[2]
TOPIC = "urn:pulumi:a::plinth::plinth:observe:Alerts$aws:sns/topic:Topic::alerts-topic"


def resource(urn: str) -> dict[str, str]:
    return {"urn": urn, "type": urn.split("::")[2].rsplit("$", 1)[-1]}


def finding(level: str = "error", **more: Any) -> dict[str, Any]:
    location = {"logicalLocations": [{"fullyQualifiedName": TOPIC}]}
    message = {"text": "alerts-topic: is open."}
    found = {"ruleId": "sns-closed", "level": level, "message": message, "locations": [location]}
    return {**found, **more}


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, list[dict[str, Any]]]]:
    """Stacks by name, with the exit code and the findings of their plans."""
    told: dict[str, tuple[int, list[dict[str, Any]]]] = {}

    def configurations(root: Path) -> Mapping[str, Path]:
        return {name: root / f"Pulumi.{name}.yaml" for name in told}

    def plan(root: Path, stack: str, options: PlanOptions) -> int:
        status, results = told[stack]
        assert options.out is not None
        assert options.sarif is not None
        if status != WRONG:
            listed = [resource("urn:pulumi:a::plinth::pulumi:pulumi:Stack::a"), resource(TOPIC)]
            options.out.write_text(json.dumps({"deployment": {"resources": listed}}))
            options.sarif.write_text(json.dumps({"runs": [{"results": results}]}))
        return status

    monkeypatch.setattr(reports, "configurations", configurations)
    monkeypatch.setattr(reports, "plan", plan)
    return told


def written(folder: Path) -> tuple[list[str], list[dict[str, Any]]]:
    sarif = json.loads((folder / reports.MERGED).read_text())
    return (folder / reports.SUMMARY).read_text().splitlines(), sarif["runs"]


def test_every_stack_and_example_is_planned() -> None:
    assert reports.configurations(ROOT) == stacks.config_files()


def test_the_summary_counts_and_lists(plans: dict[str, Any], tmp_path: Path) -> None:
    waived = finding(suppressions=[{"kind": "external"}])
    plans["a"] = (VIOLATIONS, [finding(), finding("warning"), waived])
    assert reports.reports(tmp_path, tmp_path) == VIOLATIONS
    lines, _ = written(tmp_path)
    assert lines[:13] == [
        "## Plans",
        "",
        "| stack | resources | violations | warnings | waived |",
        "|---|--:|--:|--:|--:|",
        "| a | 1 | 1 | 1 | 1 |",
        "",
        "- a: **sns-closed** alerts-topic: is open.",
        "- a: **sns-closed** alerts-topic: is open.",
        "",
        "<details><summary>a: what it creates</summary>",
        "",
        "| type | names |",
        "|---|---|",
    ]
    assert lines[13] == "| `aws:sns/topic:Topic` | `alerts-topic` |"


def test_code_scanning_tells_the_stacks_apart(plans: dict[str, Any], tmp_path: Path) -> None:
    plans["a"] = plans["b"] = (CLEAN, [])
    assert reports.reports(tmp_path, tmp_path) == CLEAN
    _, runs = written(tmp_path)
    assert [run["automationDetails"]["id"] for run in runs] == ["plinth/a/", "plinth/b/"]


def test_a_finding_without_a_line_is_shown_at_the_stack_file(
    plans: dict[str, Any], tmp_path: Path
) -> None:
    plans["a"] = (VIOLATIONS, [finding()])
    reports.reports(tmp_path, tmp_path)
    _, ((run),) = written(tmp_path)
    assert run["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "Pulumi.a.yaml", "uriBaseId": "ROOT"},
        "region": {"startLine": 1},
    }


def test_a_stack_that_can_not_be_planned_does_not_hide_the_others(
    plans: dict[str, Any], tmp_path: Path
) -> None:
    plans["a"] = (WRONG, [])
    plans["b"] = (CLEAN, [])
    assert reports.reports(tmp_path, tmp_path) == WRONG
    lines, runs = written(tmp_path)
    assert lines[4:6] == ["| a | can't be planned: see the log | | | |", "| b | 1 | 0 | 0 | 0 |"]
    assert len(runs) == 1
