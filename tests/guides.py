"""The blocks of a guide that show a command, and how to compare them with what it prints."""

import re
from dataclasses import dataclass
from typing import Final

LEFT_OUT: Final = "…"
_BLOCK: Final = re.compile(r"^```console\n(.+?)^```", re.DOTALL | re.MULTILINE)
_PROMPT: Final = re.compile(r"^\$ ", re.MULTILINE)
# What differs from run to run, and what stands for it.
_PASSING: Final = (
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"(?<=[a-z0-9]-)[0-9a-f]{6}\b"), "<end>"),
    (re.compile(r"(?<=encryptedkey: )[A-Za-z0-9+/=]+"), "<key>"),
    (re.compile(r"\b(\d+m)?\d+(\.\d+)?s\b"), "<time>"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a guide, and what the guide says that it prints."""

    command: str
    shown: str

    def is_what(self, printed: str) -> bool:
        """Whether a command printed what is shown here, but for what was left out.

        Raises:
            AssertionError: with all that was printed, when it didn't.
        """
        shown = _lasting(self.shown)
        lines = [_pattern(line) for line in shown]
        found = "".join(f"{line}\n" for line in _lasting(printed))
        if re.fullmatch("".join(lines), found):
            return True
        fits = [at for at in range(len(lines)) if re.match("".join(lines[: at + 1]), found)]
        missed = shown[len(fits) :] or ["nothing"]
        raise AssertionError(
            f"{printed}\nis what `{self.command}` printed. It doesn't go on as the guide says, with"
            f" {missed[0]!r}."
        )


def steps(guide: str) -> list[Step]:
    """The commands of a guide, in their order."""
    blocks = _BLOCK.findall(guide)
    parts = (part for block in blocks for part in _PROMPT.split(block) if part)
    return [Step(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


def refusals(guide: str) -> list[str]:
    """What a guide says that commands refuse with: the first column of its table."""
    (table,) = re.findall(r"^\| it says \| do \|\n\|---\|---\|\n((?:\|.+\n)+)", guide, re.MULTILINE)
    return re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)


def is_told(refusal: str, printed: str) -> bool:
    """Whether one of the lines that a command printed is a refusal of a guide."""
    pattern = ".*".join(map(re.escape, refusal.split(LEFT_OUT)))
    return re.search(f"^error: {pattern}", printed, re.MULTILINE) is not None


def _lasting(text: str) -> list[str]:
    """The lines of a text, without what differs from run to run."""
    for pattern, name in _PASSING:
        text = pattern.sub(name, text)
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def _pattern(line: str) -> str:
    if line.strip() == LEFT_OUT:
        return r"(?:.*\n)*?"
    return ".*".join(map(re.escape, line.split(LEFT_OUT))) + r"\n"
