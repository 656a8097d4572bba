"""PostgreSQL on one RDS instance, with a standby in another zone."""

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
)
from components.data.postgres_sizes import GIB, max_connections, memory_bytes
from components.watched import WatchedServer

_LEAST_GP3_GB = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceArgs:
    """Settings of an instance.

    Attributes:
        engine_version: major version; minor ones follow in the maintenance window.
        instance_class: size, such as ``db.t4g.medium``.
        storage_gb: storage to begin with, GiB, at least 20.
        max_storage_gb: what it may grow to, GiB, at least a tenth more; ``None`` for no growth.
        multi_az: keep a standby in another zone, at twice the price.
    """

    log_group_prefix: ClassVar[str] = "/aws/rds/instance"
    logs: ClassVar[tuple[str, ...]] = ("iam-db-auth-error", "postgresql", "upgrade")

    engine_version: str = "17"
    instance_class: str = "db.t4g.medium"
    storage_gb: int = _LEAST_GP3_GB
    max_storage_gb: int | None = 100
    multi_az: bool = True

    def __post_init__(self) -> None:
        check_engine_version(self.engine_version)
        if not self.instance_class.startswith("db."):
            raise ValueError(
                f"instance_class must be a class such as db.t4g.medium, got {self.instance_class!r}"
            )
        if self.storage_gb < _LEAST_GP3_GB:
            raise ValueError(f"storage_gb must be at least {_LEAST_GP3_GB}, got {self.storage_gb}")
        # RDS refuses less room to grow.
        if self.max_storage_gb is not None and self.max_storage_gb * 10 < self.storage_gb * 11:
            raise ValueError(
                f"max_storage_gb must be a tenth more than storage_gb ({self.storage_gb}), "
                f"got {self.max_storage_gb}"
            )


def run_instance(args: InstanceArgs, basis: Basis) -> Engine:
    """Make the instance and its parameters."""
    instance = _instance(args, basis, _parameters(args, basis))
    return Engine(
        host=instance.address,
        resource_id=instance.resource_id,
        secret_arn=instance.master_user_secrets.apply(lambda secrets: str(secrets[0].secret_arn)),
        writer=instance,
        watched=(_watched(args, basis),),
        instance_identifier=instance.identifier,
    )


def _watched(args: InstanceArgs, basis: Basis) -> WatchedServer:
    memory = memory_bytes(args.instance_class)
    return WatchedServer(
        name=basis.name,
        identifier=basis.identifier,
        log_group_name=basis.log_group_name(args.log_group_prefix, "postgresql"),
        max_connections=max_connections(memory),
        memory_bytes=memory,
        storage_bytes=args.storage_gb * GIB,
    )


def _parameters(args: InstanceArgs, basis: Basis) -> aws.rds.ParameterGroup:
    return aws.rds.ParameterGroup(
        f"{basis.name}-parameters",
        family=f"postgres{args.engine_version}",
        parameters=[
            aws.rds.ParameterGroupParameterArgs(
                name=name, value=parameter.value, apply_method=parameter.apply_method
            )
            for name, parameter in PARAMETERS.items()
        ],
        opts=pulumi.ResourceOptions(parent=basis.owner),
    )


def _instance(
    args: InstanceArgs, basis: Basis, parameters: aws.rds.ParameterGroup
) -> aws.rds.Instance:
    return aws.rds.Instance(
        f"{basis.name}-instance",
        identifier=basis.identifier,
        engine="postgres",
        # The provider compares no more than the part given here, so a minor upgrade is no drift.
        engine_version=args.engine_version,
        auto_minor_version_upgrade=True,
        allow_major_version_upgrade=False,
        instance_class=args.instance_class,
        # Once storage may grow, the provider ignores how far it has grown.
        allocated_storage=args.storage_gb,
        max_allocated_storage=args.max_storage_gb,
        storage_type="gp3",
        storage_encrypted=True,
        kms_key_id=basis.key_arn,
        multi_az=args.multi_az,
        db_name=basis.database_name,
        port=PORT,
        username=MASTER_USERNAME,
        manage_master_user_password=True,
        master_user_secret_kms_key_id=basis.key_arn,
        iam_database_authentication_enabled=True,
        db_subnet_group_name=basis.subnet_group_name,
        vpc_security_group_ids=[basis.security_group_id],
        publicly_accessible=False,
        parameter_group_name=parameters.name,
        ca_cert_identifier=CERTIFICATE_AUTHORITY,
        enabled_cloudwatch_logs_exports=list(args.logs),
        database_insights_mode=INSIGHTS_MODE,
        performance_insights_enabled=True,
        performance_insights_kms_key_id=basis.key_arn,
        performance_insights_retention_period=INSIGHTS_RETENTION_DAYS,
        monitoring_interval=MONITORING_INTERVAL_SECONDS,
        monitoring_role_arn=basis.monitoring_role_arn,
        backup_retention_period=basis.backup_retention_days,
        backup_window=BACKUP_WINDOW,
        maintenance_window=MAINTENANCE_WINDOW,
        copy_tags_to_snapshot=True,
        delete_automated_backups=not basis.protect,
        deletion_protection=basis.protect,
        skip_final_snapshot=not basis.final_snapshot,
        final_snapshot_identifier=basis.final_snapshot_identifier,
        # What is worth protecting is changed in the maintenance window.
        apply_immediately=not basis.protect,
        opts=basis.options,
    )
