"""What differs between two sets of inputs, as AWS would see it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from offline.values import Archive, Asset, holds_unknown, plain

_SIMPLE_NAME: Final = re.compile(r"[A-Za-z_$][\w$-]*")


class Change(Enum):
    """What happened to a property."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that differs.

    Attributes:
        path: as the engine writes it: ``tags.owner``, ``ingress[0].fromPort``.
        names: the properties on the way, without indices: what tables speak of.
    """

    path: str
    names: tuple[str, ...]
    change: Change


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], is_set: Callable[[tuple[str, ...]], bool]
) -> Iterator[Difference]:
    """Say where two sets of inputs differ. Unknown counts as changed, and an empty list as none.

    Args:
        is_set: whether the list at these names is a set: its order then says nothing.
    """
    yield from _Comparison(is_set).mapping(plain(old), plain(new), "", ())


@dataclass(frozen=True, slots=True)
class _Comparison:
    is_set: Callable[[tuple[str, ...]], bool]

    def mapping(
        self, old: Mapping[str, Any], new: Mapping[str, Any], path: str, names: tuple[str, ...]
    ) -> Iterator[Difference]:
        for name in sorted(old.keys() | new.keys()):
            below = _below(path, name)
            yield from self._value(old.get(name), new.get(name), below, (*names, name))

    def _value(self, old: Any, new: Any, path: str, names: tuple[str, ...]) -> Iterator[Difference]:
        if self._same(old, new, names):
            return
        if _is_nothing(old) or _is_nothing(new):
            yield Difference(path, names, Change.ADDED if _is_nothing(old) else Change.REMOVED)
        elif isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from self.mapping(old, new, path, names)
        elif isinstance(old, list) and isinstance(new, list):
            for index, (before, after) in self._pairs(old, new, names):
                yield from self._value(before, after, f"{path}[{index}]", names)
        else:
            yield Difference(path, names, Change.CHANGED)

    def _pairs(
        self, old: list[Any], new: list[Any], names: tuple[str, ...]
    ) -> Iterator[tuple[int, tuple[Any, Any]]]:
        """The items to compare, each pair with its index; of a set, only what isn't in both."""
        before, after = list(enumerate(old)), list(enumerate(new))
        if self.is_set(names):
            for item in list(after):
                match = next((it for it in before if self._same(it[1], item[1], names)), None)
                if match is not None:
                    before.remove(match)
                    after.remove(item)
        for place in range(max(len(before), len(after))):
            left = before[place] if place < len(before) else None
            right = after[place] if place < len(after) else None
            index = right[0] if right is not None else left[0] if left is not None else 0
            yield index, (left[1] if left else None, right[1] if right else None)

    def _same(self, old: Any, new: Any, names: tuple[str, ...]) -> bool:
        if holds_unknown(new) or holds_unknown(old):
            return False
        if _is_nothing(old) and _is_nothing(new):
            return True
        if isinstance(new, Asset | Archive) and isinstance(old, type(new)):
            return bool(old.hash == new.hash if old.hash and new.hash else old == new)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            return all(
                self._same(old.get(name), new.get(name), (*names, name))
                for name in old.keys() | new.keys()
            )
        if isinstance(old, list) and isinstance(new, list):
            return len(old) == len(new) and all(
                self._same(before, after, names)
                for _, (before, after) in self._pairs(old, new, names)
            )
        if isinstance(old, str) and isinstance(new, str) and old != new:
            return _same_document(old, new)
        return bool(old == new)


def _is_nothing(value: Any) -> bool:
    return value is None or value in ([], {})


def _same_document(old: str, new: str) -> bool:
    if old[:1] not in {"{", "["} or new[:1] not in {"{", "["}:
        return False
    try:
        before, after = json.loads(old), json.loads(new)
    except ValueError:
        return False
    if isinstance(before, dict) and isinstance(after, dict) and "Statement" in before:
        return bool(_canonical(before) == _canonical(after))
    return bool(before == after)


def _canonical(document: Any) -> Any:
    """An IAM document in an order of its own: lists are sets, and one item needs no list."""
    if isinstance(document, dict):
        return {key: _canonical(item) for key, item in document.items()}
    if isinstance(document, list):
        items = [_canonical(item) for item in document]
        ordered = sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
        return ordered[0] if len(ordered) == 1 else ordered
    return document


def _below(path: str, name: str) -> str:
    if _SIMPLE_NAME.fullmatch(name):
        return f"{path}.{name}" if path else name
    return f"{path}[{json.dumps(name)}]"
