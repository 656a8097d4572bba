"""An alarm for everything that should have one: each test goes over all that a stack declares."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from offline.graph import Graph, Resource
from tests import stacks
from tests.alarms import ALARM, COMPOSITE, DASHBOARD, MEASURED, Seen, drawn, looked_at

ALERTS = "plinth:alerts"
QUEUE = "aws:sqs/queue:Queue"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

# Types that AWS measures and that serve callers: who adds one says here what wakes somebody.
SERVING = {
    "aws:alb/loadBalancer:LoadBalancer",
    "aws:apigateway/stage:Stage",
    "aws:ecs/service:Service",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:kinesis/stream:Stream",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:opensearch/domain:Domain",
    "aws:sfn/stateMachine:StateMachine",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What a resource of one type must have alarms on.

    Attributes:
        dimensions: by which CloudWatch knows the resource.
        metrics: all of them.
    """

    dimensions: Callable[[Resource], Mapping[str, str]]
    metrics: Callable[[Resource], set[str]]


def metrics(names: str) -> Callable[[Resource], set[str]]:
    return lambda _: set(names.split())


def dimension(name: str, output: str) -> Callable[[Resource], Mapping[str, str]]:
    return lambda item: {name: item.id if output == "id" else item.outputs[output]}


EXPECTED: Mapping[str, Expected] = {
    "aws:lambda/function:Function": Expected(
        dimension("FunctionName", "name"),
        metrics("Errors Throttles Duration ConcurrentExecutions"),
    ),
    "aws:apigatewayv2/api:Api": Expected(dimension("ApiId", "id"), metrics("4xx 5xx Latency")),
    "aws:dynamodb/table:Table": Expected(
        dimension("TableName", "name"),
        metrics("ReadThrottleEvents WriteThrottleEvents SystemErrors"),
    ),
    "aws:rds/instance:Instance": Expected(
        dimension("DBInstanceIdentifier", "identifier"),
        metrics("CPUUtilization DatabaseConnections FreeableMemory FreeStorageSpace"),
    ),
    "aws:rds/cluster:Cluster": Expected(
        dimension("DBClusterIdentifier", "clusterIdentifier"),
        metrics("CPUUtilization DatabaseConnections ACUUtilization"),
    ),
    "aws:cloudfront/distribution:Distribution": Expected(
        dimension("DistributionId", "id"), metrics("5xxErrorRate CacheHitRate")
    ),
    "aws:wafv2/webAcl:WebAcl": Expected(
        lambda item: {"WebACL": item.inputs["visibilityConfig"]["metricName"]},
        metrics("BlockedRequests"),
    ),
    "aws:acm/certificate:Certificate": Expected(
        dimension("CertificateArn", "arn"), metrics("DaysToExpiry")
    ),
}


def alarmed() -> list[str]:
    """The stacks and examples that have alarms."""
    return [name for name in stacks.config_files() if ALERTS in stacks.project(name).config]


def with_alerts(name: str) -> Graph:
    """A stack with alarms, whether its configuration asks for them or not."""
    if ALERTS in stacks.project(name).config:
        return stacks.graph(name)
    return stacks.with_sections(name, alerts={"emails": ["team@example.com"]})


@pytest.fixture(name="watched", params=stacks.config_files())
def _watched(request: pytest.FixtureRequest) -> Graph:
    return with_alerts(request.param)


def missing(graph: Graph, item: Resource, expected: Expected) -> set[str]:
    known_by = expected.dimensions(item).items()
    found = {seen.name for seen in looked_at(graph) if known_by <= seen.dimensions.items()}
    return expected.metrics(item) - found


def dead_letter_queues(graph: Graph) -> set[str]:
    """ARNs of the queues that others send to what they could not handle."""
    documents = [
        str(item.inputs.get(name, ""))
        for item in graph.managed
        for name in ("redrivePolicy", "deadLetterConfig", "destinationConfig")
    ]
    arns = {item.outputs["arn"] for item in graph.of(QUEUE)}
    return {arn for arn in arns if any(arn in document for document in documents)}


