"""What alarms watch, and the rule that says what must be watched."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Production
from rules.core.values import UNKNOWN, NotKnown, revealed
from rules.links import FUNCTION, QUEUE, Link, sources, targets
from rules.sqs import is_for_dead_letters
from rules.watching import ALARM

INSTANCE: Final = Link("aws:rds/instance:Instance", by=("identifier", "id", "arn"))
CLUSTER_INSTANCE: Final = "aws:rds/clusterInstance:ClusterInstance"
CLUSTER: Final = Link(
    "aws:rds/cluster:Cluster",
    by=("clusterIdentifier", "id", "arn"),
    through={CLUSTER_INSTANCE: "clusterIdentifier"},
)
BALANCER: Final = Link("aws:lb/loadBalancer:LoadBalancer", by=("arnSuffix", "arn"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What some alarm has to look at, for a resource of one type.

    Attributes:
        metrics: of which one is enough.
        dimension: which of its dimensions names the resource.
        named: the property that has the name.
        link: how others refer to the resource.
    """

    namespace: str
    metrics: tuple[str, ...]
    dimension: str
    named: str
    link: Link

    @property
    def words(self) -> str:
        """How a message calls it."""
        return f"{' or '.join(self.metrics)} of {self.namespace} by {self.dimension}"

    def names(self, item: Resource) -> set[str]:
        """What the dimension may say for a resource, as far as it is known."""
        name, number, arn = (
            item.text(path) if item.is_known(path) else "" for path in (self.named, "id", "arn")
        )
        # An ARN ends with the name; of a load balancer, with its kind, name and number.
        last = arn.rpartition(":loadbalancer/" if self.link is BALANCER else ":")[2]
        return {name, last, "" if _NUMBER.fullmatch(number) else number} - {""}


def _database(dimension: str, name: str, link: Link) -> Wanted:
    return Wanted("AWS/RDS", ("CPUUtilization",), dimension, name, link)


WANTED: Final[Mapping[str, Wanted]] = {
    FUNCTION.kind: Wanted("AWS/Lambda", ("Errors",), "FunctionName", "name", FUNCTION),
    INSTANCE.kind: _database("DBInstanceIdentifier", "identifier", INSTANCE),
    CLUSTER_INSTANCE: _database("DBInstanceIdentifier", "identifier", INSTANCE),
    CLUSTER.kind: _database("DBClusterIdentifier", "clusterIdentifier", CLUSTER),
    BALANCER.kind: Wanted(
        "AWS/ApplicationELB",
        ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"),
        "LoadBalancer",
        "arnSuffix",
        BALANCER,
    ),
    QUEUE.kind: Wanted(
        "AWS/SQS", ("ApproximateNumberOfMessagesVisible",), "QueueName", "name", QUEUE
    ),
}
# What RDS itself calls a database: no metric has it.
_NUMBER: Final = re.compile(r"(db|cluster)-[A-Z0-9]{16,}")
# A query of Metrics Insights, with what it selects, from which namespace, and where.
_QUERY: Final = re.compile(
    r"""SELECT\s+\w+\(\s*"?(?P<metric>[\w.]+)"?\s*\)\s+FROM\s+(?:SCHEMA\(\s*)?"(?P<namespace>[^"]+)"
    [^)]*\)?\s*(?:WHERE\s+(?P<where>.*))?""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_EQUALS: Final = re.compile(r"""\b"?(\w+)"?\s*=\s*'([^']*)'""")
_BOTH_WAYS: Final = "LessThanLowerOrGreaterThanUpperThreshold"

# Namespace, metric and dimension.
Key = tuple[str, str, str]


@dataclass(slots=True)
class Watch:
    """All that the alarms of a stack look at.

    Attributes:
        named: by what a dimension says.
        made_from: by the URN of what it was made from.
        unsettled: by that URN, the alarm whose dimension is not known yet.
        everything: metrics that are looked at for all resources at once.
        open: by key, an alarm of which nothing tells what it will look at.
    """

    named: dict[Key, set[str]] = field(default_factory=dict)
    made_from: set[tuple[Key, str]] = field(default_factory=set)
    unsettled: dict[tuple[Key, str], str] = field(default_factory=dict)
    everything: set[tuple[str, str]] = field(default_factory=set)
    open: dict[Key, str] = field(default_factory=dict)

    def holds(self, item: Resource, wanted: Wanted) -> bool:
        """Whether an alarm looks at what is wanted of a resource.

        Raises:
            NotKnown: when none is known to, but one could.
        """
        names = wanted.names(item)
        is_named = item.is_set(wanted.named) and item.is_known(wanted.named)
        keys = [(wanted.namespace, metric, wanted.dimension) for metric in wanted.metrics]
        doubts = [self.open[key] for key in keys if key in self.open]
        for key in keys:
            if key[:2] in self.everything or not names.isdisjoint(self.named.get(key, ())):
                return True
            unsettled = self.unsettled.get((key, item.urn))
            if not is_named and (unsettled or (key, item.urn) in self.made_from):
                return True
            # Its name is known, and yet this is not: it is made from something else of it.
            doubts += [unsettled] if unsettled else []
            if key in self.named and not item.is_known(wanted.named):
                doubts.append(wanted.named)
        if doubts:
            raise NotKnown(doubts[0])
        return False


