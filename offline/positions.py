"""Where in the program a resource or an error comes from."""

import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final
from urllib.parse import unquote, urlsplit

from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

from offline.graph import Position

ROOT: Final = Path(__file__).resolve().parent.parent
# The runner itself, and whatever is installed.
_FOREIGN: Final = frozenset({".venv", "offline", "ops"})
_CONSTRUCTORS: Final = 3


@cache
def program_file(file: str, root: Path) -> str | None:
    """A file of the program relative to ``root``; ``None`` for libraries and for the runner."""
    path = Path(file)
    if path.suffix != ".py" or not path.is_relative_to(root) or "site-packages" in path.parts:
        return None
    below = path.relative_to(root)
    return None if below.parts[0] in _FOREIGN else str(below)


def trace(frames: Iterable[source_pb2.StackFrame], root: Path) -> tuple[Position, ...]:
    """The lines of the program that led to a resource, innermost first."""
    found = []
    for frame in frames:
        file = program_file(_path(frame.pc.uri), root)
        if file is not None:
            found.append(Position(file, frame.pc.line))
    return tuple(found)


@contextmanager
def only_program_frames(root: Path) -> Iterator[None]:
    """Let the SDK note, for each resource, the lines of the program and no others.

    By itself it reads the source of every file on the stack, its own long modules among them, to
    print lines that nobody asks for: a tenth of a plan's time, and megabytes.
    """
    original = resource._get_stack_trace  # noqa: SLF001 there is no public way
    resource._get_stack_trace = lambda: _stack(root)  # noqa: SLF001
    try:
        yield
    finally:
        resource._get_stack_trace = original  # noqa: SLF001


def _stack(root: Path) -> source_pb2.StackTrace:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 cheaper than the frames with their source
    constructors = 0
    # As the SDK does: behind the constructors of Resource, of its kind, and of its class.
    while frame is not None and constructors < _CONSTRUCTORS:
        constructors += frame.f_code.co_name == "__init__"
        frame = frame.f_back
    trace = source_pb2.StackTrace()
    while frame is not None:
        if program_file(frame.f_code.co_filename, root) is not None:
            uri = Path(frame.f_code.co_filename).absolute().as_uri()
            position = source_pb2.SourcePosition(uri=uri, line=frame.f_lineno)
            trace.frames.append(source_pb2.StackFrame(pc=position))
        frame = frame.f_back
    return trace


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


@cache
def _path(uri: str) -> str:
    return unquote(urlsplit(uri).path)


def _lines(tb: TracebackType | None, root: Path) -> tuple[Position, ...]:
    frames = [
        Position(file, frame.lineno or 0)
        for frame in traceback.extract_tb(tb)
        if (file := program_file(frame.filename, root)) is not None
    ]
    return tuple(reversed(frames))
