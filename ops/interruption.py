"""What Ctrl-C, a request to end, and a closed terminal do to a run of the CLI."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, Self

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Takes the signals while it is entered.

    While the CLI runs they are passed on to it, which then stops in good order; a second one makes
    it stop at once, as it does without us. Before and after that they raise KeyboardInterrupt.

    Attributes:
        came: whether there was one.
    """

    def __init__(self) -> None:
        self.came = False
        self._cli: subprocess.Popen[bytes] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            before = signal.getsignal(number)
            # Who runs this under nohup doesn't want it to end with the terminal.
            if number is not signal.SIGHUP or before is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._arrived)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def passed_on_to(self, cli: subprocess.Popen[bytes]) -> Iterator[None]:
        """Let the CLI have them."""
        self._cli = cli
        try:
            yield
        finally:
            self._cli = None

    def _arrived(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True
        if self._cli is None:
            raise KeyboardInterrupt
        self._cli.send_signal(signal.SIGINT)
