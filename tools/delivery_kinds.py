"""The form in which ``tools.delivery`` is told of a service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# Filled in by the component: account and region, what begins every name (``<project>-<stack>-``),
# and the hosted zones of the stack.
HERE: Final = "{region}:{account}"
# Where everything of CloudFront's is.
EDGE: Final = "us-east-1:{account}"
MINE: Final = "{prefix}*"

Kinds = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """One service.

    Attributes:
        actions: a pattern of the actions that the provider calls for our resources.
        named: types whose ARN shows whose they are, or that nothing else can tell apart; with the
            ARNs.
        tagged: types whose ids AWS makes up: told apart by the tags project and environment. The
            ``*`` follows the type at once, since AWS asks about what isn't made yet as ``type/*``.
        bounded: roles, which are made and changed only below the permissions boundary.
        seen: more ARNs of types that are read.
        whole: actions that have a type, but answer as they should only when allowed on all of it.
        expected: actions that the pattern must find, so that a slip of the pen can't lose one.
    """

    actions: str
    named: Kinds = field(default_factory=dict)
    tagged: Kinds = field(default_factory=dict)
    bounded: Kinds = field(default_factory=dict)
    seen: Kinds = field(default_factory=dict)
    whole: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()


def both(service: str, resource: str) -> tuple[str, ...]:
    """The ARN of a resource here, and of one that stands beside CloudFront."""
    return (f"arn:aws:{service}:{HERE}:{resource}", f"arn:aws:{service}:{EDGE}:{resource}")
