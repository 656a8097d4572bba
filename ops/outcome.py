"""Tells from the engine's own record of a run why it failed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

CLEAN: Final = 0
VIOLATIONS: Final = 1
WRONG: Final = 2
# What the engine says of any failure, whatever led to it.
_SUMMARIES: Final = frozenset({"preview failed", "update failed"})
# What is said of whatever was under way when a violation stopped the run.
_CUT_OFF: Final = re.compile(
    r"resource monitor shut down|client connection is closing|code = Canceled|context canceled"
)
# What the engine says of a package that the program names and nobody built.
_NOT_BUILT: Final = re.compile(r"failed to compute \w+ hash for .+: open (\S+): no such file")


def verdict(code: int, events: Path) -> int:
    """The exit code of a command: 0 clean, 1 mandatory violations and nothing else, 2 wrong.

    Args:
        code: that of the CLI, which says nothing of violations.
        events: what the CLI's ``--event-log`` wrote: one event a line.
    """
    if code == 0:
        return CLEAN
    violated = failed = False
    for event in _events(events):
        if policy := event.get("policyEvent"):
            violated |= policy.get("enforcementLevel") in {"mandatory", "remediate"}
        if diagnostic := event.get("diagnosticEvent"):
            said = diagnostic.get("message", "").strip()
            explained = said in _SUMMARIES or _CUT_OFF.search(said) is not None
            failed |= diagnostic.get("severity") == "error" and not explained
        failed |= "resOpFailedEvent" in event
    return VIOLATIONS if violated and not failed else WRONG


def not_built(events: Path) -> Path | None:
    """The first package that a run lacked, if that is why it failed."""
    for event in _events(events):
        found = _NOT_BUILT.search(event.get("diagnosticEvent", {}).get("message", ""))
        if found is not None:
            return Path(found[1])
    return None


def _events(file: Path) -> Iterator[dict[str, Any]]:
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            # The CLI was killed while it was writing this line.
            return
