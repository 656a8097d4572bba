"""What AWS computes for keys, tables, buckets and databases."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from offline.aws.table import AutoName, Context, Type

_UUID: Final = "{hex8}-{hex4}-4{hex3}-a{num3}-{hex12}"
_RDS_ARN: Final = "arn:aws:rds:{region}:{account}"
# Of Route 53, for every endpoint of RDS and of S3 in eu-west-2.
_RDS_ZONE: Final = "Z1TTGA775OQIYO"
_S3_ZONE: Final = "Z3GKZC51ZF0DB4"


def _master_secrets(kind: str) -> Callable[[Context], list[dict[str, str]]]:
    def secrets(context: Context) -> list[dict[str, str]]:
        if not context.get("manageMasterUserPassword"):
            return []
        place = "arn:aws:secretsmanager:{region}:{account}:secret"
        arn = f"{place}:rds!{kind}-{_UUID}-{{alnum6}}".format_map(context)
        default = "arn:aws:kms:{region}:{account}:alias/aws/secretsmanager".format_map(context)
        key = context.get("masterUserSecretKmsKeyId") or default
        return [{"kmsKeyId": key, "secretArn": arn, "secretStatus": "active"}]

    return secrets


def _engine_version(context: Context) -> str:
    # The minor version that a major one begins with, as far as this table is concerned.
    version = str(context.get("engineVersion", "17"))
    return version if "." in version else f"{version}.4"


def _is_writer(context: Context) -> bool:
    return bool(context.get("promotionTier", 0) == 0)


def _zones(context: Context) -> list[str]:
    return [f"{context['region']}{letter}" for letter in "abc"]


def _target_type(context: Context) -> str:
    return "TRACKED_CLUSTER" if context.get("dbClusterIdentifier") else "RDS_INSTANCE"


def _target_id(context: Context) -> str:
    found = context.get("dbClusterIdentifier") or context.get("dbInstanceIdentifier")
    return str(found)


def _proxy_target(context: Context) -> str:
    parts = ("{dbProxyName}", "{targetGroupName}", _target_type(context), _target_id(context))
    return "/".join(parts).format_map(context)


def _licence(context: Context) -> str:
    return "postgresql-license" if "postgres" in str(context.get("engine")) else "general-public"


def _port(context: Context) -> int:
    return 3306 if "mysql" in str(context.get("engine")) else 5432


def _label(context: Context) -> str:
    return "2026-01-01T00:00:00.000" if context.get("streamEnabled") else ""


def _stream(context: Context) -> str:
    table = "arn:aws:dynamodb:{region}:{account}:table/{name}".format_map(context)
    return f"{table}/stream/{_label(context)}" if _label(context) else ""


def _side_resource(**computed: Any) -> Type:
    """Part of a bucket that the provider manages apart: it is known by the bucket."""
    return Type(id="{bucket}", computed=computed)


_STORES: Final[Mapping[str, Type]] = {
    "aws:kms/key:Key": Type(
        id=_UUID,
        computed={
            "arn": "arn:aws:kms:{region}:{account}:key/{id}",
            "keyId": "{id}",
            "rotationPeriodInDays": 365,
        },
    ),
    "aws:kms/alias:Alias": Type(
        id="{name}",
        name=AutoName("name", 256, prefix="alias/"),
        computed={
            "arn": "arn:aws:kms:{region}:{account}:{name}",
            "targetKeyArn": "arn:aws:kms:{region}:{account}:key/{targetKeyId}",
        },
    ),
    "aws:dynamodb/table:Table": Type(
        id="{name}",
        name=AutoName("name", 255),
        computed={
            "arn": "arn:aws:dynamodb:{region}:{account}:table/{name}",
            "streamArn": _stream,
            "streamLabel": _label,
        },
    ),
    "aws:s3/bucket:Bucket": Type(
        id="{name}",
        name=AutoName("bucket", 63, lower=True),
        computed={
            "arn": "arn:aws:s3:::{name}",
            "bucketDomainName": "{name}.s3.amazonaws.com",
            "bucketRegion": "{region}",
            "bucketRegionalDomainName": "{name}.s3.{region}.amazonaws.com",
            "hostedZoneId": _S3_ZONE,
        },
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _side_resource(
        transitionDefaultMinimumObjectSize="all_storage_classes_128K"
    ),
    "aws:s3/bucketLogging:BucketLogging": _side_resource(),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _side_resource(),
    "aws:s3/bucketPolicy:BucketPolicy": _side_resource(),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _side_resource(),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        _side_resource()
    ),
    "aws:s3/bucketVersioning:BucketVersioning": _side_resource(),
}

_DATABASES: Final[Mapping[str, Type]] = {
    "aws:rds/subnetGroup:SubnetGroup": Type(
        id="{name}",
        name=AutoName("name", 255),
        computed={"arn": f"{_RDS_ARN}:subgrp:{{name}}", "supportedNetworkTypes": ["IPV4"]},
    ),
    "aws:rds/parameterGroup:ParameterGroup": Type(
        id="{name}", name=AutoName("name", 255), computed={"arn": f"{_RDS_ARN}:pg:{{name}}"}
    ),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": Type(
        id="{name}", name=AutoName("name", 255), computed={"arn": f"{_RDS_ARN}:cluster-pg:{{name}}"}
    ),
    "aws:rds/instance:Instance": Type(
        id="db-{upper26}",
        name=AutoName("identifier", 63),
        computed={
            "address": "{name}.{alnum12}.{region}.rds.amazonaws.com",
            "caCertIdentifier": "rds-ca-rsa2048-g1",
            "arn": f"{_RDS_ARN}:db:{{name}}",
            "endpoint": "{name}.{alnum12}.{region}.rds.amazonaws.com:{port}",
            "engineVersionActual": _engine_version,
            "hostedZoneId": _RDS_ZONE,
            "latestRestorableTime": "2026-01-01T00:00:00Z",
            "licenseModel": _licence,
            "listenerEndpoints": [],
            "masterUserSecrets": _master_secrets("db"),
            "multiAz": False,
            "replicas": [],
            "resourceId": "{id}",
            "status": "available",
        },
        imported="{identifier}",
    ),
    "aws:rds/cluster:Cluster": Type(
        id="{name}",
        name=AutoName("clusterIdentifier", 63),
        computed={
            "arn": f"{_RDS_ARN}:cluster:{{name}}",
            "availabilityZones": _zones,
            "clusterResourceId": "cluster-{upper26}",
            "endpoint": "{name}.cluster-{alnum12}.{region}.rds.amazonaws.com",
            "engineVersionActual": _engine_version,
            "hostedZoneId": _RDS_ZONE,
            "masterUserSecrets": _master_secrets("cluster"),
            "port": _port,
            "readerEndpoint": "{name}.cluster-ro-{alnum12}.{region}.rds.amazonaws.com",
        },
    ),
    "aws:rds/clusterInstance:ClusterInstance": Type(
        id="{name}",
        name=AutoName("identifier", 63),
        computed={
            "arn": f"{_RDS_ARN}:db:{{name}}",
            "dbiResourceId": "db-{upper26}",
            "endpoint": "{name}.{alnum12}.{region}.rds.amazonaws.com",
            "engineVersionActual": _engine_version,
            "port": 5432,
            "storageEncrypted": True,
            "writer": _is_writer,
        },
    ),
    "aws:rds/proxy:Proxy": Type(
        id="{name}",
        name=AutoName("name", 63),
        computed={
            "arn": f"{_RDS_ARN}:db-proxy:prx-{{hex17}}",
            "endpoint": "{name}.proxy-{alnum12}.{region}.rds.amazonaws.com",
        },
    ),
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": Type(
        id="{dbProxyName}",
        computed={"arn": f"{_RDS_ARN}:target-group:prx-tg-{{hex17}}", "name": "default"},
    ),
    "aws:rds/proxyTarget:ProxyTarget": Type(
        id=_proxy_target,
        computed={
            "endpoint": "{alnum12}.{alnum12}.{region}.rds.amazonaws.com",
            "port": 5432,
            "rdsResourceId": _target_id,
            "targetArn": "",
            "trackedClusterId": "",
            "type": _target_type,
        },
    ),
}

TYPES: Final[Mapping[str, Type]] = {**_STORES, **_DATABASES}
INVOKES: Final[Mapping[str, Mapping[str, Any]]] = {}
