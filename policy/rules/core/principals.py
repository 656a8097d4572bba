"""Whom a policy of a resource lets in."""

from collections.abc import Iterable, Iterator

from rules.core.documents import Statement
from rules.core.values import NotKnown


def is_open(statement: Statement, *keys: str) -> bool:
    """Whether a statement lets everybody in, but for a condition on one of these keys.

    To let in all but some is to let everybody in.
    """
    if not statement.allows or statement.is_held_back_by(*keys):
        return False
    if statement.has("NotPrincipal"):
        return True
    return any(principal.is_everyone for principal in statement.principals())


def open_statements(statements: Iterable[Statement], *keys: str) -> Iterator[Statement]:
    """The statements that let everybody in, but for a condition on one of these keys.

    Raises:
        NotKnown: after the last one, when any could not be judged.
    """
    missing: NotKnown | None = None
    for statement in statements:
        try:
            if is_open(statement, *keys):
                yield statement
        except NotKnown as error:
            missing = missing or error
    if missing is not None:
        raise missing


def foreign_principals(statement: Statement, own: frozenset[str]) -> Iterator[str]:
    """The accounts, as a statement names them, that are none of our own.

    A canonical user is one: nobody can tell whose it is. An account that a condition names counts
    as one that is let in, where the principal is everybody.
    """
    everyone = statement.has("NotPrincipal")
    for principal in statement.principals():
        if principal.kind == "canonicaluser":
            yield principal.value
        elif principal.is_everyone:
            everyone = True
        elif principal.account and principal.account not in own:
            yield principal.account
    if everyone:
        for condition in statement.condition("aws:PrincipalAccount", "aws:SourceAccount"):
            for value in condition.values:
                if type(value) is str and value not in own:
                    yield value
