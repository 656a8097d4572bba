"""The components that a provider constructs: how their children become resources of the graph."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from offline import awsx
from offline.awsx import Child, Expansion, Ref
from offline.graph import Resource
from offline.values import UNKNOWN, Reference, holds_unknown

CONSTRUCTORS: Final[Mapping[str, Callable[[str, Mapping[str, Any]], Expansion]]] = {
    "awsx:ec2:Vpc": awsx.expand,
}


def child_resource(
    child: Child,
    *,
    urn: str,
    parent: str,
    component: Resource,
    provider: str,
    made: Mapping[Ref, Resource],
) -> Resource:
    """The registration that a provider would send for one child."""
    used = {key: uses(value, made) for key, value in child.inputs.items()}
    # A child waits for the one it is below, besides what its inputs speak of.
    waits = {urn for urns in used.values() for urn in urns} | ({parent} - {component.urn})
    return Resource(
        urn=urn,
        type=child.type,
        name=child.name,
        parent=parent,
        custom=True,
        inputs=_resolved(child.inputs, lambda ref: made[ref].id),
        outputs={},
        provider=provider,
        protect=component.protect,
        dependencies=tuple(sorted(waits)),
        property_dependencies=used,
        position=component.position,
        trace=component.trace,
    )


def output_value(key: str, value: Any, made: Mapping[Ref, Resource]) -> Any:
    """What the program gets for one output of a component."""
    if key.endswith(("Id", "Ids")):
        found = _resolved(value, lambda ref: made[ref].id)
        # The provider waits for every id: a list with one still to come is unknown as a whole.
        return UNKNOWN if holds_unknown(found) else found
    return _resolved(value, lambda ref: Reference(made[ref].urn, made[ref].id))


def uses(value: Any, made: Mapping[Ref, Resource]) -> tuple[str, ...]:
    """The URNs of the children that a value speaks of."""
    return tuple(sorted({made[ref].urn for ref in _refs(value)}))


def _refs(value: Any) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _refs(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _refs(item)


def _resolved(value: Any, resolve: Callable[[Ref], Any]) -> Any:
    if isinstance(value, Ref):
        return resolve(value)
    if isinstance(value, Mapping):
        return {key: _resolved(item, resolve) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_resolved(item, resolve) for item in value]
    return value
