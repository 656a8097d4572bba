"""What PostgreSQL of either kind, instance or Aurora, is built on and shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.watched import Watched

PORT = 5432
# For administration. RDS makes its password, keeps it in Secrets Manager and changes it every seven
# days; that rules out blue/green updates:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
MASTER_USERNAME = "platform_owner"
CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"
# In UTC, at the quietest hour of a British platform, the one after the other.
BACKUP_WINDOW = "02:00-03:00"
MAINTENANCE_WINDOW = "sun:03:30-sun:04:30"
# The standard mode of Database Insights keeps a week of load and waits for free; the advanced mode
# keeps 465 days and is paid by vCPU or capacity unit:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Considerations.html
INSIGHTS_MODE = "standard"
INSIGHTS_RETENTION_DAYS = 7
MONITORING_INTERVAL_SECONDS = 60

_IDENTIFIER = re.compile(r"[a-z](-?[a-z0-9])*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """A server parameter that differs from PostgreSQL's own choice.

    Attributes:
        apply_method: RDS takes ``pending-reboot`` for any parameter and ``immediate`` for dynamic
            ones; a new server starts with all of them.
    """

    value: str
    apply_method: str = "immediate"


PARAMETERS: Mapping[str, Parameter] = {
    "rds.force_ssl": Parameter(value="1", apply_method="pending-reboot"),
    "log_connections": Parameter(value="1"),
    "log_disconnections": Parameter(value="1"),
    "log_lock_waits": Parameter(value="1"),
    "log_min_duration_statement": Parameter(value="1000"),
    # Changes to the schema. More would put the data itself into the log.
    "log_statement": Parameter(value="ddl"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What an engine starts from.

    Attributes:
        owner: the component that everything becomes a child of.
        name: the component's name, which the children's names begin with.
        identifier: the engine's name in RDS; its log groups are named after it.
        zones: the network's, in order.
        prerequisites: what must exist before the engine starts.
        final_snapshot: keep a last snapshot when the engine is deleted.
    """

    owner: pulumi.Resource
    name: str
    identifier: pulumi.Output[str]
    database_name: str
    key_arn: pulumi.Output[str]
    subnet_group_name: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    zones: tuple[str, ...]
    monitoring_role_arn: pulumi.Output[str]
    prerequisites: tuple[pulumi.Resource, ...]
    backup_retention_days: int
    final_snapshot: bool
    protect: bool

    @property
    def final_snapshot_identifier(self) -> pulumi.Output[str] | None:
        """Name of the last snapshot; it carries the engine's random end, so it is free."""
        return pulumi.Output.concat(self.identifier, "-final") if self.final_snapshot else None

    def log_group_name(self, prefix: str, log: str) -> pulumi.Output[str]:
        """Name of the group that RDS exports one of the engine's logs to."""
        return pulumi.Output.concat(prefix, "/", self.identifier, "/", log)

    @property
    def options(self) -> pulumi.ResourceOptions:
        """Options of what holds the data."""
        return pulumi.ResourceOptions(
            parent=self.owner,
            protect=self.protect,
            depends_on=list(self.prerequisites),
            # Its name is taken while the old one exists.
            delete_before_replace=True,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """What a running engine shows.

    Attributes:
        host: name of the writer's endpoint.
        resource_id: what IAM knows the engine by, ``db-…`` or ``cluster-…``.
        secret_arn: secret with the administrator's password, which RDS changes every seven days.
        instance_identifier: what a proxy registers, of an instance.
        cluster_identifier: the same of a cluster.
        writer: what accepts connections.
        watched: what there is to watch in it.
    """

    host: pulumi.Output[str]
    resource_id: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    writer: pulumi.Resource
    watched: tuple[Watched, ...]
    instance_identifier: pulumi.Output[str] | None = None
    cluster_identifier: pulumi.Output[str] | None = None


def check_engine_version(version: str) -> None:
    """Refuse all but a major version: the minor one moves by itself, and RDS never goes back."""
    if not re.fullmatch(r"1[3-9]", version):
        raise ValueError(f"engine_version must be a major version such as 17, got {version!r}")


def checked_identifier(identifier: str) -> str:
    """Refuse what RDS would refuse as the name of an instance, a cluster or a proxy."""
    if len(identifier) > 63 or not _IDENTIFIER.fullmatch(identifier):
        raise ValueError(
            "an identifier in RDS must be at most 63 lower-case letters, digits and single "
            f"hyphens, got {identifier!r}: shorten the component's name"
        )
    return identifier
