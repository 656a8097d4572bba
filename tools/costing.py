"""What the resources of a plan cost in a month, by their type."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from offline.graph import Graph, Resource

HOURS: Final = 730
SECONDS: Final = HOURS * 3_600

Usage: TypeAlias = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Part:
    """A quantity of one thing that is paid for.

    Attributes:
        price: its name in docs/prices.yaml.
        quantity: units in a month.
        words: what is paid for, with ``{}`` where the quantity stands.
    """

    price: str
    quantity: float
    words: str


Rule: TypeAlias = Callable[[Resource, Graph, Usage], Iterator[Part]]

# Types that cost nothing by themselves; what goes through them is counted where it is paid.
FREE: Final = (
    *("aws:acm/", "aws:appautoscaling/", "aws:budgets/", "aws:codedeploy/", "aws:costexplorer/"),
    *("aws:iam/", "aws:ssm/", "aws:vpc/", "aws:xray/", "aws:chatbot/"),
    *("aws:apigateway/apiKey:", "aws:apigatewayv2/apiMapping:", "aws:apigatewayv2/authorizer:"),
    *("aws:apigatewayv2/domainName:", "aws:apigatewayv2/integration:", "aws:apigatewayv2/route:"),
    *("aws:amplify/branch:", "aws:amplify/domainAssociation:", "aws:apigatewayv2/stage:"),
    *("aws:cloudfront/cachePolicy:", "aws:cloudfront/originAccessControl:"),
    *("aws:cloudfront/originRequestPolicy:", "aws:cloudfront/responseHeadersPolicy:"),
    *("aws:cloudwatch/logDelivery", "aws:cloudwatch/logMetricFilter:"),
    *("aws:cloudwatch/queryDefinition:", "aws:ec2/defaultSecurityGroup:", "aws:ec2/flowLog:"),
    *("aws:ec2/internetGateway:", "aws:ec2/route:", "aws:ec2/routeTable"),
    *("aws:ec2/securityGroup:", "aws:ec2/subnet:", "aws:ec2/vpc:", "aws:kms/alias:"),
    *("aws:lambda/alias:", "aws:lambda/functionEventInvokeConfig:", "aws:lambda/layerVersion:"),
    *("aws:lambda/permission:", "aws:rds/clusterParameterGroup:", "aws:rds/parameterGroup:"),
    # A record in a zone that exists already; queries for an alias are free.
    *("aws:rds/subnetGroup:", "aws:route53/record:", "aws:s3/bucketLifecycle", "aws:s3/bucketLog"),
    *("aws:s3/bucketObjectv2:", "aws:s3/bucketOwnership", "aws:s3/bucketPolicy:"),
    *("aws:s3/bucketPublicAccess", "aws:s3/bucketServerSide", "aws:s3/bucketVersioning:"),
    # A few messages a month.
    *("aws:sns/", "aws:sqs/"),
    # Their prices could not be found: docs/prices.yaml lists them.
    *("aws:cloudwatch/compositeAlarm:", "aws:cloudfront/monitoringSubscription:"),
)


def _of(price: str, quantity: str, words: str) -> Rule:
    """A rule for a quantity that the stack's assumed usage gives."""

    def rule(_item: Resource, _graph: Graph, usage: Usage) -> Iterator[Part]:
        yield Part(price, usage[quantity], words)

    return rule


def _each(price: str, words: str) -> Rule:
    """A rule for what is paid by the month, one for each resource."""

    def rule(_item: Resource, _graph: Graph, _usage: Usage) -> Iterator[Part]:
        yield Part(price, 1, words)

    return rule


def _all(*rules: Rule) -> Rule:
    def rule(item: Resource, graph: Graph, usage: Usage) -> Iterator[Part]:
        for one in rules:
            yield from one(item, graph, usage)

    return rule


def _alarm(item: Resource, _graph: Graph, _usage: Usage) -> Iterator[Part]:
    queries = [query for query in item.inputs.get("metricQueries", []) if "metric" in query]
    yield Part("alarm-metric-month", len(queries) or 1, "{} metrics watched")


def _bucket(item: Resource, _graph: Graph, usage: Usage) -> Iterator[Part]:
    if item.name == "site-content-bucket":
        yield Part("s3-gb-month", usage["stored_gb"], "{} GB kept")
        yield Part("s3-read", usage["site_requests"], "{} reads, were nothing cached")
    else:
        yield Part("s3-gb-month", usage["stored_gb"], "{} GB of access logs kept")


