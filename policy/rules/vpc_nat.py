"""How many NAT gateways a network may have."""

from typing import Annotated, Final

from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit
from rules.core.values import NotKnown
from rules.links import said, targets
from rules.network import A_SUBNET, A_VPC, SUBNET, VPC, zone_of

NAT_GATEWAY: Final = "aws:ec2/natGateway:NatGateway"
ONE_A_ZONE: Final = -1


@stack_rule(
    "vpc-nat-cap",
    NAT_GATEWAY,
    reads=(SUBNET, VPC),
    severity=Severity.LOW,
    why="Each NAT gateway costs by the hour, used or not; a zone needs one at most.",
    fix='Say nat: "none", "single" or "per-az" in the network\'s settings.',
)
def within_cap(
    gateway: Resource,
    stack: Stack,
    *,
    cap: Annotated[
        int,
        Limit("The most NAT gateways in a network; -1 is one for each zone with subnets.", -1),
    ] = ONE_A_ZONE,
) -> Findings:
    """A network has no more NAT gateways than zones that have subnets, or than is configured."""
    network = _network(gateway, stack)
    before = 0
    for other in stack.of(NAT_GATEWAY):
        if other is gateway:
            break
        before += _network(other, stack) == network
    most = cap if cap != ONE_A_ZONE else _count_zones(network, stack, before)
    if before >= most:
        yield f"subnetId is of a network that has {before} NAT gateways already; it may have {most}"


def _network(gateway: Resource, stack: Stack) -> str:
    """The network of a gateway: its URN, or what its subnet calls it; empty for a foreign one."""
    for subnet in targets(stack, gateway, "subnetId", A_SUBNET):
        return _network_of(subnet, stack)
    # One for all zones stands in no subnet.
    return _network_of(gateway, stack)


def _network_of(item: Resource, stack: Stack) -> str:
    for vpc in targets(stack, item, "vpcId", A_VPC):
        return vpc.urn
    return next(iter(said(item, "vpcId")[0]), "")


def _count_zones(network: str, stack: Stack, enough: int) -> int:
    """The zones that have subnets, as far as they are known to be more than enough."""
    if not network:
        # Of subnets that are not of this stack, each may be in a zone of its own.
        return len({text for item in stack.of(NAT_GATEWAY) for text in said(item, "subnetId")[0]})
    zones: set[str] = set()
    missing: NotKnown | None = None
    for subnet in stack.of(SUBNET):
        if _network_of(subnet, stack) != network:
            continue
        try:
            zones.add(zone_of(subnet))
        except NotKnown as error:
            missing = error
    if missing is not None and len(zones) <= enough:
        raise missing
    return len(zones)
