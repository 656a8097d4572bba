"""What a configuration may set of a rule: read off the parameters of its function."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class Limit:
    """What stands beside a threshold's type, in ``Annotated``.

    Attributes:
        says: what it is, with its unit.
        matching: a pattern that each text, or each key of a mapping, matches.
        patterns: whether the texts, or the values of a mapping, are patterns themselves.
    """

    says: str
    at_least: float | None = None
    at_most: float | None = None
    matching: str | None = None
    patterns: bool = False


# The same in every rule that asks, so that one line of a configuration answers them all.
Production = Annotated[bool, Limit("Whether the stack is production's: what it keeps must last.")]
TrustedAccounts = Annotated[
    tuple[str, ...],
    Limit("Accounts beside the stack's own that may be let in.", matching="[0-9]{12}"),
]


@dataclass(frozen=True, slots=True)
class Threshold:
    """One value that a configuration may set.

    Attributes:
        kind: ``bool``, ``int``, ``float``, ``str``, ``texts`` or ``mapping``.
        choices: what a text may be, when it is not free.
    """

    name: str
    kind: str
    default: Any
    limit: Limit
    choices: tuple[str, ...] = ()

    def read(self, value: Any) -> Any:
        """The value as rules take it: whole numbers whole, lists as tuples.

        Raises:
            ValueError: saying what it must be.
        """
        read = _READERS[self.kind](value)
        if read is None or not self._within(read):
            raise ValueError(f"must be {self.expected}, got {value!r}")
        return read

    @property
    def expected(self) -> str:
        """What a value must be, in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        words = _WORDS[self.kind]
        low, high = self.limit.at_least, self.limit.at_most
        if low is not None and high is not None:
            words += f" from {low:g} to {high:g}"
        elif low is not None:
            words += f" of at least {low:g}"
        elif high is not None:
            words += f" of at most {high:g}"
        if self.limit.patterns:
            words += " that are regular expressions"
        return words + (f" matching {self.limit.matching}" if self.limit.matching else "")

    def _within(self, value: Any) -> bool:
        if self.choices:
            return value in self.choices
        if self.kind in {"int", "float"}:
            low, high = self.limit.at_least, self.limit.at_most
            return (low is None or value >= low) and (high is None or value <= high)
        if self.kind == "bool":
            return True
        # The keys, of a mapping.
        texts = (value,) if isinstance(value, str) else tuple(value)
        if self.limit.patterns and not all(
            map(_compiles, value.values() if isinstance(value, dict) else texts)
        ):
            return False
        pattern = self.limit.matching
        return pattern is None or all(re.fullmatch(pattern, text) for text in texts)

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema, as the engine checks a configuration: see ``rules.core.policies``."""
        schema: dict[str, Any] = {
            "description": f"{self.limit.says} Default: {_shown(self.default)}.",
            "type": _TYPES[self.kind],
        }
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.limit.at_least is not None:
            schema["minimum"] = self.limit.at_least
        if self.limit.at_most is not None:
            schema["maximum"] = self.limit.at_most
        text: dict[str, Any] = {"type": "string"}
        if self.kind == "texts":
            schema["items"] = text | (
                {"pattern": f"^({self.limit.matching})$"} if self.limit.matching else {}
            )
        if self.kind == "mapping":
            schema["additionalProperties"] = text
        return schema


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {text}" for key, text in value.items()) or "none"
    return str(value) or "none"


def _bool(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _int(value: Any) -> int | None:
    # The wire has only floats.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _float(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _str(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _mapping(value: Any) -> dict[str, str] | None:
    if isinstance(value, Mapping) and all(isinstance(item, str) for item in value.values()):
        return {str(key): item for key, item in value.items()}
    return None


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "bool": _bool,
    "int": _int,
    "float": _float,
    "str": _str,
    "texts": _texts,
    "mapping": _mapping,
}
_TYPES: Final = {
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "str": "string",
    "texts": "array",
    "mapping": "object",
}
_WORDS: Final = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "texts": "a list of texts",
    "mapping": "a mapping of texts",
}
_PLAIN: Final[Mapping[Any, str]] = {bool: "bool", int: "int", float: "float", str: "str"}


def thresholds_of(check: Callable[..., Any]) -> dict[str, Threshold]:
    """The keyword-only parameters of a rule's function.

    Raises:
        TypeError: when one has no default, no ``Limit`` or a type that a configuration can't hold.
    """
    parameters = [
        item
        for item in inspect.signature(check).parameters.values()
        if item.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    if not parameters:
        return {}
    hints = get_type_hints(check, include_extras=True)
    return {item.name: _threshold(item, hints[item.name]) for item in parameters}


def _threshold(parameter: inspect.Parameter, hint: Any) -> Threshold:
    name = parameter.name
    if get_origin(hint) is not Annotated or parameter.default is inspect.Parameter.empty:
        raise TypeError(f"threshold {name} must have a default and an Annotated type with a Limit")
    kind, limit = get_args(hint)
    choices: tuple[str, ...] = ()
    if get_origin(kind) is Literal:
        choices, found = get_args(kind), "str"
    elif kind in _PLAIN:
        found = _PLAIN[kind]
    elif get_origin(kind) is tuple:
        found = "texts"
    elif get_origin(kind) is Mapping:
        found = "mapping"
    else:
        raise TypeError(
            f"threshold {name} must be of a type that a configuration holds, got {kind}"
        )
    threshold = Threshold(name, found, parameter.default, limit, choices)
    threshold.read(parameter.default)
    return threshold
