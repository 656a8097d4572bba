"""The form of a row: what AWS adds to a resource of one type."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from offline.naming import random_text

_RANDOM: Final = re.compile(r"(hex|alnum|upper|num)(\d+)")
_ALPHABETS: Final = {
    "hex": "0123456789abcdef",
    "alnum": "abcdefghijklmnopqrstuvwxyz0123456789",
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "num": "0123456789",
}


@dataclass(frozen=True, slots=True)
class AutoName:
    """The input that Pulumi names when the program doesn't.

    Attributes:
        property: wire name of the input.
        max_length: the longest name that the provider accepts.
        lower: whether the provider puts the name in lower case.
        prefix: what the provider sets before the name.
    """

    property: str
    max_length: int = 255
    lower: bool = False
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Type:
    """What AWS adds to a resource of one type.

    Attributes:
        id: template of the physical id, or a callable as in ``computed``.
        name: the input that is named automatically, if there is one.
        computed: templates of the outputs, by wire name; an input of that name wins. A callable
            gets the context and returns the value, where a template can't say it.
        revised: gets the outputs before and after an update, and returns those that it moves on.
        imported: template of what ``pulumi import`` is given, where that is not the id; of inputs
            and outputs.

    A template is text with ``{account}``, ``{region}``, ``{name}`` (the physical name), ``{id}``,
    ``{hex8}``, ``{alnum13}``, ``{upper14}``, ``{num12}`` (random, the same for the same resource),
    ``{serial}`` (from 1, one more for each that follows it under its name in the program), or any
    input by its wire name; lists and mappings may hold templates.
    """

    id: "str | Callable[[Context], str]"
    name: AutoName | None = None
    computed: Mapping[str, Any] = field(default_factory=dict)
    revised: "Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]] | None" = None
    imported: str = ""


class Context(dict[str, Any]):
    """The values that a template may name; random ones are made when they are asked for."""

    def __init__(self, seed: str, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._seed = seed

    def __missing__(self, key: str) -> Any:
        if match := _RANDOM.fullmatch(key):
            value = random_text(f"{self._seed} {key}", _ALPHABETS[match[1]], int(match[2]))
            self[key] = value
            return value
        if key == "serial":
            # The seed of what came before under the same URN ends in how many those were.
            before = self._seed.rpartition(" ")[2]
            return int(before) + 1 if before.isdigit() else 1
        raise KeyError(key)


def render(template: Any, context: Context) -> Any:
    """Fill in a template, or a structure of templates."""
    if isinstance(template, str):
        return template.format_map(context) if "{" in template else template
    if isinstance(template, Callable):  # type: ignore[arg-type]
        return template(context)
    if isinstance(template, Mapping):
        return {name: render(item, context) for name, item in template.items()}
    if isinstance(template, list | tuple):
        return [render(item, context) for item in template]
    return template
