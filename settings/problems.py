"""What is wrong with a configuration, said so that a person can put it right."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from settings.secrets import looks_secret

MISSING: Final = "is missing"

_LONGEST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: the setting, such as ``network.zones[1]``.
        text: what must be, and what was got: ``must be …, got …``.
        because: other settings that the problem depends on. Where one of them is wrong itself, the
            problem may be none, and isn't reported.
    """

    path: str
    text: str
    because: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.path} {self.text}"

    def depends_on(self, dropped: Iterable[str]) -> bool:
        """Whether any of these is the problem's setting, or one that it depends on, or a part."""
        return any(
            within(self.path, other)
            or any(within(other, path) or within(path, other) for path in self.because)
            for other in dropped
        )


def within(path: str, other: str) -> bool:
    """Whether a setting is another one, or a part of it."""
    return path == other or path.startswith((f"{other}.", f"{other}["))


class SettingsError(pulumi.RunError):
    """The configuration of the stack can't be used; the message has a line for each problem.

    Pulumi prints the message of a `RunError` alone, without a traceback.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        listed = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"the stack's configuration has problems:\n{listed}")


def join(parts: Iterable[int | str]) -> str:
    """Write a path as ``section.setting[0]``; a part that looks like a secret isn't shown."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{'[secret]' if looks_secret(part) else shorten(repr(part)[1:-1])}"
    return text.removeprefix(".")


def shorten(text: str) -> str:
    """Cut a text that would fill the screen."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def must_be(allowed: str, value: object) -> str:
    """Say what a value must be and what it is; a semicolon parts them where commas are in use."""
    return f"must be {allowed}{';' if ',' in allowed else ','} got {shown(value)}"


def shown(value: object) -> str:
    """Show a value as the stack file has it; what holds others may hold a secret, so is named."""
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if value == "":
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return repr(shorten(value)) if isinstance(value, str) else shorten(repr(value))


def hint(got: object, choices: Iterable[str]) -> str | None:
    """The choice that was most likely meant, if any comes near."""
    # Only a wrong configuration needs it.
    from difflib import get_close_matches  # noqa: PLC0415

    near = get_close_matches(str(got), list(choices), n=1, cutoff=0.7)
    return near[0] if near else None


def unknown(got: str, what: str, choices: Iterable[str]) -> str:
    """Say that a name isn't one of the known ones."""
    known = list(choices)
    near = hint(got, known)
    meant = f"did you mean {near}? " if near else ""
    return f"is not {what}; {meant}" + (
        f"choose from {', '.join(known)}" if known else "there is none"
    )


def without_repetition(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Each message once."""
    seen: set[str] = set()
    for problem in problems:
        if str(problem) not in seen:
            seen.add(str(problem))
            yield problem
