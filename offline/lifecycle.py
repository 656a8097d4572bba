"""What the provider makes of inputs and of changes to them: defaults, replacements, sets.

The table is ``offline/aws/lifecycle.json``: a row a type, which says where it comes from.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from offline.values import Secret, plain

_TABLE: Final = Path(__file__).parent / "aws" / "lifecycle.json"
# Of every resource: another region is another place.
_ALWAYS: Final = frozenset({"region"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifecycle:
    """One row.

    Attributes:
        replaces: properties that can't be changed in place; ``a.b`` is one of a block.
        replaces_when: properties that can't be from some values (``from``) or to some (``to``).
        apart: properties of which one must differ for AWS to take the new resource beside the old
            one; none where it always does.
        sets: names of the lists that have no order.
        filled_in: what the provider gives where the program doesn't, a mapping for each block.
    """

    replaces: frozenset[str]
    replaces_when: Mapping[str, Mapping[str, list[Any]]]
    apart: tuple[str, ...]
    sets: frozenset[str]
    filled_in: Mapping[str, Any]


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table


@cache
def lifecycle(kind: str) -> Lifecycle:
    """The row of one resource type.

    Raises:
        LookupError: saying which file to extend.
    """
    rows = _table()["types"]
    if kind not in rows:
        raise LookupError(
            f"nothing is known about what replaces {kind}: say it in offline/aws/lifecycle.json"
        )
    row = rows[kind]
    return Lifecycle(
        replaces=_ALWAYS.union(row["replaces"]),
        replaces_when=row.get("replaces_when", {}),
        apart=tuple(row.get("alone", {}).get("unless", ())),
        sets=frozenset(row.get("sets", ())),
        filled_in=_nested(row.get("filled_in", {})),
    )


def _nested(paths: Mapping[str, Any]) -> Mapping[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in paths.items():
        *blocks, name = path.split(".")
        place = tree
        for block in blocks:
            place = place.setdefault(block, {})
        place[name] = value
    return tree


def forces_replacement(
    kind: str, names: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]
) -> bool:
    """Whether a change at these names, from the outside in, can't be made in place.

    Args:
        old: the inputs before.
        new: the inputs now.
    """
    row = lifecycle(kind)
    if any(".".join(names[: length + 1]) in row.replaces for length in range(len(names))):
        return True
    ends = row.replaces_when.get(names[0])
    if ends is None:
        return False
    values = {"from": plain(old.get(names[0])), "to": plain(new.get(names[0]))}
    return all(values[end] in among for end, among in ends.items())


def is_write_only(names: tuple[str, ...]) -> bool:
    """Whether a property is sent and never kept: its version beside it says that it changed."""
    return names[-1].endswith("Wo")


def sets_of(kind: str) -> Callable[[tuple[str, ...]], bool]:
    """Tells whether the list at some names, from the outside in, has no order."""
    known = lifecycle(kind).sets
    return lambda names: names[-1] in known


def stands_alone(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether AWS refuses the new resource as long as the old one is there."""
    apart = lifecycle(kind).apart
    return bool(apart) and all(plain(old.get(name)) == plain(new.get(name)) for name in apart)


def filled_in(kind: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with what the provider gives where the program doesn't.

    Raises:
        LookupError: for a type without a row.
    """
    return dict(_filled(inputs, lifecycle(kind).filled_in))


def _filled(given: Any, defaults: Mapping[str, Any]) -> Any:
    """A block, or each of a list of blocks; what isn't one, as an unknown, stays as it is."""
    if isinstance(given, Secret):
        return Secret(_filled(given.value, defaults))
    if isinstance(given, list):
        return [_filled(item, defaults) for item in given]
    if not isinstance(given, Mapping):
        return given
    found = dict(given)
    for name, value in defaults.items():
        if isinstance(value, Mapping):
            if found.get(name) is not None:
                found[name] = _filled(found[name], value)
        elif found.get(name) is None:
            found[name] = value
    return found
