"""Two callers at the same moment, each in an environment of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx

from coupons.service import create_app
from tests.app.asking import Call, calling, issue
from tests.app.stores import Kept


def redeem_twice(kept: Kept, coupon_id: str, keys: tuple[str, str]) -> list[httpx.Response]:
    barrier = threading.Barrier(2, timeout=20)
    # Made one after the other: while it makes a service, FastAPI changes what warnings do, which
    # is one thing for all threads.
    calls = [calling(create_app(kept.meeting(barrier))) for _ in keys]

    def redeem(call: Call, key: str) -> httpx.Response:
        path = f"/api/coupons/{coupon_id}/redemption"
        return call("POST", path, headers={"Idempotency-Key": key})

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(redeem, calls, keys))


def test_of_two_callers_at_once_exactly_one_redeems(call: Call, kept: Kept) -> None:
    coupon_id = issue(call)["coupon_id"]
    answers = redeem_twice(kept, coupon_id, ("caller-one", "caller-two"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert call("GET", f"/api/coupons/{coupon_id}").json() == won


def test_one_caller_who_asks_twice_at_once_gets_one_answer(call: Call, kept: Kept) -> None:
    answers = redeem_twice(kept, issue(call)["coupon_id"], ("caller-one", "caller-one"))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
