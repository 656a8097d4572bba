"""The guides lead somewhere, and what compares them with the commands can tell a difference."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests import stacks
from tests.guides import Step, is_told, refusals, steps

GUIDES: Final = [
    path
    for place in (".", "docs", "docs/adr", "policy")
    for path in sorted((stacks.ROOT / place).glob("*.md"))
]
GUIDE: Final = """
```console
$ make it
…
made it-a1b2c3 (0.1s) in …/here
$ make it again
```

| it says | do |
|---|---|
| `no … of yours` | what it says |
"""


def anchors(guide: Path) -> set[str]:
    """The headings of a guide, as a link names them."""
    headings = re.findall(r"^#+ (.+)$", guide.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(stacks.ROOT)))
def test_every_link_of_a_guide_leads_somewhere(guide: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", guide.read_text()):
        path, _, anchor = target.partition("#")
        there = guide.parent / path if path else guide
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def test_a_command_is_read_with_what_it_prints() -> None:
    assert [step.command for step in steps(GUIDE)] == ["make it", "make it again"]
    assert [bool(step.shown) for step in steps(GUIDE)] == [True, False]


@pytest.mark.parametrize(
    "printed",
    [
        "made it-d4e5f6 (12s) in /a/b/here\n",
        "first\nsecond\nmade it-d4e5f6 (1m2s) in here/here",
    ],
)
def test_what_was_left_out_and_what_passes_may_differ(printed: str) -> None:
    assert steps(GUIDE)[0].is_what(printed)


@pytest.mark.parametrize(
    "printed",
    ["", "made it in /a/here\n", "made it-d4e5f6 (1s) in /a/here\nand more\n", "made it-d4e5f6"],
)
def test_all_else_may_not(printed: str) -> None:
    with pytest.raises(AssertionError, match="It doesn't go on as the guide says"):
        steps(GUIDE)[0].is_what(printed)


def test_a_command_that_prints_nothing_prints_nothing() -> None:
    assert Step("true", "").is_what("")
    with pytest.raises(AssertionError, match="doesn't go on"):
        Step("true", "").is_what("something\n")


def test_a_refusal_is_told_in_a_line_of_its_own() -> None:
    (told,) = refusals(GUIDE)
    assert is_told(told, "first\nerror: no stack of yours, nor of others\n")
    assert not is_told(told, "there is an error: no stack of yours")
