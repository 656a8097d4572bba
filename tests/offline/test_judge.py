"""What people read of a judgement: by component, with all that is not simply right."""

import pytest

from offline import judge
from offline.graph import Graph
from rules import PACK, RULES, Configuration, Report, configured
from tests.offline.judging import GRAPH, report


def shown(found: Report, graph: Graph = GRAPH) -> list[str]:
    return [line.plain for line in judge.lines(found, graph)]


def test_violations_stand_below_their_component_with_the_fix_and_the_line() -> None:
    lines = shown(report())
    fix = RULES["kms-deletion-window"].fix
    assert lines[:2] == [
        "plinth-test",
        "  mandatory medium  kms-deletion-window  nowhere: deletionWindowInDays is 8, less than 30",
    ]
    assert lines[2] == f"      {fix}"
    assert lines[3:5] == [
        "plinth:data:Key shared",
        "  mandatory medium  kms-deletion-window  short: deletionWindowInDays is 7, less than 30",
    ]
    assert lines[5] == f"      {fix} (components/data/keys.py:12)"


def test_what_is_not_known_and_every_waiver_that_was_used_are_listed() -> None:
    lines = shown(report())
    at = lines.index("not yet known (judged again on update):")
    assert lines[at + 1] == "  kms-key-rotation  plinth-test / unknown: enableKeyRotation"
    at = lines.index("waived:")
    assert lines[at + 1] == (
        "  kms-key-rotation  plinth-test / waived-one: enableKeyRotation is not true "
        "(until 2026-01-15, platform: It is rolled by hand.)"
    )
    assert lines[-1] == f"5 resources judged by {len(RULES)} rules: 2 violations"


def test_what_was_remedied_is_listed_by_its_properties() -> None:
    lines = shown(report(kms_deletion_window="remediate"))
    at = lines.index("remedied:")
    assert lines[at + 1 : at + 3] == [
        "  kms-deletion-window  plinth-test / nowhere: deletionWindowInDays",
        "  kms-deletion-window  plinth:data:Key shared / short: deletionWindowInDays",
    ]
    assert lines[-1].endswith(": no violations")


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_stack_is_judged_by_the_configuration_of_its_own_file(stack: str) -> None:
    assert judge.configuration_of(PACK.parent, stack) == PACK / "config" / f"{stack}.json"


@pytest.mark.parametrize("stack", ["development", "dev2", "staging", "feature-dev", "DEV", ""])
def test_a_stack_without_a_file_is_judged_as_production_whatever_its_name(stack: str) -> None:
    path = judge.configuration_of(PACK.parent, stack)
    assert path is None
    assert configured(path) == Configuration()


@pytest.mark.parametrize("stack", ["../config/dev", "../../policy/config/dev", "de?"])
def test_no_name_of_a_stack_reaches_the_configuration_of_another(stack: str) -> None:
    assert judge.configuration_of(PACK.parent, stack) is None
