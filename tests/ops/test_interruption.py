import os
import signal
import subprocess

import pytest

from ops.interruption import Interruption

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("number", SIGNALS)
def test_without_a_cli_the_run_itself_ends(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    interruption = Interruption()
    with pytest.raises(KeyboardInterrupt), interruption:
        os.kill(os.getpid(), number)
    assert interruption.came
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("number", SIGNALS)
def test_a_cli_is_interrupted_in_its_place(number: signal.Signals) -> None:
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE) as cli, Interruption() as taken:
        with taken.passed_on_to(cli):
            os.kill(os.getpid(), number)
            assert cli.wait() == -signal.SIGINT
        assert taken.came


def test_the_end_of_the_terminal_is_no_end_for_what_was_told_to_ignore_it() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interruption() as taken:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not taken.came
    finally:
        signal.signal(signal.SIGHUP, before)
