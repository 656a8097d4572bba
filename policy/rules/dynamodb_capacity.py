"""What a table may cost: a bound on demand, or capacity that follows the load up to one."""

from collections.abc import Iterator
from typing import Final

from rules.core.findings import each, some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.values import NotKnown
from rules.core.view import View
from rules.dynamodb import TABLE
from rules.links import Link, sources

INDEX: Final = "aws:dynamodb/globalSecondaryIndex:GlobalSecondaryIndex"
TARGET: Final = "aws:appautoscaling/target:Target"

A_TABLE: Final = Link(TABLE, by=("id", "arn", "name"))
DIRECTIONS: Final = ("Read", "Write")


@stack_rule(
    "ddb-capacity",
    TABLE,
    reads=(TARGET, INDEX),
    severity=Severity.MEDIUM,
    why="A loop or an attack reads and writes until the bill says stop; too little refuses users.",
    fix="Set max_read_units and max_write_units of components.data.tables.Table.",
    security_hub="DynamoDB.1",
    cdk_nag="NIST.800.53.R5-DynamoDBAutoScalingEnabled",
    checkov="CKV2_AWS_16",
)
def bounded(table: Resource, stack: Stack) -> Findings:
    """A table's capacity follows the load up to a bound: on demand with one, or scaled by target.

    An index has a bound of its own for reads on demand; what is written to it is bounded by the
    table's writes.
    """
    if table.text("billingMode", "PROVISIONED").upper() == "PAY_PER_REQUEST":
        return _on_demand(table, stack)
    return _provisioned(table, stack)


def _on_demand(table: Resource, stack: Stack) -> Findings:
    def has_bound(name: str) -> Findings:
        if not _is_bounded(table, name):
            yield f"onDemandThroughput.max{name}RequestUnits is not set"

    def reads_are_bounded(item: tuple[View, str]) -> Findings:
        view, name = item
        if not _is_bounded(view, "Read"):
            yield f"onDemandThroughput.maxReadRequestUnits of index {name} is not set"

    yield from each(DIRECTIONS, has_bound)
    yield from each(_indexes(table, stack), reads_are_bounded)


def _is_bounded(view: View, direction: str) -> bool:
    units = view.number(f"onDemandThroughput.max{direction}RequestUnits")
    # AWS takes the bound away at -1.
    return units is not None and units > 0


def _indexes(table: Resource, stack: Stack) -> Iterator[tuple[View, str]]:
    """Each index with its name, or an empty one while it is unknown."""
    for view in table.views("globalSecondaryIndexes"):
        yield view, view.text("name") if view.is_known("name") else ""
    for side in sources(stack, table, INDEX, "tableName", A_TABLE):
        yield side, side.text("indexName") if side.is_known("indexName") else ""


def _provisioned(table: Resource, stack: Stack) -> Findings:
    def table_is_scaled(direction: str) -> Findings:
        if not _is_scaled(table, stack, direction, None):
            yield f"no target scales dynamodb:table:{direction}CapacityUnits"

    def index_is_scaled(item: tuple[View, str]) -> Findings:
        name = item[1]
        for direction in DIRECTIONS:
            if not _is_scaled(table, stack, direction, name):
                yield f"no target scales dynamodb:index:{direction}CapacityUnits of index {name}"

    yield from each(DIRECTIONS, table_is_scaled)
    yield from each(_indexes(table, stack), index_is_scaled)


def _is_scaled(table: Resource, stack: Stack, direction: str, index: str | None) -> bool:
    """Whether any target scales a table, or an index of it, in one direction."""
    kind = "table" if index is None else "index"
    dimension = f"dynamodb:{kind}:{direction}CapacityUnits"

    def scales(target: Resource) -> bool:
        if target.text("scalableDimension") != dimension:
            return False
        # A target whose growth is suspended refuses users all the same.
        if target.flag("suspendedState.dynamicScalingOutSuspended") is True:
            return False
        return _is_for(target, table, index)

    return some(stack.of(TARGET), scales)


def _is_for(target: Resource, table: Resource, index: str | None) -> bool:
    made_from = tuple(target.property_dependencies.get("resourceId", ()))
    name = table.text("name") if table.is_known("name") else ""
    if name and target.is_known("resourceId"):
        end = "" if index is None else f"/index/{index}"
        start, found = f"table/{name}", target.text("resourceId")
        if index == "" and found.startswith(f"{start}/index/"):
            raise NotKnown("indexName")
        return found == f"{start}{end}"
    if table.urn in made_from:
        # The name is still to come: only what it will be made from is known.
        return True
    if not set(made_from).isdisjoint(table.property_dependencies.get("name", ())):
        raise NotKnown("resourceId")
    if made_from or (target.is_known("resourceId") and table.is_known("name")):
        return False
    raise NotKnown("resourceId")
