"""Resource types: one name for each, whatever token a program used, and groups of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

STACK: Final = "pulumi:pulumi:Stack"
PROVIDER: Final = "pulumi:providers:aws"

_TABLE: Final = Path(__file__).resolve().parent.parent.parent / "taggable.json"
# Tokens of pulumi-aws 6 that version 7 still takes, beside their new names.
_RENAMED: Final = {
    f"aws:s3/{name[0].lower()}{name[1:]}V2:{name}V2": f"aws:s3/{name[0].lower()}{name[1:]}:{name}"
    for name in (
        "Bucket",
        "BucketAccelerateConfiguration",
        "BucketAcl",
        "BucketCorsConfiguration",
        "BucketLifecycleConfiguration",
        "BucketLogging",
        "BucketObjectLockConfiguration",
        "BucketRequestPaymentConfiguration",
        "BucketServerSideEncryptionConfiguration",
        "BucketVersioning",
        "BucketWebsiteConfiguration",
    )
}
# The same resources under two names: what rules say of one holds for the other.
_TWINS: Final = {
    f"aws:{module}/{name[0].lower()}{name[1:]}:{name}": f"aws:lb/{name[0].lower()}{name[1:]}:{name}"
    for module in ("alb", "elasticloadbalancingv2", "applicationloadbalancing")
    for name in (
        "Listener",
        "ListenerCertificate",
        "ListenerRule",
        "LoadBalancer",
        "TargetGroup",
        "TargetGroupAttachment",
    )
}
_CANONICAL: Final = _RENAMED | _TWINS


def canonical(token: str) -> str:
    """The one name of a type, by which rules know it."""
    return _CANONICAL.get(token, token)


def spellings(kind: str) -> tuple[str, ...]:
    """Every token that stands for a type, its own first."""
    return (kind, *(token for token, name in _CANONICAL.items() if name == kind))


@dataclass(frozen=True, slots=True)
class Group:
    """Resource types that a rule names together.

    Attributes:
        name: how documentation calls them.
        holds: whether a type, by its one name, belongs to it.
    """

    name: str
    holds: Callable[[str], bool] = field(compare=False)


@cache
def _taggable() -> frozenset[str]:
    modules: dict[str, list[str]] = json.loads(_TABLE.read_text(encoding="utf-8"))["types"]
    return frozenset(f"aws:{module}/{name}" for module, names in modules.items() for name in names)


def is_taggable(kind: str) -> bool:
    """Whether AWS reports all tags of resources of this type, by the SDK's own word."""
    return kind in _taggable()


# What loses data when it is deleted.
_STATEFUL: Final = frozenset(
    {
        "aws:backup/vault:Vault",
        "aws:cognito/userPool:UserPool",
        "aws:docdb/cluster:Cluster",
        "aws:docdb/elasticCluster:ElasticCluster",
        "aws:dsql/cluster:Cluster",
        "aws:dynamodb/table:Table",
        "aws:ebs/volume:Volume",
        "aws:efs/fileSystem:FileSystem",
        "aws:elasticsearch/domain:Domain",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:fsx/ontapFileSystem:OntapFileSystem",
        "aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
        "aws:fsx/windowsFileSystem:WindowsFileSystem",
        "aws:keyspaces/table:Table",
        "aws:kms/key:Key",
        "aws:memorydb/cluster:Cluster",
        "aws:msk/cluster:Cluster",
        "aws:neptune/cluster:Cluster",
        "aws:opensearch/domain:Domain",
        "aws:rds/cluster:Cluster",
        "aws:rds/globalCluster:GlobalCluster",
        "aws:rds/instance:Instance",
        "aws:redshift/cluster:Cluster",
        "aws:redshiftserverless/namespace:Namespace",
        "aws:s3/bucket:Bucket",
        "aws:s3/directoryBucket:DirectoryBucket",
        "aws:s3tables/table:Table",
        "aws:secretsmanager/secret:Secret",
        "aws:timestreamwrite/table:Table",
    }
)

ANY: Final = Group("every AWS resource", lambda kind: kind.startswith("aws:"))
TAGGABLE: Final = Group("every AWS resource that takes tags", is_taggable)
STATEFUL: Final = Group("every resource that keeps data", _STATEFUL.__contains__)

Types = tuple[str | Group, ...]
