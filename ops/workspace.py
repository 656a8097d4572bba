"""Where an offline run of the CLI keeps its state: a folder a stack, and nothing outside it.

.cache/engine/.home             the CLI's own home
.cache/engine/STACK/aws         what the offline provider has made
.cache/engine/STACK/backend     Pulumi's state
.cache/engine/STACK/scratch     a project without a program, for all but the run itself
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from offline import aws
from offline.deployment import PASSPHRASE
from offline.graph import PROVIDER_PREFIX
from offline.processes import ended
from offline.project import PLACEHOLDER, Project, read
from ops.provider_process import past_proxies
from ops.pulumi_cli import Cli

_PATIENCE_SECONDS: Final = 20
# The CLI interrupts the program when a policy stops a run: the reason is told, and a trace of the
# interrupted libraries would hide it.
_SITE: Final = """import signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
"""
_STACK_NAME: Final = re.compile(r"[\w-][\w.-]{0,99}", re.ASCII)
# The user's own, which would lead the CLI to an account, or uv to another environment.
_WITHHELD: Final = re.compile(r"(AWS|PULUMI)_|(VIRTUAL_ENV|UV_PYTHON|UV_PROJECT\w*)$")


class WorkspaceError(Exception):
    """The folder can't be used, or the CLI couldn't set it up."""


class Workspace:
    """The folder of one stack.

    Args:
        engine: the folder of all stacks.

    Raises:
        WorkspaceError: when the stack's name is none for the CLI, or for a folder in that one.
    """

    def __init__(self, engine: Path, project: Project, cli: Cli) -> None:
        if _STACK_NAME.fullmatch(project.stack) is None:
            raise WorkspaceError(
                "a stack's name must be letters, digits, hyphens, underscores and full stops, "
                f"and begin with none of the last; got {project.stack!r}"
            )
        self.project = project
        self._cli = cli
        self._home = engine / ".home"
        self._site = self._home / "python"
        self.folder = engine / project.stack
        self.resources = self.folder / "aws"
        # The CLI's own record of the last run.
        self.events = self.folder / "events.json"
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
                raise WorkspaceError(f"another run on {self.project.stack} is under way") from error
            self._clear_locks()
            yield

    def prepare(self) -> None:
        """Make the stack and its configuration, so that the CLI can run."""
        for folder in (self._backend, self._scratch, self._site):
            folder.mkdir(parents=True, exist_ok=True)
        (self._site / "sitecustomize.py").write_text(_SITE, encoding="utf-8")
        bare = {"name": self.project.name, "runtime": "python"}
        (self._scratch / "Pulumi.yaml").write_text(json.dumps(bare), encoding="utf-8")
        own = self._scratch / f"Pulumi.{self.project.stack}.yaml"
        if not own.is_file() or self._state() is None:
            self.command("stack", "select", "--create")
        salt = self._salt(own)
        given = read(self.project.config_file)
        secrets: dict[str, str] = {}
        config = _opened(given.get("config") or {}, "", secrets)
        content = json.dumps({"encryptionsalt": salt, "config": config}, default=str)
        self.config_file.write_text(content, encoding="utf-8")
        if secrets:
            pairs = [part for path in secrets for part in ("--secret", f"{path}={PLACEHOLDER}")]
            self.command("config", "set-all", "--path", *pairs, "--config-file", self.config_file)

    @property
    def account(self) -> str:
        """The account that the stack is for."""
        name = self.project.name
        return self.project.config.get(f"{name}:account_id", aws.DEFAULT_ACCOUNT)

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
        command = [str(self._cli.path), *map(str, arguments), "--stack", self.project.stack]
        done = subprocess.run(  # noqa: S603
            [*command, "--non-interactive"],
            cwd=self._scratch,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise WorkspaceError(f"`pulumi {arguments[0]}` failed:\n{said}")
        return done.stdout

    def environment(self, port: int | None = None) -> dict[str, str]:
        """The variables that the CLI runs with: none that could lead it to an account.

        Args:
            port: of the provider.
        """
        env = {name: value for name, value in os.environ.items() if not _WITHHELD.match(name)}
        # `uv` stands beside this Python, and the CLI's companions beside the CLI.
        places = [Path(sys.executable).parent, self._cli.path.parent, self._cli.language_host()]
        env["PATH"] = os.pathsep.join([*map(str, filter(None, places)), env.get("PATH", "")])
        env |= {
            "PULUMI_HOME": str(self._home),
            "PYTHONPATH": os.pathsep.join(filter(None, (str(self._site), env.get("PYTHONPATH")))),
            # No files of attributes: unlike the state itself they may be left half written.
            "PULUMI_BACKEND_URL": f"{self._backend.as_uri()}?metadata=skip",
            # Nothing here is secret: a placeholder stands for what only the account could decrypt.
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            # For --event-log, as Pulumi's Automation API does it.
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # The language host lets uv bring the environment up to date: by the lock as it is, and
            # without the project, which runs from its folder.
            "UV_FROZEN": "true",
            "UV_NO_INSTALL_PROJECT": "true",
            "UV_CACHE_DIR": env.get("UV_CACHE_DIR") or str(self.project.root / ".cache" / "uv"),
        }
        if port is not None:
            env["PULUMI_DEBUG_PROVIDERS"] = f"aws:{port},awsx:{port}"
        return past_proxies(env)

    def _salt(self, file: Path) -> str:
        try:
            return str(yaml.safe_load(file.read_text(encoding="utf-8"))["encryptionsalt"])
        except (KeyError, TypeError, yaml.YAMLError) as error:
            raise WorkspaceError(
                f"{file} is damaged: remove the folder {self.folder}, which holds nothing but the "
                f"offline {self.project.stack}"
            ) from error

    def _state(self) -> Path | None:
        pattern = f".pulumi/stacks/**/{self.project.stack}.json"
        return next(self._backend.glob(pattern), None)

    def _clear_locks(self) -> None:
        """Drop the locks of runs that were killed."""
        for lock in sorted(self._backend.glob(".pulumi/locks/**/*.json")):
            process = _holder(lock)
            if process and not ended(process, _PATIENCE_SECONDS):
                raise WorkspaceError(
                    f"another run on {self.project.stack} is under way: process {process}"
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
