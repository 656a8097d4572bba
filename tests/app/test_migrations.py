"""The migrations, on a PostgreSQL of their own: roles belong to the whole server."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg.errors import CheckViolation
from sqlalchemy.exc import OperationalError

from app.migrations.handler import handler
from coupons.database import open_database
from coupons.tables import COUPONS
from tests.app import postgres
from tests.app.asking import ROOT, as_in_lambda
from tests.app.databases import keep_secret, migrate

MADE = "coupons"


@pytest.fixture(scope="module")
def lone_server() -> Iterator[postgres.Server]:
    if reason := postgres.missing():
        pytest.skip(reason)
    with postgres.running() as running:
        yield running


@pytest.fixture
def server(
    lone_server: postgres.Server, aws: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[postgres.Server]:
    """The server with an empty database, whose secret the environment names."""
    lone_server.execute(f"CREATE DATABASE {MADE}")
    as_in_lambda(monkeypatch)
    monkeypatch.setenv("SSL_CERT_FILE", str(lone_server.authority))
    monkeypatch.setenv("DATABASE_SECRET_ARN", keep_secret(lone_server.secret(MADE)))
    yield lone_server
    lone_server.execute(f"DROP DATABASE {MADE} WITH (FORCE)")
    lone_server.execute("DROP ROLE IF EXISTS app")
    lone_server.execute("DROP ROLE IF EXISTS rds_iam")


def roles_of_app(server: postgres.Server) -> list[str]:
    rows = server.execute(
        "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = 'app'::regrole"
    )
    return [row[0] for row in rows]


def test_up_makes_what_the_service_works_with(server: postgres.Server) -> None:
    migrate("head")
    engine = open_database({"DATABASE_SECRET_ARN": keep_secret(server.secret(MADE))})
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, COUPONS.metadata) == []
    engine.dispose()
    checks = server.execute(
        "SELECT conname FROM pg_constraint WHERE contype = 'c' ORDER BY conname", MADE
    )
    assert {name for (name,) in checks} >= {
        str(item.name) for item in COUPONS.constraints if str(item.name).startswith("coupons_")
    }


def test_down_leaves_nothing_and_up_works_again(server: postgres.Server) -> None:
    migrate("head")
    migrate("base")
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    assert server.execute(tables, MADE) == [("alembic_version",)]
    assert server.execute("SELECT * FROM alembic_version", MADE) == []
    assert server.execute("SELECT FROM pg_roles WHERE rolname = 'app'") == []
    migrate("head")
    assert server.execute("SELECT version_num FROM alembic_version", MADE) == [("0002",)]


def test_where_the_server_is_of_rds_the_user_signs_in_by_iam(server: postgres.Server) -> None:
    server.execute("CREATE ROLE rds_iam")
    migrate("head")
    assert roles_of_app(server) == ["rds_iam"]


def test_elsewhere_the_user_has_no_role_of_rds_and_no_password(server: postgres.Server) -> None:
    migrate("head")
    assert roles_of_app(server) == []
    found = "SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolpassword IS NULL"
    assert server.execute(f"{found} FROM pg_authid WHERE rolname = 'app'") == [
        (True, False, False, False, True)
    ]


def test_a_user_that_is_there_already_is_taken(server: postgres.Server) -> None:
    server.execute("CREATE ROLE app LOGIN")
    server.execute("CREATE ROLE rds_iam")
    migrate("head")
    assert roles_of_app(server) == ["rds_iam"]


def test_the_user_may_issue_read_and_redeem_and_no_more(server: postgres.Server) -> None:
    migrate("head")
    tables = server.execute(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = 'app' ORDER BY 1, 2",
        MADE,
    )
    assert tables == [("coupons", "INSERT"), ("coupons", "SELECT")]
    columns = server.execute(
        "SELECT column_name FROM information_schema.role_column_grants"
        " WHERE grantee = 'app' AND privilege_type = 'UPDATE' ORDER BY 1",
        MADE,
    )
    assert columns == [("redeemed_at",), ("redemption_key",)]


@pytest.mark.parametrize(
    ("percent", "amount", "currency", "redeemed_at"),
    [
        ("NULL", "NULL", "NULL", "NULL"),
        ("5", "500", "'GBP'", "NULL"),
        ("NULL", "500", "NULL", "NULL"),
        ("5", "NULL", "'GBP'", "NULL"),
        ("5", "NULL", "NULL", "now()"),
    ],
)
def test_the_table_refuses_what_can_be_no_coupon(
    server: postgres.Server, percent: str, amount: str, currency: str, redeemed_at: str
) -> None:
    migrate("head")
    with pytest.raises(CheckViolation):
        server.execute(
            "INSERT INTO coupons VALUES ('0123456789AB', 'Spring sale', "  # noqa: S608
            f"{percent}, {amount}, {currency}, now(), now(), {redeemed_at}, NULL)",
            MADE,
        )


@pytest.fixture
def administrator(server: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The secret that RDS keeps, for a function that knows where the database is."""
    monkeypatch.delenv("DATABASE_SECRET_ARN")
    for name, value in (("HOST", "localhost"), ("PORT", str(server.port)), ("NAME", MADE)):
        monkeypatch.setenv(f"DATABASE_{name}", value)
    return {"username": postgres.OWNER, "password": postgres.PASSWORD}


def test_who_has_the_administrators_secret_migrates_by_the_function(
    server: postgres.Server, administrator: dict[str, str]
) -> None:
    assert handler(administrator, None) == {"before": None, "after": "0002"}
    assert server.execute("SELECT version_num FROM alembic_version", MADE) == [("0002",)]
    assert handler(administrator, None) == {"before": "0002", "after": "0002"}
    # Nothing holds on to the database.
    (open_,) = server.execute(
        f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{MADE}'"  # noqa: S608
    )
    assert open_ == (0,)


def test_nobody_else_migrates_and_what_was_tried_is_not_said(
    server: postgres.Server, administrator: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OperationalError) as caught:
        handler({**administrator, "password": "of-somebody-else"}, None)
    assert "of-somebody-else" not in f"{caught.value!r}{caught.value.__cause__}"
    assert "of-somebody-else" not in "".join(capfd.readouterr())
    assert server.execute("SELECT FROM pg_tables WHERE schemaname = 'public'", MADE) == []


def test_the_function_needs_nothing_of_the_service_but_its_way_to_the_database() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import migrations.handler, sys; print(*sys.modules)"],
        env={"PYTHONPATH": f"{ROOT / 'app'}:{ROOT / 'app' / 'api'}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {"alembic", "coupons.database"} <= {*loaded}
    assert not {"boto3", "fastapi", "pydantic", "starlette"} & {*loaded}


@pytest.mark.parametrize("event", [{}, {"password": "hidden"}, {"username": "a", "password": 1}])
def test_an_event_that_opens_nothing_is_refused_without_being_shown(
    event: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match="must be the administrator's secret") as caught:
        handler(event, None)
    assert "hidden" not in str(caught.value)
