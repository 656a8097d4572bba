"""A real PostgreSQL for the tests: its own data, its own port on loopback, TLS only."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.app.certificates import write_certificates

OWNER = "platform_owner"
PASSWORD = "of-this-test-only"  # noqa: S105
# Debian keeps the server's programs off the path.
_PLACES = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


@dataclass(frozen=True)
class Server:
    """A running server; its administrator is OWNER with PASSWORD."""

    port: int
    authority: Path

    def secret(self, database: str, user: str = OWNER) -> dict[str, Any]:
        """How to sign in, as Secrets Manager keeps it."""
        return {
            "host": "localhost",
            "port": self.port,
            "dbname": database,
            "username": user,
            "password": PASSWORD,
        }

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the administrator; gives its rows, if it has any."""
        with self.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def connect(self, database: str = "postgres", user: str = OWNER) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="localhost",
            port=self.port,
            dbname=database,
            user=user,
            password=PASSWORD,
            sslmode="verify-full",
            sslrootcert=str(self.authority),
            autocommit=True,
        )


def missing() -> str | None:
    """Why there can be no server here, if there can't."""
    if _program("initdb") is None or _program("postgres") is None:
        return "there is no PostgreSQL here (on Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and _account() is None:
        return "PostgreSQL refuses to run as root, and there is no user postgres"
    return None


@contextmanager
def running() -> Iterator[Server]:
    """Run a server until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="plinth-postgres-") as folder:
        data = Path(folder, "data")
        data.mkdir()
        authority = write_certificates(data.parent)
        _give_away(Path(folder))
        password = Path(folder, "password")
        initdb = [str(_program("initdb")), "--pgdata", str(data), "--username", OWNER]
        initdb += ["--pwfile", str(password), "--auth", "scram-sha-256", "--no-sync"]
        initdb += ["--encoding", "UTF8", "--locale", "C"]
        subprocess.run(initdb, check=True, capture_output=True, cwd="/", **_as_user())
        rules = "hostssl all all 127.0.0.1/32 scram-sha-256\n"
        (data / "pg_hba.conf").write_text(rules)
        port = _free_port()
        with _process(data, port) as process:
            server = Server(port, authority)
            _wait(server, process)
            yield server


@contextmanager
def _process(data: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "ssl": "on",
        "ssl_cert_file": str(data.parent / "server.pem"),
        "ssl_key_file": str(data.parent / "server.key"),
        # What is lost with the machine's power is lost with the test anyway.
        "fsync": "off",
    }
    command = [str(_program("postgres")), "-D", str(data)]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    if setpriv := shutil.which("setpriv"):
        # Should the tests be killed, the system ends the server with them.
        command = [setpriv, "--pdeathsig", "INT", *command]
    with (data.parent / "log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log, stdout=log, cwd="/", **_as_user())
        try:
            yield process
        finally:
            # PostgreSQL's fast shutdown, which does not wait for its clients.
            process.send_signal(signal.SIGINT)
            process.wait(20)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(_PLACES))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _account() -> pwd.struct_passwd | None:
    return next((user for user in pwd.getpwall() if user.pw_name == "postgres"), None)


def _as_user() -> dict[str, Any]:
    account = _account()
    if os.geteuid() != 0 or account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _give_away(folder: Path) -> None:
    """Let the server's user own what it reads; root may read it all the same."""
    password = folder / "password"
    password.write_text(PASSWORD)
    folder.chmod(0o755)
    account = _account()
    if os.geteuid() == 0 and account is not None:
        for path in (folder, *folder.iterdir()):
            os.chown(path, account.pw_uid, account.pw_gid)
