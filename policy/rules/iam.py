"""Rules for what identities may do: least privilege, by AWS's own table of actions."""

import re
from typing import Annotated, Final

from rules.core.documents import Part, Statement
from rules.core.findings import each
from rules.core.globs import is_glob, matches
from rules.core.privileges import (
    grants,
    identity_statements,
    reaches_broadly,
)
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.thresholds import Limit
from rules.core.values import Unknown

ROLE: Final = "aws:iam/role:Role"
IDENTITY_POLICIES: Final = (
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    ROLE,
)
GRANTS: Final = (
    "List it at its call site with a grant_* method of the component that owns the resource."
)
# Every resource there is, in any partition.
_ANY: Final = re.compile(r"(arn:[a-z*?-]*:)?[*?:/]*\*[*?:/]*")


@resource_rule(
    "iam-no-admin",
    *IDENTITY_POLICIES,
    severity=Severity.CRITICAL,
    why="Whoever takes over this identity owns the account.",
    fix=GRANTS,
    security_hub="IAM.1",
    cis="3:1.16",
    cdk_nag="AwsSolutions-IAM5",
    checkov="CKV_AWS_62 CKV_AWS_63 CKV2_AWS_40",
)
def no_admin(policy: Resource) -> Findings:
    """No policy allows every action, or every one of IAM's, on every resource.

    Who has all of IAM's has the others by one more call. All resources but some are every resource.
    """

    def is_less(statement: Statement) -> Findings:
        if not statement.allows:
            return
        action = next(filter(_is_all, statement.actions()), "")
        if action and (statement.has("NotResource") or any(map(_is_any, statement.resources()))):
            yield f"{statement.label} allows {action} on every resource"

    return each(identity_statements(policy), is_less)


def _is_all(action: str) -> bool:
    service, _, name = action.lower().partition(":")
    return "*" in action and matches(service, "iam") and not name.strip("*?:")


def _is_any(resource: str) -> bool:
    return _ANY.fullmatch(resource) is not None


@resource_rule(
    "iam-no-service-wildcard",
    *IDENTITY_POLICIES,
    severity=Severity.HIGH,
    why="A wildcard allows what nobody meant, and what AWS adds to the service next year.",
    fix=GRANTS,
    security_hub="IAM.21",
    cdk_nag="AwsSolutions-IAM5",
    checkov="CKV_AWS_63",
)
def no_wildcard(
    policy: Resource,
    *,
    allowed: Annotated[
        tuple[str, ...], Limit("Actions with a wildcard that may stand, such as s3:List*.")
    ] = (),
) -> Findings:
    """A policy names the actions that it allows in full."""
    permitted = {item.lower() for item in allowed}

    def is_named(statement: Statement) -> Findings:
        if statement.allows:
            if statement.has("NotAction"):
                yield f"{statement.label} allows every action but some"
            for action in statement.actions():
                if is_glob(action) and action.lower() not in permitted:
                    yield f"{statement.label} allows {action}"

    return each(identity_statements(policy), is_named)


@resource_rule(
    "iam-no-not-elements",
    *IDENTITY_POLICIES,
    severity=Severity.HIGH,
    why="To allow all but some allows everything that is added later.",
    fix=GRANTS,
)
def no_not_elements(policy: Resource) -> Findings:
    """No policy allows all but some actions or resources; no trust policy has NotPrincipal.

    Nor where it denies: it then denies the sessions of those whom it leaves out.
    """

    def is_positive(statement: Statement) -> Findings:
        if statement.allows:
            for element in ("NotAction", "NotResource"):
                if statement.has(element):
                    yield f"{statement.label} allows by {element}"

    def is_of_named(statement: Statement) -> Findings:
        if statement.has("NotPrincipal"):
            yield f"{statement.label} has NotPrincipal"
        yield from is_positive(statement)

    def parts(path: str) -> Findings:
        if path == "assumeRolePolicy":
            return each(policy.statements(path), is_of_named)
        return each(identity_statements(policy), is_positive)

    return each(("policy", "assumeRolePolicy"), parts)


@resource_rule(
    "iam-passrole-scoped",
    *IDENTITY_POLICIES,
    severity=Severity.HIGH,
    why="Whoever may pass any role to any service may act as any role.",
    fix="Name the role's ARN, and the service by a condition on iam:PassedToService.",
    checkov="CKV_AWS_289",
)
def passes_scoped_roles(policy: Resource) -> Findings:
    """A policy passes particular roles, to particular services: *.amazonaws.com is all of them."""

    def is_scoped(statement: Statement) -> Findings:
        if not grants(statement, "iam:PassRole"):
            return
        tests = statement.condition("iam:PassedToService")
        if not any(item.holds_back and all(map(_is_of_one, item.values)) for item in tests):
            yield f"{statement.label} passes roles without a condition on iam:PassedToService"
        if reaches_broadly(statement):
            yield f"{statement.label} passes any role"

    return each(identity_statements(policy), is_scoped)


def _is_of_one(service: Part) -> bool:
    return type(service) is Unknown or bool(str(service).partition(".")[0].strip("*?"))
