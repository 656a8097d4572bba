"""Reads docs/prices.yaml: what AWS charges, and what each stack is assumed to be used for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import yaml

PATH: Final = Path(__file__).resolve().parent.parent / "docs" / "prices.yaml"
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


def load(path: Path = PATH) -> Prices:
    """Read the file."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Prices(
        prices={name: _price(entry) for name, entry in raw["prices"].items()},
        not_found=tuple(raw["not_found"]),
        usage=raw["usage"],
    )


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
