"""What the statements of an identity allow, and how broadly."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rules.core.actions import covers
from rules.core.documents import Statement, statements_of
from rules.core.resource import Resource
from rules.core.values import NotKnown

_STARS: Final = "*?:/"
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")
# In the ARNs of these services a name comes first, not a kind: `bucket/*` is one bucket.
_NAME_FIRST: Final = frozenset({"codecommit", "codepipeline", "execute-api", "s3", "sns", "sqs"})


def identity_statements(resource: Resource) -> Iterator[Statement]:
    """The statements of a policy resource, or of a role's inline policies.

    Raises:
        NotKnown: after all that are known, when any are not.
    """
    yield from resource.statements("policy")
    missing: NotKnown | None = None
    for index, block in enumerate(resource.views("inlinePolicies")):
        try:
            yield from statements_of(block.get("policy"), f"inlinePolicies[{index}].policy")
        except NotKnown as error:
            missing = error
    if missing is not None:
        raise missing


@lru_cache(maxsize=4096)
def is_broad(resource: str) -> bool:
    """Whether it stands for everything, or for every resource of an account, service or kind.

    A policy variable stands for one value, not for any. `vpc*` is every VPC as `vpc/*` is, and
    every endpoint besides.
    """
    if resource == "*":
        return True
    parts = _VARIABLE.sub("v", resource).split(":", 5)
    if len(parts) < 6:
        return not resource.strip(_STARS)
    _, _, service, _, account, name = parts
    if "*" in service or "*" in account or not name.strip(_STARS):
        return True
    if service in _NAME_FIRST:
        return not re.split("[:/]", name, maxsplit=1)[0].strip(_STARS)
    kind, *instance = re.split("[:/]", name, maxsplit=1)
    return not instance[0].strip(_STARS) if instance else kind.endswith("*")


def kind_of(resource: str) -> str:
    """Of an ARN for every resource of one kind in one account, ``service:kind``; or empty."""
    parts = resource.split(":", 5)
    if len(parts) < 6 or "*" in parts[4] or "*" in parts[2]:
        return ""
    kind = re.split("[:/]", parts[5], maxsplit=1)[0]
    return f"{parts[2]}:{kind.rstrip('*?') or '*'}"


def broad_resources(statement: Statement) -> Iterator[str]:
    """The resources of a statement that stand for too many."""
    return (resource for resource in statement.resources() if is_broad(resource))


def reaches_broadly(statement: Statement) -> bool:
    """Whether a statement is for too many resources: a broad one, or all but some."""
    return statement.has("NotResource") or any(True for _ in broad_resources(statement))


def grants(statement: Statement, action: str) -> bool:
    """Whether a statement allows an action, by name, by pattern, or by leaving it out."""
    if not statement.allows:
        return False
    if statement.has("NotAction"):
        return not any(covers(pattern, action) for pattern in statement.not_actions())
    return any(covers(pattern, action) for pattern in statement.actions())
