"""What the coupon service answers when it can't do what it is asked: problem details, always."""

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

from coupons.logs import RequestLog
from coupons.service import create_app
from tests.app.asking import Call, calling, new
from tests.app.stores import Kept, KeptInTable

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"description": ""}, "#/description"),
        ({"description": "   "}, "#/description"),
        ({"description": "x" * 81}, "#/description"),
        ({"description": "two\nlines"}, "#/description"),
        ({"description": "turned\u202eround"}, "#/description"),
        ({"description": 7}, "#/description"),
        ({"discount": {"percent": 0}}, "#/discount/percent"),
        ({"discount": {"percent": 101}}, "#/discount/percent"),
        ({"discount": {"percent": "15"}}, "#/discount/percent"),
        ({"discount": {"percent": 1.5}}, "#/discount/percent"),
        ({"discount": {"percent": True}}, "#/discount/percent"),
        ({"discount": {}}, "#/discount"),
        ({"discount": {"percent": 5, "amount": 5, "currency": "GBP"}}, "#/discount"),
        ({"discount": {"amount": 500}}, "#/discount"),
        ({"discount": {"percent": 5, "currency": "GBP"}}, "#/discount"),
        ({"discount": {"amount": 0, "currency": "GBP"}}, "#/discount/amount"),
        ({"discount": {"amount": 1_000_001, "currency": "GBP"}}, "#/discount/amount"),
        ({"discount": {"amount": 500, "currency": "JPY"}}, "#/discount/currency"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "#/expires_at"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "#/expires_at"),
        ({"expires_at": "2030-01-31T00:00:00"}, "#/expires_at"),
        ({"expires_at": "2030-01-31"}, "#/expires_at"),
        ({"expires_at": 1900000000}, "#/expires_at"),
        ({"expires_at": "1900000000"}, "#/expires_at"),
        ({"expires_at": "2030-02-30T00:00:00Z"}, "#/expires_at"),
        ({"a/b~c": 1}, "#/a~1b~0c"),
    ],
)
def test_input_that_is_not_allowed_is_pointed_at(
    call: Call, kept: Kept, changes: dict[str, Any], pointer: str
) -> None:
    refused = call("POST", "/api/coupons", json=new(**changes))
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert kept.count() == 0


@pytest.mark.parametrize(
    ("method", "path", "headers", "parameter"),
    [
        ("GET", "/api/coupons?limit=0", {}, "limit"),
        ("GET", "/api/coupons?limit=101", {}, "limit"),
        ("GET", "/api/coupons?limit=ten", {}, "limit"),
        ("GET", f"/api/coupons?cursor={'A' * 201}", {}, "cursor"),
        ("GET", "/api/coupons/short", {}, "coupon_id"),
        ("GET", "/api/coupons/0123456789AI", {}, "coupon_id"),
        ("POST", "/api/coupons/0123456789AB/redemption", {}, "idempotency-key"),
        (
            "POST",
            "/api/coupons/0123456789AB/redemption",
            {"Idempotency-Key": "short"},
            "idempotency-key",
        ),
    ],
)
def test_a_parameter_that_is_not_allowed_is_named(
    call: Call, method: str, path: str, headers: dict[str, str], parameter: str
) -> None:
    refused = call(method, path, headers=headers)
    assert refused.status_code == 422
    assert [error["parameter"] for error in refused.json()["errors"]] == [parameter]


def test_what_was_sent_is_not_sent_back(call: Call) -> None:
    private = "ada@example.org"
    refused = call("POST", "/api/coupons", json=new(expires_at=private))
    assert refused.status_code == 422
    assert private not in refused.text


def problem(status: int, title: str, kind: str | None = None) -> dict[str, object]:
    kind = "about:blank" if kind is None else f"urn:plinth:problem:{kind}"
    return {"type": kind, "title": title, "status": status}


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/api/nothing", None, problem(404, "Not Found")),
        ("GET", "/api/coupons/", None, problem(404, "Not Found")),
        ("GET", "/docs", None, problem(404, "Not Found")),
        ("GET", "/openapi.json", None, problem(404, "Not Found")),
        ("DELETE", "/api/coupons", None, problem(405, "Method Not Allowed")),
        ("POST", "/api/coupons", b"\xff\xfe\xfa", problem(400, "Bad Request")),
        # Python 3.13 gave this status a new name.
        ("POST", "/api/coupons", b"[" * 17_000, problem(413, HTTPStatus(413).phrase)),
        (
            "GET",
            "/api/coupons/0123456789AB",
            None,
            problem(404, "There is no such coupon", "coupon-not-found"),
        ),
    ],
)
def test_every_error_is_a_problem(
    call: Call, method: str, path: str, body: bytes | None, expected: dict[str, object]
) -> None:
    response = call(method, path, content=body, headers={"content-type": "application/json"})
    assert response.status_code == expected["status"]
    assert response.headers["content-type"] == "application/problem+json"
    answer = response.json()
    assert answer.pop("request_id") == response.headers["x-request-id"]
    assert answer == expected


def test_text_that_is_not_json_is_a_problem(call: Call) -> None:
    refused = call(
        "POST", "/api/coupons", content="{", headers={"content-type": "application/json"}
    )
    assert refused.json() == problem(422, "The request is not valid", "invalid-request") | {
        "request_id": refused.headers["x-request-id"],
        "errors": [{"pointer": "#", "detail": "JSON decode error"}],
    }


def test_a_refused_method_says_which_are_allowed(call: Call) -> None:
    assert call("DELETE", "/api/health").headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 503), ("AccessDeniedException", 500)]
)
def test_a_table_that_is_busy_is_told_from_one_that_refuses(
    table: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    def refuse(*_: object) -> object:
        raise ClientError({"Error": {"Code": code, "Message": "arn:aws:secret"}}, "GetItem")

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", refuse)
    call = calling(RequestLog(create_app(KeptInTable(table).store())))
    response = call("GET", "/api/coupons/0123456789AB")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers.get("retry-after") == ("1" if status == 503 else None)
    assert "secret" not in json.dumps(response.json())
