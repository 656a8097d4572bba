"""Tells people what went wrong: the message and the lines of the program, not of the libraries."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

import rules
from offline import positions
from offline.engine import PlanError
from offline.project import ProjectError
from ops.console import console_for
from settings import SettingsError


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


def _error(message: str) -> Text:
    return Text.assemble(("error: ", "bold red"), message)


def _frames(errors: Console, error: BaseException, root: Path, *, everything: bool) -> None:
    if everything:
        errors.print(Text("".join(traceback.format_exception(error))))
        return
    for position in positions.of_error(error, root):
        errors.print(f"  at {position}")
    errors.print("  (--traceback shows every frame)")
