"""PostgreSQL on Aurora Serverless v2: a cluster, its writer, and readers in other zones."""

from dataclasses import dataclass
from typing import ClassVar

import pulumi
import pulumi_aws as aws

from components.data.postgres_basis import (
    BACKUP_WINDOW,
    CERTIFICATE_AUTHORITY,
    INSIGHTS_MODE,
    INSIGHTS_RETENTION_DAYS,
    MAINTENANCE_WINDOW,
    MASTER_USERNAME,
    MONITORING_INTERVAL_SECONDS,
    PARAMETERS,
    PORT,
    Basis,
    Engine,
    check_engine_version,
    checked_identifier,
)
from components.data.postgres_sizes import GIB, max_connections
from components.watched import WatchedCluster

_ENGINE = aws.rds.EngineType.AURORA_POSTGRESQL
_MOST_CAPACITY = 256
_MOST_READERS = 15
# Memory of a capacity unit, and the connections of a cluster that may shrink below one unit:
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html#aurora-serverless-v2.max-connections
_UNIT_BYTES = 2 * GIB
_MOST_WHILE_SMALL = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class AuroraArgs:
    """Settings of a serverless cluster.

    Attributes:
        engine_version: major version; minor ones follow in the maintenance window.
        min_capacity: what each instance always has, in capacity units of 2 GiB, by halves; 0 with
            `auto_pause_minutes`.
        max_capacity: what each may grow to, 1 to 256.
        auto_pause_minutes: minutes without a connection, 5 to 1440, after which the cluster
            pauses. Then only storage is paid, and the next connection waits about 15 seconds.
        readers: instances beside the writer, in the further zones first, at most 15. Each costs as
            much as the writer.
    """

    log_group_prefix: ClassVar[str] = "/aws/rds/cluster"
    logs: ClassVar[tuple[str, ...]] = ("iam-db-auth-error", "postgresql")

    engine_version: str = "17"
    min_capacity: float = 0.5
    max_capacity: float = 4
    auto_pause_minutes: int | None = None
    readers: int = 1

    def __post_init__(self) -> None:
        check_engine_version(self.engine_version)
        for field, value in {"min": self.min_capacity, "max": self.max_capacity}.items():
            if value * 2 != int(value * 2):
                raise ValueError(f"{field}_capacity must be given by halves, got {value}")
        if not 1 <= self.max_capacity <= _MOST_CAPACITY:
            raise ValueError(
                f"max_capacity must be from 1 to {_MOST_CAPACITY}, got {self.max_capacity}"
            )
        if not 0 <= self.min_capacity <= self.max_capacity:
            raise ValueError(
                f"min_capacity must be from 0 to {self.max_capacity}, got {self.min_capacity}"
            )
        if (self.min_capacity == 0) != (self.auto_pause_minutes is not None):
            raise ValueError(
                "min_capacity must be 0 with auto_pause_minutes and more without, "
                f"got {self.min_capacity} and {self.auto_pause_minutes}"
            )
        if self.auto_pause_minutes is not None and not 5 <= self.auto_pause_minutes <= 1440:
            raise ValueError(
                f"auto_pause_minutes must be from 5 to 1440, got {self.auto_pause_minutes}"
            )
        if not 0 <= self.readers <= _MOST_READERS:
            raise ValueError(f"readers must be from 0 to {_MOST_READERS}, got {self.readers}")


def run_aurora(args: AuroraArgs, basis: Basis) -> Engine:
    """Make the cluster, its parameters and its instances."""
    cluster = _cluster(args, basis)
    first, *further = _places(basis.zones, 1 + args.readers)
    # Aurora makes the first instance the writer.
    writer = _instance(basis, cluster, first, promotion_tier=0, after=basis.prerequisites)
    for place in further:
        # In the first two tiers a reader is kept as large as the writer, ready to take over.
        _instance(basis, cluster, place, promotion_tier=1, after=(writer,))
    return Engine(
        host=cluster.endpoint,
        resource_id=cluster.cluster_resource_id,
        secret_arn=cluster.master_user_secrets.apply(lambda secrets: str(secrets[0].secret_arn)),
        writer=writer,
        watched=(_watched(args, basis),),
        cluster_identifier=cluster.cluster_identifier,
    )


