"""The whole of each stack, so that a review shows what a change does to what is deployed."""

import json
from typing import Any

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from offline.graph import Graph, Resource
from offline.values import masked


def test_the_stack_is_as_reviewed(stack: Graph, snapshot: SnapshotAssertion) -> None:
    resources = {f"{item.type} {item.name}": listed(item) for item in stack.resources}
    shown = {"exports": masked(stack.exports), "resources": resources}
    assert shown == snapshot(extension_class=JSONSnapshotExtension)


def listed(item: Resource) -> dict[str, Any]:
    options = {
        "protect": item.protect,
        "ignore_changes": list(item.ignore_changes),
        "delete_before_replace": item.delete_before_replace,
        "retain_on_delete": item.retain_on_delete,
    }
    # All tags are the provider's and the resource's own: both are shown.
    inputs = {name: value for name, value in item.inputs.items() if name != "tagsAll"}
    return {
        "parent": item.parent.split("::", 2)[-1],
        "inputs": opened(masked(inputs)),
        **{key: value for key, value in options.items() if value},
    }


def opened(value: Any) -> Any:
    """Documents inside strings, opened: a change in one statement shows as one."""
    if isinstance(value, dict):
        return {key: opened(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [opened(item) for item in value]
    return document(value) if isinstance(value, str) else value


def document(text: str) -> Any:
    """What a text says as JSON; the text itself where it only looks like it."""
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
