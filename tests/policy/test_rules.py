"""Every rule, proved by its fixtures. A rule added later is tested by adding its own."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from offline.schema import problems_of
from rules.core.rule import Kind, Rule
from rules.core.types import PROVIDER, STACK, canonical, spellings
from tests.policy.cases import Case, Declared, Fixture, resources
from tests.policy.judging import FIXTURES, PROVEN, judged, messages, run

RESOURCE_RULES = [
    pytest.param(rule, id=name) for name, rule in PROVEN.items() if rule.kind is Kind.RESOURCE
]
RULES = [pytest.param(rule, id=name) for name, rule in PROVEN.items()]
REMEDIABLE = [pytest.param(rule, id=name) for name, rule in PROVEN.items() if rule.remediable]


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(PROVEN[name], case, id=f"{name}-{index}")
        for name, fixture in FIXTURES.items()
        if name in PROVEN
        for index, case in enumerate(getattr(fixture, kind))
    ]


def all_cases(fixture: Fixture) -> Iterator[Case]:
    yield from (*fixture.passes, *fixture.fails, *fixture.unknown)
    yield from (configured.case for configured in fixture.configured)


def test_every_fixture_is_of_a_rule() -> None:
    assert not FIXTURES.keys() - PROVEN.keys()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_fixtures_of_every_kind(rule: Rule) -> None:
    fixture = FIXTURES[rule.id]
    assert fixture.passes
    assert len(fixture.fails) >= 2
    assert bool(fixture.unknown) != bool(fixture.never_unknown)
    configured = {name for item in fixture.configured for name in item.thresholds}
    assert configured | fixture.remedy_with.keys() >= rule.thresholds.keys()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_what_holds_why_and_how_to_mend_it(rule: Rule) -> None:
    for text in (rule.title, rule.why, rule.fix):
        assert text.endswith(".")
        assert text[0].isupper()
    assert rule.title.count(". ") == 0, "the title is one sentence"


@pytest.mark.parametrize(("rule", "case"), cases("passes"))
def test_what_is_right_passes(rule: Rule, case: Case) -> None:
    report = judged(rule, case)
    assert messages(report) == []
    assert report.not_yet_known == ()


@pytest.mark.parametrize(("rule", "case"), cases("passes"))
def test_what_is_right_is_no_violation_in_a_preview(rule: Rule, case: Case) -> None:
    assert messages(judged(rule, case, preview=True)) == []


@pytest.mark.parametrize(("rule", "case"), cases("fails"))
def test_what_is_wrong_is_a_violation(rule: Rule, case: Case) -> None:
    report = judged(rule, case)
    assert report.violations
    assert not any(item.broken for item in report.violations)
    urns = {item.urn for item in case}
    assert all(item.subject.urn in urns or item.subject.type == STACK for item in report.violations)


@pytest.mark.parametrize(("rule", "case"), cases("fails"))
def test_what_is_wrong_never_passes_in_silence_in_a_preview(rule: Rule, case: Case) -> None:
    report = judged(rule, case, preview=True)
    assert report.violations or report.not_yet_known


@pytest.mark.parametrize(("rule", "case"), cases("unknown"))
def test_what_is_not_known_is_no_violation_and_is_said(rule: Rule, case: Case) -> None:
    report = judged(rule, case)
    assert messages(report) == []
    assert [item.rule.id for item in report.not_yet_known] == [rule.id] * len(report.not_yet_known)
    assert report.not_yet_known


@pytest.mark.parametrize("rule", RESOURCE_RULES)
def test_what_is_not_known_of_one_hides_nothing_of_another(rule: Rule) -> None:
    fixture = FIXTURES[rule.id]
    for unknown in fixture.unknown:
        neighbours = tuple(replace(item, name=f"another-{item.name}") for item in unknown)
        report = judged(rule, (*neighbours, *fixture.fails[0]))
        assert messages(report) == messages(judged(rule, fixture.fails[0]))
        assert report.not_yet_known


@pytest.mark.parametrize("rule", RULES)
def test_thresholds_decide(rule: Rule) -> None:
    for item in FIXTURES[rule.id].configured:
        report = judged(rule, item.case, thresholds=item.thresholds)
        assert bool(report.violations) == item.violates, item
        default = judged(rule, item.case)
        relevant = bool(default.violations) != item.violates
        others = [other for other in FIXTURES[rule.id].configured if other is not item]
        assert relevant or any(
            other.thresholds.keys() == item.thresholds.keys() for other in others
        ), f"{item.thresholds} changes nothing"


@pytest.mark.parametrize("rule", RULES)
def test_every_spelling_of_a_type_is_judged_alike(rule: Rule) -> None:
    fixture = FIXTURES[rule.id]
    for case, wrong in [(fixture.passes[0], False), (fixture.fails[0], True)]:
        for index in range(3):
            respelled = tuple(_respelled(item, index) for item in case)
            assert bool(judged(rule, respelled).violations) == wrong


def _respelled(item: Declared, index: int) -> Declared:
    names = spellings(item.type)
    return replace(item, type=names[index % len(names)])


@pytest.mark.parametrize("rule", RULES)
def test_fixtures_use_only_properties_that_the_sdk_has(rule: Rule) -> None:
    for case in all_cases(FIXTURES[rule.id]):
        for item in case:
            if item.type != PROVIDER and item.type.startswith("aws:"):
                found = [
                    text
                    for text in problems_of(item.type, item.inputs)
                    if "is not an input" in text
                ]
                assert not found, f"{item.type}: {found}"


@pytest.mark.parametrize("rule", RULES)
def test_fixtures_are_of_types_that_the_rule_judges(rule: Rule) -> None:
    kinds = {canonical(item.type) for case in FIXTURES[rule.id].fails for item in case}
    assert any(rule.judges(kind) for kind in (*kinds, STACK))


@pytest.mark.parametrize("rule", REMEDIABLE)
def test_a_remedy_sets_right_what_is_wrong_and_nothing_else(rule: Rule) -> None:
    assert rule.kind is Kind.RESOURCE
    fixture = FIXTURES[rule.id]
    for case in fixture.fails:
        report = run(resources(case), rule, thresholds=fixture.remedy_with, level="remediate")
        assert messages(report) == []
        assert report.remediated
    for case in fixture.passes:
        report = run(resources(case), rule, thresholds=fixture.remedy_with, level="remediate")
        assert report.remediated == ()


@pytest.mark.parametrize("rule", REMEDIABLE)
def test_a_remedy_is_off_unless_it_is_asked_for(rule: Rule) -> None:
    report = judged(rule, FIXTURES[rule.id].fails[0])
    assert report.remediated == ()
    assert report.violations
