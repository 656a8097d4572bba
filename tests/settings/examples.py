"""Configurations that the tests start from."""

from typing import Any

import pytest

from settings import SettingsError, parse

MINIMAL: dict[str, Any] = {
    "account_id": "111122223333",
    "region": "eu-west-2",
    "owner": "platform-team",
    "cost_centre": "web-platform",
}
NETWORK: dict[str, Any] = {"cidr": "10.20.0.0/16", "zones": ["eu-west-2a", "eu-west-2b"]}
CLUSTER: dict[str, Any] = {"kind": "aurora-serverless"}
FULL: dict[str, Any] = {
    **MINIMAL,
    "network": {**NETWORK, "nat": "single"},
    "encryption": {"customer_keys": "per-store"},
    "tables": {"coupons": {"partition_key": "coupon_id", "ttl_attribute": "expires_at"}},
    "buckets": {"documents": {"archive_after_days": 90, "expire_after_days": 400}},
    "database": {"kind": "instance"},
    "api": {"in_network": True, "tables": {"coupons": "read"}, "buckets": {"documents": "write"}},
    "site": {"domain": "www.example.com", "hosted_zone_id": "Z0123456789ABC"},
    "sites": {"docs": {"api": False}},
    "portals": {
        "repository": "https://github.com/example-org/{portal}",
        "apps": {"b2b": {}, "admin": {"host": "cloudfront"}},
    },
    "delivery": {
        "repository": "example-org/plinth",
        "preview": {"environment": "preview"},
        "deploy": {"environment": "production"},
    },
    "alerts": {
        "emails": ["team@example.com"],
        "slack": {"workspace_id": "T0123ABCD", "channel_id": "C0123ABCD"},
    },
    "objectives": {"availability_percent": 99.9, "latency": {"percent": 99}},
    "budget": {"limit_usd": 500},
}


def problems(raw: dict[str, Any], **where: str) -> list[str]:
    """The lines of the error that a configuration gets."""
    with pytest.raises(SettingsError) as caught:
        parse(raw, **where)
    return [line.removeprefix("  - ") for line in str(caught.value).splitlines()[1:]]


def stack_file(raw: dict[str, Any], **others: object) -> dict[str, Any]:
    """The content of a stack file with this configuration."""
    return {"config": {f"plinth:{name}": value for name, value in raw.items()}, **others}
