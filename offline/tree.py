"""Shows a graph: a tree by component, and how many there are of each resource type."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rich.text import Text
from rich.tree import Tree

from offline.graph import PROVIDER_PREFIX, Graph, Resource
from offline.values import masked

NONE: Final[Mapping[str, str]] = MappingProxyType({})


def tree(graph: Graph, remedied: Mapping[str, str] = NONE) -> Tree:
    """The resources as they hang below each other, by name.

    Args:
        remedied: by URN, what the policy pack set of a resource.
    """
    children: Mapping[str, list[Resource]] = defaultdict(list)
    urns = {item.urn for item in graph.resources}
    for item in graph.resources:
        children[item.parent if item.parent in urns else ""].append(item)
    root = Tree(Text(f"{graph.project}-{graph.stack}", style="bold"))
    _grow(root, children, remedied, "")
    return root


def _grow(
    branch: Tree,
    children: Mapping[str, list[Resource]],
    remedied: Mapping[str, str],
    urn: str,
) -> None:
    for item in sorted(
        children.get(urn, ()), key=lambda found: (found.custom, found.name, found.type)
    ):
        if item.type.startswith(PROVIDER_PREFIX):
            continue
        label = Text.assemble((item.name, "" if item.custom else "bold"), "  ", (item.type, "dim"))
        if item.protect and item.custom:
            label.append("  protected", style="green")
        if item.urn in remedied:
            label.append(f"  remedied: {remedied[item.urn]}", style="yellow")
        _grow(branch.add(label), children, remedied, item.urn)


def summary(graph: Graph) -> list[tuple[str, int]]:
    """How many resources there are of each type, the most frequent first."""
    counted = Counter(item.type for item in graph.managed)
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def exports(graph: Graph) -> dict[str, object]:
    """The stack's outputs, with secrets masked."""
    return {key: masked(value) for key, value in sorted(graph.exports.items())}
