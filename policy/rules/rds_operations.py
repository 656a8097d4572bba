"""Rules for how a database is run: backups, upgrades, logs, size."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from rules.core.findings import each, some
from rules.core.globs import matches
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule
from rules.core.thresholds import Limit, Production
from rules.rds import (
    CLUSTER,
    CLUSTER_INSTANCE,
    INSTANCE,
    POSTGRES,
    engine_of,
    is_custom,
    is_replica,
)

BACKUP_DAYS: Final = 7
MOST_BACKUP_DAYS: Final = 35
EXPORTS: Final = "enabledCloudwatchLogsExports"
MYSQL_LOGS: Final = "audit error general slowquery"
# What Security Hub asks of each engine, by the beginning of its name.
LOGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "aurora": MYSQL_LOGS,
        "aurora-mysql": MYSQL_LOGS,
        "aurora-postgresql": "postgresql",
        "db2": "diag.log notify.log",
        "mariadb": MYSQL_LOGS,
        "mysql": MYSQL_LOGS,
        "oracle": "alert audit listener trace",
        "postgres": "postgresql upgrade",
        "sqlserver": "agent error",
    }
)
# What a cluster of three servers can't export: it takes no option group, which a MySQL audit is,
# and the provider knows no log of upgrades of a cluster.
_NOT_OF_CLUSTERS: Final = {"mysql": "audit", "postgres": "upgrade"}
_SMALL: Final = ("micro", "small", "medium", "large", "xlarge", "2xlarge")
_LARGE: Final = ("large", "xlarge", "2xlarge")
CLASS_PATHS: Final = ("instanceClass", "dbClusterInstanceClass")
CAPACITY_PATHS: Final = (
    "serverlessv2ScalingConfiguration.maxCapacity",
    "scalingConfiguration.maxCapacity",
)
CLASSES: Final = (
    "db.serverless",
    *(f"db.{family}.{size}" for family in ("t3", "t4g") for size in _SMALL),
    *(f"db.{family}.{size}" for family in ("m6g", "m7g", "r6g", "r7g") for size in _LARGE),
)


def _keep_backups(_database: Resource, *, minimum_days: int) -> Changes:
    return {"backupRetentionPeriod": minimum_days}


@resource_rule(
    "rds-backup-retention",
    CLUSTER,
    INSTANCE,
    severity=Severity.MEDIUM,
    why="What was lost or spoilt longer ago than the oldest backup stays so.",
    fix="Leave backup_retention_days of components.data.postgres.PostgresArgs at 7 or more.",
    security_hub="RDS.11",
    cdk_nag="AwsSolutions-RDS13",
    checkov="CKV_AWS_133",
    remedy=_keep_backups,
)
def keeps_backups(
    database: Resource,
    *,
    minimum_days: Annotated[
        int, Limit("The shortest time that backups are kept, in days.", 1, MOST_BACKUP_DAYS)
    ] = BACKUP_DAYS,
) -> Findings:
    """A database keeps its backups, a week unless the configuration says otherwise.

    Left out, RDS keeps none of an instance and one day's of a cluster. A replica's source has them.
    """
    if is_replica(database):
        return
    days = database.number("backupRetentionPeriod") or 0
    if days < minimum_days:
        yield f"backupRetentionPeriod is less than {minimum_days}"


@resource_rule(
    "rds-deletion-protection",
    CLUSTER,
    INSTANCE,
    severity=Severity.MEDIUM,
    why="One call deletes a database with everything in it.",
    fix=(
        "Leave protect of components.data.postgres.PostgresArgs on; a stack that keeps nothing "
        "says production: false in its configuration."
    ),
    security_hub="RDS.7 RDS.8",
    cdk_nag="AwsSolutions-RDS10",
    checkov="CKV_AWS_139 CKV_AWS_293",
    remedy=setting({"deletionProtection": True}),
)
def protected(database: Resource, *, production: Production = True) -> Findings:
    """A database of production can't be deleted by one call."""
    if production and database.flag("deletionProtection") is not True:
        yield "deletionProtection is not true"


@resource_rule(
    "rds-final-snapshot",
    CLUSTER,
    INSTANCE,
    severity=Severity.MEDIUM,
    why="A database that is deleted by mistake takes its automatic backups along.",
    fix=(
        "Leave final_snapshot of components.data.postgres.PostgresArgs on; a stack that keeps "
        "nothing says production: false in its configuration."
    ),
    remedy=setting({"skipFinalSnapshot": False}),
)
def leaves_snapshot(database: Resource, *, production: Production = True) -> Findings:
    """A database of production leaves a snapshot when it is deleted; of a replica there is none."""
    if production and not is_replica(database) and database.flag("skipFinalSnapshot") is True:
        yield "skipFinalSnapshot is true"


