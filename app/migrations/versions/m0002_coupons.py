"""The table of coupons, and what the API may do with it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "coupons",
        sa.Column("coupon_id", sa.CHAR(12), primary_key=True),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("percent", sa.SmallInteger),
        sa.Column("amount", sa.Integer),
        sa.Column("currency", sa.CHAR(3)),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True)),
        sa.Column("redemption_key", sa.Text),
        sa.CheckConstraint("(percent IS NULL) <> (amount IS NULL)", name="coupons_one_discount"),
        sa.CheckConstraint(
            "(amount IS NULL) = (currency IS NULL)", name="coupons_amount_in_currency"
        ),
        sa.CheckConstraint(
            "(redeemed_at IS NULL) = (redemption_key IS NULL)", name="coupons_redeemed_by_key"
        ),
    )
    op.create_index("coupons_newest", "coupons", ["issued_at", "coupon_id"])
    # What was issued stays as it is, and stays: the API can only redeem it.
    op.execute("GRANT SELECT, INSERT ON coupons TO app")
    op.execute("GRANT UPDATE (redeemed_at, redemption_key) ON coupons TO app")


def downgrade() -> None:
    """Remove the table, with all coupons in it."""
    op.drop_table("coupons")
