"""What AWS measures, and the alarms of a plan.

``MEASURED`` has each metric that the platform may look at with the dimensions it comes in, as AWS
documents them. An alarm on anything else would wait for ever, without a word.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from offline.graph import Graph, Resource

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"

_DOCS = "https://docs.aws.amazon.com"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a service measures.

    Attributes:
        source: where AWS says so.
        metrics: by the dimensions that they come in together.
        region: where alone; ``None`` for the region of the resource.
    """

    source: str
    metrics: Mapping[frozenset[str], frozenset[str]]
    region: str | None = None


def _by(*dimensions: str) -> frozenset[str]:
    return frozenset(dimensions)


def _of(metrics: str) -> frozenset[str]:
    return frozenset(metrics.split())


MEASURED: Mapping[str, Measured] = {
    "AWS/Lambda": Measured(
        f"{_DOCS}/lambda/latest/dg/monitoring-metrics-types.html",
        {_by("FunctionName"): _of("Invocations Errors Throttles Duration ConcurrentExecutions")},
    ),
    "AWS/ApiGateway": Measured(
        f"{_DOCS}/apigateway/latest/developerguide/http-api-metrics.html",
        {_by("ApiId", "Stage"): _of("4xx 5xx Count IntegrationLatency Latency DataProcessed")},
    ),
    "AWS/DynamoDB": Measured(
        f"{_DOCS}/amazondynamodb/latest/developerguide/metrics-dimensions.html",
        {
            _by("TableName"): _of(
                "ConsumedReadCapacityUnits ConsumedWriteCapacityUnits"
                " ReadThrottleEvents WriteThrottleEvents"
            ),
            _by("TableName", "GlobalSecondaryIndexName"): _of(
                "ReadThrottleEvents WriteThrottleEvents"
            ),
            _by("TableName", "Operation"): _of("SystemErrors"),
        },
    ),
    "AWS/RDS": Measured(
        f"{_DOCS}/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html",
        {
            _by("DBInstanceIdentifier"): _of(
                "CPUUtilization DatabaseConnections FreeableMemory FreeStorageSpace"
                " ReadIOPS WriteIOPS ReadLatency WriteLatency"
            ),
            _by("DBClusterIdentifier"): _of(
                "CPUUtilization DatabaseConnections ACUUtilization ServerlessDatabaseCapacity"
                " VolumeBytesUsed CommitLatency"
            ),
            _by("DBClusterIdentifier", "Role"): _of("AuroraReplicaLag"),
        },
    ),
    "AWS/CloudFront": Measured(
        f"{_DOCS}/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html",
        {
            _by("DistributionId", "Region"): _of(
                "Requests BytesDownloaded 4xxErrorRate 5xxErrorRate CacheHitRate OriginLatency"
            )
        },
        region="us-east-1",
    ),
    "AWS/WAFV2": Measured(
        f"{_DOCS}/waf/latest/developerguide/waf-metrics.html",
        {_by("WebACL", "Rule"): _of("AllowedRequests BlockedRequests")},
        region="us-east-1",
    ),
    "AWS/CertificateManager": Measured(
        f"{_DOCS}/acm/latest/userguide/cloudwatch-metrics.html",
        {_by("CertificateArn"): _of("DaysToExpiry")},
    ),
    "AWS/SQS": Measured(
        f"{_DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide"
        "/sqs-available-cloudwatch-metrics.html",
        {
            _by("QueueName"): _of(
                "ApproximateNumberOfMessagesVisible ApproximateAgeOfOldestMessage"
                " NumberOfMessagesSent"
            )
        },
    ),
    "AWS/Billing": Measured(
        f"{_DOCS}/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html",
        {_by("Currency"): _of("EstimatedCharges")},
        region="us-east-1",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A metric that an alarm or a dashboard looks at."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    region: str


def looked_at(graph: Graph) -> list[Seen]:
    """What the alarms look at."""
    return [seen for alarm in graph.of(ALARM) for seen in metrics_of(alarm)]


def metrics_of(alarm: Resource) -> tuple[Seen, ...]:
    """What an alarm looks at, whether it calculates or not."""
    inputs = alarm.inputs
    if "metricName" in inputs:
        return (_seen(inputs, inputs["statistic"], inputs["region"]),)
    return tuple(
        _seen(query["metric"], query["metric"]["stat"], inputs["region"])
        for query in inputs["metricQueries"]
        if "metric" in query
    )


def _seen(metric: Mapping[str, Any], statistic: str, region: str) -> Seen:
    return Seen(
        namespace=metric["namespace"],
        name=metric["metricName"],
        dimensions=metric["dimensions"],
        statistic=statistic,
        region=region,
    )


def drawn(graph: Graph) -> Iterator[Seen]:
    """What the dashboards look at."""
    for dashboard in graph.of(DASHBOARD):
        for widget in json.loads(dashboard.inputs["dashboardBody"])["widgets"]:
            properties = widget["properties"]
            # A line of one part is a calculation with the others.
            for line in (line for line in properties.get("metrics", ()) if len(line) > 1):
                namespace, name, *dimensions, options = line
                yield Seen(
                    namespace=namespace,
                    name=name,
                    dimensions=dict(zip(dimensions[::2], dimensions[1::2], strict=True)),
                    statistic=options["stat"],
                    region=properties["region"],
                )
