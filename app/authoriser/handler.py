"""Answers API Gateway's question whether a request came through the distribution.

The distribution adds a header to each request; its value is kept in an encrypted parameter.
Whatever goes wrong is an error, which API Gateway takes for a refusal and does not remember.
"""

import hmac
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

# Until the distribution carries a new value to all its edges, the one before counts as well.
GRACE = timedelta(hours=1)
# What was read stays true for so long, in seconds.
MAX_AGE = 300.0
# A wrong value makes us read again, since it may be a new one: but not for each request.
MIN_AGE = 5.0


class Parameter:
    """A parameter whose value callers must know.

    Args:
        client: the client of Systems Manager.
        name: the parameter's name.
        monotonic: tells the time by which reading again is due, in seconds.
        now: tells the date and time.
    """

    def __init__(
        self,
        client: Any,
        name: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._name = name
        self._monotonic = monotonic
        self._now = now
        self._values: tuple[bytes, ...] = ()
        self._read_at: float | None = None

    def matches(self, given: str) -> bool:
        """Say whether ``given`` is the value, or was until a moment ago."""
        if self._age() >= MAX_AGE:
            self._read()
        if self._knows(given):
            return True
        if self._age() < MIN_AGE:
            return False
        self._read()
        return self._knows(given)

    def _age(self) -> float:
        return float("inf") if self._read_at is None else self._monotonic() - self._read_at

    def _knows(self, given: str) -> bool:
        # Each value is compared, in a time that tells nothing of where they differ.
        matches = [hmac.compare_digest(given.encode(), value) for value in self._values]
        return any(matches)

    def _read(self) -> None:
        latest = self._get(self._name)
        values = [latest["Value"].encode()]
        if latest["Version"] > 1 and self._now() - latest["LastModifiedDate"] < GRACE:
            before = self._get(f"{self._name}:{latest['Version'] - 1}")
            values.append(before["Value"].encode())
        self._values = tuple(values)
        self._read_at = self._monotonic()

    def _get(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client.get_parameter(Name=name, WithDecryption=True)
        return found["Parameter"]  # type: ignore[no-any-return]


@cache
def _parameter() -> Parameter:
    # Imported late: the runtime's own boto3 takes longer to load than all the rest.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    # Twice within the nine seconds that the function has.
    limits = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
    return Parameter(boto3.client("ssm", config=limits), os.environ["PARAMETER_NAME"])


def handler(event: dict[str, Any], _context: object) -> dict[str, bool]:
    """Answer in API Gateway's simple form.

    ``identitySource`` holds the header's value; API Gateway asks only when there is one.
    """
    (given,) = event["identitySource"]
    return {"isAuthorized": _parameter().matches(given)}
