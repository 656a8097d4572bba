"""Which store a function has, and that it pays for no other."""

import os
import subprocess
import sys

import pytest

from coupons.redemptions import LoggedStore
from coupons.sql_store import SqlStore
from coupons.stores import open_store
from coupons.table_store import TableStore
from tests.app.asking import ROOT

TABLES = {"TABLE_COUPONS": "coupons"}
LOGS = {"TABLE_LOGS": "logs"}
DATABASE = {
    "DATABASE_HOST": "db.example.com",
    "DATABASE_PORT": "5432",
    "DATABASE_NAME": "app",
    "DATABASE_USER": "app",
}
SECRET = {"DATABASE_SECRET_ARN": "arn:aws:secretsmanager:eu-west-2:111122223333:secret:db-0a1b2c"}


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        (TABLES, TableStore),
        (DATABASE, SqlStore),
        (SECRET, SqlStore),
        ({**TABLES, **DATABASE}, SqlStore),
        ({**TABLES, **LOGS}, LoggedStore),
        ({**DATABASE, **LOGS}, LoggedStore),
    ],
    ids=["table", "rds", "external", "both", "table-logged", "rds-logged"],
)
def test_the_environment_decides(environment: dict[str, str], kind: type) -> None:
    assert type(open_store(environment)) is kind


def test_a_function_without_a_store_does_not_start() -> None:
    with pytest.raises(KeyError, match="TABLE_COUPONS"):
        open_store({})


def loaded(environment: dict[str, str]) -> set[str]:
    """The modules that a function has after its start."""
    return set(
        subprocess.run(
            [sys.executable, "-c", "import handler, sys; print(*sys.modules)"],
            cwd=ROOT / "app" / "api",
            env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **environment},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
    )


def test_a_function_without_a_database_loads_nothing_of_it() -> None:
    modules = loaded({**TABLES, **LOGS})
    assert {"coupons.table_store", "coupons.redemptions"} <= modules
    assert {"sqlalchemy", "psycopg", "coupons.sql_store", "boto3", "botocore"}.isdisjoint(modules)


@pytest.mark.parametrize("environment", [DATABASE, SECRET], ids=["rds", "external"])
def test_a_database_is_loaded_at_the_start_and_the_sdk_at_the_first_request(
    environment: dict[str, str],
) -> None:
    modules = loaded(environment)
    assert {"sqlalchemy", "psycopg"} <= modules
    assert {"coupons.table_store", "boto3", "botocore", "sqlalchemy.orm", "alembic"}.isdisjoint(
        modules
    )


def test_the_start_builds_no_model_that_nobody_uses() -> None:
    assert not {name for name in loaded(TABLES) if name.startswith("pydantic.v1.")}
