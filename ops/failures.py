"""Tells people what went wrong: the message and the lines of the program, not of the libraries."""

import os
import shutil
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

import rules
from offline import positions
from offline.engine import PlanError
from offline.project import ProjectError
from settings import SettingsError

_WIDE: Final = 200


@dataclass(slots=True)
class Outcome:
    """Whether what ran failed."""

    failed: bool = False


@contextmanager
def explained(root: Path, *, show_traceback: bool = False) -> Iterator[Outcome]:
    """Print the error of what runs inside, instead of raising it."""
    outcome = Outcome()
    errors = console_for(stderr=True)
    try:
        yield outcome
    except (ProjectError, SettingsError, rules.ConfigurationError, rules.WaiverError) as error:
        outcome.failed = True
        errors.print(_error(str(error)))
    except PlanError as error:
        outcome.failed = True
        problems = "\n".join(f"  - {problem}" for problem in error.problems)
        errors.print(_error(f"the program declares what can't be made:\n{problems}"))
    except OSError as error:
        outcome.failed = True
        errors.print(_error(f"{error.filename or 'a file'}: {error.strerror}"))
        _frames(errors, error, root, everything=show_traceback)
    except Exception as error:  # noqa: BLE001 whatever the program raises is its author's to see
        outcome.failed = True
        errors.print(_error(f"the program failed: {type(error).__name__}: {error}"))
        _frames(errors, error, root, everything=show_traceback)


def console_for(*, stderr: bool = False) -> Console:
    """A console that folds no line where there is no terminal: a folded line can't be searched."""
    terminal = shutil.get_terminal_size((_WIDE, 0)).columns
    width = terminal if os.isatty(2 if stderr else 1) else _WIDE
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=True)


def _error(message: str) -> Text:
    return Text.assemble(("error: ", "bold red"), message)


def _frames(errors: Console, error: BaseException, root: Path, *, everything: bool) -> None:
    if everything:
        errors.print(Text("".join(traceback.format_exception(error))))
        return
    for position in positions.of_error(error, root):
        errors.print(f"  at {position}")
    errors.print("  (--traceback shows every frame)")
