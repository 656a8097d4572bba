"""The API function as Lambda runs it: payload 2.0 events in, JSON lines out."""

import asyncio
import base64
import importlib
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from coupons import logs
from coupons.table_store import TableStore
from tests.app.asking import ROOT, TABLE, new

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

REQUEST_ID = "8f507cfc-1e7c-4d3f-a2f5-d3a1c5a5b0a1"

Invoke = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Context:
    """What the runtime says about an invocation."""

    aws_request_id: str = REQUEST_ID


def event(
    method: str,
    path: str,
    *,
    query: str = "",
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A payload 2.0 event as an HTTP API sends it for a request that came through CloudFront."""
    sent: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "ANY /api/{proxy+}",
        "rawPath": path,
        "rawQueryString": query,
        "cookies": ["session=c2VjcmV0", "theme=dark"],
        "headers": {
            "accept": "application/json",
            "content-length": str(len(body or "")),
            "host": "a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com",
            "user-agent": "Amazon CloudFront",
            "via": "2.0 0a1b2c3d.cloudfront.net (CloudFront)",
            "x-amz-cf-id": "7rLmuFzHzBzGXUJYnWYnPtTlFqXAVrWUvLfJv1o1QJZqBb7k5n7q0Q==",
            "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678",
            "x-forwarded-for": "203.0.113.9, 130.176.1.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **(headers or {}),
        },
        "requestContext": {
            "accountId": "111122223333",
            "apiId": "a1b2c3d4e5",
            "authorizer": {"lambda": {}},
            "domainName": "a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com",
            "domainPrefix": "a1b2c3d4e5",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.9",
                "userAgent": "Amazon CloudFront",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "ANY /api/{proxy+}",
            "stage": "$default",
            "time": "21/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1795251600000,
        },
        "pathParameters": {"proxy": path.removeprefix("/api/")},
        "isBase64Encoded": False,
    }
    if body is not None:
        sent["body"] = body
    return sent


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the function writes."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stdout", written)
    return written


@pytest.fixture
def invoke(
    table: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, output: io.StringIO
) -> Iterator[Invoke]:
    """Calls the handler; the function makes its own client, which moto answers."""
    monkeypatch.setenv("TABLE_COUPONS", TABLE)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    # Other tests have run loops of their own, which leaves the thread without one.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    try:
        # Not at the top: it reads the name of its table.
        function = importlib.import_module("handler").handler
        asyncio.set_event_loop(loop)
        logs.configure()

        def call(sent: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = function(sent, Context())
            return answer

        yield call
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.getLogger("coupons").setLevel(logging.NOTSET)
        loop.close()
        asyncio.set_event_loop(None)


def lines(output: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_the_path_keeps_its_api_prefix(invoke: Invoke) -> None:
    answer = invoke(event("GET", "/api/health"))
    assert answer == {
        "statusCode": 200,
        "headers": {
            "cache-control": "no-store",
            "content-length": "15",
            "content-type": "application/json",
            "x-request-id": REQUEST_ID,
        },
        "body": '{"status":"ok"}',
        "isBase64Encoded": False,
    }


def test_a_coupon_is_issued_listed_and_redeemed_through_events(invoke: Invoke) -> None:
    json_body = {"content-type": "application/json"}
    issued = invoke(
        event("POST", "/api/coupons", body=json.dumps(new(description="Grüße")), headers=json_body)
    )
    assert issued["statusCode"] == 201
    coupon = json.loads(issued["body"])
    listed = invoke(event("GET", "/api/coupons", query="limit=1"))
    assert json.loads(listed["body"]) == {"coupons": [coupon], "next_cursor": None}
    redeemed = invoke(
        event(
            "POST",
            f"/api/coupons/{coupon['coupon_id']}/redemption",
            headers={"idempotency-key": "4b1a5c1e-0000-4000-8000-000000000000"},
        )
    )
    assert redeemed["statusCode"] == 200
    assert json.loads(redeemed["body"])["status"] == "redeemed"


def test_a_body_in_base64_is_understood(invoke: Invoke) -> None:
    sent = event("POST", "/api/coupons", headers={"content-type": "application/json"})
    sent["body"] = base64.b64encode(json.dumps(new(description="Grüße")).encode()).decode()
    sent["isBase64Encoded"] = True
    answer = invoke(sent)
    assert json.loads(answer["body"])["description"] == "Grüße"


def test_a_problem_is_sent_as_text(invoke: Invoke) -> None:
    answer = invoke(event("GET", "/api/nothing"))
    assert answer["isBase64Encoded"] is False
    assert json.loads(answer["body"]) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "request_id": REQUEST_ID,
    }


def test_each_request_is_one_line_of_json_with_its_id(invoke: Invoke, output: io.StringIO) -> None:
    invoke(event("GET", "/api/coupons/0123456789AB"))
    (line,) = lines(output)
    assert line.pop("timestamp").endswith("+00:00")
    assert line.pop("durationMs") >= 0
    assert line == {
        "level": "INFO",
        "logger": "coupons.logs",
        "requestId": REQUEST_ID,
        "message": "request",
        "method": "GET",
        "route": "/api/coupons/{coupon_id}",
        "status": 404,
    }


def test_nothing_about_a_person_is_logged(invoke: Invoke, output: io.StringIO) -> None:
    invoke(event("GET", "/api/ada@example.org", query="email=ada@example.org"))
    invoke(event("GET", "/api/coupons/ada@example.org"))
    invoke(
        event(
            "POST", "/api/coupons", body="{ada@example.org", headers={"content-type": "text/json"}
        )
    )
    written = output.getvalue()
    assert len(written.splitlines()) == 3
    for private in ("ada", "203.0.113.9", "c2VjcmV0", "CloudFront"):
        assert private not in written


def test_a_lower_level_opens_our_own_lines_and_no_library(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_LOG_LEVEL", "TRACE")
    logs.configure()
    assert logging.getLogger("coupons.store").isEnabledFor(logging.DEBUG)
    # It would write each request to the table with its signature.
    assert not logging.getLogger("botocore.endpoint").isEnabledFor(logging.INFO)


def test_an_unforeseen_error_is_logged_with_its_trace_and_answered_without(
    invoke: Invoke, output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> object:
        raise RuntimeError("the reason")

    monkeypatch.setattr(TableStore, "read", fail)
    answer = invoke(event("GET", "/api/coupons/0123456789AB"))
    assert json.loads(answer["body"]) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "request_id": REQUEST_ID,
    }
    request, error = lines(output)
    assert (request["status"], request["level"]) == (500, "INFO")
    assert (error["level"], error["requestId"]) == ("ERROR", REQUEST_ID)
    assert (error["errorType"], error["errorMessage"]) == ("RuntimeError", "the reason")
    assert error["stackTrace"][-1].endswith(" fail")


def test_importing_the_handler_leaves_the_sdk_alone() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import handler, sys; print(*sys.modules)"],
        cwd=ROOT / "app" / "api",
        env={"PATH": os.environ["PATH"], "TABLE_COUPONS": TABLE, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "coupons.store" in loaded
    assert {"boto3", "botocore", "types_boto3_dynamodb"}.isdisjoint(loaded)
