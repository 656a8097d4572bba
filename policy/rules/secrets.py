"""Rules for secrets of Secrets Manager."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from rules.core.documents import Statement
from rules.core.encryption import is_customer_key
from rules.core.findings import each, some
from rules.core.principals import NARROWING_KEYS, is_open, open_to_all
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit
from rules.core.values import Unreadable, revealed
from rules.core.view import View
from rules.links import SECRET as LINK
from rules.links import sources

SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105 a type of resource
POLICY: Final = "aws:secretsmanager/secretPolicy:SecretPolicy"
ROTATION: Final = "aws:secretsmanager/secretRotation:SecretRotation"

# What a secret has its policy set to where it is to have none.
NO_POLICY: Final = "{}"
SHORTEST_WINDOW: Final = 7
LONGEST_WINDOW: Final = 30
# The account of the secret itself, as a policy may call it.
OWN_ACCOUNT: Final = "${aws:ResourceAccount}"


@resource_rule(
    "secret-cmk",
    SECRET,
    severity=Severity.MEDIUM,
    why=(
        "With the key of Secrets Manager's own, whoever may read the secret can: there is no key "
        "policy to refuse it, and none to share it safely by."
    ),
    fix="Give kms_key_id the ARN of a components.data.keys.Key, in each replica as well.",
    cdk_nag="NIST.800.53.R5-SecretsManagerUsingKMSKey",
    checkov="CKV_AWS_149",
)
def customer_key(secret: Resource) -> Findings:
    """A secret, and each of its replicas, is encrypted with a customer key."""
    if not is_customer_key(secret, "kmsKeyId"):
        yield "kmsKeyId is not a customer key"

    def is_encrypted(replica: View) -> Findings:
        if not is_customer_key(replica, "kmsKeyId"):
            yield f"the replica in {replica.text('region') or 'a region'} has no customer key"

    yield from each(secret.views("replicas"), is_encrypted)


@stack_rule(
    "secret-rotation",
    SECRET,
    reads=(ROTATION,),
    severity=Severity.MEDIUM,
    why="A secret that never changes stays good for whoever once saw it.",
    fix=(
        "Add a SecretRotation, or better use what needs no secret, as "
        "components.data.postgres.Postgres does; waive what its issuer can't rotate."
    ),
    security_hub="SecretsManager.1",
    cdk_nag="AwsSolutions-SMG4",
    checkov="CKV2_AWS_57",
)
def rotates(secret: Resource, stack: Stack) -> Findings:
    """A secret rotates; one that can't has a waiver that says why."""
    if not some(sources(stack, secret, ROTATION, "secretId", LINK), _is_on):
        yield "no rotation of the secret is on"


def _is_on(rotation: Resource) -> bool:
    rules = ("automaticallyAfterDays", "scheduleExpression")
    if rotation.flag("rotationEnabled") is False:
        return False
    return any(_is_given(rotation, f"rotationRules.{name}") for name in rules)


def _is_given(rotation: Resource, path: str) -> bool:
    # Terraform's way to say nothing of a number.
    return rotation.is_set(path) and not (rotation.is_known(path) and rotation.get(path) == 0)


def _statements(policy: Resource) -> tuple[Statement, ...]:
    if policy.is_known("policy") and policy.text("policy").strip() == NO_POLICY:
        return ()
    return policy.statements("policy")


def _close(policy: Resource) -> Changes:
    """Have AWS refuse public policies, and keep open statements to the secret's own account."""
    changes: dict[str, Any] = {"blockPublicPolicy": True} if policy.type == POLICY else {}
    try:
        statements = _statements(policy)
    except Unreadable:
        # What is no policy document can't be made one.
        return changes
    narrow = [index for index, item in enumerate(statements) if is_open(item, *NARROWING_KEYS)]
    if narrow:
        accounts = list(policy.provider.texts("allowedAccountIds")) or [OWN_ACCOUNT]
        document = policy.get("policy")
        if type(document) is str:
            changes["policy"] = json.dumps(_narrowed(json.loads(document), narrow, accounts))
        else:
            changes["policy"] = _narrowed(revealed(document), narrow, accounts)
    return changes


def _narrowed(
    document: Mapping[str, Any], indices: list[int], accounts: list[str]
) -> dict[str, Any]:
    whole = dict(document)
    name = next(key for key in whole if str(key).lower() == "statement")
    given = whole[name] if type(whole[name]) is list else [whole[name]]
    whole[name] = [
        _held_back(item, accounts) if index in indices else item for index, item in enumerate(given)
    ]
    return whole


def _held_back(statement: Mapping[str, Any], accounts: list[str]) -> dict[str, Any]:
    key = next((name for name in statement if str(name).lower() == "condition"), "Condition")
    conditions = statement.get(key)
    conditions = dict(conditions) if isinstance(conditions, dict) else {}
    tests = conditions.get("StringEquals")
    tests = dict(tests) if isinstance(tests, dict) else {}
    tests["aws:PrincipalAccount"] = accounts
    return {**statement, key: {**conditions, "StringEquals": tests}}


@resource_rule(
    "secret-policy-not-public",
    POLICY,
    SECRET,
    severity=Severity.HIGH,
    why="A policy for everybody hands the secret to whoever can name it.",
    fix="Name the principal in the policy, and set block_public_policy=True.",
    cis="7:2.21",
    remedy=_close,
)
def policy_not_public(policy: Resource) -> Findings:
    """No policy of a secret lets everybody in, and AWS is told to refuse one that would.

    A policy inside the secret itself has no such switch: there only its statements are judged.
    """

    def is_blocked() -> Findings:
        if policy.type == POLICY and policy.flag("blockPublicPolicy") is not True:
            yield "blockPublicPolicy is not true"

    def is_narrow() -> Findings:
        return open_to_all(_statements(policy))

    return each((is_blocked, is_narrow), lambda judge: judge())


def _lengthen(_secret: Resource, *, minimum_days: int) -> Changes:
    return {"recoveryWindowInDays": max(minimum_days, SHORTEST_WINDOW)}


@resource_rule(
    "secret-recovery-window",
    SECRET,
    severity=Severity.MEDIUM,
    why="A secret deleted at once can't be brought back, nor can what only it opens.",
    fix="Leave recovery_window_in_days off, for 30 days, or set at least 7.",
    remedy=_lengthen,
)
def can_be_recovered(
    secret: Resource,
    *,
    minimum_days: Annotated[
        int, Limit("The shortest window, in days; 0 allows deletion at once.", 0, LONGEST_WINDOW)
    ] = SHORTEST_WINDOW,
) -> Findings:
    """A deleted secret can be recovered for at least seven days."""
    days = secret.number("recoveryWindowInDays")
    # AWS's default is the longest.
    if days is not None and days < minimum_days:
        yield f"recoveryWindowInDays is {days}, less than {minimum_days}"
