"""Cases that rules are tested on: resources as plain data, known or as a preview knows them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.core.resource import Given
from rules.core.types import PROVIDER
from rules.core.values import UNKNOWN, Secret

ACCOUNT = "111122223333"
STACK = "urn:pulumi:test::plinth"


@dataclass(frozen=True)
class Ref:
    """A value that another resource has: known after an update, unknown in a preview."""

    name: str
    output: str = "id"


@dataclass(frozen=True)
class Declared:
    """A resource of a case."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()

    @property
    def urn(self) -> str:
        return f"{STACK}::{self.type}::{self.name}"


Case = tuple[Declared, ...]


@dataclass(frozen=True)
class Configured:
    """A case under thresholds other than the defaults."""

    thresholds: Mapping[str, Any]
    case: Case
    violates: bool


@dataclass(frozen=True, kw_only=True)
class Fixture:
    """What proves a rule.

    Attributes:
        passes: cases without a violation; the first is the example in the documentation, and is
            mutated.
        fails: at least two, each with a violation; the first is the documentation's.
        unknown: cases in which the rule has no answer yet.
        never_unknown: instead of them, why there can be none.
        configured: for each threshold, a case that it decides.
        remedy_with: thresholds with which the rule sets every failing case right.
        neutral: properties, and names of resources, that the passing case needs but the rule
            doesn't read.
        spare: names of resources that the passing case would pass without.
    """

    passes: tuple[Case, ...]
    fails: tuple[Case, ...]
    unknown: tuple[Case, ...] = ()
    never_unknown: str = ""
    configured: tuple[Configured, ...] = ()
    remedy_with: Mapping[str, Any] = field(default_factory=dict)
    neutral: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()


def aws(
    kind: str,
    name: str = "it",
    inputs: Mapping[str, Any] | None = None,
    *,
    outputs: Mapping[str, Any] | None = None,
    protect: bool = False,
    ignore_changes: tuple[str, ...] = (),
) -> Declared:
    """A resource of pulumi-aws; ``kind`` is its token without ``aws:``."""
    return Declared(f"aws:{kind}", name, inputs or {}, outputs or {}, protect, ignore_changes)


def provider(inputs: Mapping[str, Any]) -> Declared:
    """The provider of every other resource of its case. On the wire, its blocks are JSON."""
    folded = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in inputs.items()
    }
    return Declared(PROVIDER, "aws", folded)


def document(*statements: Mapping[str, Any]) -> str:
    """A policy document as programs write it."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(
    actions: str | list[str], resources: str | list[str] = "*", **more: Any
) -> dict[str, Any]:
    """An Allow statement; more elements by their own names."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def resources(case: Case, *, preview: bool = False) -> list[Given]:
    """The case as a runner hands it over."""
    by_name = {item.name: item for item in case}
    by_provider = next((f"{item.urn}::id" for item in case if item.type == PROVIDER), "")
    return [_given(item, by_name, by_provider, preview=preview) for item in case]


def _given(item: Declared, by_name: Mapping[str, Declared], by: str, *, preview: bool) -> Given:
    made_from = {
        key: tuple(by_name[ref.name].urn for ref in _refs(value) if ref.name in by_name)
        for key, value in item.inputs.items()
    }
    outputs = {"id": f"{item.name}-id", "arn": _arn(item), **item.outputs}
    return Given(
        urn=item.urn,
        type=item.type,
        name=item.name,
        provider="" if item.type == PROVIDER else by,
        protect=item.protect,
        ignore_changes=item.ignore_changes,
        inputs={key: _settled(value, by_name, preview) for key, value in item.inputs.items()},
        outputs={key: UNKNOWN if preview else value for key, value in outputs.items()},
        dependencies=tuple({urn: None for urns in made_from.values() for urn in urns}),
        property_dependencies={key: urns for key, urns in made_from.items() if urns},
    )


def _arn(item: Declared) -> str:
    service = item.type.split(":")[1].split("/")[0]
    return f"arn:aws:{service}:eu-west-2:{ACCOUNT}:{item.name}"


def _refs(value: Any) -> Iterable[Ref]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Secret):
        yield from _refs(value.value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from _refs(item)


def _settled(value: Any, by_name: Mapping[str, Declared], preview: bool) -> Any:
    if isinstance(value, Ref):
        if preview:
            return UNKNOWN
        target = by_name.get(value.name)
        known = {"id": f"{value.name}-id", "arn": _arn(target) if target else f"arn:{value.name}"}
        return {**known, **(target.outputs if target else {})}[value.output]
    if isinstance(value, Secret):
        return Secret(_settled(value.value, by_name, preview))
    if isinstance(value, Mapping):
        return {key: _settled(item, by_name, preview) for key, item in value.items()}
    if isinstance(value, list):
        return [_settled(item, by_name, preview) for item in value]
    return value
