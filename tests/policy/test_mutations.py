"""Every property in a rule's passing example matters: damaged, it is caught."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rules.core.rule import Rule
from rules.core.types import PROVIDER, canonical
from tests.policy.cases import Case, Fixture, Ref
from tests.policy.judging import each_file, judged, rules_of

GONE = object()


def damaged(value: Any) -> Iterator[Any]:
    """The value dropped, flipped, emptied and widened, and each of its parts damaged alike."""
    yield GONE
    if value is None:
        yield {"given": "another"}
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (0, 1, 10**9)
    elif isinstance(value, Ref):
        yield "another"
    elif isinstance(value, str):
        yield from damaged_text(value)
    else:
        yield type(value)()
        yield from damaged_parts(value)


def damaged_text(value: str) -> Iterator[str]:
    if value.startswith("{"):
        yield from (json.dumps(item) for item in damaged(json.loads(value)) if item is not GONE)
    else:
        yield from ("", "*", {"Allow": "Deny", "Deny": "Allow"}.get(value, "another"))


def damaged_parts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, part in value.items():
            rest = {name: kept for name, kept in value.items() if name != key}
            yield from (rest if item is GONE else {**value, key: item} for item in damaged(part))
            if key in {"Principal", "Action", "Resource"}:
                yield {**value, key: "*"}
    else:
        for index, part in enumerate(value):
            before, after = value[:index], value[index + 1 :]
            for item in damaged(part):
                yield [*before, *([] if item is GONE else [item]), *after]


def paths(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The properties in a block, however deep; of a list, its first element's."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from paths(item, (*at, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from paths(value[0], at)
    else:
        yield at


def with_damage(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """A block with the property at a path damaged in each way."""
    if not path:
        yield from damaged(value)
    elif isinstance(value, list):
        for item in with_damage(value[0], path):
            yield [*([] if item is GONE else [item]), *value[1:]]
    else:
        for item in with_damage(value[path[0]], path[1:]):
            rest = {name: kept for name, kept in value.items() if name != path[0]}
            yield rest if item is GONE else {**rest, path[0]: item}


def is_caught(rule: Rule, case: Case) -> bool:
    return bool(judged(rule, case).violations)


def survivors(rule: Rule, fixture: Fixture) -> Iterator[str]:
    """The properties of the passing example of which no damage is caught."""
    case = fixture.passes[0]
    for index, item in enumerate(case):
        if item.name in fixture.neutral:
            continue
        for path in paths(dict(item.inputs)):
            label = ".".join(path)
            if not path or {label, *path} & {*fixture.neutral}:
                continue
            variants = (
                (*case[:index], replace(item, inputs=inputs), *case[index + 1 :])
                for inputs in with_damage(dict(item.inputs), path)
            )
            if not any(is_caught(rule, variant) for variant in variants):
                yield f"{item.name}.{label}"


@each_file
def test_damage_to_any_property_of_the_passing_example_is_caught(file: str) -> None:
    found = {rule.id: [*survivors(rule, fixture)] for rule, fixture in rules_of(file)}
    assert {name: paths for name, paths in found.items() if paths} == {}


@each_file
def test_the_passing_example_needs_each_of_its_other_resources_as_the_rule_says(file: str) -> None:
    for rule, fixture in rules_of(file):
        case = fixture.passes[0]
        for index, item in enumerate(case):
            spared = item.name in (*fixture.neutral, *fixture.spare)
            if not spared and not rule.judges(canonical(item.type)):
                rest = (*case[:index], *case[index + 1 :])
                assert is_caught(rule, rest), f"{rule.id}: {item.name} is not needed"
                read = item.type == PROVIDER or canonical(item.type) in rule.reads
                assert read, f"{rule.id} must read {item.type}"
