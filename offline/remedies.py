"""Writes what remedies set into a graph: the plan is then of what would be made."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import rules
from offline.graph import Graph, Resource
from offline.values import UNKNOWN, Secret
from rules.core import values
from rules.core.remedies import changed
from rules.core.report import Remediated


def remedied(graph: Graph, report: rules.Report) -> Graph:
    """The graph with the properties that the remedies of a report set; secrets stay secret."""
    by_urn = _by_urn(report)
    return replace(
        graph, resources=tuple(_remedied(item, by_urn[item.urn]) for item in graph.resources)
    )


def told(report: rules.Report) -> dict[str, str]:
    """By URN, which properties were set, and by which rules; what they are may be secret."""
    return {
        urn: ", ".join(f"{path} ({item.rule.id})" for item in found for path in item.changes)
        for urn, found in _by_urn(report).items()
    }


def _by_urn(report: rules.Report) -> Mapping[str, list[Remediated]]:
    """In the order in which they were applied."""
    found: dict[str, list[Remediated]] = defaultdict(list)
    for item in report.remediated:
        found[item.subject.urn].append(item)
    return found


def _remedied(item: Resource, remedies: list[Remediated]) -> Resource:
    inputs, outputs = item.inputs, item.outputs
    for remedy in remedies:
        changes = {path: _written(value) for path, value in remedy.changes.items()}
        inputs = changed(inputs, changes, Secret)
        if outputs:
            outputs = changed(outputs, changes, Secret)
    return replace(item, inputs=inputs, outputs=outputs) if remedies else item


def _written(value: Any) -> Any:
    """A value of the rules in the plan's form."""
    if value is values.UNKNOWN:
        return UNKNOWN
    if isinstance(value, values.Secret):
        return Secret(_written(value.value))
    if isinstance(value, Mapping):
        return {name: _written(item) for name, item in value.items()}
    return [_written(item) for item in value] if isinstance(value, list | tuple) else value
