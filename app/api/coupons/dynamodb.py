"""What the tables of DynamoDB share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from coupons.problems import StoreBusyError

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

_BUSY = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)


def make_client() -> "DynamoDBClient":
    """A client whose tries fit into the function's time limit, three to a request."""
    # Imported here: together they take longer than all the rest of a cold start, and a health
    # check needs neither.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    limits = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    return boto3.client("dynamodb", config=limits)


@contextmanager
def refusals(client: "DynamoDBClient") -> Iterator[None]:
    """Tell a table that is too busy from one that is wrong."""
    try:
        yield
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in _BUSY:
            raise StoreBusyError from error
        raise
