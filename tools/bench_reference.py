"""The same API as most would write it, with the libraries that the first system names.

What `tools.bench_app` compares the platform's own with; it writes this into its folder.
"""

from typing import Final

LIBRARIES: Final = ("fastapi", "mangum", "psycopg2-binary>=2.9,<3", "pydantic", "sqlalchemy")

SOURCE: Final = """
import os
import secrets
from datetime import datetime, timezone

import sqlalchemy as sa
from fastapi import FastAPI, Header, HTTPException
from mangum import Mangum
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

engine = sa.create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
new_session = sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class CouponRow(Base):
    __tablename__ = "coupons"

    coupon_id: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    description: Mapped[str]
    percent: Mapped[int | None]
    amount: Mapped[int | None]
    currency: Mapped[str | None] = mapped_column(sa.String(3))
    issued_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    redeemed_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    redemption_key: Mapped[str | None]


class NewCoupon(BaseModel):
    description: str = Field(min_length=1, max_length=80)
    percent: int | None = Field(default=None, ge=1, le=100)
    amount: int | None = Field(default=None, ge=1, le=1_000_000)
    currency: str | None = None
    expires_at: datetime


class Coupon(NewCoupon):
    model_config = ConfigDict(from_attributes=True)

    coupon_id: str
    issued_at: datetime
    redeemed_at: datetime | None


class Health(BaseModel):
    status: str = "ok"


app = FastAPI(title="Coupons")


@app.get("/api/health")
async def health() -> Health:
    return Health()


@app.post("/api/coupons", status_code=201)
def issue(new: NewCoupon) -> Coupon:
    with new_session.begin() as session:
        row = CouponRow(
            **new.model_dump(),
            coupon_id=secrets.token_hex(6),
            issued_at=datetime.now(timezone.utc),
        )
        session.add(row)
        session.flush()
        return Coupon.model_validate(row)


@app.get("/api/coupons")
def page(limit: int = 20) -> list[Coupon]:
    with new_session() as session:
        rows = session.scalars(
            sa.select(CouponRow).order_by(CouponRow.issued_at.desc()).limit(limit)
        )
        return [Coupon.model_validate(row) for row in rows]


@app.get("/api/coupons/{coupon_id}")
def read(coupon_id: str) -> Coupon:
    with new_session() as session:
        return Coupon.model_validate(find(session, coupon_id))


@app.post("/api/coupons/{coupon_id}/redemption")
def redeem(coupon_id: str, idempotency_key: str = Header()) -> Coupon:
    with new_session.begin() as session:
        row = find(session, coupon_id, with_for_update=True)
        if row.redemption_key not in (None, idempotency_key):
            raise HTTPException(409)
        if row.redeemed_at is None:
            row.redeemed_at = datetime.now(timezone.utc)
            row.redemption_key = idempotency_key
        return Coupon.model_validate(row)


def find(session: Session, coupon_id: str, **options: bool) -> CouponRow:
    row = session.get(CouponRow, coupon_id, **options)
    if row is None:
        raise HTTPException(404)
    return row


handler = Mangum(app, lifespan="off")
"""
