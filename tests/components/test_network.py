import re
from collections.abc import Callable
from typing import Any

import pytest

from components.network.vpc import Network, NetworkArgs
from offline.engine import synthesise
from offline.graph import Graph, Resource
from offline.values import UNKNOWN

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
ROUTE = "aws:ec2/route:Route"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
COMPONENT = "plinth:network:Network"


def args(**changes: Any) -> NetworkArgs:
    given: dict[str, Any] = {
        "cidr": "10.20.0.0/16",
        "zones": ("eu-west-2a", "eu-west-2b", "eu-west-2c"),
        "region": "eu-west-2",
        "account_id": "111122223333",
        "nat": "per-az",
        "log_key_arn": "arn:aws:kms:eu-west-2:111122223333:key/logs",
    }
    return NetworkArgs(**{**given, **changes})


def network(**changes: Any) -> Callable[[], Network]:
    return lambda: Network("main", args(**changes))


@pytest.fixture(scope="module")
def graph() -> Graph:
    return synthesise(network())


def outputs(graph: Graph) -> Any:
    (component,) = graph.of(COMPONENT)
    return graph.outputs[component.urn]


def ids(graph: Graph, tier: str, zones: int = 3) -> list[Any]:
    return [graph.one(SUBNET, f"main-{tier}-{zone}").id for zone in range(1, zones + 1)]


def default_routes(graph: Graph, tier: str) -> list[Resource]:
    return [item for item in graph.of(ROUTE) if item.name.startswith(f"main-{tier}-")]


def test_the_vpc_answers_dns_as_private_endpoint_names_need(graph: Graph) -> None:
    vpc = graph.one(VPC, "main").inputs
    assert vpc["cidrBlock"] == "10.20.0.0/16"
    assert vpc["enableDnsSupport"] is True
    assert vpc["enableDnsHostnames"] is True


def test_each_tier_has_one_subnet_a_zone_at_its_place_in_the_layout(graph: Graph) -> None:
    found = {
        subnet.name: (subnet.inputs["availabilityZone"], subnet.inputs["cidrBlock"])
        for subnet in graph.of(SUBNET)
    }
    assert found == {
        "main-public-1": ("eu-west-2a", "10.20.0.0/20"),
        "main-public-2": ("eu-west-2b", "10.20.16.0/20"),
        "main-public-3": ("eu-west-2c", "10.20.32.0/20"),
        "main-private-1": ("eu-west-2a", "10.20.64.0/20"),
        "main-private-2": ("eu-west-2b", "10.20.80.0/20"),
        "main-private-3": ("eu-west-2c", "10.20.96.0/20"),
        "main-isolated-1": ("eu-west-2a", "10.20.128.0/20"),
        "main-isolated-2": ("eu-west-2b", "10.20.144.0/20"),
        "main-isolated-3": ("eu-west-2c", "10.20.160.0/20"),
    }


@pytest.mark.parametrize("unknown", [False, True])
def test_no_subnet_gives_public_addresses(unknown: bool) -> None:
    subnets = synthesise(network(), unknown=unknown).of(SUBNET)
    assert {subnet.name: subnet.inputs["mapPublicIpOnLaunch"] for subnet in subnets} == {
        subnet.name: False for subnet in subnets
    }
    assert len(subnets) == 9


def test_adding_a_zone_or_nat_moves_no_subnet() -> None:
    small = synthesise(network(zones=("eu-west-2a", "eu-west-2b"), nat="none"))
    large = synthesise(network())
    for before in small.of(SUBNET):
        after = large.one(SUBNET, before.name)
        assert (after.urn, after.inputs["cidrBlock"]) == (before.urn, before.inputs["cidrBlock"])


def test_without_nat_there_is_no_private_tier_and_workloads_are_isolated() -> None:
    made = synthesise(network(nat="none"))
    assert made.of(NAT_GATEWAY) == ()
    assert {subnet.name.rpartition("-")[0] for subnet in made.of(SUBNET)} == {
        "main-public",
        "main-isolated",
    }
    assert outputs(made)["private_subnet_ids"] == []
    assert outputs(made)["workload_subnet_ids"] == ids(made, "isolated")


@pytest.mark.parametrize(
    ("nat", "zones"),
    [("single", ["main-1", "main-1", "main-1"]), ("per-az", ["main-1", "main-2", "main-3"])],
)
def test_private_subnets_leave_by_the_nat_gateways(nat: str, zones: list[str]) -> None:
    made = synthesise(network(nat=nat))
    assert [item.name for item in made.of(NAT_GATEWAY)] == sorted(set(zones))
    assert [item.inputs["natGatewayId"] for item in default_routes(made, "private")] == [
        made.one(NAT_GATEWAY, name).id for name in zones
    ]


def test_isolated_subnets_have_no_way_to_the_internet(graph: Graph) -> None:
    assert default_routes(graph, "isolated") == []


