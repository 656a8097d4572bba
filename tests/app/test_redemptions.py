"""The log of redemptions."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from coupons.logs import RequestLog
from coupons.service import create_app
from tests.app.asking import Call, calling, issue
from tests.app.stores import LOGS, Kept, logged

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

KEY = {"Idempotency-Key": "caller-one"}
OTHER_KEY = {"Idempotency-Key": "caller-two"}


@pytest.fixture
def logs(dynamodb: "DynamoDBClient") -> Iterator["DynamoDBClient"]:
    """The client of the log, which is empty again afterwards."""
    yield dynamodb
    for item in entries(dynamodb):
        key = {name: {"S": item[name]["S"]} for name in ("log_id", "timestamp")}
        dynamodb.delete_item(TableName=LOGS, Key=key)


@pytest.fixture
def call(kept: Kept, logs: "DynamoDBClient") -> Call:
    return calling(RequestLog(create_app(logged(kept.store(), logs))))


def entries(logs: "DynamoDBClient") -> list[Any]:
    return logs.scan(TableName=LOGS)["Items"]


def redeem(call: Call, coupon_id: str, key: dict[str, str] = KEY) -> Any:
    return call("POST", f"/api/coupons/{coupon_id}/redemption", headers=key)


def test_a_redemption_is_logged_and_forgotten_after_ninety_days(
    call: Call, logs: "DynamoDBClient"
) -> None:
    coupon_id = issue(call)["coupon_id"]
    answer = redeem(call, coupon_id)
    redeemed_at = datetime.fromisoformat(answer.json()["redeemed_at"])
    (entry,) = entries(logs)
    assert entry == {
        "log_id": {"S": f"redemption-{coupon_id}"},
        "timestamp": {"S": redeemed_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")},
        "expires_at": {"N": str(int((redeemed_at + timedelta(days=90)).timestamp()))},
        "event": {"S": "coupon-redeemed"},
        "coupon_id": {"S": coupon_id},
        "request_id": {"S": answer.headers["x-request-id"]},
    }


def test_the_same_redemption_is_logged_once(call: Call, logs: "DynamoDBClient") -> None:
    coupon_id = issue(call)["coupon_id"]
    first = redeem(call, coupon_id)
    (entry,) = entries(logs)
    assert entry["request_id"]["S"] == first.headers["x-request-id"]
    assert redeem(call, coupon_id).status_code == 200
    assert entries(logs) == [entry]


def test_what_is_refused_or_only_read_is_not_logged(call: Call, logs: "DynamoDBClient") -> None:
    coupon_id = issue(call)["coupon_id"]
    redeem(call, coupon_id)
    assert redeem(call, coupon_id, OTHER_KEY).status_code == 409
    assert redeem(call, "0123456789AB").status_code == 404
    call("GET", "/api/coupons")
    call("GET", f"/api/coupons/{coupon_id}")
    assert len(entries(logs)) == 1


def test_an_entry_that_could_not_be_written_is_written_when_the_caller_asks_again(
    call: Call, logs: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    coupon_id = issue(call)["coupon_id"]
    put_item = type(logs).put_item

    def busy(client: "DynamoDBClient", **request: Any) -> Any:
        if request["TableName"] == LOGS:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem")
        return put_item(client, **request)

    with monkeypatch.context() as patch:
        patch.setattr(type(logs), "put_item", busy)
        refused = redeem(call, coupon_id)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert entries(logs) == []
    assert redeem(call, coupon_id).status_code == 200
    assert [entry["coupon_id"]["S"] for entry in entries(logs)] == [coupon_id]
