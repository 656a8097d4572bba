"""What the tests of packaging share: a copy of the project, and a stand-in for uv."""

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from ops.package import package
from ops.uv_tool import Interpreter, Uv

ROOT = Path(__file__).resolve().parents[2]


def project(folder: Path) -> Path:
    """A copy of what packaging reads."""
    shutil.copytree(ROOT / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, folder / name)
    return folder


class FakeUv(Uv):
    """Answers as uv would, and counts what it was asked for."""

    def __init__(self, root: Path, python: str | None = "3.13.7") -> None:
        super().__init__(root)
        self.python = python
        self.asked: list[str] = []
        self.wheels: Mapping[str, str] = {"fastapi/__init__.py": "", "mangum.py": ""}

    def export(self, group: str) -> str:
        self.asked.append(f"export {group}")
        return "fastapi==0.120.0"

    def install(self, requirements: str, target: Path) -> None:
        self.asked.append(f"install {requirements}")
        for name, content in self.wheels.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_text(content)

    def find_python(self) -> Interpreter | None:
        self.asked.append("find")
        return None if self.python is None else Interpreter.at(Path(__file__), self.python)

    def fetch_python(self) -> Interpreter | None:
        self.asked.append("fetch")
        return None

    def compile(self, interpreter: Interpreter, tree: Path, unpacked_at: str) -> None:
        self.asked.append("compile")
        (tree / "bytecode").write_text(interpreter.version)


def quiet(_: str) -> None:
    """A report that nobody reads."""


def build(root: Path, uv: Uv) -> dict[str, bool]:
    """Which packages were built."""
    return {done.name: done.built for done in package(root, quiet, uv)}


def contents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}
