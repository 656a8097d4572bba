"""What AWS computes for each resource type, and what it answers to each lookup.

One table, in one file an area. An unknown type or lookup fails: a fake that guesses would prove
nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Final

from offline.aws.table import Context, Type, render
from offline.naming import Naming
from offline.values import UNKNOWN

AREAS: Final = ("iam", "network", "data", "functions", "api", "frontend", "observe")
DEFAULT_ACCOUNT: Final = "111122223333"
DEFAULT_REGION: Final = "eu-west-2"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The account and region that a provider works in, and the tags it puts on everything."""

    account: str = DEFAULT_ACCOUNT
    region: str = DEFAULT_REGION
    tags: Mapping[str, str] = field(default_factory=dict)


@cache
def types() -> Mapping[str, Type]:
    """Every known resource type, by token."""
    return _merged("TYPES")


@cache
def _invokes() -> Mapping[str, Any]:
    return _merged("INVOKES")


def _merged(constant: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for area in AREAS:
        rows = getattr(import_module(f"offline.aws.{area}"), constant)
        if twice := merged.keys() & rows.keys():
            raise ValueError(f"offline/aws/{area}.py describes again: {', '.join(sorted(twice))}")
        merged |= rows
    return merged


def row(kind: str) -> Type:
    """The row of one resource type.

    Raises:
        LookupError: saying which files to extend.
    """
    if kind not in types():
        raise LookupError(f"nothing is known about {kind}: describe it in offline/aws/")
    return types()[kind]


def name_of(
    kind: str, *, project: str, stack: str, name: str, urn: str, naming: Naming
) -> dict[str, str]:
    """The input that is named automatically, as the provider would fill it in.

    Raises:
        ValueError: when AWS would refuse the name.
    """
    if row(kind).name is None:
        return {}
    return named(kind, naming.propose(kind, project=project, stack=stack, name=name, urn=urn))


def named(kind: str, proposed: str) -> dict[str, str]:
    """The input that is named automatically, filled in with a proposed name.

    Raises:
        ValueError: when AWS would refuse the name.
    """
    auto = row(kind).name
    if auto is None:
        return {}
    name = auto.prefix + proposed
    if len(name) > auto.max_length:
        raise ValueError(
            f"the name {name!r} has {len(name)} characters; "
            f"{kind} takes {auto.max_length}: shorten the resource's name"
        )
    return {auto.property: name.lower() if auto.lower else name}


def computed(
    kind: str, *, name: str, urn: str, inputs: Mapping[str, Any], place: Place
) -> tuple[str, dict[str, Any]]:
    """The physical id, and the outputs that AWS computes for a resource with these plain inputs.

    Raises:
        LookupError: for a type without a row, or a row that names an input that is not given.
    """
    described = row(kind)
    physical = inputs.get(described.name.property) if described.name else None
    values = {
        **inputs,
        "account": place.account,
        "region": inputs.get("region") or place.region,
        "name": physical or inputs.get("name", name),
    }
    context = Context(urn, values)
    try:
        context["id"] = render(described.id, context)
        outputs = {key: render(item, context) for key, item in described.computed.items()}
    except KeyError as error:
        raise LookupError(
            f"{kind} is described in offline/aws/ by its input {error}, which {name} doesn't give"
        ) from error
    found = {key: completed(item, inputs.get(key)) for key, item in outputs.items()}
    # The real provider reports the id among the outputs too: rules find it there.
    return context["id"], {"id": context["id"], **found}


def revised(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs that an update moves on, as a version, with their new values."""
    revise = row(kind).revised
    return revise(before, after) if revise is not None else {}


def import_name(kind: str, outputs: Mapping[str, Any], place: Place) -> str | None:
    """What `pulumi import` is given for a resource, where that isn't its id."""
    template = row(kind).imported
    try:
        values = {"account": place.account, "region": place.region, **outputs}
        return render(template, Context("", values)) if template else None
    except KeyError:
        # Of its several forms the one that this template is not.
        return None


def planned(kind: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs that only an update would settle, unknown."""
    missing = (key for key in row(kind).computed if key not in inputs)
    return {"id": UNKNOWN, **dict.fromkeys(missing, UNKNOWN), **unknown_blocks(kind, inputs)}


def unknown_blocks(kind: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The blocks that the program gives and AWS completes, with AWS's part unknown."""
    return {
        key: completed(_unknown(block), inputs[key])
        for key, block in row(kind).computed.items()
        if _is_block(block) and inputs.get(key) is not None
    }


def _is_block(value: Any) -> bool:
    """Whether a row's output is a block, or a list of blocks that all get the same."""
    return isinstance(value, Mapping) or (
        isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping)
    )


def _unknown(block: Any) -> Any:
    if isinstance(block, list):
        return [_unknown(item) for item in block]
    return dict.fromkeys(block, UNKNOWN)


def completed(computed_value: Any, given: Any) -> Any:
    """What is reported for an output: what the program gave, completed inside a block."""
    if isinstance(computed_value, Mapping) and isinstance(given, Mapping):
        return {**computed_value, **given}
    if _is_block(computed_value) and isinstance(given, list):
        return [completed(computed_value[0], item) for item in given]
    return computed_value if given is None else given


def as_given(kind: str, name: str, found: Any, given: Any) -> Any:
    """A block as an input: without the part of AWS, which a refresh would show as drift."""
    block = row(kind).computed.get(name)
    return _without(block, found, given) if _is_block(block) else found


def _without(block: Any, found: Any, given: Any) -> Any:
    if isinstance(block, list):
        alike = isinstance(found, list) and isinstance(given, list) and len(found) == len(given)
        pairs = zip(found, given, strict=True) if alike else ()
        return [_without(block[0], item, was) for item, was in pairs] if alike else found
    if isinstance(found, Mapping) and isinstance(given, Mapping):
        return {key: item for key, item in found.items() if key in given or key not in block}
    return found


def answer(token: str) -> Mapping[str, Any]:
    """What AWS answers to a lookup.

    Raises:
        LookupError: saying which files to extend.
    """
    if token not in _invokes():
        raise LookupError(
            f"there is no answer to {token}: give one in offline/aws/, or better, avoid the lookup"
        )
    found: Mapping[str, Any] = _invokes()[token]
    return found
