"""Rules for functions and what stands beside them: their subnets and their logs."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from rules.core.findings import some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.values import NotKnown
from rules.lambda_functions import FUNCTION
from rules.links import Link, said, targets

SUBNET: Final = "aws:ec2/subnet:Subnet"
DEFAULT_SUBNET: Final = "aws:ec2/defaultSubnet:DefaultSubnet"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
STACK_REFERENCE: Final = "pulumi:pulumi:StackReference"

SUBNETS: Final = (Link(SUBNET, by=("id", "arn")), Link(DEFAULT_SUBNET, by=("id", "arn")))
LOG_GROUPS: Final = Link(LOG_GROUP, by=("id", "name"))
# Where the lines of a function go that says nothing of it.
DEFAULT_GROUP: Final = "/aws/lambda/"


@stack_rule(
    "lambda-vpc-multi-az",
    FUNCTION,
    reads=(SUBNET, DEFAULT_SUBNET),
    severity=Severity.MEDIUM,
    why="A function in one zone is gone with that zone.",
    fix="Place it with the workload_subnet_ids of components.network.vpc.Network.",
    security_hub="Lambda.5",
)
def is_in_zones(function: Resource, stack: Stack) -> Findings:
    """A function in a network has subnets in at least two zones.

    Of subnets that the stack only names, nobody can tell the zone here: two of them are enough.
    """
    texts, unknown = said(function, "vpcConfig.subnetIds")
    if not texts and not unknown:
        return
    count = _count(function) if unknown else len(set(texts))
    found = {
        item.urn: item
        for link in SUBNETS
        for item in _subnets(stack, function, link, may_miss=unknown)
    }
    if count == 1:
        yield "it has one subnet"
        return
    zones = [_zone(item) for item in found.values()]
    if len({zone for zone in zones if zone}) > 1:
        return
    if "" in zones:
        raise NotKnown("availabilityZone of a subnet")
    if not unknown and len(found) == len(set(texts)):
        yield f"its subnets are all in {zones[0]}" if zones else "it has no subnets"
    elif unknown and found and count == len(found):
        yield f"its subnets are all in {zones[0]}"
    elif unknown:
        raise NotKnown("vpcConfig.subnetIds")


def _count(function: Resource) -> int:
    """How many subnets it says, known or not; 0 when not even that is known."""
    if not function.is_known("vpcConfig.subnetIds"):
        return 0
    return function.count("vpcConfig.subnetIds")


def _subnets(
    stack: Stack, function: Resource, link: Link, *, may_miss: bool
) -> tuple[Resource, ...]:
    try:
        return targets(stack, function, "vpcConfig.subnetIds", link)
    except NotKnown:
        if may_miss:
            return ()
        raise


def _zone(subnet: Resource) -> str:
    for path in ("availabilityZone", "availabilityZoneId"):
        if subnet.is_known(path) and subnet.text(path):
            return subnet.text(path)
    return ""


@stack_rule(
    "lambda-log-group",
    FUNCTION,
    reads=(LOG_GROUP,),
    severity=Severity.MEDIUM,
    why="A group that Lambda makes by itself keeps, and bills, every line for ever.",
    fix="Make the function with components.api.functions.Function, which has a group of its own.",
    cdk_nag="Serverless-CloudWatchLogGroupRetentionPeriod",
)
def has_log_group(function: Resource, stack: Stack) -> Findings:
    """A function writes to a log group of the program, which keeps its lines for a set time."""
    path = "loggingConfig.logGroup"
    groups = targets(stack, function, path, LOG_GROUPS) if function.is_set(path) else ()
    if not function.is_set(path):
        groups = _by_default(function, stack)
    if not groups:
        _check_names(stack)
        if not _is_of_another_stack(function, stack):
            yield "its log group is not in the program"
    elif not some(groups, _expires):
        yield "its log group keeps everything for ever"


def _check_names(stack: Stack) -> None:
    """Give no answer while any group could be the one that is looked for."""
    if not all(group.is_known("name") for group in stack.of(LOG_GROUP)):
        raise NotKnown("name of a log group")


def _by_default(function: Resource, stack: Stack) -> tuple[Resource, ...]:
    """The groups of the name that Lambda would give its own."""
    by_name, by_function = _groups(stack)
    name = function.text("name") if function.is_known("name") else ""
    if name and name in by_name:
        return tuple(by_name[name])
    # Of the two names, at least one is still to come.
    found = [item for item in by_function.get(function.urn, ()) if not (name and _name(item))]
    if not found and not function.is_known("name") and stack.of(LOG_GROUP):
        raise NotKnown("name")
    return tuple(found)


def _name(group: Resource) -> str:
    """The name of the function that Lambda would make the group for, where it is known."""
    known = group.text("name") if group.is_known("name") else ""
    return known.removeprefix(DEFAULT_GROUP) if known.startswith(DEFAULT_GROUP) else ""


Groups = Mapping[str, list[Resource]]


def _groups(stack: Stack) -> tuple[Groups, Groups]:
    """The log groups by the name of a function, and by what their own name was made from."""
    kept = stack.root.memo.get("log groups")
    if kept is None:
        by_name: dict[str, list[Resource]] = defaultdict(list)
        by_function: dict[str, list[Resource]] = defaultdict(list)
        for group in stack.of(LOG_GROUP):
            name = _name(group)
            if name:
                by_name[name].append(group)
            if name or not group.is_known("name"):
                for item in _functions(group, stack):
                    by_function[item.urn].append(group)
        kept = stack.root.memo["log groups"] = (by_name, by_function)
    groups: tuple[Groups, Groups] = kept
    return groups


def _functions(group: Resource, stack: Stack) -> list[Resource]:
    found = (stack.find(urn) for urn in group.property_dependencies.get("name", ()))
    return [item for item in found if item is not None and item.type == FUNCTION]


def _is_of_another_stack(function: Resource, stack: Stack) -> bool:
    made_from = function.property_dependencies.get("loggingConfig", ())
    return any(
        (item := stack.find(urn)) is not None and item.type == STACK_REFERENCE for urn in made_from
    )


def _expires(group: Resource) -> bool:
    if group.text("logGroupClass") == "DELIVERY":
        # A class whose groups keep their lines for two days, whatever they say.
        return True
    days = group.number("retentionInDays")
    return days is not None and days > 0