def test_production_and_the_coupon_platform_have_alarms() -> None:
    assert {"prod", "coupons"} <= set(alarmed())


def test_every_resource_has_the_alarms_of_its_kind(watched: Graph) -> None:
    lacking = {
        item.name: lacks
        for kind, expected in EXPECTED.items()
        for item in watched.of(kind)
        if (lacks := missing(watched, item, expected))
    }
    assert lacking == {}
    assert any(watched.of(kind) for kind in EXPECTED)


def test_every_index_has_an_alarm_of_its_own(watched: Graph) -> None:
    seen = [item.dimensions for item in looked_at(watched)]
    for table in watched.of("aws:dynamodb/table:Table"):
        for index in table.inputs.get("globalSecondaryIndexes", ()):
            known_by = {
                "TableName": table.outputs["name"],
                "GlobalSecondaryIndexName": index["name"],
            }
            assert known_by in seen, f"{table.name}: {index['name']}"


def test_readers_that_may_lag_have_an_alarm(watched: Graph) -> None:
    lagging = {
        item.dimensions["DBClusterIdentifier"]
        for item in looked_at(watched)
        if item.name == "AuroraReplicaLag"
    }
    servers = watched.of("aws:rds/clusterInstance:ClusterInstance")
    with_readers = {
        item.inputs["clusterIdentifier"] for item in servers if item.inputs.get("promotionTier")
    }
    assert lagging == with_readers


def test_every_queue_has_an_alarm_on_its_age_or_on_any_dead_letter(watched: Graph) -> None:
    dead = dead_letter_queues(watched)
    for queue in watched.of(QUEUE):
        found = {
            item.name
            for item in looked_at(watched)
            if item.dimensions == {"QueueName": queue.outputs["name"]}
        }
        wanted = (
            "ApproximateNumberOfMessagesVisible"
            if queue.outputs["arn"] in dead
            else "ApproximateAgeOfOldestMessage"
        )
        assert wanted in found, queue.name


def test_whatever_serves_callers_has_alarms_or_a_reason(stack: Graph) -> None:
    served = {item.type for item in stack.managed} & SERVING
    assert served <= EXPECTED.keys(), "say in EXPECTED which alarms they have"


def test_every_metric_exists_for_its_service_with_these_dimensions(watched: Graph) -> None:
    for seen in (*looked_at(watched), *drawn(watched)):
        measured = MEASURED[seen.namespace]
        metrics = measured.metrics[frozenset(seen.dimensions)]
        assert seen.name in metrics, f"{seen} is not in {measured.source}"
        assert all(seen.dimensions.values()), seen


def test_every_metric_is_looked_for_where_aws_keeps_it(watched: Graph) -> None:
    for seen in (*looked_at(watched), *drawn(watched)):
        only = MEASURED[seen.namespace].region
        assert only in {None, seen.region}, seen
    home = watched.one("pulumi:providers:aws", "aws").inputs["region"]
    certificates = {
        item.outputs["arn"]: item.inputs.get("region") or home
        for item in watched.of("aws:acm/certificate:Certificate")
    }
    for seen in looked_at(watched):
        if seen.namespace == "AWS/CertificateManager":
            assert seen.region == certificates[seen.dimensions["CertificateArn"]]


def test_every_metric_of_cloudfront_has_the_one_statistic_it_comes_with(watched: Graph) -> None:
    # Any other is empty, says CloudFront; latency comes in percentiles as well.
    for seen in (*looked_at(watched), *drawn(watched)):
        if seen.namespace == "AWS/CloudFront" and seen.name != "OriginLatency":
            is_rate = seen.name.endswith("Rate")
            assert seen.statistic == ("Average" if is_rate else "Sum"), seen


def told(graph: Graph, alarm: Resource) -> list[str]:
    """Whom an alarm tells, itself or as a part of a composite alarm."""
    name = alarm.outputs.get("alarmName") or alarm.outputs["name"]
    own: list[str] = list(alarm.inputs.get("alarmActions") or ())
    wholes = [item for item in graph.of(COMPOSITE) if f'"{name}"' in item.inputs["alarmRule"]]
    return own or [arn for item in wholes for arn in item.inputs["alarmActions"]]


