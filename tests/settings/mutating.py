"""The forms of a mutation: what is changed in a configuration, and what the error must name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Raw: TypeAlias = dict[str, Any]
Location: TypeAlias = tuple[str | int, ...]


def leaves(raw: Any, location: Location = ()) -> Iterator[Location]:
    """Where all values of a configuration are, the mappings and lists among them."""
    if location:
        yield location
    if isinstance(raw, dict):
        for name, value in raw.items():
            yield from leaves(value, (*location, name))
    if isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from leaves(value, (*location, index))


def wrong_kind(raw: Raw, location: Location) -> str:
    """Put a value of another kind in the place of one; returns its path."""
    holder: Any = raw
    for part in location[:-1]:
        holder = holder[part]
    old = holder[location[-1]]
    # A float may be given as a whole number, and a flag is no number.
    new: Any = {str: 12345, int: "12345", float: "0.5", bool: "yes", list: "x"}.get(type(old), [])
    holder[location[-1]] = new
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)[1:]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to be wrong.

    Attributes:
        path: what the error must name.
        change: does it, in place.
        needs: sections that must be there.
        when: what else must hold.
    """

    path: str
    change: Callable[[Raw], object]
    needs: tuple[str, ...] = ()
    when: Callable[[Raw], bool] = lambda _: True

    def fits(self, raw: Raw) -> bool:
        """Whether the configuration can be made wrong this way."""
        return all(name in raw for name in self.needs) and self.when(raw)

    def apply(self, raw: Raw) -> str:
        """Make it wrong; returns the path."""
        self.change(raw)
        return self.path


def put(path: str, value: object, **others: object) -> Mutation:
    """A setting of the wrong value, perhaps with others that make it wrong."""
    section, name = path.split(".")
    name = name.split("[")[0]
    return Mutation(path, lambda raw: raw[section].update({name: value, **others}), (section,))


def without(name: str) -> Mutation:
    """A setting that is missing, at the top."""
    return Mutation(name, lambda raw: raw.pop(name))


def top(name: str, value: object) -> Mutation:
    """A setting of the wrong value, at the top."""
    return Mutation(name, lambda raw: raw.update({name: value}))
