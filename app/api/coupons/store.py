"""Where coupons are kept: what every store can do."""

from typing import Protocol

from coupons.models import Coupon, NewCoupon, Position


class Store(Protocol):
    """Coupons that are issued, listed, and redeemed once.

    Methods raise the errors of `coupons.problems`: `StoreBusyError` wherever asking again may help.
    """

    def issue(self, new: NewCoupon) -> Coupon:
        """Keep a new coupon under an id of its own."""

    def read(self, coupon_id: str) -> Coupon:
        """The coupon as it is now, not as it was a moment ago."""

    def page(self, limit: int, after: Position | None) -> tuple[list[Coupon], Position | None]:
        """Up to ``limit`` coupons, the newest first, and the last position if more follow."""

    def redeem(self, coupon_id: str, redemption_key: str) -> Coupon:
        """Redeem the coupon once; the same ``redemption_key`` gets the same answer again."""
