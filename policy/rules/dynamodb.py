"""Rules for DynamoDB tables."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from rules.core.encryption import is_customer_key
from rules.core.findings import each
from rules.core.principals import open_to_all
from rules.core.remedies import changed
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule
from rules.core.thresholds import Production
from rules.core.values import Secret
from rules.core.view import View

TABLE: Final = "aws:dynamodb/table:Table"
REPLICA: Final = "aws:dynamodb/tableReplica:TableReplica"
RESOURCE_POLICY: Final = "aws:dynamodb/resourcePolicy:ResourcePolicy"

# A view of a table or of one of its replicas, and how a message calls it.
Part = tuple[View, str]


def _replicas(table: Resource) -> Iterator[Part]:
    for replica in table.views("replicas"):
        region = replica.text("regionName") if replica.is_known("regionName") else ""
        yield replica, f" of the replica in {region}" if region else " of a replica"


def _everywhere(table: Resource, of_table: str, of_replica: str) -> Findings:
    """Ask the same of a table and of each copy, which has a setting of its own."""

    def is_on(part: Part) -> Findings:
        view, where = part
        path = of_replica if view is not table else of_table
        if view.flag(path) is not True:
            yield f"{path}{where} is not true"

    def at(parts: Callable[[Resource], Iterator[Part]]) -> Findings:
        return each(parts(table), is_on)

    return each((_itself, _replicas), at)


def _itself(table: Resource) -> Iterator[Part]:
    yield table, ""


def _turn_on(of_table: str, of_replica: str) -> Callable[..., Changes]:
    """A remedy for ``_everywhere``."""

    def remedy(table: Resource, **_thresholds: Any) -> Changes:
        if table.type == REPLICA:
            return {of_replica: True}
        found = table.get("replicas") if table.is_known("replicas") else None
        if not found:
            return {of_table: True}
        replicas = found if type(found) is list else [found]
        return {of_table: True, "replicas": [_with(item, of_replica) for item in replicas]}

    return remedy


def _with(replica: Any, path: str) -> Any:
    if type(replica) is Secret:
        return Secret(_with(replica.value, path))
    return changed(replica, {path: True}) if isinstance(replica, Mapping) else replica


@resource_rule(
    "ddb-pitr",
    TABLE,
    REPLICA,
    severity=Severity.HIGH,
    why="A bad write or deletion reaches every copy at once; only an earlier second undoes it.",
    fix="Make the table with components.data.tables.Table, which can be restored to any second.",
    security_hub="DynamoDB.2",
    cdk_nag="AwsSolutions-DDB3",
    checkov="CKV_AWS_28",
    remedy=_turn_on("pointInTimeRecovery.enabled", "pointInTimeRecovery"),
)
def restorable(table: Resource) -> Findings:
    """A table, and each replica of it, can be restored to any second."""
    if table.type == REPLICA:
        return _everywhere(table, "pointInTimeRecovery", "pointInTimeRecovery")
    return _everywhere(table, "pointInTimeRecovery.enabled", "pointInTimeRecovery")


@resource_rule(
    "ddb-cmk",
    TABLE,
    REPLICA,
    severity=Severity.MEDIUM,
    why=(
        "With a key of DynamoDB's own, whoever may read the table may read its items: nothing "
        "else to revoke."
    ),
    fix="Give components.data.tables.Table its key.",
    checkov="CKV_AWS_119",
)
def customer_key(table: Resource) -> Findings:
    """A table, and each replica of it, is encrypted with a customer key."""

    def has_key(part: Part) -> Findings:
        view, where = part
        if not is_customer_key(view, "kmsKeyArn"):
            yield f"kmsKeyArn{where} is no customer key"

    if table.type == REPLICA:
        return has_key((table, ""))
    return each((_encryption, _replicas), lambda parts: each(parts(table), has_key))


def _encryption(table: Resource) -> Iterator[Part]:
    block = table.view("serverSideEncryption")
    # DynamoDB takes no notice of the key unless encryption with one is enabled.
    yield block if block.flag("enabled") is True else View({}), " of serverSideEncryption"


@resource_rule(
    "ddb-deletion-protection",
    TABLE,
    REPLICA,
    severity=Severity.MEDIUM,
    why="One call deletes a table with everything in it, and its continuous backups soon after.",
    fix=(
        "Leave protect of components.data.tables.Table on; a stack that keeps nothing says "
        "production: false in its configuration."
    ),
    security_hub="DynamoDB.6",
    remedy=_turn_on("deletionProtectionEnabled", "deletionProtectionEnabled"),
)
def protected(table: Resource, *, production: Production = True) -> Findings:
    """A table of production, and each replica of it, can't be deleted by one call."""
    if production:
        yield from _everywhere(table, "deletionProtectionEnabled", "deletionProtectionEnabled")


@resource_rule(
    "ddb-policy-not-public",
    RESOURCE_POLICY,
    severity=Severity.HIGH,
    why="A policy for everybody opens the table, or its stream, to every account of AWS.",
    fix=(
        "Name the account or the role as principal; inside the account, "
        "components.data.tables.Table.grant_read needs no such policy."
    ),
    cis="7:2.21",
)
def policy_not_public(policy: Resource) -> Findings:
    """A table's policy lets nobody in by Principal * without a condition that narrows it."""
    return open_to_all(policy.statements("policy"))
