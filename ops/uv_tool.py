"""What packaging asks of uv: locked requirements, wheels for Lambda, and its Python."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import uv

PYTHON = "3.13"
# Lambda's Python 3.13 on arm64 runs on Amazon Linux 2023, whose C library (glibc 2.34) takes all
# wheels up to these; older platforms leave out psycopg's.
PLATFORM = "aarch64-manylinux_2_28"
# Where Lambda unpacks a function and a layer: the only directories that bytecode names.
FUNCTION_AT = "/var/task"
LAYER_AT = "/opt"

# What importlib.metadata reads, and what a licence asks to be kept. The rest of a .dist-info says
# how and where it was installed.
_KEPT_METADATA = frozenset({"METADATA", "entry_points.txt", "licenses"})

_CAUSE = re.compile(r"^(?:error:|\s+(?:cause|Caused by):)\s*(.+)$", re.MULTILINE)
_UNREACHABLE = re.compile(r"error sending request|timed out|dns error|Connection refused")
_URL = re.compile(r"https?://[^/\s`)]+")


class PackageError(Exception):
    """A function can't be packaged; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python of the function's version, and what tells whether its file is still the same."""

    path: str
    version: str
    size: int
    modified_ns: int

    @classmethod
    def at(cls, path: Path, version: str) -> Self:
        """Describe the interpreter at ``path``."""
        state = path.stat()
        return cls(str(path), version, state.st_size, state.st_mtime_ns)

    def unchanged(self) -> bool:
        """Whether the file is the one that was described."""
        path = Path(self.path)
        return path.is_file() and Interpreter.at(path, self.version) == self


class Uv:
    """The uv of this environment, kept inside the project: its cache and Pythons too."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._environment = {
            "UV_CACHE_DIR": str(root / ".cache" / "uv"),
            **os.environ,
            "NO_COLOR": "1",
            "UV_NO_PROGRESS": "1",
        }

    def export(self, group: str) -> str:
        """The locked requirements of a dependency group, with the hash of each file."""
        parts = ("--no-emit-project", "--no-header", "--no-annotate", "--quiet")
        # Frozen: against a mirror, uv takes every lock for outdated, since it names another index.
        done = self._run("export", "--frozen", "--only-group", group, *parts)
        if done.returncode != 0:
            raise PackageError(
                f"the locked versions of group {group!r} can't be read: {_cause(done.stderr)}. "
                "Run `uv lock`, and the command again"
            )
        return done.stdout

    def install(self, requirements: str, target: Path) -> None:
        """Unpack the wheels of ``requirements`` for the function's platform under ``target``."""
        command = (
            *("pip", "install", "--quiet", "--python", sys.executable),
            *("--target", str(target)),
            *("--python-platform", PLATFORM, "--python-version", PYTHON),
            *("--only-binary", ":all:", "--no-deps", "--require-hashes", "--requirements", "-"),
        )
        # Every wheel is pinned by its hash, so what is in the cache needs no question to the index.
        done = self._run(*command, "--offline", text=requirements)
        if done.returncode != 0:
            done = self._run(*command, text=requirements)
        if done.returncode == 0:
            _strip(target)
            return
        if _UNREACHABLE.search(done.stderr):
            index = _URL.search(done.stderr)
            raise PackageError(
                f"the package index {index[0] if index else ''} can't be reached: check the "
                "network, or set UV_DEFAULT_INDEX to a mirror, and run the command again"
            )
        raise PackageError(f"the wheels can't be installed: {_cause(done.stderr)}")

    def find_python(self) -> Interpreter | None:
        """An interpreter of the function's version that is on this machine, if there is one."""
        return self._find({}) or self._find(self._own_pythons)

    def fetch_python(self) -> Interpreter | None:
        """Download the function's Python into the project; None if it can't be had."""
        self._run("python", "install", "--no-bin", PYTHON, given=self._own_pythons)
        return self._find(self._own_pythons)

    def compile(self, interpreter: Interpreter, tree: Path, unpacked_at: str) -> None:
        """Write the bytecode of everything under ``tree`` beside it, to run at another place."""
        # Unchecked, since a file's time in the archive says nothing; -P keeps the tree's own
        # modules from standing in for the standard library's.
        command = [interpreter.path, "-P", "-S", "-m", "compileall", "-q", "-j", "1"]
        command += ["--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", unpacked_at]
        environment = {**_plain_environment(), "PYTHONHASHSEED": "0"}
        done = _call([*command, str(tree)], cwd=tree, environment=environment)
        if done.returncode != 0:
            said = (done.stdout + done.stderr).replace(str(tree), "").split("\n")
            raise PackageError(f"Python {interpreter.version} can't compile it: {said[0]}")

    @property
    def _own_pythons(self) -> Mapping[str, str]:
        return {"UV_PYTHON_INSTALL_DIR": str(self._root / ".cache" / "python")}

    def _find(self, given: Mapping[str, str]) -> Interpreter | None:
        # pyenv's stand-ins on PATH answer only for the version that is chosen; without one they
        # fail, and uv stops at the first.
        chosen = {"PYENV_VERSION": PYTHON, **given}
        done = self._run(
            *("python", "find", "--system", "--no-project", "--no-python-downloads", PYTHON),
            given=chosen,
        )
        if done.returncode != 0:
            return None
        path = Path(done.stdout.strip()).resolve()
        probe = "import json, platform; print(json.dumps([platform.python_implementation(), "
        probe += "platform.python_version()]))"
        command = [str(path), "-I", "-S", "-c", probe]
        asked = _call(command, cwd=self._root, environment=_plain_environment())
        if asked.returncode != 0:
            return None
        implementation, version = json.loads(asked.stdout)
        if implementation != "CPython" or not version.startswith(f"{PYTHON}."):
            return None
        return Interpreter.at(path, version)

    def _run(
        self, *arguments: str, text: str = "", given: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        try:
            binary = uv.find_uv_bin()
        except FileNotFoundError:
            raise PackageError(
                "uv is missing from this environment: run `make setup`, or `pip install uv`"
            ) from None
        environment = {**self._environment, **(given or {})}
        return _call([binary, *arguments], cwd=self._root, environment=environment, text=text)


def _strip(tree: Path) -> None:
    """Remove what an installation adds to the wheels: it differs with the machine and the tool."""
    (tree / ".lock").unlink(missing_ok=True)
    # Commands, whose first line names the Python that installed them.
    shutil.rmtree(tree / "bin", ignore_errors=True)
    for bytecode in tree.rglob("__pycache__"):
        shutil.rmtree(bytecode)
    for metadata in tree.glob("*.dist-info"):
        for path in metadata.iterdir():
            if path.name in _KEPT_METADATA:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def _call(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], text: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own commands, and no shell
        command,
        cwd=cwd,
        env=environment,
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def _plain_environment() -> Mapping[str, str]:
    """Without what would change how another Python behaves."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _cause(stderr: str) -> str:
    """What uv says went wrong, on one line."""
    causes = _CAUSE.findall(stderr)
    return ": ".join(causes) if causes else " ".join(stderr.split())
