"""What a coupon is, and what a caller may ask for."""

import base64
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

# Crockford's base 32: no I, L, O or U, so that a code survives being read aloud or typed.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
COUPON_ID = rf"^[{ALPHABET}]{{12}}$"
IDEMPOTENCY_KEY = r"^[A-Za-z0-9_-]{8,64}$"
LONGEST_VALIDITY = timedelta(days=5 * 365)

_TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_ISSUED_AT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
_POSITION = re.compile(rf"({_ISSUED_AT}) ([{ALPHABET}]{{12}})", re.ASCII)


def new_coupon_id() -> str:
    """Sixty random bits: too many to guess a live code through a throttled API."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


def to_text(moment: datetime) -> str:
    """A moment of UTC, of fixed width: so the order of the texts is the order in time."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _as_timestamp(value: object) -> object:
    # Pydantic alone would also take a number of seconds, or a date without a time.
    if isinstance(value, str) and _TIMESTAMP.fullmatch(value):
        return value
    raise PydanticCustomError(
        "timestamp", "Input should be a time with its offset, such as 2030-01-31T23:59:59Z"
    )


def _still_to_come(value: datetime) -> datetime:
    now = datetime.now(UTC)
    if value <= now:
        raise PydanticCustomError("timestamp_past", "Input should be in the future")
    if value > now + LONGEST_VALIDITY:
        raise PydanticCustomError("timestamp_far", "Input should be at most five years ahead")
    return value


ExpiryTime = Annotated[
    AwareDatetime,
    Field(strict=False),
    BeforeValidator(_as_timestamp),
    AfterValidator(_still_to_come),
]
# One line of printable text: `\p{C}` is control, format and unassigned characters.
Description = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\p{C}\p{Zl}\p{Zp}]+$"
    ),
]

Status = Literal["active", "redeemed", "expired"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Discount(_Model):
    """A share of the price, or an amount of money in the minor unit of its currency."""

    percent: int | None = Field(default=None, ge=1, le=100)
    amount: int | None = Field(default=None, ge=1, le=1_000_000)
    currency: Literal["GBP", "EUR", "USD"] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise PydanticCustomError(
                "discount_kind", "Input should have either percent, or amount and currency"
            )
        if (self.amount is None) != (self.currency is None):
            raise PydanticCustomError(
                "discount_currency", "Input should have a currency exactly when it has an amount"
            )
        return self


class NewCoupon(_Model):
    """What a caller says to have a coupon issued."""

    description: Description
    discount: Discount
    expires_at: ExpiryTime


class Coupon(_Model):
    """A coupon as callers see it; times are in UTC."""

    coupon_id: str
    description: str
    discount: Discount
    status: Status
    issued_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None


def status(expires_at: datetime, now: datetime, *, redeemed: bool) -> Status:
    """What has become of a coupon by ``now``."""
    if redeemed:
        return "redeemed"
    return "expired" if expires_at <= now else "active"


class CouponPage(_Model):
    """Some coupons, the newest first, and where to go on: null at the end."""

    coupons: list[Coupon]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the list of coupons, the newest first."""

    issued_at: str
    coupon_id: str

    @classmethod
    def of(cls, coupon: Coupon) -> Self:
        """Where the coupon is."""
        return cls(to_text(coupon.issued_at), coupon.coupon_id)

    def to_cursor(self) -> str:
        """The form that callers keep and give back, without looking inside."""
        text = f"{self.issued_at} {self.coupon_id}"
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    @classmethod
    def from_cursor(cls, cursor: str) -> Self:
        """Raises ValueError for anything that `to_cursor` does not make."""
        padding = "=" * (-len(cursor) % 4)
        text = base64.b64decode(cursor + padding, altchars=b"-_", validate=True).decode()
        match = _POSITION.fullmatch(text)
        if match is None:
            raise ValueError("cursor holds no position")
        datetime.fromisoformat(match[1])  # refuses the thirteenth month
        return cls(issued_at=match[1], coupon_id=match[2])
