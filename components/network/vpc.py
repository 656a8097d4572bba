"""The network itself: a VPC of up to three tiers in two to four zones."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Literal, TypeAlias, get_args

import pulumi
import pulumi_aws as aws
import pulumi_awsx as awsx

from components.network.endpoints import Endpoints, EndpointsArgs
from components.network.flow_logs import FlowLogs, FlowLogsArgs
from components.network.security import Placement, SecurityGroup

Tier: TypeAlias = Literal["public", "private", "isolated"]
Nat: TypeAlias = Literal["none", "single", "per-az"]

_TIERS: tuple[Tier, ...] = get_args(Tier)
_NAT_STRATEGIES: Mapping[Nat, awsx.ec2.NatGatewayStrategy] = {
    "none": awsx.ec2.NatGatewayStrategy.NONE,
    "single": awsx.ec2.NatGatewayStrategy.SINGLE,
    "per-az": awsx.ec2.NatGatewayStrategy.ONE_PER_AZ,
}
_SUBNET_TYPES: Mapping[Tier, awsx.ec2.SubnetType] = {
    "public": awsx.ec2.SubnetType.PUBLIC,
    "private": awsx.ec2.SubnetType.PRIVATE,
    "isolated": awsx.ec2.SubnetType.ISOLATED,
}
_PRIVATE_RANGES = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


def subnet_layout(cidr: str, zones: int) -> Mapping[Tier, tuple[str, ...]]:
    """Cut a network into one block a tier and zone, none of which ever has to move.

    Each tier has a quarter of the network, the last quarter is kept for later, and each quarter
    has room for four zones. So a further zone or tier takes what was free. A ``/16`` gives blocks
    of ``/20``; a ``/24`` gives ``/28``, the smallest that a VPC takes.
    """
    quarters = IPv4Network(cidr).subnets(prefixlen_diff=2)
    return {
        tier: tuple(map(str, quarter.subnets(prefixlen_diff=2)))[:zones]
        for tier, quarter in zip(_TIERS, quarters, strict=False)
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkArgs:
    """What differs between networks.

    Attributes:
        cidr: private range with a mask of 16 to 24; it can't change while anything runs in it.
        zones: two to four zones of the region. Add to the end: subnets are known by place.
        region: where the network is.
        account_id: twelve digits; the only account that uses its endpoints.
        nat: how private subnets reach the internet: not at all (then there are none), by one
            gateway (cheap; gone when its zone is), or by one a zone.
        gateway_endpoints: ``s3`` and ``dynamodb`` cost nothing and keep traffic off the gateway.
        interface_endpoints: further services to reach privately; each costs by hour and zone.
        log_key_arn: customer key that CloudWatch Logs may encrypt with.
        flow_log_retention_days: how long flow logs are kept.
    """

    cidr: str
    zones: tuple[str, ...]
    region: str
    account_id: str
    nat: Nat
    log_key_arn: pulumi.Input[str]
    gateway_endpoints: tuple[str, ...] = ("s3", "dynamodb")
    interface_endpoints: tuple[str, ...] = ()
    flow_log_retention_days: int = 365

    def __post_init__(self) -> None:
        _check_cidr(self.cidr)
        if not 2 <= len(self.zones) <= 4 or len(set(self.zones)) < len(self.zones):
            raise ValueError(f"zones must be 2 to 4 different ones, got {self.zones}")
        if not all(re.fullmatch(rf"{re.escape(self.region)}[a-z]", zone) for zone in self.zones):
            raise ValueError(f"zones must be of {self.region}, got {self.zones}")
        if not re.fullmatch(r"\d{12}", self.account_id):
            raise ValueError(f"account_id must be 12 digits, got {self.account_id!r}")
        if self.nat not in _NAT_STRATEGIES:
            raise ValueError(f"nat must be one of {', '.join(_NAT_STRATEGIES)}; got {self.nat!r}")


class Network(pulumi.ComponentResource):
    """A VPC where nothing gets a public address by itself and all traffic is on record.

    Public subnets are for load balancers and NAT gateways, private ones for workloads that need
    the internet, isolated ones for data, and for workloads where there is no NAT.
    """

    cidr: str
    zones: tuple[str, ...]
    vpc_id: pulumi.Output[str]
    # One a zone, in the order of `zones`. Private ones only with NAT.
    public_subnet_ids: pulumi.Output[Sequence[str]]
    private_subnet_ids: pulumi.Output[Sequence[str]]
    isolated_subnet_ids: pulumi.Output[Sequence[str]]
    workload_subnet_ids: pulumi.Output[Sequence[str]]
    endpoints: Endpoints
    # Of the interface endpoints, if there are any.
    endpoint_security_group: SecurityGroup | None
    # Of the gateway endpoints, where chosen.
    s3_prefix_list_id: pulumi.Output[str] | None
    dynamodb_prefix_list_id: pulumi.Output[str] | None
    flow_log_group_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:network:Network", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        vpc = self._vpc(name, args)
        self.cidr = args.cidr
        self.zones = args.zones
        self.vpc_id = vpc.vpc_id
        self.public_subnet_ids = vpc.public_subnet_ids
        self.private_subnet_ids = vpc.private_subnet_ids
        self.isolated_subnet_ids = vpc.isolated_subnet_ids
        self.workload_subnet_ids = (
            self.isolated_subnet_ids if args.nat == "none" else self.private_subnet_ids
        )
        # Whatever is started without a group of its own lands in this one. Empty lists, not
        # absent ones: a rule that somebody adds by hand is taken out by the next update.
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default", vpc_id=self.vpc_id, ingress=[], egress=[], opts=child
        )
        self.endpoints = self._endpoints(name, args, _ids(vpc.route_tables))
        self.endpoint_security_group = self.endpoints.security_group
        self.s3_prefix_list_id = self.endpoints.prefix_list_ids.get("s3")
        self.dynamodb_prefix_list_id = self.endpoints.prefix_list_ids.get("dynamodb")
        flow_logs = FlowLogs(
            f"{name}-flow-logs",
            FlowLogsArgs(
                vpc_id=self.vpc_id,
                account_id=args.account_id,
                region=args.region,
                key_arn=args.log_key_arn,
                retention_days=args.flow_log_retention_days,
            ),
            child,
        )
        self.flow_log_group_name = flow_logs.log_group_name
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "public_subnet_ids": self.public_subnet_ids,
                "private_subnet_ids": self.private_subnet_ids,
                "isolated_subnet_ids": self.isolated_subnet_ids,
                "workload_subnet_ids": self.workload_subnet_ids,
                "flow_log_group_name": self.flow_log_group_name,
            }
        )

    def place(self, security_group: SecurityGroup) -> Placement:
        """A workload's place: the subnets that workloads run in, one a zone."""
        # One by one, though they are known all at once: what names them counts zones, not ids.
        subnets = tuple(self.workload_subnet_ids[index] for index in range(len(self.zones)))
        return Placement(subnet_ids=subnets, security_group=security_group)

    def _vpc(self, name: str, args: NetworkArgs) -> awsx.ec2.Vpc:
        layout = subnet_layout(args.cidr, len(args.zones))
        # awsx would make private subnets without a way out: those are what isolated ones are.
        tiers = [tier for tier in _TIERS if tier != "private" or args.nat != "none"]
        return awsx.ec2.Vpc(
            name,
            cidr_block=args.cidr,
            availability_zone_names=list(args.zones),
            subnet_strategy=awsx.ec2.SubnetAllocationStrategy.AUTO,
            subnet_specs=[
                awsx.ec2.SubnetSpecArgs(type=_SUBNET_TYPES[tier], cidr_blocks=list(layout[tier]))
                for tier in tiers
            ],
            nat_gateways=awsx.ec2.NatGatewayConfigurationArgs(strategy=_NAT_STRATEGIES[args.nat]),
            enable_dns_support=True,
            enable_dns_hostnames=True,
            opts=pulumi.ResourceOptions(parent=self, transforms=[without_public_addresses]),
        )

    def _endpoints(
        self, name: str, args: NetworkArgs, route_table_ids: pulumi.Output[list[str]]
    ) -> Endpoints:
        return Endpoints(
            f"{name}-endpoints",
            EndpointsArgs(
                vpc_id=self.vpc_id,
                account_id=args.account_id,
                region=args.region,
                gateway_services=args.gateway_endpoints,
                interface_services=args.interface_endpoints,
                route_table_ids=route_table_ids,
                subnet_ids=self.workload_subnet_ids,
            ),
            pulumi.ResourceOptions(parent=self),
        )