def test_workloads_run_in_private_subnets_where_there_is_nat(graph: Graph) -> None:
    found = outputs(graph)
    assert found["vpc_id"] == graph.one(VPC, "main").id
    assert found["public_subnet_ids"] == ids(graph, "public")
    assert found["private_subnet_ids"] == ids(graph, "private")
    assert found["isolated_subnet_ids"] == ids(graph, "isolated")
    assert found["workload_subnet_ids"] == ids(graph, "private")


def test_the_default_security_group_is_emptied(graph: Graph) -> None:
    assert graph.one(DEFAULT_GROUP, "main-default").given == {
        "vpcId": graph.one(VPC, "main").id,
        "ingress": [],
        "egress": [],
    }


def test_gateway_endpoints_stand_in_every_route_table(graph: Graph) -> None:
    tables = {table.id for table in graph.of(ROUTE_TABLE)}
    assert len(tables) == 9
    for service in ("s3", "dynamodb"):
        endpoint = graph.one(ENDPOINT, f"main-endpoints-{service}")
        assert set(endpoint.inputs["routeTableIds"]) == tables


def test_gateway_endpoints_wait_for_the_route_tables_in_a_preview_too() -> None:
    made = synthesise(network(), unknown=True)
    endpoint = made.one(ENDPOINT, "main-endpoints-s3")
    assert set(endpoint.property_dependencies["routeTableIds"]) >= {
        table.urn for table in made.of(ROUTE_TABLE)
    }


def test_interface_endpoints_stand_where_workloads_run() -> None:
    made = synthesise(network(interface_endpoints=("secretsmanager",), nat="none"))
    endpoint = made.one(ENDPOINT, "main-endpoints-secretsmanager").inputs
    assert endpoint["subnetIds"] == ids(made, "isolated")


def test_flow_logs_record_the_vpc(graph: Graph) -> None:
    flow_log = graph.one(FLOW_LOG, "main-flow-logs-all").inputs
    assert flow_log["vpcId"] == graph.one(VPC, "main").id
    group = graph.one(LOG_GROUP, "main-flow-logs-group")
    assert group.inputs["kmsKeyId"] == "arn:aws:kms:eu-west-2:111122223333:key/logs"
    assert outputs(graph)["flow_log_group_name"] == group.inputs["name"]


def test_a_preview_knows_all_but_what_aws_decides() -> None:
    made = synthesise(network(interface_endpoints=("kms",)), unknown=True)
    assert {item.urn for item in made.resources} == {
        item.urn for item in synthesise(network(interface_endpoints=("kms",))).resources
    }
    assert outputs(made)["vpc_id"] is UNKNOWN
    assert outputs(made)["workload_subnet_ids"] is UNKNOWN


def test_prefix_lists_are_there_for_the_endpoints_chosen() -> None:
    made: list[Network] = []
    synthesise(lambda: made.append(network(gateway_endpoints=("s3",))()))
    assert made[0].s3_prefix_list_id is not None
    assert made[0].dynamodb_prefix_list_id is None
    assert made[0].endpoint_security_group is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cidr": "10.20.0.0"}, "cidr must be like 10.20.0.0/16, got '10.20.0.0'"),
        ({"cidr": "10.20.0.0/255.255.0.0"}, "cidr must be like 10.20.0.0/16, got"),
        ({"cidr": "10.20.1.0/16"}, "cidr must be like 10.20.0.0/16, got '10.20.1.0/16'"),
        ({"cidr": "fd00::/16"}, "cidr must be like 10.20.0.0/16, got 'fd00::/16'"),
        ({"cidr": "ten"}, "cidr must be like 10.20.0.0/16, got 'ten'"),
        ({"cidr": "10.0.0.0/15"}, "cidr must have a mask of 16 to 24, got '10.0.0.0/15'"),
        ({"cidr": "10.0.0.0/25"}, "cidr must have a mask of 16 to 24, got '10.0.0.0/25'"),
        ({"cidr": "8.8.0.0/16"}, "cidr must be within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16"),
        ({"zones": ("eu-west-2a",)}, "zones must be 2 to 4 different ones, got ('eu-west-2a',)"),
        ({"zones": tuple(f"eu-west-2{x}" for x in "abcde")}, "zones must be 2 to 4 different ones"),
        ({"zones": ("eu-west-2a", "eu-west-2a")}, "zones must be 2 to 4 different ones"),
        ({"zones": ("eu-west-2a", "eu-west-1b")}, "zones must be of eu-west-2, got"),
        ({"zones": ("eu-west-2a", "eu-west-2-lhr-1a")}, "zones must be of eu-west-2, got"),
        ({"account_id": "1111"}, "account_id must be 12 digits, got '1111'"),
        ({"nat": "two"}, "nat must be one of none, single, per-az; got 'two'"),
    ],
)
def test_a_network_that_aws_would_refuse_is_refused(changes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        args(**changes)
