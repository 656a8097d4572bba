"""The resources of a stack, to be found by type and by URN."""

from collections import defaultdict
from collections.abc import Sequence

from rules.core.resource import Resource


class Stack:
    """All resources that are judged together, outputs over inputs.

    What refers to what of them is for ``rules.links`` to say.
    """

    def __init__(self, resources: Sequence[Resource], root: Resource) -> None:
        self.resources = resources
        self.root = root
        self._by_type: dict[str, list[Resource]] = defaultdict(list)
        for item in resources:
            self._by_type[item.type].append(item)
        self._by_urn = {item.urn: item for item in resources}

    def of(self, *kinds: str) -> tuple[Resource, ...]:
        """The resources of some types, by their one name."""
        return tuple(item for kind in kinds for item in self._by_type.get(kind, ()))

    def find(self, urn: str) -> Resource | None:
        """The resource with a URN."""
        return self._by_urn.get(urn)
