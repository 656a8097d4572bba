"""JUnit XML, as pipelines read it."""

from xml.etree import ElementTree as ET

import pytest

from offline.junit import junit
from rules import RULES
from tests.offline.judging import GRAPH, key, report, with_key


@pytest.fixture(scope="module")
def suite() -> ET.Element:
    return ET.fromstring(junit(report(), "test"))  # noqa: S314 our own text


def case(suite: ET.Element, rule_id: str) -> ET.Element:
    (found,) = (item for item in suite if item.get("name") == rule_id)
    return found


def test_there_is_a_case_for_every_rule_and_the_counts_are_theirs(suite: ET.Element) -> None:
    assert [item.get("name") for item in suite] == list(RULES)
    assert suite.get("name") == "test"
    assert suite.get("tests") == str(len(RULES))
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("1", "0", "1")
    assert len(suite.findall("testcase/failure")) == len(suite.findall("testcase/skipped")) == 1


def test_a_rule_that_is_broken_fails_with_every_violation_and_the_fix(suite: ET.Element) -> None:
    failure = case(suite, "kms-deletion-window").find("failure")
    assert failure is not None
    assert failure.get("type") == "medium"
    lines = (failure.text or "").splitlines()
    assert [line.partition(":")[0] for line in lines[:2]] == ["short", "nowhere"]
    assert lines[-1] == f"Fix: {RULES['kms-deletion-window'].fix}"


def test_a_rule_without_an_answer_yet_is_skipped_and_says_what_is_missing(
    suite: ET.Element,
) -> None:
    skipped = case(suite, "kms-key-rotation").find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "not yet known: unknown: enableKeyRotation"


def test_what_is_waived_is_told_and_fails_nothing(suite: ET.Element) -> None:
    found = case(suite, "kms-key-rotation")
    assert found.find("failure") is None
    assert "It is rolled by hand." in (found.findtext("system-out") or "")


def test_text_that_xml_can_not_hold_is_left_out() -> None:
    graph = with_key("odd\x00<name>&", {"deletionWindowInDays": 7})
    text = junit(report(graph), "a & b")
    failure = case(ET.fromstring(text), "kms-deletion-window").find("failure")  # noqa: S314
    assert failure is not None
    assert (failure.get("message") or "").startswith("odd<name>&: ")
    assert key("x", {}).urn not in text
    assert GRAPH.project not in (failure.text or "")
