"""The coupon service, asked over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.app.asking import Call, in_days, issue, new
from tests.app.stores import Kept

KEY = {"Idempotency-Key": "5f0c7f5e-6c39-4b80-9a37-0a6bb2cd6f0b"}
OTHER_KEY = {"Idempotency-Key": "another-caller"}


def test_health_needs_no_table(call: Call) -> None:
    response = call("GET", "/api/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_an_issued_coupon_can_be_read_at_its_location(call: Call) -> None:
    expires_at = in_days(30)
    response = call("POST", "/api/coupons", json=new(expires_at=expires_at))
    issued = response.json()
    assert issued | {"coupon_id": "", "issued_at": ""} == {
        "coupon_id": "",
        "description": "Spring sale",
        "discount": {"percent": 15, "amount": None, "currency": None},
        "status": "active",
        "issued_at": "",
        "expires_at": expires_at,
        "redeemed_at": None,
    }
    assert response.headers["location"] == f"/api/coupons/{issued['coupon_id']}"
    assert call("GET", response.headers["location"]).json() == issued


def test_money_stays_a_whole_number_of_minor_units(call: Call) -> None:
    coupon = issue(call, discount={"amount": 1999, "currency": "EUR"})
    read = call("GET", f"/api/coupons/{coupon['coupon_id']}").json()
    assert read["discount"] == {"percent": None, "amount": 1999, "currency": "EUR"}


def test_an_offset_is_turned_into_universal_time(call: Call) -> None:
    noon = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT12:00:00")
    assert issue(call, expires_at=f"{noon}+02:00")["expires_at"] == noon.replace("12", "10", 1) + (
        "Z"
    )


def test_answers_are_never_stored_on_the_way(call: Call) -> None:
    assert call("GET", "/api/coupons").headers["cache-control"] == "no-store"


def test_a_coupon_is_redeemed_once_and_says_when(call: Call) -> None:
    coupon = issue(call)
    path = f"/api/coupons/{coupon['coupon_id']}"
    response = call("POST", f"{path}/redemption", headers=KEY)
    redeemed = response.json()
    assert response.status_code == 200
    assert redeemed == coupon | {"status": "redeemed", "redeemed_at": redeemed["redeemed_at"]}
    assert datetime.now(UTC) - datetime.fromisoformat(redeemed["redeemed_at"]) < timedelta(
        minutes=1
    )
    assert call("GET", path).json() == redeemed


def test_the_same_key_gets_the_same_answer_again(call: Call) -> None:
    path = f"/api/coupons/{issue(call)['coupon_id']}/redemption"
    first = call("POST", path, headers=KEY)
    second = call("POST", path, headers=KEY)
    assert (second.status_code, second.json()) == (200, first.json())


def test_the_same_key_gets_the_same_answer_even_after_the_coupon_expired(
    call: Call, kept: Kept
) -> None:
    coupon_id = issue(call)["coupon_id"]
    path = f"/api/coupons/{coupon_id}/redemption"
    first = call("POST", path, headers=KEY).json()
    kept.expire(coupon_id)
    second = call("POST", path, headers=KEY)
    assert second.status_code == 200
    assert second.json()["redeemed_at"] == first["redeemed_at"]


def test_a_second_caller_is_refused(call: Call) -> None:
    path = f"/api/coupons/{issue(call)['coupon_id']}/redemption"
    call("POST", path, headers=KEY)
    refused = call("POST", path, headers=OTHER_KEY)
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:plinth:problem:coupon-redeemed"


def test_an_expired_coupon_is_gone_but_can_still_be_read(call: Call, kept: Kept) -> None:
    coupon_id = issue(call)["coupon_id"]
    kept.expire(coupon_id)
    refused = call("POST", f"/api/coupons/{coupon_id}/redemption", headers=KEY)
    assert (refused.status_code, refused.json()["type"]) == (
        410,
        "urn:plinth:problem:coupon-expired",
    )
    read = call("GET", f"/api/coupons/{coupon_id}").json()
    assert (read["status"], read["redeemed_at"]) == ("expired", None)


def test_redeeming_an_unknown_coupon_makes_none(call: Call, kept: Kept) -> None:
    refused = call("POST", "/api/coupons/0123456789AB/redemption", headers=KEY)
    assert refused.status_code == 404
    assert kept.count() == 0


def walk(call: Call, limit: int) -> list[list[str]]:
    """The ids of every page, in order."""
    pages = []
    cursor = None
    while True:
        query = {"limit": limit} if cursor is None else {"limit": limit, "cursor": cursor}
        answer = call("GET", "/api/coupons", params=query).json()
        pages.append([coupon["coupon_id"] for coupon in answer["coupons"]])
        cursor = answer["next_cursor"]
        if cursor is None:
            return pages


def test_the_list_has_each_coupon_once_and_the_newest_first(call: Call) -> None:
    issued = [issue(call)["coupon_id"] for _ in range(5)]
    newest = issued[::-1]
    assert walk(call, 2) == [newest[:2], newest[2:4], newest[4:]]


def test_a_full_last_page_has_no_empty_page_after_it(call: Call) -> None:
    newest = [issue(call)["coupon_id"] for _ in range(4)][::-1]
    assert walk(call, 2) == [newest[:2], newest[2:]]


def test_an_empty_list_is_one_empty_page(call: Call) -> None:
    assert call("GET", "/api/coupons").json() == {"coupons": [], "next_cursor": None}


def test_a_page_has_twenty_coupons_unless_asked_otherwise(call: Call) -> None:
    for _ in range(21):
        issue(call)
    assert [len(call("GET", "/api/coupons").json()["coupons"]), len(walk(call, 100)[0])] == [20, 21]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "!!!!",
        "bm90IGEgcG9zaXRpb24",
        "eyJjb3Vwb25faWQiOiAiQSJ9",
        "é",
        "A" * 199,
        # Of the right form, in the thirteenth month.
        "MjAzMC0xMy0wMVQwMDowMDowMC4wMDAwMDBaIDAxMjM0NTY3ODlBQg",
    ],
)
def test_a_cursor_that_was_not_given_out_is_refused(call: Call, cursor: str) -> None:
    refused = call("GET", "/api/coupons", params={"cursor": cursor})
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:plinth:problem:invalid-cursor"
