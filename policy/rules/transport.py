"""How a policy of a resource denies what doesn't come by TLS."""

from collections.abc import Iterable
from typing import Final

from rules.core.actions import covers
from rules.core.documents import Condition, Statement
from rules.core.findings import some
from rules.core.globs import matches
from rules.core.resource import Resource

_KEY: Final = "aws:securetransport"
_IS: Final = frozenset({"bool", "stringequals", "stringequalsignorecase"})
_IS_NOT: Final = frozenset({"stringnotequals", "stringnotequalsignorecase"})


def denies_plain_requests(statement: Statement, needed: Iterable[str]) -> bool:
    """Whether it denies everybody some actions without TLS, on whatever resources it names."""
    if len(statement.conditions) != 1 or not _is_without_tls(statement.conditions[0]):
        return False
    if not statement.denies or not any(item.is_everyone for item in statement.principals()):
        return False
    actions = tuple(statement.actions())
    return all(any(covers(pattern, action) for pattern in actions) for action in needed)


def is_for(statement: Statement, target: Resource) -> bool:
    """Whether a statement names a resource; any counts where neither ARN nor name is to be had."""
    named = target.is_known("name") and target.text("name")

    def is_named(resource: str) -> bool:
        if resource == "*":
            return True
        if named and not (target.is_known("arn") and target.is_set("arn")):
            return matches(resource.rpartition(":")[2], named)
        return matches(resource, target.text("arn") or resource)

    return some(statement.resources(), is_named)


def _is_without_tls(condition: Condition) -> bool:
    values = {str(value).lower() for value in condition.values}
    if condition.key != _KEY:
        return False
    return (condition.operator in _IS and values == {"false"}) or (
        condition.operator in _IS_NOT and values == {"true"}
    )
