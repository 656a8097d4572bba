"""A real AWS emulator on loopback, in an environment of its own under .cache.

It holds its own botocore, so that it can't be installed beside ours.
"""

import contextlib
import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
import uv

ROOT: Final = Path(__file__).resolve().parents[2]
REQUIREMENT: Final = "ministack[full]==1.5.33"
FOLDER: Final = ROOT / ".cache" / "ministack-1.5.33"
ACCOUNT: Final = "111122223333"
REGION: Final = "eu-west-2"
ANY: Final = "any"
LONGEST_START_SECONDS: Final = 20.0


class NotInstallableError(Exception):
    """The emulator can't be had here; the message says why."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator, whose account is the one of the dev stack."""

    url: str

    def environment(self, access_key: str = ACCOUNT, secret: str = ANY) -> dict[str, str]:
        """What makes a client of AWS one of the emulator. An account's number is its root's key."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: Any, access_key: str = ACCOUNT) -> Any:
        """A client with the rights of the account's root."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=access_key,
            aws_secret_access_key=ANY,
        )

    def reset(self) -> None:
        """Empty the account."""
        self.ask("reset", "POST")

    def ask(self, path: str, method: str = "GET") -> None:
        """Speak to the emulator itself, not to the AWS in it."""
        url = f"{self.url}/_ministack/{path}"
        request = urllib.request.Request(url, method=method)  # noqa: S310 http on loopback
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310
            pass


@contextlib.contextmanager
def running(log: Path, *, enforce_rights: bool = False) -> Iterator[Emulator]:
    """Start the emulator, wait until it answers, and end it by its process.

    Raises:
        NotInstallableError: when it isn't here and can't be installed.
    """
    command = _installed()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(log.parent),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        **({"AUTH": "true"} if enforce_rights else {}),
    }
    with (
        log.open("wb") as output,
        subprocess.Popen([command], env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            emulator = Emulator(f"http://127.0.0.1:{port}")
            _wait(emulator, process, log)
            yield emulator
        finally:
            process.kill()


def _wait(emulator: Emulator, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            emulator.ask("health")
            return
        time.sleep(0.05)
    raise AssertionError(f"the emulator didn't start: {log.read_text()[-2000:]}")


def _installed() -> Path:
    FOLDER.mkdir(parents=True, exist_ok=True)
    ready = FOLDER / ".ready"
    # Two test processes may want it at once.
    with (FOLDER.parent / f"{FOLDER.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _uv("venv", "--clear", "--python", sys.executable, str(FOLDER))
            _uv("pip", "install", "--python", str(FOLDER), REQUIREMENT)
            ready.touch()
    return FOLDER / "bin" / "ministack"


def _uv(*arguments: str) -> None:
    environment = {"UV_CACHE_DIR": str(ROOT / ".cache" / "uv"), **os.environ}
    done = subprocess.run(
        [uv.find_uv_bin(), "--quiet", "--no-progress", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["uv failed"]
        raise NotInstallableError(f"{REQUIREMENT} can't be installed: {said[0]}")