@stack_rule(
    "stack-required-alarms",
    *(kind for kind in WANTED if kind != CLUSTER_INSTANCE),
    reads=(ALARM, CLUSTER_INSTANCE),
    severity=Severity.MEDIUM,
    why="What fails unwatched is found by its users, and what fills up is found when it is full.",
    fix="Set alerts in the settings: components.observe makes the alarms of every resource.",
)
def is_watched(item: Resource, stack: Stack, *, production: Production = True) -> Findings:
    """What can fail in production is watched by an alarm, whoever the alarm tells.

    Functions by Errors; databases by CPUUtilization, an Aurora cluster as a whole or each of its
    instances; application load balancers by HTTPCode_Target_5XX_Count or HTTPCode_ELB_5XX_Count;
    dead-letter queues by ApproximateNumberOfMessagesVisible. An alarm may calculate with the
    metric, or be a part of a composite one. Balancers of other kinds have no such metric.
    """
    if not production or not _is_asked(item, stack):
        return
    wanted = WANTED[item.type]
    watch = _watch(stack)
    if not watch.holds(item, wanted) and not _has_watched_instances(item, stack, watch):
        yield f"no alarm watches {wanted.words}"


def _is_asked(item: Resource, stack: Stack) -> bool:
    if item.type == QUEUE.kind:
        return is_for_dead_letters(item, stack)
    if item.type == BALANCER.kind:
        return item.text("loadBalancerType", "application") == "application"
    return True


def _has_watched_instances(item: Resource, stack: Stack, watch: Watch) -> bool:
    if item.type != CLUSTER.kind:
        return False
    instances = sources(stack, item, CLUSTER_INSTANCE, "clusterIdentifier", CLUSTER)
    wanted = WANTED[CLUSTER_INSTANCE]
    return bool(instances) and all(watch.holds(one, wanted) for one in instances)


def _watch(stack: Stack) -> Watch:
    kept = stack.root.memo.get("alarms")
    if kept is None:
        kept = stack.root.memo["alarms"] = Watch()
        for alarm in stack.of(ALARM):
            for path, metric in _metrics(alarm):
                _add(kept, stack, alarm, path, metric)
    watch: Watch = kept
    return watch


def _metrics(alarm: Resource) -> Iterator[tuple[str, Any]]:
    """What an alarm looks at, each with the property that says so: mappings, queries, unknown."""
    data = revealed(alarm.data)
    operator = data.get("comparisonOperator")
    is_low = type(operator) is str and operator.startswith("LessThan") and operator != _BOTH_WAYS
    # One that goes off when there are few errors watches nothing; of a calculation nobody can say.
    if data.get("metricName") and not is_low:
        yield "dimensions", data
    queries = data.get("metricQueries")
    for query in queries if type(queries) is list else (queries,):
        if query is UNKNOWN:
            yield "metricQueries", UNKNOWN
        elif type(query) is dict:
            metric = query.get("metric")
            yield "metricQueries", metric[0] if type(metric) is list and metric else metric
            yield "metricQueries", query.get("expression")


def _add(watch: Watch, stack: Stack, alarm: Resource, path: str, metric: Any) -> None:
    if type(metric) is str:
        _add_query(watch, metric)
        return
    if metric is UNKNOWN:
        metric = dict.fromkeys(("namespace", "metricName", "dimensions"), UNKNOWN)
    if type(metric) is not dict:
        return
    dimensions = metric.get("dimensions")
    origins = _origins(stack, alarm, path)
    settled = UNKNOWN not in (metric.get("namespace"), metric.get("metricName"))
    for key in _keys(metric):
        value = dimensions.get(key[2]) if type(dimensions) is dict else dimensions
        if not settled or (value is UNKNOWN and not origins):
            watch.open[key] = f"{path} of {alarm.name}"
        elif value is UNKNOWN:
            watch.unsettled |= {(key, urn): f"{path} of {alarm.name}" for urn in origins}
        elif type(value) is str:
            # A function at the edge has its home before its name.
            name = value.rpartition(".")[2] if key[2] == "FunctionName" else value
            watch.named.setdefault(key, set()).add(name)
            watch.made_from |= {(key, urn) for urn in origins}


def _keys(metric: Mapping[str, Any]) -> Iterator[Key]:
    """What is wanted of any resource that a metric is, or could be."""
    for wanted in {(item.namespace, item.metrics, item.dimension) for item in WANTED.values()}:
        namespace, names, dimension = wanted
        for name in names:
            if metric.get("namespace") in (namespace, UNKNOWN) and metric.get("metricName") in (
                name,
                UNKNOWN,
            ):
                yield namespace, name, dimension


def _add_query(watch: Watch, expression: str) -> None:
    found = _QUERY.search(expression)
    if found is None:
        return
    metric = (found["namespace"], found["metric"])
    if found["where"] is None:
        watch.everything.add(metric)
    for dimension, value in _EQUALS.findall(found["where"] or ""):
        watch.named.setdefault((*metric, dimension), set()).add(value)


def _origins(stack: Stack, alarm: Resource, path: str) -> set[str]:
    """The resources that a property was made from, by way of others too."""
    found: set[str] = set()
    for urn in alarm.property_dependencies.get(path, ()):
        item = stack.find(urn)
        if item is None:
            continue
        if item.type in WANTED:
            found.add(urn)
        for wanted in WANTED.values():
            if item.type in wanted.link.through:
                found |= _stood_for(stack, item, wanted.link)
    return found


def _stood_for(stack: Stack, item: Resource, link: Link) -> set[str]:
    try:
        return {other.urn for other in targets(stack, item, link.through[item.type], link)}
    except NotKnown:
        return set()
