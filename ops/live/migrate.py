"""Brings the tables of a stack's database up to date, as its release wants them."""

import json
from typing import Any, Final

import boto3
from botocore.config import Config

from ops.live import review
from ops.live.engine import Engine

QUALIFIER: Final = "live"
# The function ends after 300 seconds by itself. Asked again it would run a second time.
_CLIENT: Final = Config(
    connect_timeout=10, read_timeout=330, retries={"total_max_attempts": 1}, tcp_keepalive=True
)


class MigrationError(Exception):
    """The migration failed, and nothing of it stays; the message says why."""


def migrate(engine: Engine) -> str:
    """Run all migrations that are new, and say in a sentence what came of it.

    Raises:
        MigrationError: when one fails.
        LiveError: when the stack's outputs can't be read.
        BotoCoreError, ClientError: when AWS refuses, or can't be reached.
    """
    stack = engine.where.stack
    known = review.outputs(engine)
    function, secret = known.get("migrations_function"), known.get("database_secret_arn")
    if function is None:
        return f"{stack} has no database of its own to migrate"
    session = boto3.Session(region_name=engine.where.region)
    # It goes from AWS to AWS by way of this process, and is kept nowhere.
    event = session.client("secretsmanager").get_secret_value(SecretId=str(secret))["SecretString"]
    answer = session.client("lambda", config=_CLIENT).invoke(
        FunctionName=str(function), Qualifier=QUALIFIER, Payload=event.encode()
    )
    said = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise MigrationError(f"the migration of {stack} failed, and changed nothing: {_why(said)}")
    before, after = said["before"], said["after"]
    if before == after:
        return f"{stack}: the tables are at revision {after}, as before"
    if before is None:
        return f"{stack}: the tables were made, at revision {after}"
    return f"{stack}: the tables went from revision {before} to {after}"


def _why(said: dict[str, Any]) -> str:
    """Lambda's account of an error, in one line; without a type when the time was up."""
    parts = [str(said[part]) for part in ("errorType", "errorMessage") if part in said]
    return " ".join(": ".join(parts).split())
