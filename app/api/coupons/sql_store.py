"""Coupons in PostgreSQL."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Row, insert, select, tuple_, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from coupons.models import Coupon, Discount, NewCoupon, Position, new_coupon_id, status
from coupons.problems import (
    CouponExpiredError,
    CouponNotFoundError,
    CouponRedeemedError,
    StoreBusyError,
)
from coupons.tables import COUPONS

_LOG = logging.getLogger(__name__)

# Classes of SQLSTATE: no connection, no resources, ended by an operator or a timeout. And single
# states: a lock that was not to be had in time, and transactions that stood in each other's way.
_BUSY = ("08", "53", "57", "55P03", "40001", "40P01")


class SqlStore:
    """The coupons of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def issue(self, new: NewCoupon) -> Coupon:
        """Keep a new coupon under an id of its own."""
        now = datetime.now(UTC)
        values = {
            **new.discount.model_dump(),
            "coupon_id": new_coupon_id(),
            "description": new.description,
            "issued_at": now,
            # In whole seconds, as the table of DynamoDB has it.
            "expires_at": new.expires_at.replace(microsecond=0),
        }
        with self._transaction() as transaction:
            row = transaction.execute(insert(COUPONS).values(values).returning(COUPONS)).one()
        return _coupon(row, now)

    def read(self, coupon_id: str) -> Coupon:
        """The coupon as it is now."""
        with self._transaction() as transaction:
            row = _find(transaction, coupon_id)
        return _coupon(row, datetime.now(UTC))

    def page(self, limit: int, after: Position | None) -> tuple[list[Coupon], Position | None]:
        """Up to ``limit`` coupons, the newest first, and the last position if more follow."""
        place = tuple_(COUPONS.c.issued_at, COUPONS.c.coupon_id)
        # One more tells whether there is more.
        query = (
            select(COUPONS)
            .order_by(COUPONS.c.issued_at.desc(), COUPONS.c.coupon_id.desc())
            .limit(limit + 1)
        )
        if after is not None:
            query = query.where(place < (datetime.fromisoformat(after.issued_at), after.coupon_id))
        with self._transaction() as transaction:
            rows = transaction.execute(query).all()
        now = datetime.now(UTC)
        shown = [_coupon(row, now) for row in rows[:limit]]
        last = Position.of(shown[-1]) if len(rows) > limit else None
        return shown, last

    def redeem(self, coupon_id: str, redemption_key: str) -> Coupon:
        """Redeem the coupon once; the same ``redemption_key`` gets the same answer again.

        The condition is what decides between two callers at the same moment: the second waits for
        the first's transaction, and then looks again at what has become of the row.
        """
        now = datetime.now(UTC)
        redemption = (
            update(COUPONS)
            .where(
                COUPONS.c.coupon_id == coupon_id,
                COUPONS.c.redeemed_at.is_(None),
                COUPONS.c.expires_at > now,
            )
            .values(redeemed_at=now, redemption_key=redemption_key)
            .returning(COUPONS)
        )
        with self._transaction() as transaction:
            row = transaction.execute(redemption).one_or_none()
            if row is None:
                row = _find(transaction, coupon_id)
                if row.redeemed_at is None:
                    raise CouponExpiredError
                if row.redemption_key != redemption_key:
                    raise CouponRedeemedError
        return _coupon(row, now)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Begin and end a transaction; tell a database that is busy from one that is wrong."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except (DBAPIError, PoolTimeoutError) as error:
            if not _busy(error):
                raise
            # The answer says no more than that; the reason is for whoever runs the service.
            _LOG.warning("the database is busy", exc_info=error)
            raise StoreBusyError from error


def _busy(error: DBAPIError | PoolTimeoutError) -> bool:
    if isinstance(error, PoolTimeoutError):
        return True
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:
        # There was no connection, or no longer. Of a failure to connect the driver keeps nothing
        # but the message, so a refused sign-in counts as well: the log says which it was.
        return isinstance(error, OperationalError)
    return state.startswith(_BUSY)


def _find(connection: Connection, coupon_id: str) -> Row[tuple[object, ...]]:
    row = connection.execute(select(COUPONS).where(COUPONS.c.coupon_id == coupon_id)).one_or_none()
    if row is None:
        raise CouponNotFoundError
    return row


def _coupon(row: Row[tuple[object, ...]], now: datetime) -> Coupon:
    return Coupon(
        coupon_id=row.coupon_id,
        description=row.description,
        discount=Discount(percent=row.percent, amount=row.amount, currency=row.currency),
        status=status(row.expires_at, now, redeemed=row.redeemed_at is not None),
        issued_at=row.issued_at.astimezone(UTC),
        expires_at=row.expires_at.astimezone(UTC),
        redeemed_at=None if row.redeemed_at is None else row.redeemed_at.astimezone(UTC),
    )
