"""The tables in PostgreSQL, which the migrations of ``app/migrations`` make.

Nothing but SQLAlchemy is needed here: the function that migrates has no more of the service.
"""

from sqlalchemy import (
    CHAR,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

COUPONS = Table(
    "coupons",
    MetaData(),
    Column("coupon_id", CHAR(12), primary_key=True),
    Column("description", Text, nullable=False),
    Column("percent", SmallInteger),
    Column("amount", Integer),
    Column("currency", CHAR(3)),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("redeemed_at", DateTime(timezone=True)),
    Column("redemption_key", Text),
    CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name="coupons_one_discount"),
    CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="coupons_amount_in_currency"),
    CheckConstraint(
        "(redeemed_at IS NULL) = (redemption_key IS NULL)", name="coupons_redeemed_by_key"
    ),
    # The list goes backwards through it.
    Index("coupons_newest", "issued_at", "coupon_id"),
)
