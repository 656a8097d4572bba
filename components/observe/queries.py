"""Queries of Logs Insights that descriptions of alarms speak of, saved beside the logs.

A saved query costs nothing; each run of it costs by the gigabyte read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.watched import (
    Watched,
    WatchedApi,
    WatchedCluster,
    WatchedFunction,
    WatchedServer,
)

# Lambda's own lines: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
_FUNCTION: Mapping[str, str] = {
    "errors": """
fields @timestamp, level, message, requestId, errorType, errorMessage
| filter level in ["ERROR", "CRITICAL"] or ispresent(errorType)
| sort @timestamp desc
| limit 100
""",
    "slowest": """
filter type = "platform.report"
| fields @timestamp, record.requestId, record.metrics.durationMs as ms,
    record.metrics.maxMemoryUsedMB as memory
| sort ms desc
| limit 50
""",
    "cold-starts": """
filter type = "platform.report"
| stats count(*) as invocations, count(record.metrics.initDurationMs) as starts,
    pct(record.metrics.initDurationMs, 95) as start_ms,
    max(record.metrics.maxMemoryUsedMB) as memory by bin(1h)
""",
}
# The fields are those of the access log.
_API: Mapping[str, str] = {
    "failed": """
filter status >= 500
| stats count(*) as requests, latest(integrationError) as reason,
    latest(authoriserError) as authoriser by routeKey, status
| sort requests desc
""",
    "refused": """
filter status >= 400 and status < 500
| stats count(*) as requests, count_distinct(sourceIp) as addresses by routeKey, status
| sort requests desc
""",
    "slow": """
stats count(*) as requests, pct(responseLatency, 50) as p50, pct(responseLatency, 95) as p95,
    pct(integrationLatency, 95) as function_p95 by routeKey
| sort p95 desc
""",
}
# What the parameters of the server make it log.
_DATABASE: Mapping[str, str] = {
    "slow-statements": """
filter @message like /duration: /
| parse @message /duration: (?<ms>[0-9.]+) ms/
| sort ms desc
| limit 50
""",
    "problems": """
filter @message like /(ERROR|FATAL|PANIC):/
| parse @message /(?<level>ERROR|FATAL|PANIC):\\s+(?<problem>.*)/
| stats count(*) as times, latest(@timestamp) as last by level, problem
| sort times desc
""",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedQueriesArgs:
    """Whose logs to have queries for.

    Attributes:
        items: all that is watched; what has no log is passed over.
        region: where the logs are.
    """

    items: tuple[Watched, ...]
    region: str


class SavedQueries(pulumi.ComponentResource):
    """The queries of a stack, in a folder of its own."""

    def __init__(
        self, name: str, args: SavedQueriesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:observe:SavedQueries", name, None, opts)
        folder = f"{pulumi.get_project()}/{pulumi.get_stack()}"
        saved = [
            aws.cloudwatch.QueryDefinition(
                f"{name}-{kind}-{query}",
                name=f"{folder}/{kind}/{query}",
                log_group_names=groups,
                query_string=text.strip(),
                region=args.region,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for kind, groups, queries in _by_kind(args.items)
            for query, text in queries.items()
        ]
        self.register_outputs({"queries": [query.name for query in saved]})


def _by_kind(
    items: tuple[Watched, ...],
) -> list[tuple[str, list[pulumi.Output[str]], Mapping[str, str]]]:
    functions = [item.log_group_name for item in items if isinstance(item, WatchedFunction)]
    apis = [item.log_group_name for item in items if isinstance(item, WatchedApi)]
    databases = [
        item.log_group_name for item in items if isinstance(item, WatchedServer | WatchedCluster)
    ]
    kinds = [
        ("functions", functions, _FUNCTION),
        ("api", apis, _API),
        ("database", databases, _DATABASE),
    ]
    return [kind for kind in kinds if kind[1]]
