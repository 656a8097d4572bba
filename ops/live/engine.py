"""Runs the Pulumi CLI on a stack's own state, in its own account."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from ops import pulumi_cli
from ops.coordinates import Coordinates

# The CLI's own exit codes: pkg/cmd/pulumi/cmd/exit_codes.go of pulumi/pulumi.
STACK_NOT_FOUND: Final = 6
NOT_AS_EXPECTED: Final = 7


class LiveError(Exception):
    """The stack can't be worked on, or isn't what was reviewed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The CLI for one stack."""

    root: Path
    where: Coordinates
    cli: Path

    def run(self, *arguments: str, copy: TextIO | None = None) -> int:
        """Run a command of the CLI in sight of the user; its exit code.

        Args:
            copy: where to write what it prints as well.
        """
        with subprocess.Popen(  # noqa: S603 no shell
            self._command(arguments),
            cwd=self.root,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            while True:
                try:
                    for line in process.stdout or ():
                        sys.stdout.write(line)
                        sys.stdout.flush()
                        if copy is not None:
                            copy.write(line)
                    return process.wait()
                except KeyboardInterrupt:
                    # The CLI was told as well, and stops in order: a state half written is worse.
                    continue

    def ask(self, *arguments: str) -> str:
        """What a command of the CLI prints.

        Raises:
            LiveError: with the CLI's own words, when it fails.
        """
        done = subprocess.run(  # noqa: S603 no shell
            self._command(arguments),
            cwd=self.root,
            env=self._environment(),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode == STACK_NOT_FOUND or "no stack named" in done.stderr:
            raise LiveError(
                f"there is no stack {self.where.stack} in {self._backend}: make it with `pulumi"
                f" stack init {self.where.stack}"
                f" --secrets-provider='{self.where.secrets_provider}'` after `plinth bootstrap"
                f" {self.where.stack}`"
            )
        if done.returncode != 0:
            said = " ".join(done.stderr.replace("error:", "").split())
            raise LiveError(f"`pulumi {' '.join(arguments[:2])}` failed: {said}")
        return done.stdout

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [str(self.cli), *arguments, "--stack", self.where.stack, "--non-interactive"]

    @property
    def _backend(self) -> str:
        return os.environ.get("PULUMI_BACKEND_URL") or self.where.backend_url

    def _environment(self) -> dict[str, str]:
        # The CLI looks for uv, and for its language host, on PATH.
        path = [str(Path(sys.executable).parent), str(self.cli.parent)]
        return {
            "AWS_REGION": self.where.region,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # It has uv bring the environment up to date, which must not write another lock.
            "UV_FROZEN": "true",
            **os.environ,
            "PULUMI_BACKEND_URL": self._backend,
            "PATH": os.pathsep.join([*path, os.environ.get("PATH", "")]),
        }


def engine(root: Path, where: Coordinates) -> Engine:
    """The CLI of this project or machine, for one stack.

    Raises:
        LiveError: when there is none, or one that is of no use.
    """
    cli = pulumi_cli.find(root)
    if cli is None:
        raise LiveError("there is no Pulumi CLI here: run `plinth setup-cli`, or install it")
    if cli.trouble:
        raise LiveError(f"the {cli} {cli.trouble}: run `plinth setup-cli`")
    return Engine(root, where, cli.path)
