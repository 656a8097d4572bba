"""Setting properties right, with what was secret kept secret."""

from collections.abc import Mapping
from typing import Any

from rules.core.resource import Resource
from rules.core.rule import Changes, Remedy
from rules.core.values import SECRET, SIGNATURE, TEXT_SENTINEL, UNKNOWN, Secret


def setting(changes: Changes) -> Remedy:
    """Make a remedy that sets the same properties everywhere, by path."""

    def remedy(_resource: Resource, **_thresholds: Any) -> Changes:
        return changes

    return remedy


def changed(properties: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """Properties in the rules' form, with the changes."""
    result = dict(properties)
    for path, value in changes.items():
        _set(result, path.split("."), value)
    return result


def _set(into: dict[str, Any], keys: list[str], value: Any) -> None:
    old = into.get(keys[0])
    inner = old
    depth = 0
    while type(inner) is Secret:
        inner, depth = inner.value, depth + 1
    new = value if len(keys) == 1 else _within(inner, keys[1:], value)
    into[keys[0]] = Secret(new) if depth and type(new) is not Secret else new


def _within(block: Any, keys: list[str], value: Any) -> Any:
    if type(block) is list and len(block) == 1:
        return [_within(block[0], keys, value)]
    copy = dict(block) if type(block) is dict else {}
    _set(copy, keys, value)
    return copy


def changed_on_the_wire(properties: dict[str, Any], changes: Changes) -> None:
    """Make the changes in the engine's own form, in place: it keeps what rules don't understand."""
    for path, value in changes.items():
        *parents, last = path.split(".")
        block = properties
        for key in parents:
            inner = _opened(block.setdefault(key, {}))
            if type(inner) is list and len(inner) == 1:
                inner = _opened(inner[0])
            if type(inner) is not dict:
                inner = block[key] = {}
            block = inner
        old = block.get(last)
        was_secret = type(old) is dict and old.get(SIGNATURE) == SECRET
        new = on_the_wire(value)
        is_secret = type(new) is dict and new.get(SIGNATURE) == SECRET
        block[last] = {SIGNATURE: SECRET, "value": new} if was_secret and not is_secret else new


def _opened(value: Any) -> Any:
    while type(value) is dict and value.get(SIGNATURE) == SECRET:
        value = value.get("value")
    return value


def on_the_wire(value: Any) -> Any:
    """A value in the engine's form."""
    if value is UNKNOWN:
        return TEXT_SENTINEL
    if type(value) is Secret:
        return {SIGNATURE: SECRET, "value": on_the_wire(value.value)}
    if isinstance(value, Mapping):
        return {name: on_the_wire(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [on_the_wire(item) for item in value]
    return value
