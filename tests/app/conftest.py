"""The API function's code as its zip has it: `handler` and `coupons` at the top."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws
from starlette.types import ASGIApp

from tests.app import postgres
from tests.app.asking import ROOT, TABLE, Call, as_in_lambda, calling
from tests.app.databases import keep_secret, migrate

# Before `coupons` is imported.
sys.path.insert(0, str(ROOT / "app" / "api"))

from coupons.database import SecretSignIn, make_engine
from coupons.logs import RequestLog
from coupons.service import create_app
from tests.app.stores import LOGS, Kept, KeptInDatabase, KeptInTable

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient


@pytest.fixture(scope="session")
def aws() -> Iterator[None]:
    """AWS in memory, for the whole session."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        as_in_lambda(patch)
        yield


@pytest.fixture(scope="session")
def dynamodb(aws: None) -> "DynamoDBClient":
    """A DynamoDB that has the tables of coupons and logs, as the stack files describe them."""
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
    client.create_table(
        TableName=LOGS,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "log_id", "KeyType": "HASH"},
            {"AttributeName": "timestamp", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "log_id", "AttributeType": "S"},
            {"AttributeName": "timestamp", "AttributeType": "S"},
        ],
    )
    return client


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> "DynamoDBClient":
    """The client of the table of coupons, which is empty."""
    KeptInTable(dynamodb).clear()
    return dynamodb


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL of the tests' own."""
    if reason := postgres.missing():
        pytest.skip(reason)
    with postgres.running() as running:
        yield running


@pytest.fixture(scope="session")
def in_database(aws: None, server: postgres.Server) -> Iterator[KeptInDatabase]:
    """A database after the migrations; the service signs in as the user that they made."""
    server.execute("CREATE DATABASE coupons")
    with pytest.MonkeyPatch.context() as patch:
        # Each test starts without the session's variables.
        as_in_lambda(patch)
        patch.setenv("SSL_CERT_FILE", str(server.authority))
        patch.setenv("DATABASE_SECRET_ARN", keep_secret(server.secret("coupons")))
        migrate("head")
        sign_in = SecretSignIn(
            {"DATABASE_SECRET_ARN": keep_secret(server.secret("coupons", "app"))}
        )
        # Reads the secret while there is a region.
        assert sign_in().user == "app"
    with server.connect("coupons") as owner:
        owner.execute(f"ALTER ROLE app PASSWORD '{postgres.PASSWORD}'")
        engine = make_engine(sign_in)
        yield KeptInDatabase(engine, lambda: make_engine(sign_in), owner)
        engine.dispose()


@pytest.fixture(params=["table", "postgres"])
def kept(
    request: pytest.FixtureRequest, dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> Kept:
    """Where the coupons are: none yet. Whatever asks for this runs against each store."""
    found: Kept = KeptInTable(dynamodb)
    if request.param == "postgres":
        found = request.getfixturevalue("in_database")
        server: postgres.Server = request.getfixturevalue("server")
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    found.clear()
    return found


@pytest.fixture
def app(kept: Kept) -> ASGIApp:
    """The service."""
    return RequestLog(create_app(kept.store()))


@pytest.fixture
def call(app: ASGIApp) -> Call:
    """Makes one request to the service on an empty store, and gives back the response."""
    return calling(app)
