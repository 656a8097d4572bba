"""SARIF 2.1.0, as code scanning reads it.

What the schema requires: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from offline.sarif import sarif
from rules import RULES, Report
from tests.offline.judging import GRAPH, key, report


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """As it is read back from a file."""
    found: dict[str, Any] = json.loads(json.dumps(sarif(report(kms_key_rotation="advisory"))))
    return found


def results(of: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By the name of the resource."""
    (run,) = of["runs"]
    return {item["locations"][0]["logicalLocations"][0]["name"]: item for item in run["results"]}


def test_it_has_what_the_schema_requires(document: dict[str, Any]) -> None:
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-2.1.0.json")
    (run,) = document["runs"]
    assert run["tool"]["driver"]["name"] == "plinth"
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    for item in run["results"]:
        assert item["message"]["text"]
        assert item["level"] in {"none", "note", "warning", "error"}
        assert all(isinstance(text, str) for text in item["partialFingerprints"].values())
        for suppression in item.get("suppressions", []):
            assert suppression["kind"] in {"inSource", "external"}


def test_every_rule_is_there_once_with_its_help_and_results_point_to_theirs(
    document: dict[str, Any],
) -> None:
    (run,) = document["runs"]
    listed = run["tool"]["driver"]["rules"]
    assert [item["id"] for item in listed] == list(RULES)
    for item in listed:
        rule = RULES[item["id"]]
        assert item["shortDescription"]["text"] == rule.title
        assert rule.why in item["help"]["text"]
        assert rule.fix in item["help"]["markdown"]
        assert all(control in item["help"]["markdown"] for control in rule.standards.all)
        assert 0 < float(item["properties"]["security-severity"]) <= 10
        assert item["defaultConfiguration"]["level"] == "error"
    for found in run["results"]:
        assert listed[found["ruleIndex"]]["id"] == found["ruleId"]


def test_a_violation_points_to_the_line_that_made_the_resource(document: dict[str, Any]) -> None:
    (location,) = results(document)["short"]["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "components/data/keys.py", "uriBaseId": "ROOT"},
        "region": {"startLine": 12},
    }
    (logical,) = location["logicalLocations"]
    assert logical["fullyQualifiedName"] == GRAPH.one("aws:kms/key:Key", "short").urn
    assert "ROOT" in document["runs"][0]["originalUriBaseIds"]
    assert not location["physicalLocation"]["artifactLocation"]["uri"].startswith("/")


def test_a_resource_without_a_line_has_only_its_name(document: dict[str, Any]) -> None:
    (location,) = results(document)["nowhere"]["locations"]
    assert "physicalLocation" not in location


def test_levels_follow_the_configuration() -> None:
    assert results(sarif(report()))["short"]["level"] == "error"
    assert results(sarif(report(kms_deletion_window="advisory")))["short"]["level"] == "warning"


def test_what_is_waived_is_suppressed_with_its_reason_owner_and_end(
    document: dict[str, Any],
) -> None:
    found = results(document)
    (suppression,) = found["waived-one"]["suppressions"]
    assert suppression["justification"] == "It is rolled by hand. (platform, until 2026-01-15)"
    assert suppression["status"] == "accepted"
    assert "suppressions" not in found["short"]


def test_a_fingerprint_stays_when_the_line_moves_and_differs_between_findings() -> None:
    def fingerprints(line: int) -> list[str]:
        keys = tuple(
            key(name, {"deletionWindowInDays": 7, "enableKeyRotation": False}, line)
            for name in ("one", "two")
        )
        (run,) = sarif(report(replace(GRAPH, resources=keys)))["runs"]
        return [item["partialFingerprints"]["plinth/v1"] for item in run["results"]]

    here = fingerprints(3)
    assert here == fingerprints(30)
    assert len(here) == len(set(here)) == 4
    assert all(re.fullmatch(r"[0-9a-f]{64}", text) for text in here)


def test_two_findings_of_one_rule_on_one_resource_have_fingerprints_of_their_own() -> None:
    one = report().violations[0]
    (run,) = sarif(Report(violations=(one, replace(one, message="another"))))["runs"]
    assert len({item["partialFingerprints"]["plinth/v1"] for item in run["results"]}) == 2
