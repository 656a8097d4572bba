"""Runs one rule, or all, on a case."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from rules import RULES
from rules.core.configuration import parse
from rules.core.judge import WAIVERS, judge
from rules.core.report import Report
from rules.core.resource import Given, Judged
from rules.core.rule import Rule
from rules.core.waivers import Waiver
from tests.policy import fixtures
from tests.policy.cases import Case, Fixture, resources

TODAY = date(2026, 1, 15)
# The waivers' own rule has tests of its own.
PROVEN: dict[str, Rule] = {name: rule for name, rule in RULES.items() if name != WAIVERS.id}


def _fixtures() -> dict[str, dict[str, Fixture]]:
    found: dict[str, dict[str, Fixture]] = {}
    for module in iter_modules(fixtures.__path__):
        own = import_module(f"{fixtures.__name__}.{module.name}").FIXTURES
        twice = {name for others in found.values() for name in others} & own.keys()
        assert not twice, f"two fixtures for {sorted(twice)}"
        found[module.name] = own
    return found


# By the file that they are in: what is tested together, since a test of its own for each rule, let
# alone each case, costs more than what it does.
BY_FILE: dict[str, dict[str, Fixture]] = {name: own for name, own in _fixtures().items() if own}
FIXTURES = {name: fixture for own in BY_FILE.values() for name, fixture in own.items()}

# Every test of it names the rule and the case of each problem.
each_file = pytest.mark.parametrize("file", BY_FILE)


def rules_of(file: str) -> Iterator[tuple[Rule, Fixture]]:
    """The rules whose fixtures are in a file."""
    for name, fixture in BY_FILE[file].items():
        if name in PROVEN:
            yield PROVEN[name], fixture


def cases_of(file: str, *kinds: str) -> Iterator[tuple[str, Rule, Case]]:
    """The cases of some kinds (``passes``, ``fails``, ``unknown``), each with what to call it."""
    for rule, fixture in rules_of(file):
        for kind in kinds:
            for index, case in enumerate(getattr(fixture, kind)):
                yield f"{rule.id} {kind}[{index}]", rule, case


def run(
    given: Iterable[Judged],
    *rules: Rule,
    thresholds: Mapping[str, Any] | None = None,
    level: str = "mandatory",
    waivers: tuple[Waiver, ...] = (),
) -> Report:
    """Judge resources by some rules, or by all; thresholds are for the rules named."""
    table = {rule.id: rule for rule in rules} or dict(RULES)
    entry = {"enforcementLevel": level, **(thresholds or {})}
    return judge(given, table, parse(dict.fromkeys(table, entry), table), waivers, TODAY)


def judged(
    rule: Rule, case: Case, *, preview: bool = False, thresholds: Mapping[str, Any] | None = None
) -> Report:
    """Judge a case by one rule."""
    return run(resources(case, preview=preview), rule, thresholds=thresholds)


def apart(given: Iterable[Given], prefix: str) -> list[Given]:
    """The same resources under other names, so that several cases can stand in one stack."""

    def moved(urn: str) -> str:
        head, _, tail = urn.rpartition("::")
        return f"{head}::{prefix}{tail}" if head else urn

    def moved_provider(reference: str) -> str:
        urn, _, number = reference.rpartition("::")
        return f"{moved(urn)}::{number}" if urn else reference

    return [
        replace(
            item,
            urn=moved(item.urn),
            name=f"{prefix}{item.name}",
            provider=moved_provider(item.provider),
            dependencies=tuple(map(moved, item.dependencies)),
            property_dependencies={
                name: tuple(map(moved, urns)) for name, urns in item.property_dependencies.items()
            },
        )
        for item in given
    ]


def messages(report: Report) -> list[str]:
    """What a report complains of."""
    return [item.message for item in report.violations]
