"""Rules for vaults of backups."""

from collections.abc import Iterator
from typing import Final

from rules.core.documents import Statement
from rules.core.encryption import is_customer_key
from rules.core.findings import each, some
from rules.core.globs import matches
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.links import Link, sources

VAULT: Final = "aws:backup/vault:Vault"
LOCK: Final = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
POLICY: Final = "aws:backup/vaultPolicy:VaultPolicy"

A_VAULT: Final = Link(
    VAULT,
    by=("id", "name", "arn"),
    through={LOCK: "backupVaultName", POLICY: "backupVaultName"},
    read=lambda text: text.partition(":backup-vault:")[2] or text,
)
DELETION: Final = "backup:deleterecoverypoint"
# By whom a denial may leave somebody out, to break the glass.
CALLER_KEYS: Final = frozenset({"aws:principalarn", "aws:userid"})


@resource_rule(
    "backup-vault-cmk",
    VAULT,
    severity=Severity.MEDIUM,
    why=(
        "With the key of AWS Backup's own, there is no key policy to refuse the backups by, and no "
        "way to share them safely with another account."
    ),
    fix="Give kms_key_arn the ARN of a components.data.keys.Key.",
    security_hub="Backup.1",
    checkov="CKV_AWS_166",
)
def has_customer_key(vault: Resource) -> Findings:
    """A vault is encrypted with a customer key; another one later means another vault."""
    if not is_customer_key(vault, "kmsKeyArn"):
        yield "kmsKeyArn is not a customer key"


@stack_rule(
    "backup-vault-lock",
    VAULT,
    reads=(LOCK, POLICY),
    severity=Severity.MEDIUM,
    why="Who breaks in deletes the backups first.",
    fix=(
        "Add an aws.backup.VaultLockConfiguration, and an aws.backup.VaultPolicy that denies "
        "backup:DeleteRecoveryPoint to everybody."
    ),
)
def is_locked(vault: Resource, stack: Stack) -> Findings:
    """A vault is locked, and its policy denies the deletion of backups.

    A denial may leave out who breaks the glass, by NotPrincipal or a condition on who calls.
    """

    def has_lock() -> Iterator[str]:
        if not sources(stack, vault, LOCK, "backupVaultName", A_VAULT):
            yield "the vault has no lock"

    def has_policy() -> Iterator[str]:
        policies = sources(stack, vault, POLICY, "backupVaultName", A_VAULT)
        if not some(policies, _denies_deletion):
            yield "no policy of the vault denies backup:DeleteRecoveryPoint"

    yield from each((has_lock, has_policy), lambda judge: judge())


def _denies_deletion(policy: Resource) -> bool:
    return some(policy.statements("policy"), _is_denial)


def _is_denial(statement: Statement) -> bool:
    if statement.allows or not all(
        item.key in CALLER_KEYS and "not" in item.operator for item in statement.conditions
    ):
        return False
    if not any(matches(action.lower(), DELETION) for action in statement.actions()):
        return False
    # Backups keep the ARNs of what they are of: those of a database are snapshots.
    if not any(resource.endswith("*") for resource in statement.resources()):
        return False
    return statement.has("NotPrincipal") or any(
        principal.is_everyone for principal in statement.principals()
    )
