import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from offline.awsx import Child, Expansion, Ref, expand

RECORDINGS = sorted((Path(__file__).parent / "awsx").glob("*.json"))
TIERS: Mapping[str, Any] = {
    "subnetStrategy": "Auto",
    "subnetSpecs": [{"type": "Public"}, {"type": "Private"}, {"type": "Isolated"}],
}


def written(value: Any) -> Any:
    """A value as the recordings write it: a reference is `<type::name>`."""
    if isinstance(value, Ref):
        return f"<{value.type}::{value.name}>"
    if isinstance(value, Mapping):
        return {key: written(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [written(item) for item in value]
    return value


def as_recorded(name: str, child: Child) -> dict[str, Any]:
    parent = child.parent or Ref("awsx:ec2:Vpc", name)
    return {
        "type": child.type,
        "name": child.name,
        "parent": parent.name,
        "parentType": parent.type,
        "inputs": written(child.inputs),
    }


def lines(resources: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(item, sort_keys=True) for item in resources)


def of(expansion: Expansion, kind: str) -> dict[str, Mapping[str, Any]]:
    return {child.name: child.inputs for child in expansion.children if child.type.endswith(kind)}


def refs(value: object) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from refs(item)


def test_all_the_recordings_are_here() -> None:
    assert len(RECORDINGS) == 10


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_the_children_are_those_that_awsx_registered(path: Path) -> None:
    recording = json.loads(path.read_text())
    expansion = expand(recording["name"], recording["args"])
    children = [item for item in recording["resources"] if item["type"] != "awsx:ec2:Vpc"]
    assert lines([as_recorded(recording["name"], item) for item in expansion.children]) == lines(
        children
    )


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_the_outputs_are_those_that_awsx_returned(path: Path) -> None:
    recording = json.loads(path.read_text())
    assert written(expand(recording["name"], recording["args"]).outputs) == recording["outputs"]


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_child_comes_after_all_that_it_needs(path: Path) -> None:
    recording = json.loads(path.read_text())
    made: set[Ref] = set()
    for child in expand(recording["name"], recording["args"]).children:
        needed = {*refs(child.inputs), *([child.parent] if child.parent else [])}
        assert needed <= made
        made.add(Ref(child.type, child.name))


def test_numbers_may_arrive_as_floats() -> None:
    exact = {**TIERS, "numberOfAvailabilityZones": 2, "availabilityZoneCidrMask": 18}
    wire = {**TIERS, "numberOfAvailabilityZones": 2.0, "availabilityZoneCidrMask": 18.0}
    assert expand("main", wire) == expand("main", exact)


def test_an_argument_without_a_value_counts_as_absent() -> None:
    assert expand("main", {**TIERS, "tags": None, "ipv4IpamPoolId": None}) == expand("main", TIERS)


def test_zones_given_by_name_are_taken_as_they_are() -> None:
    names = ["us-east-1b", "us-east-1d"]
    subnets = of(expand("main", {**TIERS, "availabilityZoneNames": names}), "Subnet")
    assert {item["availabilityZone"] for item in subnets.values()} == set(names)


def test_a_number_of_zones_takes_the_region_s_first() -> None:
    expansion = expand(
        "main", {**TIERS, "numberOfAvailabilityZones": 1}, ("eu-west-1a", "eu-west-1b")
    )
    zones = {item["availabilityZone"] for item in of(expansion, "Subnet").values()}
    assert zones == {"eu-west-1a"}


def test_every_child_is_in_the_region_given() -> None:
    expansion = expand("main", {**TIERS, "region": "eu-west-2"})
    assert {child.inputs["region"] for child in expansion.children} == {"eu-west-2"}


def test_an_unused_spec_keeps_its_addresses_and_makes_no_subnet() -> None:
    specs = [{"type": "Public"}, {"type": "Unused", "name": "later"}, {"type": "Private"}]
    args = {"subnetStrategy": "Auto", "subnetSpecs": specs, "numberOfAvailabilityZones": 1}
    subnets = of(expand("main", args), "Subnet")
    assert {name: item["cidrBlock"] for name, item in subnets.items()} == {
        "main-public-1": "10.0.0.0/18",
        "main-private-1": "10.0.128.0/18",
    }


def test_a_subnet_s_size_stands_for_its_mask() -> None:
    specs = [{"type": "Public", "size": 256}, {"type": "Private", "cidrMask": 20}]
    expansion = expand("main", {**TIERS, "subnetSpecs": specs})
    assert expansion.outputs["subnetLayout"] == [
        {"type": "Public", "cidrMask": 24, "size": 256},
        {"type": "Private", "cidrMask": 20, "size": 4096},
    ]


def test_exact_takes_subnets_that_fill_the_vpc() -> None:
    specs = [{"type": "Public"}, {"type": "Isolated"}]
    args = {"subnetSpecs": specs, "numberOfAvailabilityZones": 2}
    auto = expand("main", {**args, "subnetStrategy": "Auto"})
    assert expand("main", {**args, "subnetStrategy": "Exact"}) == auto


def test_an_endpoint_keeps_its_own_tags_and_arguments() -> None:
    spec = {"serviceName": "s3", "policy": "{}", "routeTableIds": ["rtb-1"], "tags": {"Name": "s"}}
    endpoints = of(expand("main", {**TIERS, "vpcEndpointSpecs": [spec]}), "VpcEndpoint")
    assert endpoints["s3"] == {
        "vpcId": Ref("aws:ec2/vpc:Vpc", "main"),
        "serviceName": "s3",
        "policy": "{}",
        "routeTableIds": ["rtb-1"],
        "tags": {"Name": "s"},
    }
