"""The sections ``tables``, ``buckets`` and ``database``."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.data.buckets import Bucket, BucketArgs, LogBucket, LogBucketArgs
from components.data.external import ExternalDatabase
from components.data.keys import Key
from components.data.postgres import Postgres, PostgresArgs
from components.data.postgres_aurora import AuroraArgs
from components.data.postgres_instance import InstanceArgs
from components.data.tables import Attribute, Index, Table, TableArgs
from components.network.vpc import Network
from composition.keys import Keys
from settings import Settings
from settings.data import BucketSettings, KeyAttribute, TableSettings
from settings.database import ExternalSettings, InstanceSettings, ManagedDatabase


@dataclass(frozen=True, kw_only=True, slots=True)
class Stores:
    """Where the platform keeps state.

    Attributes:
        logs: takes the access logs of buckets and of sites.
        database: of the stack's own, in its network.
        external: one that somebody else runs.
    """

    logs: LogBucket | None
    tables: Mapping[str, Table]
    buckets: Mapping[str, Bucket]
    database: Postgres | None
    external: ExternalDatabase | None


def make_stores(
    current: Settings, network: Network | None, keys: Keys, platform: pulumi.ResourceOptions
) -> Stores:
    """Every data store."""
    logs = _log_bucket(current, platform) if current.buckets or current.every_site() else None
    return Stores(
        logs=logs,
        tables={
            name: Table(
                name, _table(table, keys.of(f"{name}-table", f"the table {name}")), opts=platform
            )
            for name, table in current.tables.items()
        },
        buckets={
            name: Bucket(
                name,
                _bucket(bucket, keys.of(f"{name}-bucket", f"the bucket {name}"), logs),
                opts=platform,
            )
            for name, bucket in current.buckets.items()
            if logs is not None
        },
        database=_database(current, network, keys, platform),
        external=_external(current),
    )


def _log_bucket(current: Settings, platform: pulumi.ResourceOptions) -> LogBucket:
    sites = current.every_site().values()
    kept = [site.log_retention_days for site in sites]
    retention = {"retention_days": max(kept)} if kept else {}
    # As well kept as the best kept of what it logs.
    logged = [bucket.protect for bucket in current.buckets.values()]
    return LogBucket(
        "access-logs",
        LogBucketArgs(
            account_id=current.account_id,
            protect=any([*logged, *(site.protect for site in sites)]),
            **retention,
        ),
        opts=platform,
    )


def _table(table: TableSettings, key: Key) -> TableArgs:
    return TableArgs(
        key=key,
        partition_key=_attribute(table.partition_key),
        sort_key=_attribute(table.sort_key) if table.sort_key else None,
        indexes={
            name: Index(
                partition_key=_attribute(index.partition_key),
                sort_key=_attribute(index.sort_key) if index.sort_key else None,
            )
            for name, index in table.indexes.items()
        },
        ttl_attribute=table.ttl_attribute,
        point_in_time_recovery_days=table.point_in_time_recovery_days,
        max_read_units=table.max_read_units,
        max_write_units=table.max_write_units,
        protect=table.protect,
    )


def _attribute(key: KeyAttribute) -> Attribute:
    return Attribute(key.name, key.type)


def _bucket(bucket: BucketSettings, key: Key, logs: LogBucket) -> BucketArgs:
    return BucketArgs(
        key=key,
        log_bucket=logs,
        archive_after_days=bucket.archive_after_days,
        expire_after_days=bucket.expire_after_days,
        noncurrent_days=bucket.noncurrent_days,
        protect=bucket.protect,
    )


def _database(
    current: Settings, network: Network | None, keys: Keys, platform: pulumi.ResourceOptions
) -> Postgres | None:
    database = current.database
    if database is None or isinstance(database, ExternalSettings) or network is None:
        return None
    return Postgres(
        "database",
        PostgresArgs(
            network=network,
            engine=_engine(database),
            key=keys.of("database", "the database", "logs"),
            region=current.region,
            account_id=current.account_id,
            database_name=database.name,
            backup_retention_days=database.backup_retention_days,
            log_retention_days=database.log_retention_days,
            proxy=database.proxy,
            final_snapshot=database.final_snapshot,
            protect=database.protect,
        ),
        opts=platform,
    )


def _external(current: Settings) -> ExternalDatabase | None:
    database = current.database
    if not isinstance(database, ExternalSettings):
        return None
    return ExternalDatabase(
        name="database", secret_arn=database.secret_arn, key_arn=database.key_arn
    )


def _engine(database: ManagedDatabase) -> InstanceArgs | AuroraArgs:
    if isinstance(database, InstanceSettings):
        return InstanceArgs(
            engine_version=database.engine_version,
            instance_class=database.instance_class,
            storage_gb=database.storage_gb,
            max_storage_gb=database.max_storage_gb,
            multi_az=database.multi_az,
        )
    return AuroraArgs(
        engine_version=database.engine_version,
        min_capacity=database.min_capacity,
        max_capacity=database.max_capacity,
        auto_pause_minutes=database.auto_pause_minutes,
        readers=database.readers,
    )
