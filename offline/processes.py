"""Looks after processes that this one did not start."""

import os
import re
import signal
import time
from pathlib import Path
from typing import Final

_STEP_SECONDS: Final = 0.05


def is_running(process: int) -> bool:
    """Whether a process runs. One that only waits to be collected by its parent doesn't."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return True
    return re.search(r"^State:\s+[ZX]", status, re.MULTILINE) is None


def ended(process: int, seconds: float) -> bool:
    """Wait for a process to end; whether it did in this time."""
    deadline = time.monotonic() + seconds
    while is_running(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(_STEP_SECONDS)
    return True


def stop(process: int, seconds: float) -> None:
    """Ask a process to end, as Ctrl-C does, and end it if it hasn't in this time."""
    if is_running(process):
        os.kill(process, signal.SIGINT)
        if not ended(process, seconds):
            os.kill(process, signal.SIGKILL)
