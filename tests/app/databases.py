"""What the tests of the database share."""

import json
import uuid
from typing import Any

import boto3
from alembic import command
from alembic.config import Config

from tests.app.asking import ROOT

MIGRATIONS = ROOT / "app" / "migrations" / "alembic.ini"


def keep_secret(parts: dict[str, Any]) -> str:
    """Keep a secret in Secrets Manager; gives its ARN."""
    secrets = boto3.client("secretsmanager")
    return secrets.create_secret(Name=f"database-{uuid.uuid4()}", SecretString=json.dumps(parts))[
        "ARN"
    ]


def migrate(to: str) -> None:
    """Run the migrations as an administrator would; the environment names the secret."""
    run = command.downgrade if to == "base" else command.upgrade
    run(Config(str(MIGRATIONS)), to)
