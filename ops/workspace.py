"""Where an offline run of the CLI keeps its state: a folder a stack, and nothing outside it.

.cache/engine/home              the CLI's own home
.cache/engine/STACK/aws         what the offline provider has made
.cache/engine/STACK/backend     Pulumi's state
.cache/engine/STACK/scratch     a project without a program, for all but the run itself
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from offline.graph import PROVIDER_PREFIX
from offline.processes import ended
from offline.project import PLACEHOLDER, Project
from ops.pulumi_cli import Cli

# Nothing here is secret: what only the account could decrypt is replaced by a placeholder.
_PASSPHRASE: Final = "offline"  # noqa: S105
_PATIENCE_SECONDS: Final = 20


class WorkspaceError(Exception):
    """The folder can't be used, or the CLI couldn't set it up."""


class Workspace:
    """The folder of one stack.

    Args:
        engine: the folder of all stacks.
    """

    def __init__(self, engine: Path, project: Project, cli: Cli) -> None:
        self._project = project
        self._cli = cli
        self._home = engine / "home"
        self.folder = engine / project.stack
        self.resources = self.folder / "aws"
        self._backend = self.folder / "backend"
        self._scratch = self.folder / "scratch"
        # The CLI writes to it: the user's own is never given to it.
        self.config_file = self.folder / f"Pulumi.{project.stack}.yaml"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other run on this stack away, and clear what a killed one left locked.

        Raises:
            WorkspaceError: when another run is under way.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise WorkspaceError(
                    f"another run on {self._project.stack} is under way"
                ) from error
            self._clear_locks()
            yield

    def prepare(self) -> None:
        """Make the stack and its configuration, so that the CLI can run."""
        for folder in (self._backend, self._scratch, self._home):
            folder.mkdir(parents=True, exist_ok=True)
        bare = {"name": self._project.name, "runtime": "python"}
        (self._scratch / "Pulumi.yaml").write_text(json.dumps(bare), encoding="utf-8")
        own = self._scratch / f"Pulumi.{self._project.stack}.yaml"
        if not own.is_file() or self._state() is None:
            self.command("stack", "select", "--create")
        salt = yaml.safe_load(own.read_text(encoding="utf-8"))["encryptionsalt"]
        given = yaml.safe_load(self._project.config_file.read_text(encoding="utf-8")) or {}
        secrets: dict[str, str] = {}
        config = _opened(given.get("config") or {}, "", secrets)
        content = json.dumps({"encryptionsalt": salt, "config": config}, default=str)
        self.config_file.write_text(content, encoding="utf-8")
        if secrets:
            pairs = [part for path in secrets for part in ("--secret", f"{path}={PLACEHOLDER}")]
            self.command("config", "set-all", "--path", *pairs, "--config-file", self.config_file)

    def known(self) -> Path:
        """Write down the URN and id of all that Pulumi's state knows, for the provider.

        What a killed run left pending is dropped from the state: nobody needs to look whether it
        came to pass, as the provider does that.
        """
        exported = json.loads(self.command("stack", "export"))
        if exported["deployment"].pop("pending_operations", None):
            mended = self.folder / "mended.json"
            mended.write_text(json.dumps(exported), encoding="utf-8")
            self.command("stack", "import", "--file", mended)
        resources = exported["deployment"].get("resources") or []
        known = [
            (item["urn"], item["id"])
            for item in resources
            if item.get("id") and not item["type"].startswith(PROVIDER_PREFIX)
        ]
        file = self.folder / "known.json"
        file.write_text(json.dumps(known), encoding="utf-8")
        return file

    def is_empty(self) -> bool:
        """Whether Pulumi's state holds nothing."""
        return not json.loads(self.known().read_text(encoding="utf-8"))

    def protected(self) -> tuple[str, ...]:
        """The names of what Pulumi's state protects."""
        exported = json.loads(self.command("stack", "export"))
        resources = exported["deployment"].get("resources") or []
        return tuple(item["urn"].rpartition("::")[2] for item in resources if item.get("protect"))

    def clear(self) -> None:
        """Take away all that is left of what the provider made: the next run finds it as new."""
        shutil.rmtree(self.resources, ignore_errors=True)

    def command(self, *arguments: str | Path) -> str:
        """Run the CLI in the scratch project; what it printed.

        Raises:
            WorkspaceError: with what it said.
        """
        command = [str(self._cli.path), *map(str, arguments), "--stack", self._project.stack]
        done = subprocess.run(  # noqa: S603
            [*command, "--non-interactive"],
            cwd=self._scratch,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise WorkspaceError(f"pulumi {arguments[0]} failed:\n{done.stderr.strip()}")
        return done.stdout

    def environment(self, port: int | None = None) -> dict[str, str]:
        """The variables that the CLI runs with: none that could lead it to an account.

        Args:
            port: of the provider.
        """
        env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "PULUMI_"))
        }
        # The CLI's companions stand beside it, and `uv` beside this Python.
        places = [str(self._cli.path.parent), str(Path(sys.executable).parent), env.get("PATH", "")]
        env["PATH"] = os.pathsep.join(places)
        env |= {
            # No files of attributes: unlike the state itself they may be left half written.
            "PULUMI_BACKEND_URL": f"{self._backend.as_uri()}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
            # For --event-log, as Pulumi's Automation API does it.
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # The language host lets uv bring the environment up to date: by the lock as it is, and
            # without the project, which runs from its folder.
            "UV_FROZEN": "true",
            "UV_NO_INSTALL_PROJECT": "true",
        }
        if port is not None:
            env["PULUMI_DEBUG_PROVIDERS"] = f"aws:{port},awsx:{port}"
        if shutil.which("pulumi-language-python", path=env["PATH"]):
            env["PULUMI_HOME"] = str(self._home)
        elif "PULUMI_HOME" in os.environ:
            # The language host is a plugin there, and can't be downloaded here.
            env["PULUMI_HOME"] = os.environ["PULUMI_HOME"]
        return env

    def _state(self) -> Path | None:
        pattern = f".pulumi/stacks/**/{self._project.stack}.json"
        return next(self._backend.glob(pattern), None)

    def _clear_locks(self) -> None:
        """Drop the locks of runs that were killed."""
        for lock in sorted(self._backend.glob(".pulumi/locks/**/*.json")):
            process = _holder(lock)
            if process and not ended(process, _PATIENCE_SECONDS):
                raise WorkspaceError(
                    f"another run on {self._project.stack} is under way: process {process}"
                )
            lock.unlink(missing_ok=True)


def _holder(lock: Path) -> int:
    try:
        return int(json.loads(lock.read_text(encoding="utf-8"))["pid"])
    except (KeyError, OSError, TypeError, ValueError):
        # Killed while it was writing this.
        return 0


def _opened(value: Any, path: str, secrets: dict[str, str]) -> Any:
    """The same values without the encrypted ones, whose paths are noted."""
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            secrets[path] = ""
            return None
        below = {
            key: _opened(item, f"{path}[{json.dumps(key)}]" if path else str(key), secrets)
            for key, item in value.items()
        }
        return {key: item for key, item in below.items() if item is not None or value[key] is None}
    if isinstance(value, list):
        return [_opened(item, f"{path}[{at}]", secrets) for at, item in enumerate(value)]
    return value
