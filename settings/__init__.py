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
from settings.problems import MISSING, Problem, SettingsError, shown
from settings.validation import problems_of

__all__ = ["Problem", "Settings", "SettingsError", "load", "parse"]


def load(config: pulumi.Config) -> Settings:
    """Read the settings of the current stack.

    Raises:
        SettingsError: naming every problem found, not only the first.
    """
    sections = [name for name in Settings.model_fields if name not in REQUIRED]
    raw = source.read(config, REQUIRED, sections)
    ignored = list(_ignored(raw))
    try:
        settings = parse(raw, project=pulumi.get_project(), stack=pulumi.get_stack())
    except SettingsError as error:
        raise SettingsError([*_strayed(config, error.problems), *ignored]) from None
    if ignored:
        raise SettingsError(ignored)
    return settings


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


def _ignored(raw: Mapping[str, object]) -> Iterator[Problem]:
    """Refuse a region for the provider that isn't the stack's: whoever set it means it to count."""
    other = pulumi.Config("aws").get("region")
    if other is not None and raw.get("region") not in {None, other}:
        yield Problem(
            "aws:region",
            f"must be left out, since the stack is where {pulumi.get_project()}:region says;"
            f" got {shown(other)}",
        )


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
