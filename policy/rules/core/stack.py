"""How the resources of a stack belong together: by what Pulumi recorded, and by value."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rules.core.resource import Resource
from rules.core.values import UNKNOWN, NotKnown, revealed

# What other resources call a resource by, whatever its type.
_IDENTITIES: Final = ("id", "arn")


@dataclass(frozen=True, slots=True)
class _Index:
    """Who refers to what by one property.

    Attributes:
        by_urn: by the URN of what the property was made from.
        by_value: by what the property says.
        open: those of which neither is known.
    """

    by_urn: dict[str, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    by_value: dict[str, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    open: list[Resource] = field(default_factory=list)


class Stack:
    """All resources that are judged together, outputs over inputs.

    In a preview ids are unknown. Pulumi records which resources each property was made from, so
    that they can be joined all the same; where it didn't, values are compared.
    """

    def __init__(self, resources: Sequence[Resource], root: Resource) -> None:
        self.resources = resources
        self.root = root
        self._by_type: dict[str, list[Resource]] = defaultdict(list)
        for item in resources:
            self._by_type[item.type].append(item)
        self._by_urn = {item.urn: item for item in resources}
        self._sides: dict[tuple[str, str], _Index] = {}
        self._named: dict[tuple[str, tuple[str, ...]], dict[str, list[Resource]]] = {}

    def of(self, *kinds: str) -> tuple[Resource, ...]:
        """The resources of some types, by their one name."""
        return tuple(item for kind in kinds for item in self._by_type.get(kind, ()))

    def find(self, urn: str) -> Resource | None:
        """The resource with a URN."""
        return self._by_urn.get(urn)

    def sides(
        self, target: Resource, kind: str, path: str, *, by: tuple[str, ...] = ()
    ) -> tuple[Resource, ...]:
        """The resources of a type that refer to a resource by a property.

        Args:
            by: properties of the target that the other may say, beside ``id`` and ``arn``.

        Raises:
            NotKnown: when none is known to, but one could.
        """
        index = self._side_index(kind, path)
        found = {item.urn: item for item in index.by_urn.get(target.urn, ())}
        for value in _identities(target, by):
            found |= {item.urn: item for item in index.by_value.get(value, ())}
        if not found and index.open:
            raise NotKnown(f"{path} of {index.open[0].name}")
        return tuple(found.values())

    def targets(
        self, source: Resource, path: str, *kinds: str, by: tuple[str, ...] = ()
    ) -> tuple[Resource, ...]:
        """The resources of some types that a resource refers to by a property.

        Raises:
            NotKnown: when the property is unknown, and Pulumi recorded nothing that it was made
                from.
        """
        found: dict[str, Resource] = {}
        made_from = source.property_dependencies.get(path.split(".", maxsplit=1)[0], ())
        for urn in made_from:
            item = self._by_urn.get(urn)
            if item is not None and item.type in kinds:
                found[urn] = item
        values, unknown = _values(source, path)
        for kind in kinds:
            named = self._name_index(kind, by)
            for value in values:
                found |= {item.urn: item for item in named.get(value, ())}
        if unknown and not found and not made_from:
            raise NotKnown(path)
        return tuple(found.values())

    def _side_index(self, kind: str, path: str) -> _Index:
        found = self._sides.get((kind, path))
        if found is None:
            found = self._sides[kind, path] = _Index()
            for item in self._by_type.get(kind, ()):
                values, unknown = _values(item, path)
                made_from = item.property_dependencies.get(path.split(".", maxsplit=1)[0], ())
                for urn in made_from:
                    found.by_urn[urn].append(item)
                for value in values:
                    found.by_value[value].append(item)
                if unknown and not made_from:
                    found.open.append(item)
        return found

    def _name_index(self, kind: str, by: tuple[str, ...]) -> dict[str, list[Resource]]:
        found = self._named.get((kind, by))
        if found is None:
            found = self._named[kind, by] = defaultdict(list)
            for item in self._by_type.get(kind, ()):
                for value in _identities(item, by):
                    found[value].append(item)
        return found


def _identities(target: Resource, by: Iterable[str]) -> Iterator[str]:
    for name in (*_IDENTITIES, *by):
        value = target.get(name) if target.is_known(name) else None
        if type(value) is str and value:
            yield value


def _values(source: Resource, path: str) -> tuple[list[str], bool]:
    """The texts that a property says, and whether any is still to come."""
    try:
        value: Any = source.get(path)
    except NotKnown:
        return [], True
    items = revealed(value) if type(value) is list else [value]
    return [item for item in items if type(item) is str and item], UNKNOWN in items
