"""The way to PostgreSQL: signing in, trust, and how long anything may take."""

import io
import json
import logging
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from coupons import database
from coupons.database import SecretSignIn, SignIn, TokenSignIn, make_engine
from coupons.logs import JsonFormatter
from coupons.problems import StoreBusyError
from coupons.service import create_app
from coupons.sql_store import SqlStore
from tests.app import postgres
from tests.app.asking import as_in_lambda, calling, issue
from tests.app.databases import keep_secret
from tests.app.stores import KeptInDatabase

HOST = "platform-prod-database-0a1b2c.c9akciq32.eu-west-2.rds.amazonaws.com"
RDS = {
    "DATABASE_HOST": HOST,
    "DATABASE_PORT": "5432",
    "DATABASE_NAME": "app",
    "DATABASE_USER": "app",
}
ONE, TWO = "one", "two"

Connect = Callable[[Callable[[], SignIn]], Engine]


@pytest.fixture
def in_lambda(aws: None, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    as_in_lambda(monkeypatch)
    return monkeypatch


@pytest.fixture
def trusting(server: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> postgres.Server:
    """The server, whose authority the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    return server


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes engines, and closes them."""
    made: list[Engine] = []

    def make(sign_in: Callable[[], SignIn]) -> Engine:
        made.append(make_engine(sign_in))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


def way(server: postgres.Server, **changes: str) -> SignIn:
    parts = {"host": "localhost", "port": str(server.port), "dbname": "postgres"}
    parts |= {"user": postgres.OWNER, "password": postgres.PASSWORD}
    return SignIn(**parts | changes)


def ask(engine: Engine, question: str) -> Any:
    with engine.begin() as connection:
        return connection.execute(text(question)).scalar_one()


# Signing in


def test_a_token_is_signed_here_for_this_user_and_fifteen_minutes(
    in_lambda: pytest.MonkeyPatch,
) -> None:
    found = TokenSignIn(RDS)()
    assert (found.host, found.port, found.dbname, found.user) == (HOST, "5432", "app", "app")
    parts = urlsplit(f"https://{found.password}")
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert parts.netloc == f"{HOST}:5432"
    assert (query["Action"], query["DBUser"], query["X-Amz-Expires"]) == ("connect", "app", "900")
    assert query["X-Amz-Credential"].endswith("/eu-west-2/rds-db/aws4_request")


def test_each_new_connection_has_a_new_token_and_an_open_one_needs_none(
    trusting: postgres.Server, connect: Connect
) -> None:
    trusting.execute("CREATE ROLE by_token LOGIN")
    tokens = iter(["first", "second"])
    engine = connect(lambda: way(trusting, user="by_token", password=next(tokens)))
    trusting.execute("ALTER ROLE by_token PASSWORD 'first'")
    first = ask(engine, "SELECT pg_backend_pid()")
    trusting.execute("ALTER ROLE by_token PASSWORD 'second'")
    assert ask(engine, "SELECT pg_backend_pid()") == first
    # As a frozen environment finds it when it wakes up.
    trusting.execute(f"SELECT pg_terminate_backend({first})")
    assert ask(engine, "SELECT pg_backend_pid()") != first


def test_a_secret_is_read_at_first_use_and_kept_until_it_may_have_changed(
    in_lambda: pytest.MonkeyPatch,
) -> None:
    parts = {"host": "db.example.com", "dbname": "shop", "username": "api", "password": ONE}
    arn = keep_secret(parts)
    sign_in = SecretSignIn({"DATABASE_SECRET_ARN": arn})
    now = [0.0]
    in_lambda.setattr(time, "monotonic", lambda: now[0])
    expected = SignIn(host="db.example.com", port="5432", dbname="shop", user="api", password=ONE)
    assert sign_in() == expected
    changed = json.dumps(parts | {"password": TWO})
    sign_in._client.put_secret_value(SecretId=arn, SecretString=changed)
    assert sign_in().password == ONE
    now[0] = database.CONNECTION_SECONDS + 1
    assert sign_in().password == TWO


def test_the_secret_of_rds_is_completed_by_the_environment(in_lambda: pytest.MonkeyPatch) -> None:
    arn = keep_secret({"username": "platform_owner", "password": ONE})
    assert SecretSignIn({"DATABASE_SECRET_ARN": arn, **RDS})() == SignIn(
        host=HOST, port="5432", dbname="app", user="platform_owner", password=ONE
    )


# Trust


def test_a_server_that_nobody_vouches_for_is_refused(
    server: postgres.Server, connect: Connect
) -> None:
    # The system's own authorities, which know nothing of the test's.
    with pytest.raises(DBAPIError, match="certificate verify failed"):
        ask(connect(lambda: way(server)), "SELECT 1")


def test_a_server_by_another_name_is_refused(trusting: postgres.Server, connect: Connect) -> None:
    with pytest.raises(DBAPIError, match="does not match host name"):
        ask(connect(lambda: way(trusting, host="127.0.0.1")), "SELECT 1")


@pytest.mark.parametrize(
    "host", [HOST, "a-proxy.proxy-c9akciq32.eu-west-2.rds.amazonaws.com"], ids=["rds", "proxy"]
)
def test_of_rds_only_the_authorities_of_aws_are_believed(host: str) -> None:
    assert database._authorities(host) == str(database.RDS_AUTHORITIES)


def test_the_bundle_has_the_roots_of_rds_and_of_its_proxies() -> None:
    held = ssl.create_default_context(cafile=str(database.RDS_AUTHORITIES))
    names = {
        value
        for root in held.get_ca_certs()
        for name, value in re.findall(r"\('(\w+)', '([^']+)'\)", str(root["subject"]))
        if name == "commonName"
    }
    roots = {name for name in names if name.endswith(" Root CA RSA2048 G1")}
    assert {f"Amazon RDS {region} Root CA RSA2048 G1" for region in ("eu-west-2", "us-east-1")} <= (
        roots
    )
    assert names - roots == {
        *(f"Amazon Root CA {number}" for number in range(1, 5)),
        "Starfield Services Root Certificate Authority - G2",
    }


def test_the_connection_is_encrypted(trusting: postgres.Server, connect: Connect) -> None:
    question = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    assert ask(connect(lambda: way(trusting)), question) == "TLSv1.3"


# Limits


def test_a_statement_and_a_lock_have_a_limit_and_the_session_keeps_none(
    trusting: postgres.Server, connect: Connect
) -> None:
    engine = connect(lambda: way(trusting))
    assert ask(engine, "SHOW statement_timeout") == "5s"
    assert ask(engine, "SHOW lock_timeout") == "2s"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "0"


def test_a_function_has_one_connection_that_is_renewed_before_a_token_ends(
    trusting: postgres.Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = connect(lambda: way(trusting))
    first = ask(engine, "SELECT pg_backend_pid()")
    assert [ask(engine, "SELECT pg_backend_pid()") for _ in range(3)] == [first] * 3
    start = time.time()
    monkeypatch.setattr("sqlalchemy.pool.base.time.time", lambda: start + 601)
    assert ask(engine, "SELECT pg_backend_pid()") != first
    assert database.CONNECTION_SECONDS < 15 * 60


def test_a_coupon_that_somebody_holds_for_too_long_is_busy(
    trusting: postgres.Server, in_database: KeptInDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_TIMEOUT_MS", 100)
    call = calling(create_app(in_database.store()))
    path = f"/api/coupons/{issue(call)['coupon_id']}/redemption"
    with in_database.another().connect() as other:
        other.execute(text("SELECT FROM coupons FOR UPDATE"))
        refused = call("POST", path, headers={"Idempotency-Key": "caller-one"})
        other.rollback()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert call("POST", path, headers={"Idempotency-Key": "caller-one"}).status_code == 200


def test_a_server_that_does_not_answer_is_busy_and_the_log_says_why(
    server: postgres.Server, connect: Connect
) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("coupons.sql_store")
    logger.addHandler(handler)
    try:
        with pytest.raises(StoreBusyError):
            SqlStore(connect(lambda: way(server, port="1"))).read("0123456789AB")
    finally:
        logger.removeHandler(handler)
    (line,) = [json.loads(each) for each in written.getvalue().splitlines()]
    assert (line["level"], line["message"]) == ("WARNING", "the database is busy")
    assert "Connection refused" in line["errorMessage"]


def test_a_database_that_is_wrong_is_not_called_busy_nor_shows_what_was_sent(
    trusting: postgres.Server, connect: Connect
) -> None:
    # No migration has been here.
    store = SqlStore(connect(lambda: way(trusting)))
    with pytest.raises(DBAPIError, match='relation "coupons" does not exist') as caught:
        store.redeem("0123456789AB", "a-key-of-ada")
    assert "a-key-of-ada" not in str(caught.value)


def test_threads_wait_for_the_one_connection(trusting: postgres.Server, connect: Connect) -> None:
    engine = connect(lambda: way(trusting))
    pids: list[int] = []
    threads = [
        threading.Thread(target=lambda: pids.append(ask(engine, "SELECT pg_backend_pid()")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(pids) == 4
    assert len(set(pids)) == 1
