from collections.abc import Mapping
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from offline.awsx import AwsxError, Child, Expansion, Ref, expand

ZONES = tuple(f"eu-west-2{letter}" for letter in "abcdef")
MASKS: Mapping[str, Any] = {"cidrMask": st.integers(21, 28)}


def spec(*types: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.sampled_from(types)}, optional=MASKS)


# One public and one private spec at least, in any order: most NAT strategies need them.
SPECS = (
    st.tuples(
        spec("Public"),
        spec("Private"),
        st.lists(spec("Public", "Private", "Isolated", "Unused"), max_size=3),
    )
    .flatmap(lambda drawn: st.permutations([drawn[0], drawn[1], *drawn[2]]))
    .map(lambda specs: [{**item, "name": f"tier{at}"} for at, item in enumerate(specs)])
)
ARGUMENTS = st.fixed_dictionaries(
    {
        "cidrBlock": st.integers(16, 20).map(lambda mask: f"10.32.0.0/{mask}"),
        "numberOfAvailabilityZones": st.integers(1, 6),
        "natGateways": st.fixed_dictionaries(
            {"strategy": st.sampled_from(["None", "Single", "OnePerAz"])}
        ),
        "subnetStrategy": st.just("Auto"),
        "subnetSpecs": SPECS,
    },
    optional={"availabilityZoneCidrMask": st.integers(19, 22)},
)


def planned(args: Mapping[str, Any]) -> Expansion:
    """What awsx makes of arguments that it takes; others are no example."""
    try:
        return expand("main", args, ZONES)
    except AwsxError:
        assume(False)
        raise


def of(expansion: Expansion, kind: str) -> list[Child]:
    return [child for child in expansion.children if child.type.endswith(f":{kind}")]


def blocks(expansion: Expansion) -> list[IPv4Network]:
    return [IPv4Network(str(child.inputs["cidrBlock"])) for child in of(expansion, "Subnet")]


@given(ARGUMENTS)
def test_subnets_lie_inside_the_vpc_and_apart_from_each_other(args: Mapping[str, Any]) -> None:
    ranges = blocks(planned(args))
    assert all(block.subnet_of(IPv4Network(args["cidrBlock"])) for block in ranges)
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))


@given(ARGUMENTS)
def test_every_zone_has_a_subnet_of_every_visible_spec(args: Mapping[str, Any]) -> None:
    subnets = of(planned(args), "Subnet")
    visible = [spec for spec in args["subnetSpecs"] if spec["type"] != "Unused"]
    places = {(child.inputs["availabilityZone"], child.name.rsplit("-", 1)[0]) for child in subnets}
    assert len(places) == len(visible) * args["numberOfAvailabilityZones"]


@given(ARGUMENTS)
def test_a_private_subnet_leads_to_a_nat_of_its_own_zone_or_the_only_one(
    args: Mapping[str, Any],
) -> None:
    expansion = planned(args)
    routes = {child.name: child.inputs for child in of(expansion, "Route")}
    zone_of = {child.name: child.inputs["availabilityZone"] for child in of(expansion, "Subnet")}
    home = {child.name: child.parent for child in of(expansion, "NatGateway")}
    strategy = args["natGateways"]["strategy"]
    assert len(home) == {"None": 0, "Single": 1}.get(strategy, args["numberOfAvailabilityZones"])
    for subnet in _refs(expansion, "privateSubnets"):
        if strategy == "None":
            assert subnet.name not in routes
            continue
        nat = routes[subnet.name]["natGatewayId"]
        assert isinstance(nat, Ref)
        host = home[nat.name]
        assert host in _refs(expansion, "publicSubnets")
        assert strategy == "Single" or zone_of[host.name] == zone_of[subnet.name]


@given(ARGUMENTS)
def test_only_public_subnets_lead_to_the_internet_gateway(args: Mapping[str, Any]) -> None:
    expansion = planned(args)
    open_tables = {child.name for child in of(expansion, "Route") if "gatewayId" in child.inputs}
    assert open_tables == {subnet.name for subnet in _refs(expansion, "publicSubnets")}
    isolated = {subnet.name for subnet in _refs(expansion, "isolatedSubnets")}
    assert not isolated & {child.name for child in of(expansion, "Route")}


@given(ARGUMENTS)
def test_no_two_children_share_a_type_and_a_name(args: Mapping[str, Any]) -> None:
    children = planned(args).children
    assert len({(child.type, child.name) for child in children}) == len(children)


def _refs(expansion: Expansion, output: str) -> list[Ref]:
    value = expansion.outputs[output]
    assert isinstance(value, list)
    return value
