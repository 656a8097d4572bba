"""Judges data by a JSON schema: the keywords that ours uses, and no others."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

Rule: TypeAlias = Mapping[str, Any]

# JSON tells flags from numbers, and Python doesn't.
_TYPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
# What a keyword judges, and when it is content.
_BOUNDS: Final[Mapping[str, tuple[str, Callable[[Any, Any], bool]]]] = {
    "pattern": ("string", lambda value, wanted: re.search(wanted, value) is not None),
    "maxLength": ("string", lambda value, wanted: len(value) <= wanted),
    "minimum": ("number", lambda value, wanted: value >= wanted),
    "maximum": ("number", lambda value, wanted: value <= wanted),
    "multipleOf": ("number", lambda value, wanted: value % wanted == 0),
    "minItems": ("array", lambda value, wanted: len(value) >= wanted),
    "maxItems": ("array", lambda value, wanted: len(value) <= wanted),
    "uniqueItems": ("array", lambda value, _: len({*map(json.dumps, value)}) == len(value)),
    "required": ("object", lambda value, wanted: set(wanted) <= set(value)),
    "minProperties": ("object", lambda value, wanted: len(value) >= wanted),
    "maxProperties": ("object", lambda value, wanted: len(value) <= wanted),
}
_ANY: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "type": lambda value, wanted: _TYPES[wanted](value),
    "enum": lambda value, wanted: value in wanted,
    "const": lambda value, wanted: value == wanted,
    "anyOf": lambda value, wanted: any(not wrong(value, rule) for rule in wanted),
    "oneOf": lambda value, wanted: sum(not wrong(value, rule) for rule in wanted) == 1,
}
_INSIDE: Final = {"properties", "patternProperties", "additionalProperties", "items"}
_SILENT: Final = {"$schema", "title", "description", "default"}


def wrong(value: Any, rule: Rule, path: str = "") -> list[str]:
    """Where a value breaks the schema, and by which keyword."""
    return [*_itself(value, rule, path), *_inside(value, rule, path)]


def _itself(value: Any, rule: Rule, path: str) -> Iterator[str]:
    for keyword, wanted in rule.items():
        if keyword in _ANY:
            content = _ANY[keyword](value, wanted)
        elif keyword in _BOUNDS:
            kind, judge = _BOUNDS[keyword]
            content = not _TYPES[kind](value) or judge(value, wanted)
        elif keyword == "propertyNames":
            content = not any(wrong(name, wanted) for name in value)
        else:
            assert keyword in _INSIDE | _SILENT, f"the schema uses {keyword}"
            content = True
        if not content:
            yield f"{path} breaks {keyword}"


def _inside(value: Any, rule: Rule, path: str) -> Iterator[str]:
    if isinstance(value, list) and "items" in rule:
        for index, item in enumerate(value):
            yield from wrong(item, rule["items"], f"{path}[{index}]")
    if isinstance(value, dict):
        for name, item in value.items():
            rules = [
                *(inner for known, inner in rule.get("properties", {}).items() if known == name),
                *(
                    inner
                    for pattern, inner in rule.get("patternProperties", {}).items()
                    if re.search(pattern, name)
                ),
            ]
            if not rules and rule.get("additionalProperties") is False:
                yield f"{path}.{name} is unknown"
            for inner in rules:
                yield from wrong(item, inner, f"{path}.{name}")
