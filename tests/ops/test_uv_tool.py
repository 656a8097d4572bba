"""How uv is asked: inside the project, and for the function's own Python."""

import subprocess
from pathlib import Path

import pytest

from ops.uv_tool import Interpreter, Uv
from tests.ops.packages import ROOT

Call = tuple[list[str], dict[str, str]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """What was run, and in which environment; each call fails."""
    seen: list[Call] = []

    def run(command: list[str], **given: dict[str, str]) -> subprocess.CompletedProcess[str]:
        seen.append((command[1:], given["env"]))
        return subprocess.CompletedProcess(command, 1, stdout="", stderr="error: no")

    monkeypatch.setattr(subprocess, "run", run)
    return seen


def test_a_python_is_fetched_into_the_project_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: list[Call]
) -> None:
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    assert Uv(tmp_path).fetch_python() is None
    command, environment = calls[0]
    # Otherwise uv would link it into the user's own bin directory.
    assert command == ["python", "install", "--no-bin", "3.13"]
    assert environment["UV_PYTHON_INSTALL_DIR"] == str(tmp_path / ".cache" / "python")
    assert environment["UV_CACHE_DIR"] == str(tmp_path / ".cache" / "uv")


def test_a_cache_that_the_environment_names_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: list[Call]
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", "/of/the/machine")
    Uv(tmp_path).find_python()
    assert {environment["UV_CACHE_DIR"] for _, environment in calls} == {"/of/the/machine"}


def test_the_machines_pythons_are_looked_for_before_the_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: list[Call]
) -> None:
    monkeypatch.delenv("UV_PYTHON_INSTALL_DIR", raising=False)
    assert Uv(tmp_path).find_python() is None
    assert [environment.get("UV_PYTHON_INSTALL_DIR") for _, environment in calls] == [
        None,
        str(tmp_path / ".cache" / "python"),
    ]
    assert all(command[:2] == ["python", "find"] for command, _ in calls)


def test_without_a_python_of_the_functions_version_none_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", "/nonexistent")
    assert Uv(tmp_path).find_python() is None


def test_a_python_that_is_found_is_of_the_functions_version() -> None:
    found = Uv(ROOT).find_python()
    if found is None:
        pytest.skip("there is no Python 3.13 here")
    assert found.version.startswith("3.13.")
    assert found.unchanged()


def test_a_python_that_was_replaced_is_noticed(tmp_path: Path) -> None:
    binary = tmp_path / "python"
    binary.write_text("one")
    before = Interpreter.at(binary, "3.13.6")
    assert before.unchanged()
    binary.write_text("another")
    assert not before.unchanged()
    binary.unlink()
    assert not before.unchanged()
