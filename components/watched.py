"""What a component shows of itself to be watched: its names in CloudWatch, and its limits.

A component lists what it is made of in ``watched``, beside what its parts list. Nothing here says
when an alarm goes off: ``components/observe`` does, for each of these kinds.
"""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import pulumi

# CloudFront's metrics are there, and those of its firewall and certificates.
EDGE_REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedFunction:
    """A Lambda function.

    Attributes:
        name: the component's.
        reserved_concurrency: most invocations at a time; ``None`` when the account's bound holds.
    """

    kind: ClassVar[str] = "function"
    region: ClassVar[None] = None

    name: str
    function_name: pulumi.Output[str]
    log_group_name: pulumi.Output[str]
    timeout_seconds: int
    reserved_concurrency: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedApi:
    """An HTTP API.

    Attributes:
        name: the component's.
        log_group_name: where each request leaves a line.
    """

    kind: ClassVar[str] = "api"
    region: ClassVar[None] = None

    name: str
    api_id: pulumi.Output[str]
    stage: pulumi.Output[str]
    log_group_name: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedTable:
    """A DynamoDB table.

    Attributes:
        name: the component's.
        indexes: names of its global secondary indexes, which are throttled on their own.
    """

    kind: ClassVar[str] = "table"
    region: ClassVar[None] = None

    name: str
    table_name: pulumi.Output[str]
    indexes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedServer:
    """An RDS instance.

    Attributes:
        name: the component's.
        log_group_name: where the engine writes.
        max_connections: how many the engine takes before it refuses.
        memory_bytes: memory of its class.
        storage_bytes: storage that it began with; it may have grown.
    """

    kind: ClassVar[str] = "server"
    region: ClassVar[None] = None

    name: str
    identifier: pulumi.Output[str]
    log_group_name: pulumi.Output[str]
    max_connections: int
    memory_bytes: int
    storage_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedCluster:
    """An Aurora cluster of serverless instances.

    Attributes:
        name: the component's.
        log_group_name: where the engine writes.
        max_connections: how many one instance takes before it refuses.
        pauses: whether it says nothing while nobody uses it.
        has_readers: whether something may lag behind the writer.
    """

    kind: ClassVar[str] = "cluster"
    region: ClassVar[None] = None

    name: str
    identifier: pulumi.Output[str]
    log_group_name: pulumi.Output[str]
    max_connections: int
    pauses: bool
    has_readers: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedDistribution:
    """A CloudFront distribution.

    Attributes:
        name: the component's.
    """

    kind: ClassVar[str] = "distribution"
    region: ClassVar[str] = EDGE_REGION

    name: str
    distribution_id: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedFirewall:
    """A web ACL before a distribution.

    Attributes:
        name: the component's.
        metric_name: what it calls itself in its metrics.
    """

    kind: ClassVar[str] = "acl"
    region: ClassVar[str] = EDGE_REGION

    name: str
    metric_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedCertificate:
    """A certificate of ACM.

    Attributes:
        name: the component's.
        region: where it is, and its metric.
    """

    kind: ClassVar[str] = "certificate"

    name: str
    region: str
    certificate_arn: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedQueue:
    """An SQS queue.

    Attributes:
        name: the component's.
        dead_letters: whether it holds what could not be handled, so that any message is one too
            many; else how long messages wait says whether its workers keep up.
        region: where it is; ``None`` for the stack's own region.
    """

    kind: ClassVar[str] = "queue"

    name: str
    queue_name: pulumi.Output[str]
    dead_letters: bool
    region: str | None = None


Watched: TypeAlias = (
    WatchedFunction
    | WatchedApi
    | WatchedTable
    | WatchedServer
    | WatchedCluster
    | WatchedDistribution
    | WatchedFirewall
    | WatchedCertificate
    | WatchedQueue
)
