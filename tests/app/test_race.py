"""Two callers at the same moment."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx

from coupons.service import create_app
from tests.app.asking import TABLE, Call, issue

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient


class Meeting:
    """A client that writes only when two callers are about to write.

    Whatever either has read by then is out of date. As DynamoDB does, it then applies one update
    after the other; moto by itself promises no order.
    """

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client
        self._both = threading.Barrier(2, timeout=20)
        self._item = threading.Lock()

    def update_item(self, **request: Any) -> object:
        self._both.wait()
        with self._item:
            return self._client.update_item(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def redeem_twice(
    table: "DynamoDBClient", coupon_id: str, keys: tuple[str, str]
) -> list[httpx.Response]:
    app = create_app(TABLE)
    app.state.store.__dict__["_client"] = Meeting(table)

    def redeem(key: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="https://test") as client:
                return await client.post(
                    f"/api/coupons/{coupon_id}/redemption", headers={"Idempotency-Key": key}
                )

        return asyncio.run(ask())

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(redeem, keys))


def test_of_two_callers_at_once_exactly_one_redeems(call: Call, table: "DynamoDBClient") -> None:
    coupon_id = issue(call)["coupon_id"]
    answers = redeem_twice(table, coupon_id, ("caller-one", "caller-two"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert call("GET", f"/api/coupons/{coupon_id}").json() == won


def test_one_caller_who_asks_twice_at_once_gets_one_answer(
    call: Call, table: "DynamoDBClient"
) -> None:
    answers = redeem_twice(table, issue(call)["coupon_id"], ("caller-one", "caller-one"))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
