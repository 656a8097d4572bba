"""Rules for what identities may do: least privilege, by AWS's own table of actions."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Final

from rules.core import actions
from rules.core.actions import Action
from rules.core.documents import Part, Statement
from rules.core.findings import each
from rules.core.globs import is_glob, matches
from rules.core.privileges import (
    broad_resources,
    grants,
    identity_statements,
    kind_of,
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
# What reads the data itself, whatever else protects it.
DATA_ACTIONS: Final = (
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
)
# Every resource there is, in any partition.
_ANY: Final = re.compile(r"(arn:[a-z*?-]*:)?[*?:/]*\*[*?:/]*")
# Actions that take no resource, and the condition that limits them all the same.
SCOPING_KEYS: Final = {"cloudwatch:PutMetricData": "cloudwatch:namespace"}


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
    "iam-no-avoidable-resource-star",
    *IDENTITY_POLICIES,
    severity=Severity.HIGH,
    why="A permission for every resource reaches what other workloads keep.",
    fix=GRANTS,
    cdk_nag="AwsSolutions-IAM5",
    checkov="CKV_AWS_355 CKV_AWS_290",
)
def no_avoidable_star(
    policy: Resource,
    *,
    unnameable: Annotated[
        tuple[str, ...],
        Limit("Kinds whose ids AWS makes up, as service:kind: all of an account may be named."),
    ] = ("ec2:network-interface",),
    whole: Annotated[
        tuple[str, ...],
        Limit("Actions that AWS limits, but that hide something unless allowed on everything."),
    ] = ("cloudwatch:DescribeAlarms",),
) -> Findings:
    """Resource * is only for actions that can't be limited, in a statement of their own."""

    def is_scoped(statement: Statement) -> Findings:
        if not statement.allows:
            return
        found = {item.name: item for name in statement.actions() for item in _meant(name)}
        broad = [
            item
            for item in broad_resources(statement)
            if not _kinds(item, found.values()) <= {*unnameable}
        ]
        if not broad:
            return
        avoidable = [
            name
            for name, item in found.items()
            if name not in whole and not _may_be_broad(item, statement)
        ]
        if avoidable:
            yield f"{statement.label} allows {_some(avoidable)} on {_some(broad)}"
        for name, key in SCOPING_KEYS.items():
            if name in found and not statement.is_held_back_by(key):
                yield f"{statement.label} allows {name} without a condition on {key}"

    return each(identity_statements(policy), is_scoped)


def _kinds(resource: str, acting: Iterable[Action]) -> set[str]:
    """The kinds that a resource stands for, all in an account; `service:*` for those acted on."""
    kind = kind_of(resource)
    service, _, name = kind.partition(":")
    types = {f"{service}:{item}" for action in acting for item in action.types}
    return types if name == "*" and types else {kind}


def _meant(text: str) -> Iterator[Action]:
    """The actions that a name stands for; one that the table doesn't hold stands for itself."""
    found = actions.expanded(text)
    if found:
        yield from found
    elif not actions.is_listed(actions.split(text)[0]):
        # Nobody can tell that it takes no resource: generate/actions.py has the services to add to.
        yield Action(text, "W", ("any",), ("*",), (), frozenset())


def _may_be_broad(action: Action, statement: Statement) -> bool:
    if not action.has_resources:
        return True
    return any(
        condition.holds_back and action.names_resource(condition.key)
        for condition in statement.conditions
    )


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


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


@resource_rule(
    "iam-data-access-scoped",
    *IDENTITY_POLICIES,
    severity=Severity.HIGH,
    why=(
        "One identity that may read every object, secret or key makes every leak a leak of "
        "everything."
    ),
    fix=GRANTS,
    security_hub="KMS.1 KMS.2",
    checkov="CKV_AWS_288 CKV_AWS_287",
)
def reads_named_data(policy: Resource) -> Findings:
    """A policy decrypts, and reads objects, secrets and parameters, of particular resources only.

    No condition makes up for the resource: Security Hub takes no notice of any either.
    """

    def is_scoped(statement: Statement) -> Findings:
        found = [action for action in DATA_ACTIONS if grants(statement, action)]
        if found and reaches_broadly(statement):
            yield f"{statement.label} allows {_some(found)} on every resource"

    return each(identity_statements(policy), is_scoped)
