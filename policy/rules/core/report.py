"""What judging found, as plain data: no message holds anything secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.core.rule import Level, Rule
from rules.core.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Subject:
    """The resource that a finding is about.

    Attributes:
        type: the token that the program used.
        position: the line that made it, as the runner says it; ``None`` where it knows none.
    """

    urn: str
    type: str
    name: str
    parent: str = ""
    position: Any = None


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a resource breaks.

    Attributes:
        broken: whether it is the rule that broke, so that the resource could not be judged.
    """

    rule: Rule
    subject: Subject
    message: str
    level: Level
    broken: bool = False


@dataclass(frozen=True, slots=True)
class NotYetKnown:
    """A rule that has no answer before an update settles a value."""

    rule: Rule
    subject: Subject
    path: str


@dataclass(frozen=True, slots=True)
class Waived:
    """A violation that a waiver excuses."""

    rule: Rule
    subject: Subject
    message: str
    waiver: Waiver


@dataclass(frozen=True, slots=True)
class Remediated:
    """A resource that a rule set right.

    Attributes:
        changes: by path, what it set; it may hold secrets, so it is not for showing.
    """

    rule: Rule
    subject: Subject
    changes: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """All that judging a stack found, in the order of its resources.

    Attributes:
        judged: how many resources were judged.
    """

    violations: tuple[Violation, ...] = ()
    not_yet_known: tuple[NotYetKnown, ...] = ()
    waived: tuple[Waived, ...] = ()
    remediated: tuple[Remediated, ...] = ()
    judged: int = 0

    @property
    def mandatory(self) -> tuple[Violation, ...]:
        """The violations that stop a deployment."""
        return tuple(item for item in self.violations if item.level is Level.MANDATORY)
