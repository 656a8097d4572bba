"""What the tests of the coupon service ask with."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

ROOT = Path(__file__).resolve().parents[2]
TABLE = "plinth-test-coupons-0a1b2c"

Call = Callable[..., httpx.Response]


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def new(**changes: Any) -> dict[str, Any]:
    return {
        "description": "Spring sale",
        "discount": {"percent": 15},
        "expires_at": in_days(30),
        **changes,
    }


def issue(call: Call, **changes: Any) -> dict[str, Any]:
    response = call("POST", "/api/coupons", json=new(**changes))
    assert response.status_code == 201, response.text
    coupon: dict[str, Any] = response.json()
    return coupon


def as_in_lambda(patch: pytest.MonkeyPatch) -> None:
    """The variables that the runtime gives a function."""
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    patch.setenv("AWS_DEFAULT_REGION", "eu-west-2")


def calling(app: ASGIApp) -> Call:
    """What makes requests to a service."""

    def request(method: str, path: str, **given: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="https://test") as client:
                return await client.request(method, path, **given)

        return asyncio.run(ask())

    return request
