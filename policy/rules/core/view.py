"""How rules read properties: by path, in every shape, raising only on what is not known."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from rules.core.values import UNKNOWN, NotKnown, Secret

_NOTHING: Final[Mapping[str, Any]] = {}
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
_TRUTHS: Final = {"true": True, "false": False}


@cache
def _keys(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


class View:
    """A mapping of properties.

    Paths are dotted wire names, ``versioningConfiguration.status``. A block that AWS takes once may
    be spelled as a list of one; the path is the same. What is missing, ``null`` or of a wrong type
    is absent. What is unknown raises ``NotKnown``: the rule's answer is then *not yet known*. Lists
    give what is known of them first, so that a rule that finds its evidence there has its answer.
    """

    __slots__ = ("_data", "_within")

    def __init__(self, data: Mapping[str, Any], within: str = "") -> None:
        self._data = data
        self._within = within

    @property
    def data(self) -> Mapping[str, Any]:
        """The properties as they are, with ``UNKNOWN`` and ``Secret`` in them."""
        return self._data

    def get(self, path: str) -> Any:
        """The value, out of its secret; ``None`` when there is none.

        Raises:
            NotKnown: when it, or what it stands in, is unknown.
        """
        value = self._find(path)
        if value is UNKNOWN:
            raise NotKnown(self._within + path)
        return value

    def _find(self, path: str) -> Any:
        """As ``get``, but unknown when only the value itself is."""
        value: Any = self.data
        for key in _keys(path):
            if type(value) is list and len(value) == 1:
                value = _inside(value[0])
            if value is UNKNOWN:
                raise NotKnown(self._within + path)
            value = value.get(key) if type(value) is dict else None
            if type(value) is Secret:
                value = value.value
                while type(value) is Secret:
                    value = value.value
        return value

    def is_set(self, path: str) -> bool:
        """Whether there is a value: one that is known and not empty, or one still to come."""
        value = self._find(path)
        return value is UNKNOWN or (value is not None and value not in ("", [], {}))

    def is_known(self, path: str) -> bool:
        """Whether the value, or its absence, is settled."""
        try:
            return self._find(path) is not UNKNOWN
        except NotKnown:
            return False

    def text(self, path: str, default: str = "") -> str:
        """A text, or the default."""
        value = self.get(path)
        return value if type(value) is str else default

    def flag(self, path: str) -> bool | None:
        """A boolean, or ``None``. AWS's own spelling as text counts."""
        value = self.get(path)
        if type(value) is str:
            return _TRUTHS.get(value.lower())
        return value if type(value) is bool else None

    def number(self, path: str) -> int | float | None:
        """A number, whole where it is; or ``None``. A number spelled as text counts."""
        value = self.get(path)
        if type(value) is str and _NUMBER.fullmatch(value):
            value = float(value)
        if type(value) is float:
            return int(value) if value.is_integer() else value
        return value if type(value) is int else None

    def view(self, path: str) -> "View":
        """A block, empty when there is none."""
        value = self.get(path)
        if type(value) is list and len(value) == 1:
            value = _inside(value[0])
            if value is UNKNOWN:
                raise NotKnown(self._within + path)
        return View(value if type(value) is dict else _NOTHING, f"{self._within}{path}.")

    def views(self, path: str) -> Iterator["View"]:
        """The blocks of a list, or the single one."""
        value = self.get(path)
        unknown = False
        for index, raw in enumerate(value if type(value) is list else (value,)):
            item = _inside(raw)
            if item is UNKNOWN:
                unknown = True
            elif type(item) is dict:
                yield View(item, f"{self._within}{path}[{index}].")
        if unknown:
            raise NotKnown(self._within + path)

    def texts(self, path: str) -> Iterator[str]:
        """The texts of a list, or the single one."""
        value = self.get(path)
        unknown = False
        for raw in value if type(value) is list else (value,):
            item = _inside(raw)
            if item is UNKNOWN:
                unknown = True
            elif type(item) is str:
                yield item
        if unknown:
            raise NotKnown(self._within + path)

    def count(self, path: str) -> int:
        """How many elements a list has, known or not; 1 for a single value."""
        value = self.get(path)
        if value is None:
            return 0
        return len(value) if type(value) is list else 1

    def names(self, path: str) -> tuple[str, ...]:
        """The keys of a mapping, whether their values are known or not."""
        value = self.get(path)
        return tuple(value) if type(value) is dict else ()


def _inside(value: Any) -> Any:
    while type(value) is Secret:
        value = value.value
    return value
