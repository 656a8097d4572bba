"""Rules for what identities may do: least privilege, by AWS's own table of actions."""

from collections.abc import Iterator
from typing import Annotated, Final

from rules.core import actions
from rules.core.actions import Action
from rules.core.documents import Statement
from rules.core.findings import each
from rules.core.globs import is_glob
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
)
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
    """No policy allows every action on every resource."""

    def is_less(statement: Statement) -> Findings:
        if not statement.allows or not any(not item.strip("*:") for item in statement.actions()):
            return
        if any(not item.removeprefix("arn:").strip("*:") for item in statement.resources()):
            yield f"{statement.label} allows every action on every resource"

    return each(identity_statements(policy), is_less)


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
) -> Findings:
    """Resource * is only for actions that can't be limited, in a statement of their own."""

    def is_scoped(statement: Statement) -> Findings:
        if not statement.allows:
            return
        broad = [item for item in broad_resources(statement) if kind_of(item) not in unnameable]
        if not broad:
            return
        found = {item.name: item for name in statement.actions() for item in _meant(name)}
        avoidable = [name for name, item in found.items() if not _may_be_broad(item, statement)]
        if avoidable:
            yield f"{statement.label} allows {_some(avoidable)} on {_some(broad)}"
        for name, key in SCOPING_KEYS.items():
            if name in found and not statement.is_held_back_by(key):
                yield f"{statement.label} allows {name} without a condition on {key}"

    return each(identity_statements(policy), is_scoped)


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
    """No policy allows all but some actions or resources, and no role trusts all but some."""

    def is_positive(statement: Statement) -> Findings:
        if statement.allows:
            for element in ("NotAction", "NotResource", "NotPrincipal"):
                if statement.has(element):
                    yield f"{statement.label} allows by {element}"

    def parts(path: str) -> Findings:
        if path == "assumeRolePolicy":
            return each(policy.statements(path), is_positive)
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
    """A policy passes particular roles, to particular services."""

    def is_scoped(statement: Statement) -> Findings:
        if not grants(statement, "iam:PassRole"):
            return
        if not statement.is_held_back_by("iam:PassedToService"):
            yield f"{statement.label} passes roles without a condition on iam:PassedToService"
        if reaches_broadly(statement):
            yield f"{statement.label} passes any role"

    return each(identity_statements(policy), is_scoped)


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
    """A policy decrypts, and reads objects and secrets, of particular resources only."""

    def is_scoped(statement: Statement) -> Findings:
        found = [action for action in DATA_ACTIONS if grants(statement, action)]
        if found and reaches_broadly(statement):
            yield f"{statement.label} allows {_some(found)} on every resource"

    return each(identity_statements(policy), is_scoped)


@resource_rule(
    "iam-valid-actions",
    *IDENTITY_POLICIES,
    severity=Severity.MEDIUM,
    why="A permission that never takes effect fails in production, and hides what was meant.",
    fix="Correct the name, the ARN or the condition key by AWS's Service Authorization Reference.",
)
def takes_effect(policy: Resource) -> Findings:
    """Each action exists, and the statement's resources and condition keys are such as it takes."""
    return each(identity_statements(policy), _ineffective)


def _ineffective(statement: Statement) -> Findings:
    def is_effective(text: str) -> Findings:
        service, name = actions.split(text)
        if text == "*" or is_glob(service):
            return
        if not name or not actions.is_service(service):
            yield f"{statement.label} has {text}, which is no action of AWS"
        elif actions.is_listed(service):
            found = actions.expanded(text)
            if not found:
                yield f"{statement.label} has {text}, which is no action of AWS"
            elif len(found) == 1 and not is_glob(text):
                yield from _unmet(found[0], statement)

    if not (statement.has("Action") or statement.has("NotAction")):
        yield f"{statement.label} has no Action"
    yield from each(statement.actions(), is_effective)


def _unmet(action: Action, statement: Statement) -> Findings:
    """What of a statement keeps an action from ever taking effect."""
    if not statement.allows:
        return
    if not statement.has("NotResource"):
        reason = (
            "acts on none of its resources" if action.has_resources else "takes only Resource *"
        )
        if not any(action.takes_resource(resource) for resource in statement.resources()):
            yield f"{statement.label} has {action.name}, which {reason}"
    for condition in statement.conditions:
        service = condition.key.partition(":")[0]
        if (
            condition.holds_back
            and actions.is_listed(service)
            and not action.takes_key(condition.key)
        ):
            yield f"{statement.label} has {action.name}, which never comes with {condition.key}"
