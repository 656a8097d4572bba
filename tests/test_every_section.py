"""Every section on and off, alone and beside every other: each of it plans, and is sound.

All combinations would be thousands of plans. A few rows have every two sections in each of their
four states, which is where sections get in each other's way.
"""

from itertools import combinations
from typing import Any

import pytest

from settings import Settings
from settings.core import REQUIRED
from tests.settings.examples import FULL, MINIMAL
from tests.test_properties import judged, run

SAMPLES: dict[str, Any] = {
    **{name: value for name, value in FULL.items() if name not in MINIMAL},
    # Without NAT, which takes most of a plan's time and meets no other section.
    "network": {**FULL["network"], "nat": "none"},
    "budget": {**FULL["budget"], "emails": ["team@example.com"]},
}
SECTIONS = tuple(SAMPLES)
NEEDS = {"objectives": {"alerts", "api"}}
ELSEWHERE = {
    "kind": "external",
    "secret_arn": "arn:aws:secretsmanager:eu-west-2:111122223333:secret:movies/database-AbCdEf",
}
Row = frozenset[str]
States = tuple[tuple[str, bool], tuple[str, bool]]


def needed(name: str) -> Row:
    """A section, with those that it can't do without."""
    return frozenset({name} | NEEDS.get(name, set()))


def configuration(on: Row) -> dict[str, Any]:
    """Just these sections; each makes use of what others there are."""
    raw = {**MINIMAL, **{name: SAMPLES[name] for name in SECTIONS if name in on}}
    if "database" in on and "network" not in on:
        raw["database"] = ELSEWHERE
    if "api" in on:
        stores = {name: SAMPLES["api"][name] for name in ("tables", "buckets") if name in on}
        raw["api"] = {"in_network": "network" in on, **stores}
    return raw


def states(on: Row) -> set[States]:
    """Every two sections, and whether each is on."""
    return set(combinations([(name, name in on) for name in SECTIONS], 2))


def possible(row: Row) -> bool:
    return all(needed(name) <= row for name in row)


def rows() -> list[Row]:
    """Rows in which every two sections are in each of the states that there can be."""
    # Enough of all combinations to choose from.
    numbers = range(0, 2 ** len(SECTIONS), 29)
    drawn = (
        frozenset(name for place, name in enumerate(SECTIONS) if number >> place & 1)
        for number in numbers
    )
    candidates = {row: states(row) for row in drawn if possible(row)}
    left = set().union(*candidates.values())
    found: list[Row] = []
    while left:
        found.append(max(candidates, key=lambda row: len(candidates[row] & left)))
        left -= candidates[found[-1]]
    return found


ROWS = rows()


def test_there_is_a_sample_of_every_section() -> None:
    assert set(SECTIONS) == set(Settings.model_fields) - set(REQUIRED)


def test_every_two_sections_are_on_and_off_together() -> None:
    seen = set().union(*map(states, ROWS))
    for one, other in combinations(SECTIONS, 2):
        for state in ((True, True), (True, False), (False, True), (False, False)):
            on = {name for name, is_on in zip((one, other), state, strict=True) if is_on}
            off = {one, other} - on
            if not any(needed(name) & off for name in on):
                assert ((one, state[0]), (other, state[1])) in seen


def test_without_a_section_nothing_is_built() -> None:
    assert run(MINIMAL, unknown=False).managed == ()


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_plans_alone(section: str) -> None:
    graph = run(configuration(needed(section)), unknown=False)

    assert [item.rule.id for item in judged(graph).mandatory] == []
    # Keys are made for what they encrypt, and a database without a network is somebody else's.
    assert bool(graph.managed) is (section not in {"encryption", "database"})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(sorted(row)))
def test_sections_plan_together(row: Row) -> None:
    report = judged(run(configuration(row), unknown=False))

    assert [f"{item.rule.id} {item.subject.name}" for item in report.mandatory] == []
