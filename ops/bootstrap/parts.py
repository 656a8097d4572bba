"""A thing in AWS as parts that are read, compared and put right: so it is safe to repeat.

What is ours is corrected; what a team has added beside it (a statement, a lifecycle rule, a tag)
stays.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from botocore.exceptions import ClientError

from ops.aws_errors import code

T = TypeVar("T")


class BootstrapError(Exception):
    """The account can't be prepared; the message says why and what to do."""


class Change(StrEnum):
    """What was done to a thing, or would be."""

    UNCHANGED = "unchanged"
    CREATED = "created"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a thing.

    Attributes:
        parts: the names of what was put right in a thing that was there before.
    """

    kind: str
    name: str
    change: Change
    parts: tuple[str, ...] = ()

    def line(self, *, dry_run: bool) -> str:
        """The outcome for a person to read."""
        verb = PLANNED[self.change] if dry_run else self.change.value
        parts = f" ({', '.join(self.parts)})" if self.parts else ""
        return f"{verb:13}{self.kind:10}{self.name}{parts}"


PLANNED: Final = {
    Change.UNCHANGED: "unchanged",
    Change.CREATED: "would create",
    Change.UPDATED: "would update",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One property of a thing: whether it is as it must be, and what makes it so."""

    name: str
    holds: Callable[[], bool]
    put: Callable[[], object]


class Thing(Protocol):
    """Something that must be in the account."""

    @property
    def kind(self) -> str:
        """What it is, in a word."""

    @property
    def name(self) -> str:
        """Which one it is."""

    def find(self) -> bool:
        """Whether it is there. Raises BootstrapError when it is there and can't be used."""

    def create(self) -> None:
        """Make it, as far as one call does."""

    def parts(self) -> Sequence[Part]:
        """What must hold of it once it is there."""


def bring(thing: Thing, *, dry_run: bool) -> Outcome:
    """Make a thing what it must be, or with ``dry_run`` say what that would take."""
    if not thing.find():
        if not dry_run:
            thing.create()
            _correct(thing.parts())
        return Outcome(thing.kind, thing.name, Change.CREATED)
    wrong = [part for part in thing.parts() if not part.holds()]
    if not dry_run:
        for part in wrong:
            part.put()
    change = Change.UPDATED if wrong else Change.UNCHANGED
    return Outcome(thing.kind, thing.name, change, tuple(part.name for part in wrong))


def _correct(parts: Sequence[Part]) -> None:
    for part in parts:
        if not part.holds():
            part.put()


def found(ask: Callable[[], T], *missing: str) -> T | None:
    """The answer, or None where AWS answers with one of these codes that there is none."""
    try:
        return ask()
    except ClientError as error:
        if code(error) in missing:
            return None
        raise


def statements(policy: str | None) -> list[dict[str, Any]]:
    """The statements of a policy document, none of them when there is no document."""
    listed = json.loads(policy)["Statement"] if policy else []
    return listed if isinstance(listed, list) else [listed]


def with_statements(policy: str | None, ours: Sequence[Mapping[str, Any]]) -> str:
    """A policy document with our statements in place of those of the same Sid."""
    named = {statement["Sid"] for statement in ours}
    theirs = [item for item in statements(policy) if item.get("Sid") not in named]
    return json.dumps({"Version": "2012-10-17", "Statement": [*ours, *theirs]})


def has_statements(policy: str | None, ours: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a policy document holds each of our statements, however AWS writes it."""
    present = [_plain(statement) for statement in statements(policy)]
    return all(_plain(statement) in present for statement in ours)


def _plain(value: Any) -> Any:
    """A value without what means nothing in a policy: the order of a list, a list of one."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = sorted((_plain(item) for item in value), key=str)
        return items[0] if len(items) == 1 else items
    return value


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a thing that every stack of an account shares.

    Attributes:
        fixed: tags with one right value.
        given: tags whose value is whatever was given first: two stacks may have two owners.
    """

    fixed: Mapping[str, str]
    given: Mapping[str, str]

    def hold(self, present: Mapping[str, str]) -> bool:
        """Whether these tags are there."""
        return self.merged(present) == present

    def merged(self, present: Mapping[str, str]) -> dict[str, str]:
        """The present tags, with what is missing or wrong of these."""
        return {**self.given, **present, **self.fixed}
