"""Where coupons are kept: what every store can do, and which one a function has."""

from collections.abc import Mapping
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


def open_store(environment: Mapping[str, str]) -> Store:
    """The store that the function's environment describes: PostgreSQL if there is one.

    Raises KeyError when it describes none. Nothing is connected yet, and only what the chosen
    store needs is imported: the libraries of PostgreSQL take as long as the rest of the service,
    and the package of a function without a database does not have them.
    """
    if "DATABASE_HOST" in environment or "DATABASE_SECRET_ARN" in environment:
        from coupons.database import open_database  # noqa: PLC0415
        from coupons.sql_store import SqlStore  # noqa: PLC0415

        store: Store = SqlStore(open_database(environment))
    else:
        from coupons.table_store import TableStore  # noqa: PLC0415

        store = TableStore(environment["TABLE_COUPONS"])
    if "TABLE_LOGS" in environment:
        from coupons.redemptions import LoggedStore, RedemptionLog  # noqa: PLC0415

        store = LoggedStore(store, RedemptionLog(environment["TABLE_LOGS"]))
    return store