def without_public_addresses(
    args: pulumi.ResourceTransformArgs,
) -> pulumi.ResourceTransformResult | None:
    """Keep subnets from giving public addresses, as awsx's public ones do and can't be told not to.

    NAT gateways and load balancers bring addresses of their own.
    """
    if args.type_ != "aws:ec2/subnet:Subnet":
        return None
    # A transform sees properties as they go over the wire: in camelCase.
    return pulumi.ResourceTransformResult({**args.props, "mapPublicIpOnLaunch": False}, args.opts)


def _ids(tables: pulumi.Output[Sequence[aws.ec2.RouteTable]]) -> pulumi.Output[list[str]]:
    return tables.apply(lambda known: pulumi.Output.all(*(table.id for table in known)))


def _check_cidr(cidr: str) -> None:
    try:
        network = IPv4Network(cidr)
    except ValueError as error:
        raise ValueError(f"cidr must be like 10.20.0.0/16, got {cidr!r}: {error}") from error
    if str(network) != cidr:
        raise ValueError(f"cidr must be like 10.20.0.0/16, got {cidr!r}")
    if not any(network.subnet_of(private) for private in _PRIVATE_RANGES):
        ranges = ", ".join(map(str, _PRIVATE_RANGES))
        raise ValueError(f"cidr must be within {ranges}; got {cidr!r}")
    if not 16 <= network.prefixlen <= 24:
        raise ValueError(f"cidr must have a mask of 16 to 24, got {cidr!r}")
