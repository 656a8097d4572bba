from collections.abc import Mapping
from typing import Any

import pytest

from offline.awsx import AwsxError, expand

TIERS: Mapping[str, Any] = {
    "subnetStrategy": "Auto",
    "subnetSpecs": [{"type": "Public"}, {"type": "Private"}, {"type": "Isolated"}],
}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"numberOfAvailabilityZones": 2, "availabilityZoneNames": ["eu-west-2a"]},
            "availabilityZoneNames and numberOfAvailabilityZones must not both be given",
        ),
        ({"numberOfAvailabilityZones": 4}, "numberOfAvailabilityZones must be 1 to 3, got 4"),
        ({"numberOfAvailabilityZones": 0}, "numberOfAvailabilityZones must be 1 to 3, got 0"),
        ({"numberOfAvailabilityZones": "2"}, "numberOfAvailabilityZones must be a whole number"),
        (
            {"availabilityZoneNames": []},
            r"availabilityZoneNames must name each zone once, got \[\]",
        ),
        ({"availabilityZoneNames": ["a", "a"]}, "availabilityZoneNames must name each zone once"),
        ({"subnetSpecs": [{"type": "Isolated"}]}, "natGateways.strategy must be None without"),
        ({"subnetSpecs": [{"type": "Public"}]}, "natGateways.strategy must be None without"),
        ({"subnetSpecs": []}, "subnetSpecs must not be empty"),
        (
            {"subnetSpecs": [{"type": "Public"}, {"type": "Public"}]},
            "subnetSpecs must each have a name of their own, got 'public' twice",
        ),
        (
            {"subnetSpecs": [{"type": "Public", "name": "a"}, {"type": "Private", "name": "a"}]},
            "subnetSpecs must each have a name of their own, got 'a' twice",
        ),
        ({"subnetSpecs": [{"type": "Data"}]}, r"subnetSpecs\[0\].type must be one of Public, Priv"),
        (
            {"subnetSpecs": [{"type": "Public"}, {"type": "Private", "cidrMask": 17}]},
            "the subnets of a zone need 40960 addresses, and it has 16384",
        ),
        (
            {"subnetSpecs": [{"type": "Public", "size": 100}]},
            r"subnetSpecs\[0\].size must be a power of two, got 100",
        ),
        (
            {"subnetSpecs": [{"type": "Public", "size": 256, "cidrMask": 20}]},
            r"subnetSpecs\[0\].cidrMask and size must agree, at /16 to /28; got /20 and /24",
        ),
        ({"subnetStrategy": "Exact"}, "there is a gap"),
        (
            {"subnetStrategy": "Exact", "numberOfAvailabilityZones": 1},
            "there is a gap from 10.0.192.0 to the end of 10.0.0.0/16",
        ),
        ({"subnetStrategy": "Legacy"}, "subnetStrategy must be Auto or Exact with subnetSpecs"),
        ({"subnetStrategy": "AutoMerge"}, "subnetStrategy must be one of Legacy, Auto, Exact"),
        ({"cidrBlock": "10.0.0.0/8"}, "cidrBlock must be a range of /16 to /28"),
        ({"cidrBlock": "10.0.0.1/16"}, "cidrBlock must be a range of /16 to /28"),
        ({"cidrBlock": "10.0.0.0/27"}, "the VPC 10.0.0.0/27 is too small"),
        (
            {"natGateways": {"strategy": "OnePerZone"}},
            "natGateways.strategy must be one of None, Single, OnePerAz",
        ),
        (
            {"natGateways": {"strategy": "Single", "elasticIpAllocationIds": ["a", "b"]}},
            "natGateways.elasticIpAllocationIds must be 1 for Single, got 2",
        ),
        (
            {"natGateways": {"strategy": "None", "elasticIpAllocationIds": ["a"]}},
            "natGateways.elasticIpAllocationIds must be 0 for None, got 1",
        ),
        (
            {"vpcEndpointSpecs": [{"serviceName": "s3"}, {"serviceName": "s3"}]},
            r"vpcEndpointSpecs\[1\].serviceName must not be given twice, got 's3'",
        ),
        ({"vpcEndpointStrategy": "Auto"}, "vpcEndpointStrategy must be one of Legacy"),
        (
            {
                "subnetNameTagStrategy": "AvailabilityZone",
                "availabilityZoneNames": ["us-east-1a", "us-west-1a"],
            },
            "availabilityZoneNames must have endings of their own",
        ),
        ({"assignGeneratedIpv6CidrBlock": True}, "assignGeneratedIpv6CidrBlock is not modelled"),
        (
            {"subnetSpecs": [{"type": "Public", "assignIpv6AddressOnCreation": True}]},
            r"subnetSpecs\[0\].assignIpv6AddressOnCreation is not modelled",
        ),
        ({"vpcEndpointSpecs": [{"serviceName": "s3", "colour": 1}]}, "colour is not modelled"),
    ],
)
def test_what_awsx_refuses_or_nobody_recorded_is_refused(
    args: Mapping[str, object], message: str
) -> None:
    tiers: dict[str, object] = {} if args.get("subnetStrategy") == "Exact" else dict(TIERS)
    with pytest.raises(AwsxError, match=message):
        expand("main", {**tiers, **args})


