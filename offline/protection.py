"""What AWS, or its provider, refuses to delete."""

from collections.abc import Mapping
from typing import Any, Final

from offline.values import plain

# By type: the property that turns AWS's own protection on, and its value when it is on.
_PROTECTIONS: Final[Mapping[str, tuple[str, Any]]] = {
    "aws:alb/loadBalancer:LoadBalancer": ("enableDeletionProtection", True),
    "aws:cloudwatch/logGroup:LogGroup": ("deletionProtectionEnabled", True),
    "aws:cognito/userPool:UserPool": ("deletionProtection", "ACTIVE"),
    "aws:docdb/cluster:Cluster": ("deletionProtection", True),
    "aws:dynamodb/table:Table": ("deletionProtectionEnabled", True),
    "aws:ec2/instance:Instance": ("disableApiTermination", True),
    "aws:lb/loadBalancer:LoadBalancer": ("enableDeletionProtection", True),
    "aws:neptune/cluster:Cluster": ("deletionProtection", True),
    "aws:rds/cluster:Cluster": ("deletionProtection", True),
    "aws:rds/globalCluster:GlobalCluster": ("deletionProtection", True),
    "aws:rds/instance:Instance": ("deletionProtection", True),
}
# By type: the property without which it is deleted only when it is empty, and what it holds.
_CONTAINERS: Final[Mapping[str, tuple[str, str]]] = {
    "aws:backup/vault:Vault": ("forceDestroy", "recovery points"),
    "aws:ecr/repository:Repository": ("forceDelete", "images"),
    "aws:route53/zone:Zone": ("forceDestroy", "records"),
    "aws:s3/bucket:Bucket": ("forceDestroy", "objects"),
}
# Deleted only with a last snapshot, or with the word that none is wanted.
_SNAPSHOTS: Final = frozenset({"aws:rds/cluster:Cluster", "aws:rds/instance:Instance"})
# What is on a resource that leaves the state and stays in the account.
_KEEPING: Final = ("retainOnDelete", "skipDestroy")


def is_kept(properties: Mapping[str, Any]) -> bool:
    """Whether the provider leaves a resource where it is when it deletes it."""
    return any(plain(properties.get(name)) is True for name in _KEEPING)


def refusal(
    kind: str, name: str, properties: Mapping[str, Any], contents: tuple[str, ...]
) -> str | None:
    """Why a resource can't be deleted, or ``None``."""
    given = plain(properties)
    protection, on = _PROTECTIONS.get(kind, ("", None))
    if protection and given.get(protection) == on:
        return (
            f"{kind} {name} can't be deleted: its {protection} is on. "
            f"Turn it off in the program, update, and then delete"
        )
    force, what = _CONTAINERS.get(kind, ("", ""))
    if force and contents and not given.get(force):
        return (
            f"{kind} {name} can't be deleted: it holds {len(contents)} {what}, such as "
            f"{contents[0]!r}, and {force} is not true"
        )
    if kind in _SNAPSHOTS and not (
        given.get("skipFinalSnapshot") or given.get("finalSnapshotIdentifier")
    ):
        return (
            f"{kind} {name} can't be deleted: finalSnapshotIdentifier is required "
            "when skipFinalSnapshot is not true"
        )
    return None
