"""Where the commands print."""

import os
import shutil
from typing import Final

from rich.console import Console

_WIDE: Final = 200


def console_for(*, stderr: bool = False) -> Console:
    """A console that folds no line where there is no terminal: a folded line can't be searched."""
    terminal = shutil.get_terminal_size((_WIDE, 0)).columns
    width = terminal if os.isatty(2 if stderr else 1) else _WIDE
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=True)
