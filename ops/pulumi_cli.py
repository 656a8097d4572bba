"""Finds the Pulumi CLI, says whether it is new enough, and installs one."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# The tests of the engine have run with this minor version and later ones.
OLDEST: Final = (3, 250)
# Where `plinth setup-cli` puts a CLI: out of the way of any other.
INSTALLED: Final = Path(".pulumi")


class InstallError(Exception):
    """No CLI could be installed."""


@dataclass(frozen=True, slots=True)
class Cli:
    """A Pulumi CLI.

    Attributes:
        version: as it says itself; empty for one that somebody built without a version.
    """

    path: Path
    version: str

    @property
    def is_too_old(self) -> bool:
        """Whether it is older than what is tested. One without a version is taken for new."""
        found = re.match(r"v?(\d+)\.(\d+)", self.version)
        return found is not None and (int(found[1]), int(found[2])) < OLDEST


def find(root: Path) -> Cli | None:
    """The CLI to use: the project's own if there is one, otherwise that on PATH."""
    own = root / INSTALLED / "bin" / "pulumi"
    found = str(own) if own.is_file() else shutil.which("pulumi")
    if found is None:
        return None
    # Without this it asks the internet whether there is a newer one.
    env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    said = subprocess.run(  # noqa: S603
        [found, "version"], env=env, capture_output=True, text=True, check=False
    )
    return Cli(Path(found), said.stdout.strip())


def install(root: Path) -> Cli:
    """Install a CLI into the project's folder, by Pulumi's own Automation API.

    Raises:
        InstallError: when it can't be downloaded here.
    """
    from pulumi.automation import PulumiCommand  # noqa: PLC0415 slow, and only needed here

    try:
        made = PulumiCommand.install(root=str(root / INSTALLED))
    except subprocess.CalledProcessError as error:
        said = error.output.decode(errors="replace").strip() if error.output else str(error)
        raise InstallError(_advice(said)) from error
    except OSError as error:
        raise InstallError(_advice(str(error))) from error
    return Cli(Path(made.command), f"v{made.version}")


def _advice(said: str) -> str:
    oldest = ".".join(map(str, OLDEST))
    return (
        f"the Pulumi CLI can't be downloaded here: {said}\n"
        f"Put version {oldest} or later on PATH by other means "
        "(https://www.pulumi.com/docs/iac/download-install/); `plinth plan` needs none."
    )
