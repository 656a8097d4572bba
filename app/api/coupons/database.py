"""The way to PostgreSQL: where it is, how to sign in there, and how long to wait for it."""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event

if TYPE_CHECKING:
    from types_boto3_rds.client import RDSClient
    from types_boto3_secretsmanager.client import SecretsManagerClient

# IAM's tokens open a connection for 15 minutes, secrets change their password, and RDS Proxy ends
# what was idle for 30: so a connection, and what opened it, is used for less than any of these.
CONNECTION_SECONDS = 600
STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 2_000

# The authorities of RDS and of its proxies; the image of the function does not have the former.
RDS_AUTHORITIES = Path(__file__).with_name("rds.pem")


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """What opens a connection, by the names that libpq has for it."""

    host: str
    port: str
    dbname: str
    user: str
    password: str


def open_database(environment: Mapping[str, str]) -> Engine:
    """The database that the environment describes; nothing is asked or connected yet.

    ``DATABASE_SECRET_ARN`` names the secret that says how to sign in, and the other variables say
    what it leaves out. Without one, ``DATABASE_USER`` signs in by IAM.
    """
    by_secret = "DATABASE_SECRET_ARN" in environment
    return make_engine(SecretSignIn(environment) if by_secret else TokenSignIn(environment))


def make_engine(sign_in: Callable[[], SignIn], connect_seconds: int = 3) -> Engine:
    """One connection at a time, which `sign_in` opens within so many seconds."""
    engine = create_engine(
        "postgresql+psycopg://",
        # A function's environment serves one request at a time.
        pool_size=1,
        max_overflow=0,
        pool_timeout=5,
        # Between two requests the environment may have been frozen for long.
        pool_pre_ping=True,
        pool_recycle=CONNECTION_SECONDS,
        # Errors are logged, and parameters are what callers sent.
        hide_parameters=True,
        # A question at each connection, for a type that no table has.
        use_native_hstore=False,
        connect_args={
            "application_name": "coupons",
            "connect_timeout": connect_seconds,
            "gssencmode": "disable",
            # Statements that a server remembers keep RDS Proxy from sharing the connection.
            "prepare_threshold": None,
            "sslmode": "verify-full",
            # Gives up a connection whose other end has gone, which nothing else would notice.
            "tcp_user_timeout": 3_000,
        },
    )

    @event.listens_for(engine, "do_connect")
    def _sign_in(_dialect: object, _record: object, _args: object, given: dict[str, Any]) -> None:
        way = sign_in()
        given |= {**asdict(way), "sslrootcert": _authorities(way.host)}

    @event.listens_for(engine, "begin")
    def _limit(connection: Connection) -> None:
        # For one transaction: a setting of the session would keep RDS Proxy from sharing it, and
        # the proxy refuses settings that are sent with the connection.
        connection.exec_driver_sql(
            f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS};"
            f" SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"
        )

    return engine


def _authorities(host: str) -> str:
    """Whose word is taken for the server's name: AWS's for its own, else whom the system trusts."""
    if host.endswith((".rds.amazonaws.com", ".rds.amazonaws.com.cn")):
        return str(RDS_AUTHORITIES)
    # libpq's own idea of the system is that of the machine which built it.
    return ssl.get_default_verify_paths().cafile or "system"


class TokenSignIn:
    """Signs in by IAM: a new connection gets a new token, which is a signature made right here."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._host = environment["DATABASE_HOST"]
        self._port = environment["DATABASE_PORT"]
        self._name = environment["DATABASE_NAME"]
        self._user = environment["DATABASE_USER"]

    def __call__(self) -> SignIn:
        """What opens one connection."""
        token = self._client.generate_db_auth_token(
            DBHostname=self._host, Port=int(self._port), DBUsername=self._user
        )
        return SignIn(
            host=self._host, port=self._port, dbname=self._name, user=self._user, password=token
        )

    @cached_property
    def _client(self) -> "RDSClient":
        # As with DynamoDB's: a health check needs none.
        import boto3  # noqa: PLC0415

        return boto3.client("rds")


class SecretSignIn:
    """Signs in with what a secret says; it is kept as long as a connection, since it may change."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._arn = environment["DATABASE_SECRET_ARN"]
        self._given = {
            part: environment[variable]
            for part, variable in {
                "host": "DATABASE_HOST",
                "port": "DATABASE_PORT",
                "dbname": "DATABASE_NAME",
            }.items()
            if variable in environment
        }
        self._known: SignIn | None = None
        self._read_at = 0.0

    def __call__(self) -> SignIn:
        """What opens one connection."""
        now = time.monotonic()
        if self._known is None or now - self._read_at > CONNECTION_SECONDS:
            self._known, self._read_at = self._read(), now
        return self._known

    def _read(self) -> SignIn:
        text = self._client.get_secret_value(SecretId=self._arn)["SecretString"]
        parts: dict[str, object] = self._given | json.loads(text)
        return SignIn(
            host=str(parts["host"]),
            port=str(parts.get("port", 5432)),
            dbname=str(parts["dbname"]),
            user=str(parts["username"]),
            password=str(parts["password"]),
        )

    @cached_property
    def _client(self) -> "SecretsManagerClient":
        import boto3  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415

        limits = Config(
            connect_timeout=1,
            read_timeout=2,
            retries={"mode": "standard", "total_max_attempts": 3},
        )
        return boto3.client("secretsmanager", config=limits)
