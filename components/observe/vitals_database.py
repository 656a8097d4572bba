"""What to look at in databases.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
"""

from components.observe.metrics import Condition, Metric, Missing, Source, Vital
from components.observe.thresholds import Thresholds
from components.watched import WatchedCluster, WatchedServer

_GIB = 1024**3


def server_vitals(item: WatchedServer, limits: Thresholds) -> tuple[Vital, ...]:
    """What to look at in an RDS instance."""
    metric = Source("AWS/RDS", {"DBInstanceIdentifier": item.identifier}).metric
    return (
        Vital(
            key="reads", section="traffic", signal=metric("ReadIOPS", "Average", "Reads a second")
        ),
        Vital(
            key="writes",
            section="traffic",
            signal=metric("WriteIOPS", "Average", "Writes a second"),
        ),
        Vital(
            key="read-time", section="latency", signal=metric("ReadLatency", "Average", "Read", "s")
        ),
        Vital(
            key="write-time",
            section="latency",
            signal=metric("WriteLatency", "Average", "Write", "s"),
        ),
        # An instance that says nothing is down.
        _cpu(item, metric("CPUUtilization", "Average", "CPU", "%"), "breaching", limits),
        _connections(item, metric("DatabaseConnections", "Maximum", "Connections"), limits),
        _memory(item, metric("FreeableMemory", "Minimum", "Free memory", "bytes"), limits),
        _storage(item, metric("FreeStorageSpace", "Minimum", "Free storage", "bytes"), limits),
    )


def cluster_vitals(item: WatchedCluster, limits: Thresholds) -> tuple[Vital, ...]:
    """What to look at in a serverless Aurora cluster, in whichever instance it is worst.

    Its storage grows by itself, to 128 TiB and more: only its cost is worth a look.
    """
    metric = Source("AWS/RDS", {"DBClusterIdentifier": item.identifier}).metric
    silent: Missing = "notBreaching" if item.pauses else "breaching"
    lag = metric("AuroraReplicaLag", "Maximum", "Lag", "ms", Role="READER")
    return (
        Vital(
            key="capacity-used",
            section="cost",
            signal=metric("ServerlessDatabaseCapacity", "Average", "Capacity units"),
        ),
        Vital(
            key="storage-used",
            section="cost",
            signal=metric("VolumeBytesUsed", "Average", "Storage", "bytes"),
        ),
        Vital(
            key="commit-time",
            section="latency",
            signal=metric("CommitLatency", "Average", "Commit", "ms"),
        ),
        _cpu(item, metric("CPUUtilization", "Maximum", "CPU", "%"), silent, limits),
        _connections(item, metric("DatabaseConnections", "Maximum", "Connections"), limits),
        _capacity(item, metric("ACUUtilization", "Maximum", "Capacity", "%"), limits),
        *((_lag(item, lag, limits),) if item.has_readers else ()),
    )


def _cpu(
    item: WatchedServer | WatchedCluster, cpu: Metric, missing: Missing, limits: Thresholds
) -> Vital:
    silence = " It goes off as well when the server says nothing." if missing == "breaching" else ""
    return Vital(
        key="cpu",
        section="saturation",
        signal=cpu,
        alarm=Condition(
            threshold=limits.database_cpu_percent,
            missing=missing,
            breaches=3,
            meaning=(
                f"The processors of {item.name} have been more than"
                f" {limits.database_cpu_percent:g} % busy for a quarter of an hour.{silence}"
            ),
            first_action=(
                "look at the top statements in Database Insights: mostly one without an index"
                " takes it all."
            ),
        ),
    )


def _connections(
    item: WatchedServer | WatchedCluster, connections: Metric, limits: Thresholds
) -> Vital:
    percent = limits.database_connection_percent
    return Vital(
        key="connections",
        section="saturation",
        signal=connections,
        alarm=Condition(
            threshold=int(item.max_connections * percent / 100),
            severity="page",
            meaning=(
                f"{item.name} has more than {percent:g} % of the {item.max_connections}"
                " connections that it takes; then it refuses everybody."
            ),
            first_action=(
                "see who holds them in pg_stat_activity; end what is idle in a transaction, and"
                " lower the concurrency of the function or put the proxy in front."
            ),
        ),
    )


def _memory(item: WatchedServer, free: Metric, limits: Thresholds) -> Vital:
    percent = limits.database_free_memory_percent
    return Vital(
        key="memory",
        section="saturation",
        signal=free,
        alarm=Condition(
            threshold=item.memory_bytes * percent / 100,
            comparison="under",
            meaning=(
                f"Less than {percent:g} % of the {item.memory_bytes / _GIB:g} GiB of memory of"
                f" {item.name} are free: it will swap, and each statement slow down."
            ),
            first_action=(
                "see whether the number of connections has grown, each of which takes memory; if"
                " not, choose a larger instance_class."
            ),
        ),
    )


def _storage(item: WatchedServer, free: Metric, limits: Thresholds) -> Vital:
    percent = limits.database_free_storage_percent
    return Vital(
        key="storage",
        section="saturation",
        signal=free,
        alarm=Condition(
            threshold=item.storage_bytes * percent / 100,
            comparison="under",
            severity="page",
            # RDS itself makes room within minutes, as long as it may.
            periods=6,
            breaches=6,
            meaning=(
                f"Less than {item.storage_bytes * percent / 100 / _GIB:g} GiB of the storage of"
                f" {item.name} have been free for half an hour: RDS could not make room, and"
                " without any the database stops."
            ),
            first_action=(
                "raise max_storage_gb, which RDS follows at once; then look for what fills it,"
                " such as a replication slot that nobody reads."
            ),
        ),
    )


def _capacity(item: WatchedCluster, capacity: Metric, limits: Thresholds) -> Vital:
    return Vital(
        key="capacity",
        section="saturation",
        signal=capacity,
        alarm=Condition(
            threshold=limits.database_capacity_percent,
            breaches=3,
            meaning=(
                f"{item.name} has used more than {limits.database_capacity_percent:g} % of"
                " max_capacity for a quarter of an hour: it can hardly grow any more."
            ),
            first_action=(
                "look at the top statements in Database Insights; if they are what they should"
                " be, raise max_capacity."
            ),
        ),
    )


def _lag(item: WatchedCluster, lag: Metric, limits: Thresholds) -> Vital:
    return Vital(
        key="lag",
        section="latency",
        signal=lag,
        alarm=Condition(
            threshold=limits.database_lag_ms,
            meaning=(
                f"The readers of {item.name} are more than {limits.database_lag_ms} ms behind the"
                " writer, and show what is no longer so."
            ),
            first_action=(
                "look for a heavy write or a long query on the reader; a reader that is much"
                " smaller than the writer starts anew by itself."
            ),
        ),
    )
