"""What a network is made of, and which of its subnets lead to the internet."""

from typing import Final

from rules.core.findings import some
from rules.core.resource import Resource
from rules.core.stack import Stack
from rules.core.values import NotKnown
from rules.links import Link, said, sources, targets

ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
DEFAULT_ROUTE_TABLE: Final = "aws:ec2/defaultRouteTable:DefaultRouteTable"
INTERNET_GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
MAIN_ASSOCIATION: Final = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
ROUTE: Final = "aws:ec2/route:Route"
ROUTE_TABLE: Final = "aws:ec2/routeTable:RouteTable"
SUBNET: Final = "aws:ec2/subnet:Subnet"
VPC: Final = "aws:ec2/vpc:Vpc"

A_GATEWAY: Final = Link(INTERNET_GATEWAY, by=("id",))
A_SUBNET: Final = Link(SUBNET, by=("id",))
A_VPC: Final = Link(
    VPC,
    by=("id",),
    # A gateway or a group says which network it is in, and others ask it.
    through={INTERNET_GATEWAY: "vpcId", SUBNET: "vpcId"},
)
# A zone has a name and an id.
ZONE_PATHS: Final = ("availabilityZone", "availabilityZoneId")
# What decides where a subnet leads to.
ROUTING: Final = (
    ASSOCIATION,
    DEFAULT_ROUTE_TABLE,
    INTERNET_GATEWAY,
    MAIN_ASSOCIATION,
    ROUTE,
    ROUTE_TABLE,
    VPC,
)


def zone_of(subnet: Resource) -> str:
    """The zone of a subnet, by name or id.

    Raises:
        NotKnown: while AWS has yet to choose it.
    """
    for path in ZONE_PATHS:
        if subnet.is_known(path) and subnet.text(path):
            return subnet.text(path)
    raise NotKnown("availabilityZone")


def leads_out(subnet: Resource, stack: Stack) -> bool:
    """Whether a route of the subnet's table leads to an internet gateway.

    Raises:
        NotKnown: when none is known to, but one could.
    """
    tables = _tables(subnet, stack)

    def goes_out(route: Resource) -> bool:
        path = "routes.gatewayId"
        if route.type == ROUTE:
            path = "gatewayId"
            if not tables & _table_names(route, "routeTableId", stack):
                return False
        elif not tables & {route.urn, *said(route, "id")[0]}:
            return False
        texts, _ = said(route, path)
        return any(text.startswith("igw-") for text in texts) or bool(
            targets(stack, route, path, A_GATEWAY)
        )

    return some(stack.of(ROUTE, ROUTE_TABLE, DEFAULT_ROUTE_TABLE), goes_out)


def _tables(subnet: Resource, stack: Stack) -> set[str]:
    """The route table of a subnet, by its names: its own, or its network's main one."""
    own = sources(stack, subnet, ASSOCIATION, "subnetId", A_SUBNET)
    names = {name for item in own for name in _table_names(item, "routeTableId", stack)}
    if own:
        return names
    for vpc in targets(stack, subnet, "vpcId", A_VPC):
        main = sources(stack, vpc, MAIN_ASSOCIATION, "vpcId", A_VPC)
        for item in main:
            names |= _table_names(item, "routeTableId", stack)
        if not main:
            names |= _main_table(vpc, stack)
    return names


def _main_table(vpc: Resource, stack: Stack) -> set[str]:
    """The table that a network starts with; what is made from the network itself means it."""
    names = {vpc.urn, *said(vpc, "mainRouteTableId")[0], *said(vpc, "defaultRouteTableId")[0]}
    for table in stack.of(DEFAULT_ROUTE_TABLE):
        if names & _table_names(table, "defaultRouteTableId", stack):
            names.add(table.urn)
    return names


def _table_names(item: Resource, path: str, stack: Stack) -> set[str]:
    """What a table can be known by: what is said of it, and its URN."""
    texts, unknown = said(item, path)
    names = set(texts)
    for table in stack.of(ROUTE_TABLE, DEFAULT_ROUTE_TABLE):
        if names & set(said(table, "id")[0]):
            names.add(table.urn)
    for urn in item.property_dependencies.get(path, ()):
        made_from = stack.find(urn)
        # What is known counts, but what says nothing of itself can't be contradicted by it.
        if made_from is not None and (unknown or not said(made_from, "id")[0]):
            names.add(urn)
    if unknown and not names:
        raise NotKnown(path)
    return names
