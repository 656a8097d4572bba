"""Where in the program a resource or an error comes from."""

import traceback
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final
from urllib.parse import unquote, urlsplit

from pulumi.runtime.proto import source_pb2

from offline.graph import Position

ROOT: Final = Path(__file__).resolve().parent.parent
# The runner itself, and whatever is installed.
_FOREIGN: Final = frozenset({".venv", "offline", "ops"})


def relative(file: str, root: Path) -> str:
    """The file below ``root``, or as it is where it lies elsewhere."""
    path = Path(file)
    return str(path.relative_to(root)) if path.is_relative_to(root) else file


def is_program(file: str, root: Path) -> bool:
    """Whether a file belongs to the program: below ``root``, and not of a library or the runner."""
    path = Path(file)
    if not path.is_relative_to(root) or "site-packages" in path.parts:
        return False
    return path.relative_to(root).parts[0] not in _FOREIGN


def trace(frames: Iterable[source_pb2.StackFrame], root: Path) -> tuple[Position, ...]:
    """The lines of the program that led to a resource, innermost first."""
    found = []
    for frame in frames:
        file = unquote(urlsplit(frame.pc.uri).path)
        if is_program(file, root):
            found.append(Position(relative(file, root), frame.pc.line))
    return tuple(found)


def of_error(error: BaseException, root: Path) -> tuple[Position, ...]:
    """The lines of the program that an exception passed through, innermost first.

    An exception that an ``apply`` raised is found in the chain of causes.
    """
    seen: BaseException | None = error
    while seen is not None:
        lines = _lines(seen.__traceback__, root)
        if lines:
            return lines
        seen = seen.__cause__ or seen.__context__
    return ()


def _lines(tb: TracebackType | None, root: Path) -> tuple[Position, ...]:
    frames = [
        Position(relative(frame.filename, root), frame.lineno or 0)
        for frame in traceback.extract_tb(tb)
        if is_program(frame.filename, root)
    ]
    return tuple(reversed(frames))
