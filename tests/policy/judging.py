"""Runs one rule, or all, on a case."""

from collections.abc import Iterable, Mapping
from datetime import date
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from rules import RULES
from rules.core.configuration import parse
from rules.core.judge import WAIVERS, judge
from rules.core.report import Report
from rules.core.resource import Judged
from rules.core.rule import Rule
from rules.core.waivers import Waiver
from tests.policy import fixtures
from tests.policy.cases import Case, Fixture, resources

TODAY = date(2026, 1, 15)
# The waivers' own rule has tests of its own.
PROVEN: dict[str, Rule] = {name: rule for name, rule in RULES.items() if name != WAIVERS.id}


def _fixtures() -> dict[str, Fixture]:
    found: dict[str, Fixture] = {}
    for module in iter_modules(fixtures.__path__):
        own = import_module(f"{fixtures.__name__}.{module.name}").FIXTURES
        twice = found.keys() & own.keys()
        assert not twice, f"two fixtures for {sorted(twice)}"
        found |= own
    return found


FIXTURES = _fixtures()


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


def messages(report: Report) -> list[str]:
    """What a report complains of."""
    return [item.message for item in report.violations]
