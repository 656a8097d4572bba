"""Tests with the real engine: they need a Pulumi CLI, and say so once where there is none."""

from pathlib import Path

import pytest

from ops import pulumi_cli
from tests import stacks
from tests.engine.programs import ROLE, Program

_REASON = "there is no Pulumi CLI on PATH (`plinth setup-cli` installs one)"
_SKIPPED = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    cli = pulumi_cli.find(stacks.ROOT)
    if cli is not None and not cli.is_too_old:
        return
    ours = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    for item in ours:
        item.add_marker(pytest.mark.skip(reason=_REASON))
    config.stash[_SKIPPED] = len(ours)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    skipped = config.stash.get(_SKIPPED, 0)
    if skipped:
        terminalreporter.write_line(f"tests/engine: {skipped} skipped: {_REASON}")


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Program:
    program = Program.write(tmp_path_factory.mktemp("made") / "small", ROLE)
    assert program.up() == 0
    return program


@pytest.fixture
def made(_made: Program, tmp_path: Path) -> Program:
    """A program with one role, updated: a copy for one test."""
    return _made.copy(tmp_path / "small")
