"""The provider ends with what needs it, whatever happens."""

import os
import signal
import time
from pathlib import Path

import pytest

from offline.processes import ended
from tests.engine.programs import Program, child, session

CLI = "pulumi up"

# Long enough that nothing is over before it is interrupted.
SLOW = """
import pathlib
import time
import pulumi
pathlib.Path("begun").touch()
time.sleep(30)
"""


class Run:
    """A run whose program has begun.

    Attributes:
        provider: its process.
        cli: its process.
        parts: the CLI and all that it has started: the language's host, the program.
    """

    def __init__(self, program: Program) -> None:
        begun = program.folder / "begun"
        self.plinth = program.start("up", "--skip-preview")
        deadline = time.monotonic() + 20
        while not begun.exists():
            assert time.monotonic() < deadline, "the program did not begin"
            time.sleep(0.02)
        provider, cli = child(self.plinth.pid, "offline.provider"), child(self.plinth.pid, CLI)
        assert provider is not None
        assert cli is not None
        self.provider, self.cli = provider, cli
        self.parts = session(cli)
        assert len(self.parts) > 2

    def is_gone(self) -> bool:
        """Whether none of its processes is left, or goes on for long."""
        return all(ended(process, 15) for process in (self.provider, *self.parts))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    program = Program.write(tmp_path / "small")
    program.change(head=SLOW)
    return Run(program)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_ends_with_all_that_it_started(number: signal.Signals, run: Run) -> None:
    run.plinth.send_signal(number)

    assert run.plinth.wait(20) == 2
    assert run.is_gone()


@pytest.mark.parametrize("part", ["plinth", "provider", "cli"])
def test_whatever_part_is_killed_the_others_end_too(part: str, run: Run) -> None:
    os.kill({"plinth": run.plinth.pid, "provider": run.provider, "cli": run.cli}[part], 9)

    assert run.plinth.wait(20) == (-9 if part == "plinth" else 2)
    assert run.is_gone()


def test_a_second_run_on_the_same_stack_is_turned_away(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = Program.write(tmp_path / "small")
    program.change(head=SLOW)
    first = Run(program)

    assert program.run("preview") == 2
    assert capfd.readouterr().err == "error: another run on test is under way\n"
    first.plinth.send_signal(signal.SIGINT)
    first.plinth.wait(20)
