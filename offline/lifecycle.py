"""What AWS does with changes: which properties force a replacement, and which lists have no order.

The table is ``offline/aws/lifecycle.json``: a row a type, which says where it comes from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from offline.values import plain

_TABLE: Final = Path(__file__).parent / "aws" / "lifecycle.json"
# Of every resource: another region is another place.
_ALWAYS: Final = frozenset({"region"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifecycle:
    """One row.

    Attributes:
        replaces: properties that can't be changed in place.
        apart: properties of which one must differ for AWS to take the new resource beside the old
            one; none where it always does.
    """

    replaces: frozenset[str]
    apart: tuple[str, ...]


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
        apart=tuple(row.get("alone", {}).get("unless", ())),
    )


@cache
def _sets() -> frozenset[str]:
    return frozenset(_table()["sets"])


def forces_replacement(kind: str, names: tuple[str, ...]) -> bool:
    """Whether a change at these names, from the outside in, can't be made in place."""
    return names[0] in lifecycle(kind).replaces


def is_set(names: tuple[str, ...]) -> bool:
    """Whether the list at these names has no order."""
    return names[-1] in _sets()


def stands_alone(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether AWS refuses the new resource as long as the old one is there."""
    apart = lifecycle(kind).apart
    return bool(apart) and all(plain(old.get(name)) == plain(new.get(name)) for name in apart)


def filled_in(kind: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that the program leaves to the provider; none for a type without a row."""
    given = _table()["types"].get(kind, {}).get("filled_in", {})
    return {name: value for name, value in given.items() if inputs.get(name) is None}
