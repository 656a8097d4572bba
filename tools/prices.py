"""Reads docs/prices.yaml: what AWS charges, and what each stack is assumed to be used for.

What the policy pack counts with too stands in ``policy/prices.json``: the pack is served alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

_ROOT: Final = Path(__file__).resolve().parent.parent
PATH: Final = _ROOT / "docs" / "prices.yaml"
PACK: Final = _ROOT / "policy" / "prices.json"
_AMOUNT: Final = ("usd", "list", "region", "published")
_LISTS: Final = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws"
_REGION: Final = "eu-west-2"


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What one unit costs.

    Attributes:
        usd: US dollars for one unit, without tax.
        url: the price list that it was taken from.
        line: the usage type in the list.
        published: the list's date; none, where it could not be found.
        stands_for: what it is used for in place of a price that could not be found.
    """

    usd: float
    url: str
    line: str
    published: date | None
    stands_for: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """The whole file.

    Attributes:
        not_found: prices that nobody could find, in words.
        usage: by stack, what a month is assumed to bring.
    """

    prices: Mapping[str, Price]
    not_found: tuple[str, ...]
    usage: Mapping[str, Mapping[str, float]]

    def usd(self, name: str) -> float:
        """The price of one unit.

        Raises:
            LookupError: naming the file to extend.
        """
        if name not in self.prices:
            raise LookupError(f"docs/prices.yaml has no price {name}")
        return self.prices[name].usd


def load() -> Prices:
    """Read both files.

    Raises:
        ValueError: for a price that stands in both, or in neither.
    """
    raw = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    pack = json.loads(PACK.read_text(encoding="utf-8"))["prices"]
    return Prices(
        prices={
            name: _price(_with_amount(name, entry, pack)) for name, entry in raw["prices"].items()
        },
        not_found=tuple(raw["not_found"]),
        usage=raw["usage"],
    )


def _with_amount(
    name: str, entry: Mapping[str, object], pack: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, object]:
    """An entry with what the pack says of it."""
    if (name in pack) is ("usd" in entry):
        raise ValueError(f"{name} must have its price in just one of {PATH.name} and {PACK.name}")
    if name not in pack:
        return entry
    amount = {key: pack[name][key] for key in _AMOUNT if key in pack[name]}
    published = amount["published"]
    dated = None if published is None else date.fromisoformat(published)
    return {**entry, **amount, "published": dated}


def _price(entry: Mapping[str, object]) -> Price:
    known = {"usd", "list", "global", "region", "line", "published", "stands_for"}
    if unknown := entry.keys() - known:
        raise ValueError(f"docs/prices.yaml must not have {', '.join(sorted(unknown))}")
    usd, published, stands_for = entry["usd"], entry["published"], entry.get("stands_for")
    if not isinstance(usd, float) or not isinstance(published, date | None):
        raise TypeError(f"docs/prices.yaml must give usd and published, got {entry}")
    place = "" if entry.get("global") else f"/{entry.get('region', _REGION)}"
    return Price(
        usd=usd,
        url=f"{_LISTS}/{entry['list']}/current{place}/index.json",
        line=str(entry["line"]),
        published=published,
        stands_for=None if stands_for is None else str(stands_for),
    )
