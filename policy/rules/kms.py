"""Rules for encryption keys."""

from typing import Annotated, Final

from rules.core.principals import open_statements
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule
from rules.core.thresholds import Limit

KEY: Final = "aws:kms/key:Key"
EXTERNAL_KEY: Final = "aws:kms/externalKey:ExternalKey"
REPLICA_KEY: Final = "aws:kms/replicaKey:ReplicaKey"
REPLICA_EXTERNAL_KEY: Final = "aws:kms/replicaExternalKey:ReplicaExternalKey"
KEY_POLICY: Final = "aws:kms/keyPolicy:KeyPolicy"

# What ties a caller to an account or an organisation.
CALLER_KEYS: Final = (
    "kms:CallerAccount",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
)
SHORTEST_WINDOW: Final = 7
LONGEST_WINDOW: Final = 30


@resource_rule(
    "kms-key-rotation",
    KEY,
    severity=Severity.MEDIUM,
    why=(
        "A key whose material never changes exposes everything it ever encrypted when it leaks "
        "once."
    ),
    fix="Make the key with components.data.keys.Key, or set enable_key_rotation=True.",
    security_hub="SH:KMS.4",
    cis="3:3.6",
    cdk_nag="AwsSolutions-KMS5",
    checkov="CKV_AWS_7",
    remedy=setting({"enableKeyRotation": True}),
)
def rotates(key: Resource) -> Findings:
    """A symmetric encryption key rotates; keys of a custom store can't."""
    if key.is_known("enableKeyRotation") and key.flag("enableKeyRotation") is True:
        return
    if key.is_set("customKeyStoreId") or key.is_set("xksKeyId"):
        return
    symmetric = key.text("customerMasterKeySpec") in ("", "SYMMETRIC_DEFAULT")
    encrypts = key.text("keyUsage") in ("", "ENCRYPT_DECRYPT")
    if symmetric and encrypts and key.flag("enableKeyRotation") is not True:
        yield "enableKeyRotation is not true"


def _raise_window(_key: Resource, *, minimum_days: int) -> Changes:
    return {"deletionWindowInDays": minimum_days}


@resource_rule(
    "kms-deletion-window",
    KEY,
    EXTERNAL_KEY,
    REPLICA_KEY,
    REPLICA_EXTERNAL_KEY,
    severity=Severity.MEDIUM,
    why="What a deleted key encrypted is lost for good; the window is the time to notice.",
    fix="Leave deletion_window_in_days of components.data.keys.Key at 30.",
    security_hub="KMS.3",
    remedy=_raise_window,
)
def waits(
    key: Resource,
    *,
    minimum_days: Annotated[
        int, Limit("The shortest window, in days.", SHORTEST_WINDOW, LONGEST_WINDOW)
    ] = LONGEST_WINDOW,
) -> Findings:
    """A key waits before it is deleted, 30 days unless the configuration says less."""
    days = key.number("deletionWindowInDays")
    # AWS's default is the longest.
    if days is not None and days < minimum_days:
        yield f"deletionWindowInDays is {days}, less than {minimum_days}"


@resource_rule(
    "kms-policy-no-public",
    KEY,
    EXTERNAL_KEY,
    REPLICA_KEY,
    REPLICA_EXTERNAL_KEY,
    KEY_POLICY,
    severity=Severity.CRITICAL,
    why="A key that anybody may use protects nothing that it encrypts.",
    fix="Name the account or the role as principal; components.data.keys.Key writes such a policy.",
    security_hub="KMS.5",
    cis="7:2.21",
    checkov="CKV_AWS_33",
)
def not_public(key: Resource) -> Findings:
    """A key policy lets in nobody by Principal * without a condition on account or organisation."""
    for statement in open_statements(key.statements("policy"), *CALLER_KEYS):
        yield f"{statement.label} of the key policy lets everybody in"
