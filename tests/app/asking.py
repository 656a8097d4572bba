"""What the tests of the coupon service ask with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

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
