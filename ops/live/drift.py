"""Looks whether what is in the account is still what the state says, and keeps a report."""

import io
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from ops.live.engine import NOT_AS_EXPECTED, Engine, LiveError


class Status(StrEnum):
    """What a look at a stack found."""

    SAME = "same"
    DRIFTED = "drifted"
    BUSY = "busy"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Report:
    """One look at one stack.

    Attributes:
        text: what the CLI printed.
    """

    stack: str
    status: Status
    text: str

    def save(self, folder: Path) -> None:
        """Write the report to ``<folder>/<stack>.json``."""
        folder.mkdir(parents=True, exist_ok=True)
        written = json.dumps(asdict(self), indent=1) + "\n"
        (folder / f"{self.stack}.json").write_text(written, encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a report."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(raw["stack"], Status(raw["status"]), raw["text"])


def look(engine: Engine) -> Report:
    """Compare every resource in the account with the state, and change neither.

    The program isn't asked: a change that waits for its deployment is no drift.
    """
    stack = engine.where.stack
    before = engine.ask("stack", "export")
    if _under_way(before):
        return Report(stack, Status.BUSY, "An update is under way, or one was interrupted.\n")
    printed = io.StringIO()
    status = engine.run(
        *("refresh", "--preview-only", "--expect-no-changes", "--diff"),
        *("--color", "never"),
        copy=printed,
    )
    text = printed.getvalue()
    if engine.ask("stack", "export") != before:
        return Report(stack, Status.BUSY, "An update was made during the look.\n")
    if status == 0:
        return Report(stack, Status.SAME, text)
    # An older CLI has one exit code for all that is wrong, and the same words.
    if status == NOT_AS_EXPECTED or "no changes were expected" in text:
        return Report(stack, Status.DRIFTED, text)
    raise LiveError(f"`pulumi refresh` failed with exit code {status}")


def _under_way(state: str) -> bool:
    return bool(json.loads(state)["deployment"].get("pending_operations"))