def test_every_alarm_tells_a_topic_of_its_own_region_when_it_begins_and_ends(
    watched: Graph,
) -> None:
    for alarm in (*watched.of(ALARM), *watched.of(COMPOSITE)):
        (topic,) = told(watched, alarm)
        assert topic.split(":")[2:4] == ["sns", alarm.inputs["region"]], alarm.name
        assert alarm.inputs.get("okActions") == alarm.inputs.get("alarmActions")
        assert alarm.inputs.get("actionsEnabled", True) is True


def test_a_metric_alarm_that_tells_nobody_is_one_window_of_an_objective(watched: Graph) -> None:
    silent = [item for item in watched.of(ALARM) if not item.inputs.get("alarmActions")]
    for alarm in silent:
        assert re.search(r"-(fast|steady|slow)-(long|short)-alarm$", alarm.name)
        (whole,) = [
            item
            for item in watched.of(COMPOSITE)
            if f'"{alarm.outputs["name"]}"' in item.inputs["alarmRule"]
        ]
        assert " AND " in whole.inputs["alarmRule"]


def test_every_composite_names_alarms_of_its_own_region(watched: Graph) -> None:
    regions = {
        item.outputs.get("alarmName") or item.outputs["name"]: item.inputs["region"]
        for item in (*watched.of(ALARM), *watched.of(COMPOSITE))
    }
    for composite in watched.of(COMPOSITE):
        parts = re.findall(r'ALARM\("([^"]+)"\)', composite.inputs["alarmRule"])
        assert parts
        assert {regions[part] for part in parts} == {composite.inputs["region"]}


def test_every_alarm_says_what_it_means_and_what_to_do_first(watched: Graph) -> None:
    for alarm in (*watched.of(ALARM), *watched.of(COMPOSITE)):
        meaning, first, action = alarm.inputs["alarmDescription"].partition(" First: ")
        assert first, alarm.name
        assert len(meaning) > 30, alarm.name
        assert len(action) > 30, alarm.name
        assert len(alarm.inputs["alarmDescription"]) <= 1_024


def test_every_alarm_decides_what_silence_means(watched: Graph) -> None:
    for alarm in watched.of(ALARM):
        assert alarm.inputs["treatMissingData"] in {"breaching", "ignore", "notBreaching"}


def test_every_alarm_is_a_component_with_its_metric(watched: Graph) -> None:
    components = watched.of("plinth:observe:Alarm")
    parents = [item.parent for item in watched.of(ALARM)]
    assert sorted(parents) == sorted(item.urn for item in components)


def test_a_dashboard_shows_every_alarm_that_tells_somebody(watched: Graph) -> None:
    (dashboard,) = watched.of(DASHBOARD)
    body = dashboard.inputs["dashboardBody"]
    for alarm in (*watched.of(ALARM), *watched.of(COMPOSITE)):
        pages = re.fullmatch(r"page-[a-z0-9-]+-alarm", alarm.name)
        if alarm.inputs.get("alarmActions") and not pages:
            assert f'"{alarm.outputs["arn"]}"' in body, alarm.name


def test_a_dashboard_draws_the_metrics_that_alarms_look_at(watched: Graph) -> None:
    def key(seen: Seen) -> tuple[object, ...]:
        return (seen.namespace, seen.name, tuple(sorted(seen.dimensions.items())), seen.region)

    assert {key(seen) for seen in looked_at(watched)} <= {key(seen) for seen in drawn(watched)}


def test_every_subscription_keeps_what_it_could_not_deliver(watched: Graph) -> None:
    dead = dead_letter_queues(watched)
    for item in watched.of(SUBSCRIPTION):
        assert any(arn in item.inputs["redrivePolicy"] for arn in dead)
        assert item.inputs["protocol"] != "http"


def test_a_stack_without_alerts_has_no_alarm() -> None:
    for name in set(stacks.config_files()) - set(alarmed()):
        graph = stacks.graph(name)
        assert [item.name for item in graph.managed if item.type in {ALARM, COMPOSITE}] == []
