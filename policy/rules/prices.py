"""What AWS charges for what stands there, whether used or not: ``policy/prices.json``."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

HOURS: Final = 730

_TABLE: Final = Path(__file__).resolve().parent.parent / "prices.json"
# The class of a server: `db.r6g.2xlarge`, `m6g.large.search`, `kafka.m5.large`, `t3.micro`.
_CLASS: Final = re.compile(r"(?:(?:db|cache|kafka)\.)?(?P<family>[a-z][\w-]*)\.(?P<size>[\w-]+)")
_SIZES: Final = {
    "nano": 1 / 16,
    "micro": 1 / 8,
    "small": 1 / 4,
    "medium": 1 / 2,
    "large": 1.0,
    "xlarge": 2.0,
    "metal": 48.0,
}
_MULTIPLE: Final = re.compile(r"(?:metal-)?(\d{1,3})(?:xlarge|xl)")


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table


def usd(name: str) -> float:
    """The price of one unit, in US dollars."""
    return float(_table()["prices"][name]["usd"])


def of_class(service: str, name: str) -> float:
    """What a server of a class costs in an hour; nothing for a class that can't be told.

    A family that the table doesn't have is taken for the nearest by its first letters.
    """
    table = _table()["sizes"][service]
    found = _CLASS.match(name.lower())
    if found is None:
        return 0.0
    family, size = found["family"], found["size"]
    exact = table.get("exact", {}).get(f"{family}.{size}")
    if exact is not None:
        return float(exact)
    large = next(
        (
            table["large"][family[:length]]
            for length in range(len(family), 0, -1)
            if family[:length] in table["large"]
        ),
        0.0,
    )
    return float(large) * _of_large(size)


def _of_large(size: str) -> float:
    """How many times as much as ``large``."""
    multiple = _MULTIPLE.match(size)
    return 2.0 * int(multiple[1]) if multiple else _SIZES.get(size, 0.0)
