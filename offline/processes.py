"""Looks after processes that this one did not start."""

import os
import re
import signal
import subprocess
import time
from contextlib import suppress
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


def stop(leader: int, seconds: float) -> None:
    """Ask a session's first process to end, as Ctrl-C does, and end them all after this time."""
    if is_running(leader):
        os.kill(leader, signal.SIGINT)
        ended(leader, seconds)
    end_session(leader)


def end_session(leader: int) -> None:
    """End what is left of a session: a process that was killed leaves others behind."""
    for process in _session(leader):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _session(leader: int) -> list[int]:
    found = []
    for process in _all():
        # Others come and go meanwhile, and may be somebody else's.
        with suppress(ProcessLookupError, PermissionError):
            if os.getsid(process) == leader:
                found.append(process)
    return found


def _all() -> list[int]:
    listed = [int(item.name) for item in Path("/proc").glob("[0-9]*")]
    if listed:
        return listed
    command = ["/bin/ps", "-A", "-o", "pid="]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return [int(word) for word in said.split()]
