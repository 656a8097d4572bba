"""The HTTP side of the coupon service."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coupons import problems
from coupons.models import COUPON_ID, IDEMPOTENCY_KEY, Coupon, CouponPage, NewCoupon, Position
from coupons.store import Store

# A coupon takes a few hundred bytes: more is a mistake, or an attack on the parser.
LARGEST_BODY_BYTES = 16 * 1024


async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


Coupons = Annotated[Store, Depends(_store)]
CouponId = Annotated[str, Path(pattern=COUPON_ID)]

router = APIRouter(prefix="/api")


class Health(BaseModel):
    """That the function runs; it says nothing of the table, so that a probe costs nothing."""

    status: Literal["ok"] = "ok"


@router.get("/health")
async def health() -> Health:
    """Whether the function runs."""
    return Health()


@router.post("/coupons", status_code=201)
def issue(new: NewCoupon, store: Coupons, response: Response) -> Coupon:
    """Issue a coupon."""
    coupon = store.issue(new)
    response.headers["location"] = f"/api/coupons/{coupon.coupon_id}"
    return coupon


@router.get("/coupons")
def page(
    store: Coupons,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> CouponPage:
    """List the coupons, the newest first."""
    try:
        after = None if cursor is None else Position.from_cursor(cursor)
    except ValueError:
        raise problems.InvalidCursorError from None
    coupons, last = store.page(limit, after)
    return CouponPage(coupons=coupons, next_cursor=None if last is None else last.to_cursor())


@router.get("/coupons/{coupon_id}")
def read(coupon_id: CouponId, store: Coupons) -> Coupon:
    """Read one coupon."""
    return store.read(coupon_id)


@router.post("/coupons/{coupon_id}/redemption")
def redeem(
    coupon_id: CouponId,
    store: Coupons,
    idempotency_key: Annotated[str, Header(pattern=IDEMPOTENCY_KEY)],
) -> Coupon:
    """Redeem a coupon: once, however often the caller with this key asks."""
    return store.redeem(coupon_id, idempotency_key)


class BodyLimit:
    """Stops reading a body that is too long: FastAPI's own limit answers in plain text."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self._app(scope, limited, send)


def create_app(store: Store) -> FastAPI:
    """The service on the coupons of this store."""
    app = FastAPI(
        title="Coupons",
        # The documentation pages load scripts from elsewhere, and anyone could read them.
        openapi_url=None,
        # A redirect would name the API's own host, which answers to the distribution only.
        redirect_slashes=False,
    )
    app.state.store = store
    app.include_router(router)
    app.add_middleware(BodyLimit, limit=LARGEST_BODY_BYTES)
    problems.install(app)
    return app
