"""The only reader of a stack's configuration: strict, and all problems in one message.

    current = settings.load(pulumi.Config())

Nothing else in the project reads `pulumi.Config`, and nothing asks for the name of the stack in
order to decide what to build.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import pulumi

from settings import source
from settings.core import REQUIRED, Settings
from settings.problems import MISSING, Problem, SettingsError
from settings.validation import problems_of

__all__ = ["Problem", "Settings", "SettingsError", "load", "parse"]


def load(config: pulumi.Config) -> Settings:
    """Read the settings of the current stack.

    Raises:
        SettingsError: naming every problem found, not only the first.
    """
    sections = [name for name in Settings.model_fields if name not in REQUIRED]
    raw = source.read(config, REQUIRED, sections)
    try:
        return parse(raw, project=pulumi.get_project(), stack=pulumi.get_stack())
    except SettingsError as error:
        raise SettingsError(_strayed(config, error.problems)) from None


def parse(raw: Mapping[str, object], *, project: str = "plinth", stack: str = "dev") -> Settings:
    """Build the settings from plain data, strictly: no unknown keys, no conversions.

    Args:
        raw: the sections by name, as the stack file has them behind ``plinth:``.
        project: the project, which begins every physical name.
        stack: the stack, which goes on with it.

    Raises:
        SettingsError: naming every problem found, not only the first.
    """
    settings, problems = problems_of(raw, project=project, stack=stack)
    if problems:
        # Without the cause, which would hold the values.
        raise SettingsError(problems) from None
    return settings


def _strayed(config: pulumi.Config, problems: Iterable[Problem]) -> Iterator[Problem]:
    """Point out what is missing here and stands under another project's or a provider's name."""
    for problem in problems:
        stray = (
            source.elsewhere(config, problem.path)
            if problem.path in REQUIRED and problem.text.startswith(MISSING)
            else None
        )
        if stray is None:
            yield problem
        else:
            ours = config.full_key(problem.path)
            yield replace(problem, text=f"{problem.text}; {stray} isn't read, write {ours}")
