"""What the arguments of a ``Vpc`` mean to awsx, and which of them it refuses."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from offline.awsx_readers import AwsxError, items, mapping, one_of, whole
from offline.awsx_subnets import (
    Subnet,
    allocate,
    check_gapless,
    default_specs,
    layout,
    parse_network,
    parse_specs,
)

_PASSED_TO_VPC = (
    "enableDnsHostnames",
    "enableDnsSupport",
    "enableNetworkAddressUsageMetrics",
    "instanceTenancy",
)
_MODELLED = {
    *_PASSED_TO_VPC,
    "availabilityZoneCidrMask",
    "availabilityZoneNames",
    "cidrBlock",
    "natGateways",
    "numberOfAvailabilityZones",
    "region",
    "subnetNameTagStrategy",
    "subnetSpecs",
    "subnetStrategy",
    "tags",
    "vpcEndpointSpecs",
    "vpcEndpointStrategy",
}
_PASSED_TO_ENDPOINT = {
    "autoAccept",
    "dnsOptions",
    "ipAddressType",
    "policy",
    "privateDnsEnabled",
    "region",
    "resourceConfigurationArn",
    "routeTableIds",
    "securityGroupIds",
    "serviceName",
    "serviceNetworkArn",
    "serviceRegion",
    "subnetConfigurations",
    "subnetIds",
    "vpcEndpointType",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """An endpoint to make; `inputs` are those of its own, without tags."""

    service: str
    inputs: Mapping[str, object]
    tags: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arguments:
    """What is to be made.

    Attributes:
        vpc: inputs of the VPC itself, without tags.
        region: ``{"region": …}`` where one is given: every child has it.
        zones: names of the zones.
        suffixes: of each zone, what the tags of its subnets end in.
        subnets: those to make, with the public ones of a zone first.
        outline: the specs as the output ``subnetLayout`` gives them back.
        nat: ``None``, ``Single`` or ``OnePerAz``.
        addresses: allocation ids to use; where there are none, addresses are made.
    """

    vpc: Mapping[str, object]
    region: Mapping[str, object]
    tags: Mapping[str, object]
    zones: tuple[str, ...]
    suffixes: tuple[str, ...]
    subnets: tuple[Subnet, ...]
    outline: list[dict[str, object]]
    nat: str
    addresses: tuple[object, ...]
    endpoints: tuple[Endpoint, ...]


def read(args: Mapping[str, object], region_zones: Sequence[str]) -> Arguments:
    """Read all arguments.

    Raises:
        AwsxError: awsx or AWS refuses one, or it is not modelled.
    """
    args = {key: value for key, value in args.items() if value is not None}
    if strange := args.keys() - _MODELLED:
        raise AwsxError(f"{min(strange)} is not modelled")
    one_of(args.get("vpcEndpointStrategy", "Legacy"), "vpcEndpointStrategy", ("Legacy",))
    zones = _zones(args, region_zones)
    cidr = parse_network(args.get("cidrBlock", "10.0.0.0/16"), "cidrBlock")
    subnets, outline = _subnets(args, cidr, len(zones))
    nat, addresses = _nat(args, {subnet.spec.type for subnet in subnets}, len(zones))
    order = ("Public", "Private", "Isolated")
    made = [subnet for subnet in subnets if subnet.spec.type in order]
    return Arguments(
        vpc={"cidrBlock": str(cidr)} | {key: args[key] for key in _PASSED_TO_VPC if key in args},
        region={"region": args["region"]} if "region" in args else {},
        tags=mapping(args.get("tags"), "tags"),
        zones=zones,
        suffixes=_suffixes(args, zones),
        subnets=tuple(sorted(made, key=lambda item: (item.zone, order.index(item.spec.type)))),
        outline=outline,
        nat=nat,
        addresses=addresses,
        endpoints=_endpoints(args),
    )


def _zones(args: Mapping[str, object], region_zones: Sequence[str]) -> tuple[str, ...]:
    if "availabilityZoneNames" in args:
        if args.get("numberOfAvailabilityZones"):
            raise AwsxError(
                "availabilityZoneNames and numberOfAvailabilityZones must not both be given"
            )
        names = items(args["availabilityZoneNames"], "availabilityZoneNames")
        if not names or len(set(names)) < len(names):
            raise AwsxError(f"availabilityZoneNames must name each zone once, got {names}")
        return tuple(map(str, names))
    count = whole(args.get("numberOfAvailabilityZones", 3), "numberOfAvailabilityZones")
    if not 1 <= count <= len(region_zones):
        raise AwsxError(f"numberOfAvailabilityZones must be 1 to {len(region_zones)}, got {count}")
    return tuple(region_zones[:count])


def _suffixes(args: Mapping[str, object], zones: tuple[str, ...]) -> tuple[str, ...]:
    strategy = one_of(
        args.get("subnetNameTagStrategy", "Legacy"),
        "subnetNameTagStrategy",
        ("Legacy", "AvailabilityZone"),
    )
    if strategy == "Legacy":
        return tuple(str(number) for number in range(1, len(zones) + 1))
    # `eu-west-2a` is `2a`.
    suffixes = tuple(re.sub(r"^[a-z]{2}(-[a-z]+)+-", "", zone) for zone in zones)
    if len(set(suffixes)) < len(suffixes):
        raise AwsxError(f"availabilityZoneNames must have endings of their own, got {suffixes}")
    return suffixes


def _subnets(
    args: Mapping[str, object], cidr: IPv4Network, zones: int
) -> tuple[tuple[Subnet, ...], list[dict[str, object]]]:
    strategy = one_of(
        args.get("subnetStrategy", "Legacy"), "subnetStrategy", ("Legacy", "Auto", "Exact")
    )
    mask = None
    if "availabilityZoneCidrMask" in args:
        mask = whole(args["availabilityZoneCidrMask"], "availabilityZoneCidrMask")
    if strategy == "Legacy" and (mask is not None or "subnetSpecs" in args):
        raise AwsxError(
            "subnetStrategy must be Auto or Exact with subnetSpecs or availabilityZoneCidrMask: "
            "Legacy is not modelled"
        )
    if "subnetSpecs" in args:
        given = items(args["subnetSpecs"], "subnetSpecs")
        specs = parse_specs([mapping(item, "subnetSpecs") for item in given], zones)
        outline = layout(specs)
    else:
        specs = default_specs(cidr, zones, mask)
        private, public = layout(specs)
        # Legacy gives back the first two private subnets and the room between, not one of each.
        quirk = strategy == "Legacy" and zones > 1
        outline = [private, {**private, "type": "Unused"}, private] if quirk else [private, public]
    subnets = allocate(cidr, specs, zones, mask)
    if strategy == "Exact":
        check_gapless(cidr, subnets)
    return subnets, outline


def _nat(args: Mapping[str, object], types: set[str], zones: int) -> tuple[str, tuple[object, ...]]:
    given = mapping(args.get("natGateways"), "natGateways")
    strategy = one_of(
        given.get("strategy", "OnePerAz"), "natGateways.strategy", ("None", "Single", "OnePerAz")
    )
    addresses = items(given.get("elasticIpAllocationIds"), "natGateways.elasticIpAllocationIds")
    wanted = {"None": 0, "Single": 1, "OnePerAz": zones}[strategy]
    if addresses and len(addresses) != wanted:
        raise AwsxError(
            f"natGateways.elasticIpAllocationIds must be {wanted} for {strategy}, "
            f"got {len(addresses)}"
        )
    if strategy != "None" and not ("Public" in types and types & {"Private", "Isolated"}):
        raise AwsxError(
            f"natGateways.strategy must be None without public subnets to stand in and others to "
            f"serve, got {strategy!r}"
        )
    return strategy, tuple(addresses)


def _endpoints(args: Mapping[str, object]) -> tuple[Endpoint, ...]:
    endpoints: dict[str, Endpoint] = {}
    for at, item in enumerate(items(args.get("vpcEndpointSpecs"), "vpcEndpointSpecs")):
        what = f"vpcEndpointSpecs[{at}]"
        inputs = {key: value for key, value in mapping(item, what).items() if value is not None}
        tags = mapping(inputs.pop("tags", None), f"{what}.tags")
        if strange := inputs.keys() - _PASSED_TO_ENDPOINT:
            raise AwsxError(f"{what}.{min(strange)} is not modelled")
        service = inputs.get("serviceName")
        if not isinstance(service, str):
            raise AwsxError(f"{what}.serviceName must be text known beforehand, got {service!r}")
        if service in endpoints:
            raise AwsxError(f"{what}.serviceName must not be given twice, got {service!r}")
        endpoints[service] = Endpoint(service=service, inputs=inputs, tags=tags)
    return tuple(endpoints.values())
