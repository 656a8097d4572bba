"""The provider ends with what needs it, whatever happens."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from offline.processes import ended, is_running
from tests.engine.programs import Program, child

# Long enough that nothing is over before it is interrupted.
SLOW = """
import time
import pulumi
time.sleep(30)
"""


def provider_and_cli(run: subprocess.Popen[bytes]) -> tuple[int, int]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = (child(run.pid, "offline.provider"), child(run.pid, "pulumi up"))
        if found[0] is not None and found[1] is not None:
            return found[0], found[1]
        time.sleep(0.02)
    pytest.fail("the CLI and its provider did not start")


@pytest.fixture
def slow(tmp_path: Path) -> Program:
    program = Program.write(tmp_path / "small")
    program.change(head=SLOW)
    return program


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_stops_the_cli_and_the_provider(
    number: signal.Signals, slow: Program
) -> None:
    run = slow.start("up", "--skip-preview")
    provider, cli = provider_and_cli(run)
    time.sleep(1)
    run.send_signal(number)

    assert run.wait(20) == 2
    assert not is_running(cli)
    assert not is_running(provider)


def test_a_killed_run_takes_the_cli_and_the_provider_with_it(slow: Program) -> None:
    run = slow.start("up", "--skip-preview")
    provider, cli = provider_and_cli(run)
    time.sleep(1)
    run.kill()
    run.wait()

    assert ended(cli, 20)
    assert ended(provider, 20)


def test_a_second_run_on_the_same_stack_is_turned_away(
    slow: Program, capfd: pytest.CaptureFixture[str]
) -> None:
    run = slow.start("up", "--skip-preview")
    provider_and_cli(run)

    assert slow.run("preview") == 2
    assert "another run on test is under way" in capfd.readouterr().err
    run.send_signal(signal.SIGINT)
    run.wait(20)
