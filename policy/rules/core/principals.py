"""Whom a policy of a resource lets in."""

from collections.abc import Iterable, Iterator
from typing import Final

from rules.core.documents import Principal, Statement
from rules.core.rule import Findings
from rules.core.values import NotKnown

# What AWS itself takes for a narrowing of a public policy: "The meaning of public" in the guides of
# S3 and DynamoDB.
NARROWING_KEYS: Final = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "aws:VpcSourceIp",
)
# By what a condition names the accounts that it lets in.
ACCOUNT_KEYS: Final = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:SourceAccount",
    "aws:SourceArn",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
)


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


def open_to_all(statements: Iterable[Statement], *keys: str) -> Findings:
    """Say which statements let everybody in; a condition narrows on one of these keys as well."""
    for statement in open_statements(statements, *NARROWING_KEYS, *keys):
        yield f"{statement.label} lets everybody in"


def foreign_principals(statement: Statement, own: frozenset[str]) -> Iterator[str]:
    """The accounts, as a statement names them, that are none of our own.

    A canonical user is one: nobody can tell whose it is. An account that a condition names counts
    as one that is let in, where the principal is everybody.
    """
    everyone = statement.has("NotPrincipal")
    seen = {""}
    for principal in statement.principals():
        if principal.kind == "canonicaluser":
            yield principal.value
        elif principal.is_everyone:
            everyone = True
        elif principal.account not in own | seen:
            seen.add(principal.account)
            yield principal.account
    for condition in statement.condition(*ACCOUNT_KEYS) if everyone else ():
        for value in condition.values:
            account = Principal("aws", str(value)).account
            if type(value) is str and account not in own | seen:
                seen.add(account)
                yield account
