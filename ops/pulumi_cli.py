"""Finds the Pulumi CLI, says what is wrong with it, and installs one."""

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.error import URLError

# The tests of the engine have run with this minor version and later ones of the same major.
OLDEST: Final = (3, 250)
# Where `plinth setup-cli` puts a CLI: out of the way of any other.
INSTALLED: Final = Path(".pulumi")
# Even `pulumi version` may write a log: here, and not to the user's own.
HOME: Final = Path(".cache/engine/.home")
# What the CLI needs to run a program in Python.
LANGUAGE_HOST: Final = "pulumi-language-python"

# It takes a tenth of a second where the machine has nothing else to do.
_PATIENCE_SECONDS: Final = 20
_LONGEST: Final = 60


class InstallError(Exception):
    """No CLI could be installed."""


class _SilentError(Exception):
    """The CLI does not say its version; the message says what it does instead."""


@dataclass(frozen=True, slots=True)
class Cli:
    """A Pulumi CLI.

    Attributes:
        version: as it says itself; empty for one that somebody built without a version.
        defect: why it can't even say its version; empty where it can.
    """

    path: Path
    version: str
    defect: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, ("Pulumi CLI", self.version, f"at {self.path}")))

    @property
    def trouble(self) -> str:
        """Why it is of no use, as the end of a sentence about it; empty if there is no reason.

        One without a version is taken for new.
        """
        if self.defect or not self.version:
            return self.defect
        found = re.match(r"v?(\d+)\.(\d+)\.", self.version)
        if found is None:
            return f"is of no known version: it says {self.version[:_LONGEST]!r}"
        major, minor = int(found[1]), int(found[2])
        if major > OLDEST[0]:
            return f"is of another major version than the {OLDEST[0]} that Plinth is tested with"
        oldest = ".".join(map(str, OLDEST))
        return f"is older than {oldest}" if (major, minor) < OLDEST else ""

    def language_host(self) -> Path | None:
        """The folder of Pulumi's companion for Python: beside the CLI, on PATH, or a plugin."""
        beside = (str(self.path.parent), str(self.path.resolve().parent))
        path = os.pathsep.join((*beside, os.environ.get("PATH", "")))
        found = shutil.which(LANGUAGE_HOST, path=path)
        if found is None:
            home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
            plugins = sorted(home.glob(f"plugins/language-python-v*/{LANGUAGE_HOST}"))
            return plugins[-1].parent if plugins else None
        return Path(found).absolute().parent


def find(root: Path) -> Cli | None:
    """The CLI to use: the project's own if there is one, otherwise that on PATH."""
    own = root / INSTALLED / "bin" / "pulumi"
    found = str(own) if own.is_file() else shutil.which("pulumi")
    if found is None:
        return None
    # It runs from other folders than this one.
    path = Path(found).absolute()
    try:
        return Cli(path, _version(path, root / HOME))
    except _SilentError as error:
        return Cli(path, "", str(error))


def _version(path: Path, home: Path) -> str:
    try:
        process = subprocess.Popen(  # noqa: S603
            [path, "version"],
            # Without this it asks the internet whether there is a newer one.
            env={
                **os.environ,
                "PULUMI_HOME": str(home),
                "PULUMI_SKIP_UPDATE_CHECK": "true",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            # Whatever it starts can be ended with it.
            start_new_session=True,
        )
    except OSError as error:
        raise _SilentError(f"can't be run: {error.strerror}") from error
    with process:
        try:
            said, errors = process.communicate(timeout=_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise _SilentError(
                f"doesn't answer `pulumi version` in {_PATIENCE_SECONDS} seconds"
            ) from error
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode != 0:
        why = (errors.strip() or said.strip()).rpartition("\n")[2]
        raise _SilentError(
            f"can't be run: `pulumi version` ended with {process.returncode}"
            + (f", saying {why[:_LONGEST]!r}" if why else "")
        )
    return said.strip().partition("\n")[0]


def install(root: Path) -> Cli:
    """Install a CLI into the project's folder, by Pulumi's own Automation API.

    Raises:
        InstallError: when it can't be downloaded here.
    """
    # Slow, and only needed here.
    from pulumi.automation import InvalidVersionError, PulumiCommand  # noqa: PLC0415

    try:
        made = PulumiCommand.install(root=str(root / INSTALLED))
    except subprocess.CalledProcessError as error:
        said = error.output.decode(errors="replace").strip() if error.output else str(error)
        raise InstallError(_advice(said)) from error
    except URLError as error:
        raise InstallError(_advice(str(error.reason))) from error
    except (OSError, HTTPException, InvalidVersionError) as error:
        raise InstallError(_advice(str(error))) from error
    return Cli(Path(made.command), f"v{made.version}")


def _advice(said: str) -> str:
    oldest = ".".join(map(str, OLDEST))
    return (
        f"the Pulumi CLI can't be downloaded here: {said}\n"
        f"Put version {oldest} or later on PATH by other means "
        "(https://www.pulumi.com/docs/iac/download-install/); `plinth plan` needs none."
    )