def explicit(*blocks: list[str]) -> dict[str, object]:
    types = ("Public", "Private")
    specs = [{"type": kind, "cidrBlocks": item} for kind, item in zip(types, blocks, strict=True)]
    return {"subnetStrategy": "Auto", "subnetSpecs": specs, "numberOfAvailabilityZones": 2}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            explicit(["10.0.0.0/24"], ["10.0.1.0/24", "10.0.2.0/24"]),
            r"cidrBlocks must be one a zone \(2\), got 1",
        ),
        (
            explicit(["10.0.0.0/24", "10.0.1.0/24"], ["10.0.0.0/20", "10.0.16.0/20"]),
            "overlaps public subnet 10.0.0.0/24",
        ),
        (
            explicit(["10.0.0.0/24", "10.0.1.0/24"], ["10.1.0.0/20", "10.1.16.0/20"]),
            "private subnet 10.1.0.0/20 of zone 1 lies outside the VPC 10.0.0.0/16",
        ),
        (
            explicit(["10.0.0.0/24", "10.0.1.1/24"], ["10.0.2.0/24", "10.0.3.0/24"]),
            "cidrBlocks must be a range of /16 to /28, such as .*; got '10.0.1.1/24'",
        ),
        (
            {
                "subnetStrategy": "Auto",
                "subnetSpecs": [
                    {"type": "Public", "cidrBlocks": ["10.0.0.0/24"]},
                    {"type": "Private"},
                ],
                "numberOfAvailabilityZones": 1,
            },
            "subnetSpecs must all have cidrBlocks if any has",
        ),
        (
            {
                "subnetStrategy": "Auto",
                "subnetSpecs": [{"type": "Public", "cidrMask": 25, "cidrBlocks": ["10.0.0.0/24"]}],
                "numberOfAvailabilityZones": 1,
            },
            "cidrBlocks must all be /25",
        ),
    ],
)
def test_ranges_that_cannot_stand_are_refused(args: dict[str, object], message: str) -> None:
    with pytest.raises(AwsxError, match=message):
        expand("main", args)


def test_a_last_subnet_outside_a_small_vpc_is_refused() -> None:
    # The first pushes the second to the next multiple of its own size, and so the third out.
    specs = [
        {"type": "Public", "cidrMask": 28},
        {"type": "Private", "cidrMask": 17},
        {"type": "Isolated", "cidrMask": 18},
    ]
    args = {"subnetStrategy": "Auto", "subnetSpecs": specs, "numberOfAvailabilityZones": 1}
    with pytest.raises(
        AwsxError, match=r"isolated subnet 10.1.0.0/18 of zone 1 lies outside the VPC 10.0.0.0/16"
    ):
        expand("main", args)
    assert expand("main", {**args, "subnetSpecs": [*specs[1:], specs[0]]})


def test_a_subnet_pushed_into_the_next_zone_is_refused() -> None:
    specs = [
        {"type": "Public", "cidrMask": 28},
        {"type": "Private", "cidrMask": 18},
        {"type": "Isolated", "cidrMask": 19},
    ]
    args = {"subnetStrategy": "Auto", "subnetSpecs": specs, "numberOfAvailabilityZones": 2}
    with pytest.raises(AwsxError, match=r"overlaps isolated subnet 10.0.128.0/19"):
        expand("main", args)
