"""Tests with the real engine: they need a Pulumi CLI, and say so once where there is none."""

from pathlib import Path

import pytest

from ops import pulumi_cli
from tests import stacks
from tests.engine.programs import ROLE, Program

_HOW = "`plinth setup-cli` installs one"


def _missing() -> str | None:
    cli = pulumi_cli.find(stacks.ROOT)
    if cli is None:
        return f"there is no Pulumi CLI on PATH ({_HOW})"
    return f"the {cli} {cli.trouble} ({_HOW})" if cli.trouble else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    missing = _missing() if ours else None
    if missing is not None:
        for item in ours:
            item.add_marker(pytest.mark.skip(reason=f"tests/engine: {missing}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report.longrepr[2]
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and "tests/engine: " in report.longrepr[2]
    ]
    if skipped:
        reason = skipped[0].removeprefix("Skipped: ")
        terminalreporter.write_line(f"{len(skipped)} tests skipped: {reason}")


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Program:
    program = Program.write(tmp_path_factory.mktemp("made") / "small", ROLE)
    assert program.up() == 0
    return program


@pytest.fixture
def made(_made: Program, tmp_path: Path) -> Program:
    """A program with one role, updated: a copy for one test."""
    return _made.copy(tmp_path / "small")
