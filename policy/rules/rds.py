"""Rules for who gets at a database, and at its data."""

from typing import Final

from rules.core.findings import some
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.values import NotKnown

CLUSTER: Final = "aws:rds/cluster:Cluster"
CLUSTER_INSTANCE: Final = "aws:rds/clusterInstance:ClusterInstance"
INSTANCE: Final = "aws:rds/instance:Instance"
PROXY: Final = "aws:rds/proxy:Proxy"

POSTGRES: Final = "Make it with components.data.postgres.Postgres, "
# What takes tokens of IAM in place of a password.
TAKES_IAM: Final = frozenset(
    {
        "aurora",
        "aurora-mysql",
        "aurora-postgresql",
        "mariadb",
        "mysql",
        "postgres",
    }
)
# Made from another database, whose password and engine they take over.
INHERITS: Final = (
    "replicateSourceDb",
    "replicationSourceIdentifier",
    "restoreToPointInTime",
    "snapshotIdentifier",
)


def engine_of(database: Resource) -> str:
    """The engine, such as ``aurora-postgresql``; empty for a copy, which has its source's."""
    return database.text("engine").lower()


def is_replica(database: Resource) -> bool:
    """Whether an instance follows another one, and can be made again from it."""
    return database.is_set("replicateSourceDb")


def is_custom(database: Resource) -> bool:
    """Whether its server is the customer's own affair: RDS Custom."""
    return engine_of(database).startswith("custom-")


def is_first_serverless(database: Resource) -> bool:
    """Whether it is Aurora Serverless of the first version, which can't do much of the rest."""
    return database.text("engineMode").lower() == "serverless"


@resource_rule(
    "rds-encrypted",
    CLUSTER,
    INSTANCE,
    severity=Severity.HIGH,
    why="Whoever gets at the disks, a snapshot or a backup reads the data.",
    fix=POSTGRES + "which encrypts with its key. RDS can't encrypt later: it makes another.",
    security_hub="RDS.3 RDS.27",
    cis="3:2.3.1",
    cdk_nag="AwsSolutions-RDS2",
    checkov="CKV_AWS_16 CKV_AWS_96",
)
def encrypted(database: Resource) -> Findings:
    """A database is encrypted at rest; a replica is as its source is.

    Not remedied: RDS can't change it, so that a database that exists would be made anew, empty.
    """
    stated = database.flag("storageEncrypted")
    if stated is True:
        return
    if is_replica(database):
        # In its source's region it can't differ; in another one, the key decides.
        if stated is None or database.is_set("kmsKeyId"):
            return
    elif stated is None and _is_encrypted_unasked(database):
        return
    yield "storageEncrypted is not true"


def _is_encrypted_unasked(database: Resource) -> bool:
    if database.type == CLUSTER and is_first_serverless(database):
        return True
    # What is restored with a key is encrypted with it.
    restored = any(database.is_set(name) for name in INHERITS)
    return database.type == CLUSTER and restored and database.is_set("kmsKeyId")


@resource_rule(
    "rds-not-public",
    INSTANCE,
    CLUSTER_INSTANCE,
    CLUSTER,
    severity=Severity.CRITICAL,
    why="A database with a public address is one wrong rule away from everybody's guesses.",
    fix=POSTGRES + "which has an address in isolated subnets only.",
    security_hub="RDS.2",
    cis="3:2.3.3",
    cdk_nag="NIST.800.53.R5-RDSInstancePublicAccess",
    checkov="CKV_AWS_17",
    remedy=setting({"publiclyAccessible": False}),
)
def not_public(database: Resource) -> Findings:
    """No database has a public address."""
    public = database.flag("publiclyAccessible")
    if public is True:
        yield "publiclyAccessible is true"
    elif public is None and database.type == CLUSTER and _is_public_unasked(database):
        yield "publiclyAccessible is not false, and no subnet group says that it is private"


def _is_public_unasked(cluster: Resource) -> bool:
    """Whether RDS gives a cluster of three servers an address: it does in the default subnets."""
    if engine_of(cluster) not in {"mysql", "postgres"}:
        return False
    if not cluster.is_set("dbSubnetGroupName"):
        return True
    known = cluster.is_known("dbSubnetGroupName")
    return known and cluster.text("dbSubnetGroupName").lower() == "default"


@resource_rule(
    "rds-iam-auth",
    CLUSTER,
    INSTANCE,
    severity=Severity.MEDIUM,
    why="An application's password lasts until somebody changes it, and works for whoever has it.",
    fix=POSTGRES + "and give workloads grant_connect: they sign in with a token of 15 minutes.",
    security_hub="RDS.10 RDS.12",
    cdk_nag="AwsSolutions-RDS6",
    checkov="CKV_AWS_161 CKV_AWS_162",
    remedy=setting({"iamDatabaseAuthenticationEnabled": True}),
)
def takes_iam(database: Resource) -> Findings:
    """A database whose engine can, takes tokens of IAM; Oracle, SQL Server and Db2 can't."""
    if database.flag("iamDatabaseAuthenticationEnabled") is True:
        return
    engine = engine_of(database)
    if not engine and any(database.is_set(name) for name in INHERITS):
        # Only RDS knows what it will be a copy of.
        raise NotKnown("engine")
    # Without an engine RDS makes nothing: whatever it will be, most take tokens.
    if engine in {"", *TAKES_IAM} and not is_first_serverless(database):
        yield "iamDatabaseAuthenticationEnabled is not true"


@resource_rule(
    "rds-managed-password",
    CLUSTER,
    INSTANCE,
    severity=Severity.HIGH,
    why="A password that a program gives stands in its source or state, and is never changed.",
    fix=POSTGRES + "whose password RDS makes, keeps in Secrets Manager and changes every week.",
)
def password_is_managed(database: Resource) -> Findings:
    """RDS makes and keeps the administrator's password; no program gives one.

    A replica and what is restored have their source's. Where RDS manages none (RDS Custom, a global
    database, the first Aurora Serverless), a password may be given in the write-only property.
    """
    name, managed = "password", "manageMasterUserPassword"
    if database.type == CLUSTER:
        name = "masterPassword"
    if database.is_set(name):
        yield f"{name} is set"
        return
    given = database.is_set(f"{name}Wo")
    if not given and any(database.is_set(path) for path in INHERITS):
        return
    if not given and database.is_known(managed) and database.flag(managed) is True:
        return
    if some((is_custom, is_first_serverless, _is_global), lambda holds: holds(database)):
        return
    if given:
        yield f"{name}Wo is set"
    elif database.flag(managed) is not True:
        yield f"{managed} is not true"


def _is_global(database: Resource) -> bool:
    return database.is_set("globalClusterIdentifier")


@resource_rule(
    "rds-proxy-tls",
    PROXY,
    severity=Severity.MEDIUM,
    why="Without TLS, queries, data and tokens cross the network for anybody there to read.",
    fix="Set proxy=True of components.data.postgres.PostgresArgs, whose proxy takes TLS only.",
    security_hub="RDS.43",
    remedy=setting({"requireTls": True}),
)
def proxy_requires_tls(proxy: Resource) -> Findings:
    """A proxy takes no connection without TLS."""
    if proxy.flag("requireTls") is not True:
        yield "requireTls is not true"