def _cluster_instance(_item: Resource, _graph: Graph, usage: Usage) -> Iterator[Part]:
    hours = usage["awake_hours"]
    yield Part("aurora-acu-hour", hours * usage["capacity"], f"{{}} ACU-hours, {hours} hours awake")


def _function(item: Resource, _graph: Graph, usage: Usage) -> Iterator[Part]:
    calls = usage["api_requests"] if item.name == "api-function" else usage["origin_checks"]
    seconds = calls * usage["milliseconds"] / 1_000
    yield Part("lambda-request", calls, "{} calls")
    yield Part("lambda-gb-second", seconds * _gigabytes(item), "{} GB-seconds")


def _gigabytes(function: Resource) -> float:
    return float(function.inputs["memorySize"]) / 1_024


def _instance(item: Resource, _graph: Graph, _usage: Usage) -> Iterator[Part]:
    zones = 2 if item.inputs.get("multiAz") else 1
    size = item.inputs["instanceClass"]
    storage = item.inputs["allocatedStorage"]
    yield Part(f"rds-{size}-hour", HOURS * zones, f"{{}} hours of {size}, in {zones} zones")
    yield Part("rds-gb-month", storage * zones, "{} GB")
    yield Part("secret-month", 1, "secrets of the administrator: {}")


def _table(_item: Resource, _graph: Graph, usage: Usage) -> Iterator[Part]:
    yield Part("dynamodb-write", usage["table_writes"], "{} writes")
    yield Part("dynamodb-gb-month", usage["table_gb"], "{} GB")


def _warm(item: Resource, graph: Graph, _usage: Usage) -> Iterator[Part]:
    number = item.inputs["provisionedConcurrentExecutions"]
    (function,) = (
        one
        for one in graph.of("aws:lambda/function:Function")
        if one.outputs["name"] == item.inputs["functionName"]
    )
    quantity = number * _gigabytes(function) * SECONDS
    yield Part("lambda-warm-gb-second", quantity, f"{{}} GB-seconds of {number} environments")


RULES: Final[Mapping[str, Rule]] = {
    "aws:amplify/app:App": _all(
        _of("amplify-build-minute", "builds", "{} builds of a minute"),
        _of("amplify-gb-served", "portal_gb", "{} GB served"),
    ),
    "aws:apigatewayv2/api:Api": _all(
        _of("api-request", "api_requests", "{} requests"),
        _of("transfer-gb", "api_gb", "{} GB sent to callers"),
    ),
    "aws:cloudfront/distribution:Distribution": _all(
        _of("cloudfront-request", "site_requests", "{} requests"),
        _of("cloudfront-gb", "site_gb", "{} GB served"),
    ),
    "aws:cloudfront/function:Function": _of("cloudfront-function", "site_requests", "{} runs"),
    "aws:cloudwatch/dashboard:Dashboard": _each("dashboard-month", "dashboards: {}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:dynamodb/table:Table": _table,
    "aws:kms/key:Key": _each("key-month", "customer keys: {}"),
    "aws:lambda/function:Function": _function,
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": _warm,
    "aws:rds/cluster:Cluster": _all(
        _of("aurora-gb-month", "aurora_gb", "{} GB"),
        _of("aurora-io", "aurora_ios", "{} reads and writes"),
        _each("secret-month", "secrets of the administrator: {}"),
    ),
    "aws:rds/clusterInstance:ClusterInstance": _cluster_instance,
    "aws:rds/instance:Instance": _instance,
    "aws:s3/bucket:Bucket": _bucket,
}


def parts(graph: Graph, usage: Usage) -> Iterator[tuple[Resource, Part]]:
    """Everything in a plan that is paid for.

    Raises:
        LookupError: for a type of which nobody has said what it costs.
    """
    for item in graph.managed:
        if item.type in RULES:
            for part in RULES[item.type](item, graph, usage):
                yield item, part
        elif not _is_free(item):
            raise LookupError(f"tools/costing.py must say what {item.type} costs ({item.name})")
    groups = graph.of("aws:cloudwatch/logGroup:LogGroup")
    if groups:
        # Which group gets how much of it is anybody's guess.
        yield groups[0], Part("logs-gb", usage["logs_gb"], "{} GB written")
        yield groups[0], Part("logs-gb-month", usage["logs_gb"], "{} GB kept")


def _is_free(item: Resource) -> bool:
    gateway: Any = item.inputs.get("vpcEndpointType", "Gateway")
    is_gateway = item.type == "aws:ec2/vpcEndpoint:VpcEndpoint" and gateway == "Gateway"
    is_log = item.type == "aws:cloudwatch/logGroup:LogGroup"
    return is_gateway or is_log or item.type.startswith(FREE)