@resource_rule(
    "rds-minor-upgrades",
    INSTANCE,
    CLUSTER_INSTANCE,
    CLUSTER,
    severity=Severity.MEDIUM,
    why="Without minor upgrades, holes that everybody knows of stay open.",
    fix=POSTGRES + "which upgrades in its maintenance window.",
    security_hub="RDS.13 RDS.35",
    cis="3:2.3.2",
    cdk_nag="NIST.800.53.R5-RDSAutomaticMinorVersionUpgradeEnabled",
    checkov="CKV_AWS_226",
    remedy=setting({"autoMinorVersionUpgrade": True}),
)
def upgrades(database: Resource) -> Findings:
    """Minor upgrades, which are on by default, stay on; RDS Custom has none."""
    if database.flag("autoMinorVersionUpgrade") is False and not is_custom(database):
        yield "autoMinorVersionUpgrade is false"


def _missing_logs(database: Resource, logs: Mapping[str, str]) -> list[str]:
    """The logs that a database should export and doesn't."""
    engine = engine_of(database)
    families = (engine, engine.split("-", maxsplit=1)[0])
    required = next((logs[name] for name in families if name in logs), "").lower().split()
    if not required:
        return []
    if database.type == CLUSTER:
        required = [log for log in required if log != _NOT_OF_CLUSTERS.get(engine)]

    def is_lacking(log: str) -> bool:
        return not some(database.texts(EXPORTS), lambda given: given.lower() == log)

    return [log for log in required if is_lacking(log)]


def _export(database: Resource, *, logs: Mapping[str, str]) -> Changes:
    missing = _missing_logs(database, logs)
    value = database.get(EXPORTS)
    given = value if type(value) is list else [] if value is None else [value]
    return {EXPORTS: [*given, *missing]} if missing else {}


@resource_rule(
    "rds-log-exports",
    CLUSTER,
    INSTANCE,
    severity=Severity.MEDIUM,
    why="Logs that stay on the server go with it, and nobody is told of what stands in them.",
    fix=POSTGRES + "which exports its logs to encrypted groups.",
    security_hub="RDS.9 RDS.34 RDS.36 RDS.37",
    cdk_nag="AwsSolutions-RDS16",
    checkov="CKV_AWS_129 CKV_AWS_324",
    remedy=_export,
)
def exports_logs(
    database: Resource,
    *,
    logs: Annotated[
        Mapping[str, str],
        Limit("The logs to export, separated by spaces, by engine or the first word of its name."),
    ] = LOGS,
) -> Findings:
    """A database exports the logs of its engine to CloudWatch: those that Security Hub names.

    One of an unknown engine exports any at all; RDS Custom has its own way. A cluster of three
    servers can export no audit of MySQL and no log of PostgreSQL's upgrades.
    """
    missing = _missing_logs(database, logs)
    if missing:
        yield f"{EXPORTS} lacks {', '.join(missing)}"
    elif not engine_of(database) and not database.is_set(EXPORTS):
        yield f"{EXPORTS} is empty"


@resource_rule(
    "rds-size-cap",
    CLUSTER,
    CLUSTER_INSTANCE,
    INSTANCE,
    severity=Severity.MEDIUM,
    why="The largest servers cost more in a day than a small one in a year, by one word's change.",
    fix=(
        "Choose a class or max_capacity of the configuration's; for more, add it to classes or "
        "raise max_capacity there, where it is reviewed."
    ),
)
def affordable(
    database: Resource,
    *,
    classes: Annotated[
        tuple[str, ...], Limit("Classes that servers may have; * and ? stand for any.")
    ] = CLASSES,
    max_capacity: Annotated[
        float, Limit("The most capacity units that a serverless cluster may grow to.", 0.5)
    ] = 64.0,
) -> Findings:
    """A server is of a class that the configuration names, or serverless and grows to a bound."""

    def has_class(path: str) -> Findings:
        name = database.text(path).lower()
        if name and not any(matches(pattern, name) for pattern in classes):
            yield f"{path} {name} is not in classes of the configuration"

    def has_bound(path: str) -> Findings:
        units = database.number(path)
        if units is not None and units > max_capacity:
            yield f"{path} is {units}, more than {max_capacity:g}"

    yield from each(CLASS_PATHS, has_class)
    yield from each(CAPACITY_PATHS, has_bound)
