"""Runs the offline provider, and the CLI on it, for as long as a command needs them."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from offline.processes import end_session, stop

_PATIENCE_SECONDS: Final = 6
_GLANCE_SECONDS: Final = 0.5
_HERE: Final = "localhost,127.0.0.1"


class ProviderError(Exception):
    """The provider didn't start."""


class Provider:
    """The provider, once it serves.

    Attributes:
        port: on 127.0.0.1.
        is_lost: whether it ended before the CLI that it served.
    """

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.port = port
        self.is_lost = False
        self._process = process

    def wait_for(self, cli: subprocess.Popen[bytes]) -> int:
        """Wait for the CLI to end; its exit code.

        When this process is killed meanwhile, the provider stops the CLI. When the provider ends,
        the CLI has nothing left to do: it is stopped.
        """
        self._serve(cli.pid)
        try:
            while self._process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    return cli.wait(_GLANCE_SECONDS)
            self.is_lost = cli.poll() is None
            stop(cli.pid, _PATIENCE_SECONDS)
            return cli.wait()
        finally:
            self._serve(0)
            # One that was killed leaves what it had started.
            end_session(cli.pid)

    def _serve(self, process: int) -> None:
        # Nobody reads when the provider has ended: then there is nobody to tell.
        with suppress(BrokenPipeError):
            if self._process.stdin is not None:
                self._process.stdin.write(f"{process}\n")
                self._process.stdin.flush()


def past_proxies(env: Mapping[str, str]) -> dict[str, str]:
    """The variables with which the parts of the engine speak to each other past any proxy."""
    own = {
        name: ",".join(filter(None, (_HERE, env.get(name)))) for name in ("NO_PROXY", "no_proxy")
    }
    return {**env, **own}


@contextmanager
def provider(
    root: Path, *, state: Path, account: str, known: Path | None, log: Path
) -> Iterator[Provider]:
    """Serve ``aws`` and ``awsx``.

    It ends with its standard input, whose other end is here and nowhere else: when this process
    is killed, it ends too.

    Args:
        state: the folder of what exists.
        known: a file with what the engine knows of it.
        log: what it prints goes here.

    Raises:
        ProviderError: with the last line that it printed.
    """
    command = [sys.executable, "-m", "offline.provider", "--state", str(state)]
    command += ["--account", account]
    command += ["--known", str(known)] if known is not None else []
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=root,
            env=past_proxies(os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            # Ctrl-C is for the CLI: it still needs its provider to finish what is under way.
            start_new_session=True,
        )
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        if not port:
            last = log.read_text(encoding="utf-8").strip().rpartition("\n")[2]
            # An exception's, but for its class.
            reason = re.sub(r"^[\w.]+: ", "", last)
            raise ProviderError(f"the offline provider didn't start: {reason} (more is in {log})")
        yield Provider(process, int(port))
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
