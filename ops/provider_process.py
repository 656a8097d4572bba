"""Runs the offline provider, and the CLI on it, for as long as a command needs them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PATIENCE_SECONDS: Final = 6
_GLANCE_SECONDS: Final = 0.5


class ProviderError(Exception):
    """The provider didn't start."""


class Provider:
    """The provider, once it serves.

    Attributes:
        port: on 127.0.0.1.
    """

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.port = port
        self._process = process

    def wait_for(self, cli: subprocess.Popen[bytes]) -> int:
        """Wait for the CLI to end; its exit code.

        When this process is killed meanwhile, the provider stops the CLI. When the provider ends,
        there is nothing left for the CLI to do but to say so.
        """
        self._serve(cli.pid)
        while self._process.poll() is None:
            try:
                return cli.wait(_GLANCE_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            finally:
                if cli.returncode is not None:
                    self._serve(0)
        try:
            return cli.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            cli.kill()
            return cli.wait()

    def _serve(self, process: int) -> None:
        # Nobody reads when the provider has ended: then there is nobody to tell.
        with suppress(BrokenPipeError):
            if self._process.stdin is not None:
                self._process.stdin.write(f"{process}\n")
                self._process.stdin.flush()


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
        ProviderError: with what it printed.
    """
    command = [sys.executable, "-m", "offline.provider", "--state", str(state)]
    command += ["--account", account]
    command += ["--known", str(known)] if known is not None else []
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=root,
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
            said = log.read_text(encoding="utf-8").strip()
            raise ProviderError(f"the offline provider didn't start:\n{said}")
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
