"""Setting properties right, with what was secret kept secret."""

from collections.abc import Callable, Mapping
from typing import Any

from rules.core.resource import Resource
from rules.core.rule import Changes, Remedy
from rules.core.values import (
    SECRET,
    SIGNATURE,
    TEXT_SENTINEL,
    UNKNOWN,
    NotKnown,
    Secret,
    Unreadable,
)


def setting(changes: Changes) -> Remedy:
    """Make a remedy that sets the same properties everywhere, by path."""

    def remedy(_resource: Resource, **_thresholds: Any) -> Changes:
        return changes

    return remedy


def changed(
    properties: Mapping[str, Any], changes: Changes, secret: Callable[[Any], Any] = Secret
) -> dict[str, Any]:
    """Properties with the changes, secret where they were.

    Args:
        secret: the class that keeps a value secret, where properties are not in the rules' form.

    Raises:
        NotKnown: when the block that a change is for is not known.
        Unreadable: when there are several such blocks: nobody can tell which is meant.
    """
    result = dict(properties)
    for path, value in changes.items():
        _set(result, path, path.split("."), value, secret)
    return result


def _set(
    into: dict[str, Any], path: str, keys: list[str], value: Any, secret: Callable[[Any], Any]
) -> None:
    old = into.get(keys[0])
    inner = _revealed(old, secret)
    new = value if len(keys) == 1 else _within(inner, path, keys[1:], value, secret)
    is_hidden = type(old) is secret and type(new) is not secret
    into[keys[0]] = secret(new) if is_hidden else new


def _within(
    block: Any, path: str, keys: list[str], value: Any, secret: Callable[[Any], Any]
) -> Any:
    if block is UNKNOWN:
        raise NotKnown(path)
    if type(block) is list and block:
        if len(block) > 1:
            raise Unreadable(path, "in one block")
        inner = _within(_revealed(block[0], secret), path, keys, value, secret)
        return [secret(inner) if type(block[0]) is secret else inner]
    copy = dict(block) if type(block) is dict else {}
    _set(copy, path, keys, value, secret)
    return copy


def _revealed(value: Any, secret: Callable[[Any], Any]) -> Any:
    while type(value) is secret:
        value = value.value
    return value


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
