"""The stores that the tests of the coupon service run against: one behaviour, two kinds."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import psycopg
from sqlalchemy import Engine, event

from coupons.redemptions import LoggedStore, RedemptionLog
from coupons.sql_store import SqlStore
from coupons.store import Store
from coupons.table_store import TableStore
from tests.app.asking import TABLE

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

LOGS = "plinth-test-logs-0a1b2c"
LONG_AGO = datetime(2001, 9, 9, tzinfo=UTC)


class Kept(Protocol):
    """What is behind the service, and what a test can do to it behind the service's back."""

    def store(self) -> Store:
        """The store as another environment of the function would have it."""

    def meeting(self, barrier: threading.Barrier) -> Store:
        """One that writes a redemption only when others are about to, too.

        Whatever any of them has read by then is out of date.
        """

    def count(self) -> int:
        """How many coupons there are."""

    def expire(self, coupon_id: str) -> None:
        """Move the end of a coupon's time into the past, as waiting would."""

    def clear(self) -> None:
        """Forget all coupons."""


class Meeting:
    """A client that waits for another before it writes.

    As DynamoDB does, it then applies one update after the other; moto promises no order.
    """

    item = threading.Lock()

    def __init__(self, client: "DynamoDBClient", barrier: threading.Barrier) -> None:
        self._client = client
        self._barrier = barrier

    def update_item(self, **request: Any) -> object:
        self._barrier.wait()
        with self.item:
            return self._client.update_item(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@dataclass(frozen=True)
class KeptInTable:
    """Coupons in a table of DynamoDB."""

    client: "DynamoDBClient"

    def store(self) -> Store:
        return with_client(TableStore(TABLE), self.client)

    def meeting(self, barrier: threading.Barrier) -> Store:
        return with_client(TableStore(TABLE), Meeting(self.client, barrier))

    def count(self) -> int:
        return self.client.scan(TableName=TABLE)["Count"]

    def expire(self, coupon_id: str) -> None:
        self.client.update_item(
            TableName=TABLE,
            Key={"coupon_id": {"S": coupon_id}},
            UpdateExpression="SET expires_at = :past",
            ExpressionAttributeValues={":past": {"N": str(int(LONG_AGO.timestamp()))}},
        )

    def clear(self) -> None:
        for item in self.client.scan(TableName=TABLE)["Items"]:
            self.client.delete_item(TableName=TABLE, Key={"coupon_id": item["coupon_id"]})


@dataclass(frozen=True)
class KeptInDatabase:
    """Coupons in PostgreSQL, where the service has the rights of its own user alone.

    Attributes:
        engine: the service's.
        another: makes one as another environment of the function would.
        owner: the administrator's connection.
    """

    engine: Engine
    another: Callable[[], Engine]
    owner: "psycopg.Connection[Any]"

    def store(self) -> Store:
        return SqlStore(self.engine)

    def meeting(self, barrier: threading.Barrier) -> Store:
        engine = self.another()

        @event.listens_for(engine, "before_cursor_execute")
        def _wait(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if statement.startswith("UPDATE"):
                barrier.wait()

        return SqlStore(engine)

    def count(self) -> int:
        row = self.owner.execute("SELECT count(*) FROM coupons").fetchone()
        assert row is not None
        return int(row[0])

    def expire(self, coupon_id: str) -> None:
        change = "UPDATE coupons SET expires_at = %s WHERE coupon_id = %s"
        self.owner.execute(change, (LONG_AGO, coupon_id))

    def clear(self) -> None:
        self.owner.execute("TRUNCATE coupons")


def with_client(store: TableStore, client: object) -> Store:
    store.__dict__["_client"] = client
    return store


def logged(store: Store, client: object) -> Store:
    """The store with its redemptions logged."""
    log = RedemptionLog(LOGS)
    log.__dict__["_client"] = client
    return LoggedStore(store, log)
