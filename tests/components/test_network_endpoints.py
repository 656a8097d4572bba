import json
from typing import Any

import pytest

from components.network.endpoints import INTERFACE_SERVICES, Endpoints, EndpointsArgs
from components.network.security import SecurityGroup, SecurityGroupArgs
from offline.engine import synthesise
from offline.graph import Graph

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ACCOUNT = "111122223333"


def args(
    gateway: tuple[str, ...] = ("s3", "dynamodb"), interface: tuple[str, ...] = ()
) -> EndpointsArgs:
    return EndpointsArgs(
        vpc_id="vpc-1",
        account_id=ACCOUNT,
        region="eu-west-2",
        gateway_services=gateway,
        interface_services=interface,
        route_table_ids=["rtb-1", "rtb-2"],
        subnet_ids=["subnet-1", "subnet-2"],
    )


def policy(graph: Graph, name: str) -> Any:
    return json.loads(graph.one(ENDPOINT, name).inputs["policy"])["Statement"]


def own(sid: str, action: str, equals: dict[str, str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": action,
        "Resource": "*",
        "Condition": {"StringEquals": equals},
    }


def test_a_gateway_endpoint_stands_in_every_route_table_given() -> None:
    made = synthesise(lambda: Endpoints("main", args())).one(ENDPOINT, "main-s3").given
    assert {name: value for name, value in made.items() if name != "policy"} == {
        "vpcId": "vpc-1",
        "vpcEndpointType": "Gateway",
        "serviceName": "com.amazonaws.eu-west-2.s3",
        "routeTableIds": ["rtb-1", "rtb-2"],
        "tags": {"Name": "main-s3"},
    }


def test_dynamodb_is_open_to_the_accounts_own_principals_for_its_own_tables_only() -> None:
    graph = synthesise(lambda: Endpoints("main", args()))
    account = {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}
    assert policy(graph, "main-dynamodb") == [own("OwnData", "dynamodb:*", account)]


def test_s3_is_open_to_the_accounts_own_principals_for_its_own_buckets_and_to_image_layers() -> (
    None
):
    graph = synthesise(lambda: Endpoints("main", args()))
    account = {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}
    assert policy(graph, "main-s3") == [
        own("OwnData", "s3:*", account),
        {
            "Sid": "ImageLayers",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::prod-eu-west-2-starport-layer-bucket/*",
        },
    ]


def test_without_interface_endpoints_there_is_no_security_group() -> None:
    graph = synthesise(lambda: Endpoints("main", args()))
    assert graph.of(GROUP) == ()


def test_an_interface_endpoint_has_private_names_and_one_address_a_subnet() -> None:
    graph = synthesise(lambda: Endpoints("main", args(interface=("secretsmanager",))))
    made = graph.one(ENDPOINT, "main-secretsmanager").given
    assert {name: value for name, value in made.items() if name != "policy"} == {
        "vpcId": "vpc-1",
        "vpcEndpointType": "Interface",
        "serviceName": "com.amazonaws.eu-west-2.secretsmanager",
        "subnetIds": ["subnet-1", "subnet-2"],
        "securityGroupIds": [graph.one(GROUP, "main-access-group").id],
        "privateDnsEnabled": True,
        "tags": {"Name": "main-secretsmanager"},
    }


@pytest.mark.parametrize(("service", "prefix"), INTERFACE_SERVICES.items())
def test_an_interface_endpoint_is_open_to_the_accounts_own_principals_only(
    service: str, prefix: str
) -> None:
    graph = synthesise(lambda: Endpoints("main", args(interface=(service,))))
    assert policy(graph, f"main-{service}") == [
        own("OwnPrincipals", f"{prefix}:*", {"aws:PrincipalAccount": ACCOUNT})
    ]


def test_interface_endpoints_admit_nobody_unasked() -> None:
    graph = synthesise(lambda: Endpoints("main", args(interface=("kms", "logs"))))
    assert len(graph.of(GROUP)) == 1
    assert graph.of(INGRESS) == ()
    assert graph.of(EGRESS) == ()


def test_a_workload_that_asks_reaches_the_interface_endpoints_by_https() -> None:
    def program() -> None:
        endpoints = Endpoints("main", args(interface=("kms",)))
        workload = SecurityGroup("api", SecurityGroupArgs(vpc_id="vpc-1", description="API"))
        endpoints.allow_from("api-endpoints", workload)

    graph = synthesise(program)
    rule = graph.one(INGRESS, "api-endpoints-ingress").inputs
    assert rule["securityGroupId"] == graph.one(GROUP, "main-access-group").id
    assert rule["referencedSecurityGroupId"] == graph.one(GROUP, "api-group").id
    assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 443, 443)
    assert graph.one(EGRESS, "api-endpoints-egress").inputs["referencedSecurityGroupId"] == (
        graph.one(GROUP, "main-access-group").id
    )


def test_nobody_can_ask_for_interface_endpoints_that_are_not_there() -> None:
    def program() -> None:
        workload = SecurityGroup("api", SecurityGroupArgs(vpc_id="vpc-1", description="API"))
        Endpoints("main", args()).allow_from("api-endpoints", workload)

    with pytest.raises(ValueError, match="interface_services must not be empty for api-endpoints"):
        synthesise(program)


def test_prefix_lists_are_known_by_service() -> None:
    graph = synthesise(lambda: Endpoints("main", args()))
    (component,) = graph.of("plinth:network:Endpoints")
    assert graph.outputs[component.urn]["prefix_list_ids"] == {
        service: graph.one(ENDPOINT, f"main-{service}").outputs["prefixListId"]
        for service in ("s3", "dynamodb")
    }


@pytest.mark.parametrize(
    ("gateway", "interface", "message"),
    [
        (("sqs",), (), r"gateway_services must be from dynamodb, s3; got \['sqs'\]"),
        (("s3", "s3"), (), r"gateway_services must be distinct, got \('s3', 's3'\)"),
        ((), ("s3",), r"interface_services must be from .*; got \['s3'\]"),
        ((), ("kms", "kms"), r"interface_services must be distinct, got \('kms', 'kms'\)"),
    ],
)
def test_services_without_such_an_endpoint_are_refused(
    gateway: tuple[str, ...], interface: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        args(gateway, interface)