def _watched(args: AuroraArgs, basis: Basis) -> WatchedCluster:
    most = max_connections(int(args.max_capacity * _UNIT_BYTES))
    return WatchedCluster(
        name=basis.name,
        identifier=basis.identifier,
        log_group_name=basis.log_group_name(args.log_group_prefix, "postgresql"),
        max_connections=min(most, _MOST_WHILE_SMALL) if args.min_capacity < 1 else most,
        pauses=args.auto_pause_minutes is not None,
        has_readers=args.readers > 0,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an instance is, and what it is called.

    It is called after its zone, from the second on with its number within the zone, so that its
    name stays what it is when others come or go.
    """

    zone: str
    key: str


def _places(zones: tuple[str, ...], count: int) -> list[_Place]:
    """Go round the zones as often as it takes."""
    places = []
    for number in range(count):
        turn, index = divmod(number, len(zones))
        zone = zones[index]
        places.append(_Place(zone, zone if turn == 0 else f"{zone}-{turn + 1}"))
    return places


def _parameters(args: AuroraArgs, basis: Basis) -> aws.rds.ClusterParameterGroup:
    return aws.rds.ClusterParameterGroup(
        f"{basis.name}-parameters",
        family=f"aurora-postgresql{args.engine_version}",
        parameters=[
            aws.rds.ClusterParameterGroupParameterArgs(
                name=name, value=parameter.value, apply_method=parameter.apply_method
            )
            for name, parameter in PARAMETERS.items()
        ],
        opts=pulumi.ResourceOptions(parent=basis.owner),
    )


def _cluster(args: AuroraArgs, basis: Basis) -> aws.rds.Cluster:
    parameters = _parameters(args, basis)
    pause = None if args.auto_pause_minutes is None else args.auto_pause_minutes * 60
    return aws.rds.Cluster(
        f"{basis.name}-cluster",
        cluster_identifier=basis.identifier,
        engine=_ENGINE,
        engine_mode="provisioned",
        # The provider compares no more than the part given here, so a minor upgrade is no drift.
        engine_version=args.engine_version,
        auto_minor_version_upgrade=True,
        allow_major_version_upgrade=False,
        serverlessv2_scaling_configuration=aws.rds.ClusterServerlessv2ScalingConfigurationArgs(
            min_capacity=args.min_capacity,
            max_capacity=args.max_capacity,
            seconds_until_auto_pause=pause,
        ),
        storage_encrypted=True,
        kms_key_id=basis.key_arn,
        database_name=basis.database_name,
        port=PORT,
        master_username=MASTER_USERNAME,
        manage_master_user_password=True,
        master_user_secret_kms_key_id=basis.key_arn,
        iam_database_authentication_enabled=True,
        db_subnet_group_name=basis.subnet_group_name,
        vpc_security_group_ids=[basis.security_group_id],
        db_cluster_parameter_group_name=parameters.name,
        enabled_cloudwatch_logs_exports=list(args.logs),
        # Insights are the cluster's affair, and every instance must agree with it.
        database_insights_mode=INSIGHTS_MODE,
        performance_insights_enabled=True,
        performance_insights_kms_key_id=basis.key_arn,
        performance_insights_retention_period=INSIGHTS_RETENTION_DAYS,
        backup_retention_period=basis.backup_retention_days,
        preferred_backup_window=BACKUP_WINDOW,
        preferred_maintenance_window=MAINTENANCE_WINDOW,
        copy_tags_to_snapshot=True,
        delete_automated_backups=not basis.protect,
        deletion_protection=basis.protect,
        skip_final_snapshot=not basis.final_snapshot,
        final_snapshot_identifier=basis.final_snapshot_identifier,
        # What is worth protecting is changed in the maintenance window.
        apply_immediately=not basis.protect,
        opts=basis.options,
    )


def _instance(
    basis: Basis,
    cluster: aws.rds.Cluster,
    place: _Place,
    *,
    promotion_tier: int,
    after: tuple[pulumi.Resource, ...],
) -> aws.rds.ClusterInstance:
    # It holds no data, so it isn't protected: a reader can be taken away again.
    return aws.rds.ClusterInstance(
        f"{basis.name}-{place.key}",
        identifier=pulumi.Output.concat(basis.identifier, "-", place.key).apply(checked_identifier),
        cluster_identifier=cluster.cluster_identifier,
        engine=_ENGINE,
        instance_class="db.serverless",
        availability_zone=place.zone,
        promotion_tier=promotion_tier,
        db_subnet_group_name=basis.subnet_group_name,
        publicly_accessible=False,
        ca_cert_identifier=CERTIFICATE_AUTHORITY,
        auto_minor_version_upgrade=True,
        performance_insights_enabled=True,
        performance_insights_kms_key_id=basis.key_arn,
        performance_insights_retention_period=INSIGHTS_RETENTION_DAYS,
        monitoring_interval=MONITORING_INTERVAL_SECONDS,
        monitoring_role_arn=basis.monitoring_role_arn,
        preferred_maintenance_window=MAINTENANCE_WINDOW,
        copy_tags_to_snapshot=True,
        apply_immediately=not basis.protect,
        opts=pulumi.ResourceOptions(
            parent=basis.owner,
            depends_on=list(after),
            # Its name is taken while the old one exists.
            delete_before_replace=True,
        ),
    )
