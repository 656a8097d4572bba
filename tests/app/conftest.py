"""The API function's code as its zip has it: `handler` and `coupons` at the top."""

import asyncio
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import pytest
from moto import mock_aws
from starlette.types import ASGIApp

from tests.app.asking import ROOT, TABLE, Call

# Before `coupons` is imported.
sys.path.insert(0, str(ROOT / "app" / "api"))

from coupons.logs import RequestLog
from coupons.service import create_app

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient


@pytest.fixture(scope="session")
def dynamodb() -> Iterator["DynamoDBClient"]:
    """A DynamoDB in memory that has the table of coupons, as the stack files describe it."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
        client = boto3.client("dynamodb")
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "coupon_id", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": "coupon_id", "AttributeType": "S"},
                {"AttributeName": "listing", "AttributeType": "S"},
                {"AttributeName": "issued_at", "AttributeType": "S"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "newest",
                    "KeySchema": [
                        {"AttributeName": "listing", "KeyType": "HASH"},
                        {"AttributeName": "issued_at", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        yield client


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> "DynamoDBClient":
    """The client of the table, which is empty."""
    for item in dynamodb.scan(TableName=TABLE)["Items"]:
        dynamodb.delete_item(TableName=TABLE, Key={"coupon_id": item["coupon_id"]})
    return dynamodb


@pytest.fixture(scope="session")
def app(dynamodb: "DynamoDBClient") -> ASGIApp:
    """The service; making its client is what takes time, so it is made once."""
    service = create_app(TABLE)
    service.state.store.__dict__["_client"] = dynamodb
    return RequestLog(service)


@pytest.fixture
def call(app: ASGIApp, table: "DynamoDBClient") -> Call:
    """Makes one request to the service on an empty table, and gives back the response."""

    def request(method: str, path: str, **given: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="https://test") as client:
                return await client.request(method, path, **given)

        return asyncio.run(ask())

    return request
