"""Exemptions: complete, in force, needed, and always shown."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import proto

from rules import RULES, WaiverError, judge, waived
from rules.core.configuration import Configuration, parse
from rules.core.engine import Servicer
from rules.core.judge import judge as judge_with
from rules.core.report import Report
from rules.core.rule import Level
from rules.core.values import UNKNOWN
from rules.core.waivers import Waiver
from rules.core.waivers import parse as parse_waivers
from tests.policy.cases import Case, aws, resources
from tests.policy.judging import TODAY
from tests.policy.wire import analyze_request, stack_request

GIVEN: dict[str, Any] = {
    "rule": "kms-deletion-window",
    "resource": "aws:kms/key:Key/short-*",
    "reason": "It holds nothing that lasts.",
    "owner": "platform-team",
    "expiry": "2026-03-01",
}
SHORT: Case = (aws("kms/key:Key", "short-lived", {"deletionWindowInDays": 7}),)


def waiver(**changes: Any) -> Waiver:
    return parse_waivers([{**GIVEN, **changes}], RULES)[0]


def judged(*waivers: Waiver, case: Case = SHORT, configuration: Any = None) -> Report:
    levels = dict.fromkeys(RULES, "disabled")
    entries = {**levels, "kms-deletion-window": {}, "waivers-current": {}, **(configuration or {})}
    return judge(resources(case), parse(entries, RULES), waivers, TODAY)


def complaints(report: Report) -> list[tuple[str, str]]:
    return [(item.rule.id, item.message) for item in report.violations]


def test_a_waiver_excuses_its_rule_on_its_resources_and_is_listed() -> None:
    report = judged(waiver())
    assert complaints(report) == []
    (found,) = report.waived
    assert (found.rule.id, found.subject.name) == ("kms-deletion-window", "short-lived")
    assert found.waiver.reason == "It holds nothing that lasts."


@pytest.mark.parametrize(
    "pattern",
    [
        "short-lived",
        "short-*",
        "aws:kms/key:Key/short-lived",
        "urn:pulumi:test::plinth::aws:kms/key:Key::short-lived",
        "urn:pulumi:*::*::short-lived",
    ],
)
def test_a_pattern_is_of_a_name_a_type_and_name_or_a_urn(pattern: str) -> None:
    assert complaints(judged(waiver(resource=pattern))) == []


def test_a_waiver_that_expired_excuses_nothing_and_is_a_violation() -> None:
    report = judged(waiver(expiry=TODAY - timedelta(days=1)))
    assert [rule for rule, _ in complaints(report)] == ["kms-deletion-window", "waivers-current"]
    assert "expired on 2026-01-14" in complaints(report)[1][1]


def test_a_waiver_holds_through_its_last_day() -> None:
    assert complaints(judged(waiver(expiry=TODAY))) == []


def test_a_waiver_for_more_than_90_days_excuses_nothing_and_is_a_violation() -> None:
    assert complaints(judged(waiver(expiry=TODAY + timedelta(days=90)))) == []
    report = judged(waiver(expiry=TODAY + timedelta(days=91)))
    assert [rule for rule, _ in complaints(report)] == ["kms-deletion-window", "waivers-current"]
    assert "more than 90 days ahead" in complaints(report)[1][1]


@pytest.mark.parametrize("pattern", ["other", "aws:s3/bucket:Bucket/short-lived"])
def test_a_waiver_that_matches_nothing_is_a_violation(pattern: str) -> None:
    report = judged(waiver(), waiver(resource=pattern))
    assert complaints(report) == [
        (
            "waivers-current",
            f"the waiver of kms-deletion-window for {pattern} (owner platform-team) waives nothing",
        )
    ]


def test_a_waiver_of_what_is_right_is_a_violation() -> None:
    mended = (aws("kms/key:Key", "short-lived", {"deletionWindowInDays": 30}),)
    assert [rule for rule, _ in complaints(judged(waiver(), case=mended))] == ["waivers-current"]


def test_a_waiver_of_what_is_not_known_yet_is_left_alone() -> None:
    unknown = (aws("kms/key:Key", "short-lived", {"deletionWindowInDays": UNKNOWN}),)
    assert complaints(judged(waiver(), case=unknown)) == []


def test_a_waiver_for_another_stack_is_not_asked_for_here() -> None:
    assert complaints(judged(waiver(), waiver(resource="urn:pulumi:prod::*::other"))) == []
    here = judged(waiver(), waiver(resource="urn:pulumi:test::*::other"))
    assert [rule for rule, _ in complaints(here)] == ["waivers-current"]


def test_a_waiver_of_a_rule_that_is_off_is_left_alone() -> None:
    off = {"kms-deletion-window": "disabled"}
    assert complaints(judged(waiver(), configuration=off)) == []


def test_waivers_of_a_level_that_is_advice_are_judged_as_advice() -> None:
    advice = {"waivers-current": "advisory"}
    (found,) = judged(waiver(), waiver(resource="other"), configuration=advice).violations
    assert found.level is Level.ADVISORY


def test_the_whole_pack_judges_waivers_without_a_configuration() -> None:
    report = judge((), Configuration(), (waiver(),), TODAY)
    assert "waivers-current" in {item.rule.id for item in report.mandatory}


@pytest.mark.parametrize("field", sorted(GIVEN))
def test_every_field_is_required(field: str) -> None:
    for value in (None, ""):
        with pytest.raises(WaiverError, match=f"waiver 1: {field} is required"):
            waiver(**{field: value})
    with pytest.raises(WaiverError, match=f"waiver 1: {field} is required"):
        parse_waivers([{key: value for key, value in GIVEN.items() if key != field}], RULES)


def test_all_problems_are_in_one_message() -> None:
    wrong = {**GIVEN, "rule": "s3-nothing", "expiry": "soon", "until": "x", "owner": 3}
    with pytest.raises(WaiverError) as refusal:
        parse_waivers([GIVEN, wrong, "text"], RULES)
    assert str(refusal.value).splitlines() == [
        "waiver 2: until is not a field; choose from rule, resource, reason, owner, expiry",
        "waiver 2: owner must be a text, got 3",
        "waiver 2: there is no rule s3-nothing",
        "waiver 2: expiry must be a date such as 2026-03-31, got 'soon'",
        "waiver 3: must be a mapping of rule, resource, reason, owner, expiry",
    ]


def test_waivers_are_read_from_yaml(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    assert waived(path) == ()
    path.write_text("- {rule: tags-required, resource: x, reason: r, owner: o, expiry: 2026-02-01}")
    (found,) = waived(path)
    assert found.expiry == date(2026, 2, 1)
    path.write_text("rule: x")
    with pytest.raises(WaiverError, match=r"waivers.yaml: waivers must be a list"):
        waived(path)
    path.write_text("[")
    with pytest.raises(WaiverError, match=r"waivers.yaml"):
        waived(path)


@pytest.mark.parametrize(
    ("rule", "case"),
    [
        ("kms-deletion-window", SHORT),
        ("s3-bucket-bpa-attached", (aws("s3/bucket:Bucket", "short-lived"),)),
    ],
)
def test_a_waiver_holds_in_the_engine_as_in_the_plan_for_rules_of_resources_and_of_stacks(
    rule: str, case: Case
) -> None:
    exempt = waiver(rule=rule, resource="short-*")
    table = {rule: RULES[rule]}
    given = resources(case)
    report = judge_with(given, table, Configuration(), (exempt,), TODAY)
    assert report.violations == ()
    (found,) = report.waived
    service = Servicer("plinth", table, (exempt,), TODAY)
    answers = [service.Analyze(analyze_request(item), None) for item in given]
    answers.append(service.AnalyzeStack(stack_request(given), None))
    (diagnostic,) = (item for answer in answers for item in answer.diagnostics)
    assert diagnostic.enforcementLevel == proto.ADVISORY
    assert found.message in diagnostic.message
    told = f"waived until {exempt.expiry} ({exempt.owner}: {exempt.reason})"
    assert diagnostic.message.endswith(told)


def test_the_projects_own_waivers_can_be_read() -> None:
    assert isinstance(waived(), tuple)
