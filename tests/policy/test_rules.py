"""Every rule, proved by its fixtures. A rule added later is tested by adding its own."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from offline.schema import problems_of
from rules.core.rule import Kind, Rule
from rules.core.types import PROVIDER, STACK, canonical, spellings
from tests.policy.cases import Case, Declared, Fixture, resources
from tests.policy.judging import (
    FIXTURES,
    PROVEN,
    cases_of,
    each_file,
    judged,
    messages,
    rules_of,
    run,
)

# The rules that were asked for, with what was asked of each.
ROADMAP = Path(__file__).with_name("roadmap.csv")


def all_cases(fixture: Fixture) -> Iterator[Case]:
    yield from (*fixture.passes, *fixture.fails, *fixture.unknown)
    yield from (configured.case for configured in fixture.configured)


def test_every_rule_of_the_roadmap_is_in_the_pack_with_its_severity_remedy_and_controls() -> None:
    with ROADMAP.open(encoding="utf-8", newline="") as file:
        wanted = list(csv.DictReader(file))
    assert len(wanted) == 150
    assert {row["rule_id"] for row in wanted} == PROVEN.keys()
    for row in wanted:
        rule = PROVEN[row["rule_id"]]
        assert rule.severity.value == row["severity"], rule.id
        assert rule.remediable == (row["remediable"] == "yes"), rule.id
        assert set(row["controls"].split()) <= set(rule.standards.all), rule.id


def test_every_rule_has_fixtures_of_every_kind() -> None:
    assert FIXTURES.keys() == PROVEN.keys()
    for name, fixture in FIXTURES.items():
        assert fixture.passes, name
        assert len(fixture.fails) >= 2, name
        assert bool(fixture.unknown) != bool(fixture.never_unknown), name
        configured = {key for item in fixture.configured for key in item.thresholds}
        assert configured | fixture.remedy_with.keys() >= PROVEN[name].thresholds.keys(), name


def test_a_rule_says_what_holds_why_and_how_to_mend_it() -> None:
    for rule in PROVEN.values():
        for text in (rule.title, rule.why, rule.fix):
            assert text.endswith("."), rule.id
            assert text[0].isupper(), rule.id
        assert rule.title.count(". ") == 0, f"the title of {rule.id} must be one sentence"


@each_file
def test_what_is_right_passes(file: str) -> None:
    problems = {}
    for label, rule, case in cases_of(file, "passes"):
        report = judged(rule, case)
        found = [*messages(report), *(f"{item.path} unknown" for item in report.not_yet_known)]
        if found:
            problems[label] = found
    assert problems == {}


@each_file
def test_what_is_right_is_no_violation_in_a_preview(file: str) -> None:
    found = {
        label: messages(judged(rule, case, preview=True))
        for label, rule, case in cases_of(file, "passes")
    }
    assert {label: said for label, said in found.items() if said} == {}


@each_file
def test_what_is_wrong_is_a_violation(file: str) -> None:
    for label, rule, case in cases_of(file, "fails"):
        report = judged(rule, case)
        assert report.violations, f"{label} passes"
        assert not any(item.broken for item in report.violations), f"{label}: {messages(report)}"
        urns = {item.urn for item in case}
        for item in report.violations:
            assert item.subject.urn in urns or item.subject.type == STACK, label


@each_file
def test_what_is_wrong_never_passes_in_silence_in_a_preview(file: str) -> None:
    silent = []
    for label, rule, case in cases_of(file, "fails"):
        report = judged(rule, case, preview=True)
        if not report.violations and not report.not_yet_known:
            silent.append(label)
    assert silent == []


@each_file
def test_what_is_not_known_is_no_violation_and_is_said(file: str) -> None:
    for label, rule, case in cases_of(file, "unknown"):
        report = judged(rule, case)
        assert messages(report) == [], label
        assert {item.rule.id for item in report.not_yet_known} == {rule.id}, label


@each_file
def test_what_is_not_known_of_one_hides_nothing_of_another(file: str) -> None:
    for label, rule, unknown in cases_of(file, "unknown"):
        if rule.kind is not Kind.RESOURCE:
            continue
        wrong = FIXTURES[rule.id].fails[0]
        neighbours = tuple(replace(item, name=f"another-{item.name}") for item in unknown)
        report = judged(rule, (*neighbours, *wrong))
        assert messages(report) == messages(judged(rule, wrong)), label
        assert report.not_yet_known, label


@each_file
def test_thresholds_decide(file: str) -> None:
    for rule, fixture in rules_of(file):
        for item in fixture.configured:
            label = f"{rule.id} {item.thresholds}"
            report = judged(rule, item.case, thresholds=item.thresholds)
            assert bool(report.violations) == item.violates, label
            default = judged(rule, item.case)
            others = [other for other in fixture.configured if other is not item]
            assert bool(default.violations) != item.violates or any(
                other.thresholds.keys() == item.thresholds.keys() for other in others
            ), f"{label} changes nothing"


@each_file
def test_every_spelling_of_a_type_is_judged_alike(file: str) -> None:
    for rule, fixture in rules_of(file):
        for case, wrong in [(fixture.passes[0], False), (fixture.fails[0], True)]:
            most = max(len(spellings(canonical(item.type))) for item in case)
            for index in range(1, most):
                respelled = tuple(_respelled(item, index) for item in case)
                report = judged(rule, respelled)
                assert bool(report.violations) == wrong, f"{rule.id}: {respelled}"


def _respelled(item: Declared, index: int) -> Declared:
    names = spellings(item.type)
    return replace(item, type=names[index % len(names)])


@each_file
def test_fixtures_use_only_properties_that_the_sdk_has(file: str) -> None:
    for rule, fixture in rules_of(file):
        for case in all_cases(fixture):
            for item in case:
                if item.type != PROVIDER and item.type.startswith("aws:"):
                    found = [
                        text
                        for text in problems_of(item.type, item.inputs)
                        if "is not an input" in text
                    ]
                    assert not found, f"{rule.id}: {item.type}: {found}"


def test_fixtures_are_of_types_that_the_rule_judges() -> None:
    for rule in PROVEN.values():
        kinds = {canonical(item.type) for case in FIXTURES[rule.id].fails for item in case}
        assert any(rule.judges(kind) for kind in (*kinds, STACK)), rule.id


def remediable(file: str) -> Iterator[tuple[Rule, Fixture]]:
    return ((rule, fixture) for rule, fixture in rules_of(file) if rule.remediable)


@each_file
def test_a_remedy_sets_right_what_is_wrong_and_nothing_else(file: str) -> None:
    for rule, fixture in remediable(file):
        assert rule.kind is Kind.RESOURCE
        for index, case in enumerate(fixture.fails):
            report = run(resources(case), rule, thresholds=fixture.remedy_with, level="remediate")
            assert messages(report) == [], f"{rule.id} fails[{index}]"
            assert report.remediated, f"{rule.id} fails[{index}]"
        for index, case in enumerate(fixture.passes):
            report = run(resources(case), rule, thresholds=fixture.remedy_with, level="remediate")
            assert report.remediated == (), f"{rule.id} passes[{index}]"


def test_a_remedy_is_off_unless_it_is_asked_for() -> None:
    for rule in PROVEN.values():
        if rule.remediable:
            report = judged(rule, FIXTURES[rule.id].fails[0])
            assert report.remediated == (), rule.id
            assert report.violations, rule.id
