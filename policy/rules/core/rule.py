"""What a rule is: a small pure function, and what people need to know of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from rules.core.thresholds import Threshold, thresholds_of
from rules.core.types import Group, Types, canonical

Findings = Iterable[str]
# A resource rule takes a resource, a stack rule a resource and its stack; both their thresholds.
Check = Callable[..., Findings]
Changes = Mapping[str, Any]
# Says what would satisfy the rule, by path; it is only asked where the rule is broken.
Remedy = Callable[..., Changes]


class Severity(StrEnum):
    """How much harm a violation can do."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Level(StrEnum):
    """What a violation leads to."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"
    REMEDIATE = "remediate"
    DISABLED = "disabled"


class Kind(StrEnum):
    """What a rule looks at."""

    RESOURCE = "resource"
    STACK = "stack"


@dataclass(frozen=True, slots=True)
class Standards:
    """The controls of published standards that a rule answers to."""

    security_hub: tuple[str, ...] = ()
    cis: tuple[str, ...] = ()
    cdk_nag: tuple[str, ...] = ()
    checkov: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every control, whatever its standard."""
        return (*self.security_hub, *self.cis, *self.cdk_nag, *self.checkov)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule of the pack.

    Attributes:
        id: ``<service>-<fact>``; it never changes.
        title: what holds where the rule is kept, in a sentence.
        why: the harm that it prevents, in a sentence.
        fix: what to do in this project.
        types: the resources that it judges; a stack rule looks at others through its stack.
        reads: for a stack rule, the other types that decide, as its documentation names them.
        thresholds: what a configuration may set, by name.
        remedy: what sets it right, where a change of properties does.
    """

    id: str
    kind: Kind
    types: Types
    severity: Severity
    title: str
    why: str
    fix: str
    standards: Standards
    check: Check = field(repr=False)
    reads: tuple[str, ...] = ()
    remedy: Remedy | None = field(default=None, repr=False)
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)

    def judges(self, kind: str) -> bool:
        """Whether it judges resources of a type, by its one name."""
        return any(
            item.holds(kind) if isinstance(item, Group) else item == kind for item in self.types
        )

    @property
    def remediable(self) -> bool:
        """Whether it can set right what it finds."""
        return self.remedy is not None

    @property
    def defaults(self) -> dict[str, Any]:
        """The thresholds of production."""
        return {name: threshold.default for name, threshold in self.thresholds.items()}


_RESERVED: Final = frozenset({"enforcementLevel"})


def resource_rule(
    id: str,  # noqa: A002 what it is called everywhere else
    *types: str | Group,
    severity: Severity,
    why: str,
    fix: str,
    security_hub: str = "",
    cis: str = "",
    cdk_nag: str = "",
    checkov: str = "",
    remedy: Remedy | None = None,
) -> Callable[[Check], Rule]:
    """Make a rule of a function of one resource that yields a message for each violation.

    The docstring's first line is the title. Keyword-only parameters are thresholds, with their
    defaults. The controls of each standard are separated by spaces.
    """
    standards = _standards(security_hub, cis, cdk_nag, checkov)

    def decorate(check: Check) -> Rule:
        return _rule(
            check,
            id=id,
            kind=Kind.RESOURCE,
            types=types,
            severity=severity,
            why=why,
            fix=fix,
            standards=standards,
            remedy=remedy,
        )

    return decorate


def stack_rule(
    id: str,  # noqa: A002
    *types: str | Group,
    reads: tuple[str, ...] = (),
    severity: Severity,
    why: str,
    fix: str,
    security_hub: str = "",
    cis: str = "",
    cdk_nag: str = "",
    checkov: str = "",
) -> Callable[[Check], Rule]:
    """Make a rule of a function of one resource and the stack that it stands in.

    It is called for each resource of its types, with outputs over inputs, so that what is unknown
    of one never hides another. A rule of the stack as a whole is for the type ``STACK``.
    """
    standards = _standards(security_hub, cis, cdk_nag, checkov)

    def decorate(check: Check) -> Rule:
        return _rule(
            check,
            id=id,
            kind=Kind.STACK,
            types=types,
            reads=reads,
            severity=severity,
            why=why,
            fix=fix,
            standards=standards,
        )

    return decorate


def _rule(check: Check, *, id: str, types: Types, **metadata: Any) -> Rule:  # noqa: A002
    for kind in types:
        if isinstance(kind, str) and canonical(kind) != kind:
            raise ValueError(f"{id} must name {canonical(kind)}, got its other name {kind}")
    if not types:
        raise ValueError(f"{id} must name the types that it judges")
    thresholds = thresholds_of(check)
    if _RESERVED & thresholds.keys():
        raise ValueError(f"{id} has a threshold of a name that the engine keeps for itself")
    title = (check.__doc__ or "").strip().split("\n", 1)[0]
    return Rule(id=id, types=types, check=check, title=title, thresholds=thresholds, **metadata)


def _standards(security_hub: str, cis: str, cdk_nag: str, checkov: str) -> Standards:
    return Standards(
        security_hub=tuple(security_hub.split()),
        cis=tuple(cis.split()),
        cdk_nag=tuple(cdk_nag.split()),
        checkov=tuple(checkov.split()),
    )
