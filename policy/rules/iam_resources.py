"""Rules for which resources the permissions of identities are for."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Annotated, Final

from rules.core import actions
from rules.core.actions import Action
from rules.core.documents import Statement
from rules.core.findings import each
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
from rules.iam import GRANTS, IDENTITY_POLICIES

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
# Of those, what reads by a key: a key has no name, so that only its tags say whose it is.
KEY_ACTIONS: Final = ("kms:Decrypt", "kms:ReEncryptFrom")
# Levels of access, in AWS's table, that change nothing.
LOOKING: Final = "LR"
UNNAMEABLE: Final = (
    # Of an app's branches and domains only the app has tags, and AWS asks for none of them.
    "amplify:apps",
    "cloudfront:cache-policy",
    "cloudfront:origin-access-control",
    "cloudfront:response-headers-policy",
    "ec2:network-interface",
)
VIEWABLE: Final = (
    "acm:certificate",
    "application-autoscaling:scalable-target",
    "ce:anomalymonitor",
    "ce:anomalysubscription",
    "cloudfront:distribution",
    "ec2:vpc",
    "kms:key",
    "logs:delivery",
    "rds:db",
    "rds:db-proxy",
    "rds:global-cluster",
)
# Actions that take no resource, and the condition that limits them all the same.
SCOPING_KEYS: Final = {"cloudwatch:PutMetricData": "cloudwatch:namespace"}


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
        Limit(
            "Kinds whose ids AWS makes up and that nothing else tells apart, as service:kind: all "
            "of an account may be named."
        ),
    ] = UNNAMEABLE,
    viewable: Annotated[
        tuple[str, ...],
        Limit(
            "Kinds whose ids AWS makes up and that hold no data, as service:kind: all of an "
            "account may be looked at."
        ),
    ] = VIEWABLE,
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
        broad = {item: _kinds(item, found.values()) for item in broad_resources(statement)}
        if not broad:
            return
        avoidable: dict[str, list[str]] = {}
        for name, item in found.items():
            if name in whole or _may_be_broad(item, statement):
                continue
            excused = {*unnameable, *(viewable if item.access in LOOKING else ())}
            reached = [text for text, kinds in broad.items() if not kinds <= excused]
            if reached:
                avoidable[name] = reached
        if avoidable:
            reached = list(dict.fromkeys(chain.from_iterable(avoidable.values())))
            yield f"{statement.label} allows {_some(list(avoidable))} on {_some(reached)}"
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

    No condition makes up for the resource, but one on the tags of a key: Security Hub takes no
    notice even of that.
    """

    def is_scoped(statement: Statement) -> Findings:
        found = [action for action in DATA_ACTIONS if grants(statement, action)]
        if _picks_keys(statement):
            found = [action for action in found if action not in KEY_ACTIONS]
        if found and reaches_broadly(statement):
            yield f"{statement.label} allows {_some(found)} on every resource"

    return each(identity_statements(policy), is_scoped)


def _picks_keys(statement: Statement) -> bool:
    """Whether tags say which keys are meant, where all of one account are named."""
    by_tag = any(
        item.holds_back and item.key.startswith("aws:resourcetag/") for item in statement.conditions
    )
    named = not statement.has("NotResource")
    return by_tag and named and all(map(_is_of_kms, broad_resources(statement)))


def _is_of_kms(resource: str) -> bool:
    return kind_of(resource) == "kms:key"


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
