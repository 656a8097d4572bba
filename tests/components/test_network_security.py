import pulumi
import pytest

from components.network.security import (
    SecurityGroup,
    SecurityGroupArgs,
    allow,
    allow_internet,
    allow_prefix_list,
)
from offline.engine import synthesise
from offline.graph import Graph, Resource

GROUP = "aws:ec2/securityGroup:SecurityGroup"
COMPONENT = "plinth:network:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


def group(name: str) -> SecurityGroup:
    return SecurityGroup(name, SecurityGroupArgs(vpc_id="vpc-1", description=f"The {name}"))


def rules(graph: Graph) -> list[Resource]:
    return [*graph.of(INGRESS), *graph.of(EGRESS)]


def test_a_group_admits_nothing_and_reaches_nothing() -> None:
    graph = synthesise(lambda: group("orders"))
    made = graph.one(GROUP, "orders-group")
    assert made.inputs["vpcId"] == "vpc-1"
    assert made.inputs["description"] == "The orders"
    assert not {"ingress", "egress"} & made.inputs.keys()
    assert rules(graph) == []


def test_a_group_is_named_automatically_so_that_it_can_be_replaced() -> None:
    made = synthesise(lambda: group("orders")).one(GROUP, "orders-group")
    assert made.inputs["name"].startswith("plinth-test-orders-group-")


def test_a_group_shows_its_id_and_arn() -> None:
    graph = synthesise(lambda: group("orders"))
    made = graph.one(GROUP, "orders-group")
    (component,) = graph.of(COMPONENT)
    assert graph.outputs[component.urn] == {"id": made.id, "arn": made.outputs["arn"]}


def test_allowing_opens_one_port_on_both_sides() -> None:
    graph = synthesise(
        lambda: allow("orders-database", group("orders"), group("database"), 5432, "SQL")
    )
    source = graph.one(GROUP, "orders-group").id
    target = graph.one(GROUP, "database-group").id
    port = {"ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432, "description": "SQL"}
    assert graph.one(EGRESS, "orders-database-egress").given == {
        "securityGroupId": source,
        "referencedSecurityGroupId": target,
        **port,
    }
    assert graph.one(INGRESS, "orders-database-ingress").given == {
        "securityGroupId": target,
        "referencedSecurityGroupId": source,
        **port,
    }
    assert len(rules(graph)) == 2


def test_a_rule_stands_under_the_group_it_belongs_to() -> None:
    graph = synthesise(
        lambda: allow("orders-database", group("orders"), group("database"), 5432, "SQL")
    )
    parents = {
        rule.name: graph.one(COMPONENT, rule.parent.split("::")[-1]).name for rule in rules(graph)
    }
    assert parents == {"orders-database-egress": "orders", "orders-database-ingress": "database"}


def test_the_rules_can_be_waited_for() -> None:
    found: list[pulumi.Resource] = []
    synthesise(lambda: found.extend(allow("loop", group("orders"), group("database"), 5432, "SQL")))
    assert [type(rule).__name__ for rule in found] == [
        "SecurityGroupEgressRule",
        "SecurityGroupIngressRule",
    ]


def test_an_aws_service_is_reached_by_https_at_its_own_addresses_only() -> None:
    graph = synthesise(lambda: allow_prefix_list("orders-s3", group("orders"), "pl-1", "Documents"))
    (rule,) = rules(graph)
    assert rule.type == EGRESS
    assert rule.given == {
        "securityGroupId": graph.one(GROUP, "orders-group").id,
        "prefixListId": "pl-1",
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "description": "Documents",
    }


def test_the_internet_is_reached_by_https_only_and_the_rule_says_why() -> None:
    graph = synthesise(lambda: allow_internet("orders-web", group("orders"), "Payment provider"))
    (rule,) = rules(graph)
    assert rule.type == EGRESS
    assert rule.given == {
        "securityGroupId": graph.one(GROUP, "orders-group").id,
        "cidrIpv4": "0.0.0.0/0",
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "description": "Payment provider",
    }


@pytest.mark.parametrize("description", ["", " ", "the api's", "a — b", "x" * 256, "line\nbreak"])
def test_a_description_that_ec2_would_refuse_is_refused(description: str) -> None:
    with pytest.raises(ValueError, match="description must be 1 to 255 letters"):
        SecurityGroupArgs(vpc_id="vpc-1", description=description)
    with pytest.raises(ValueError, match="description must be 1 to 255 letters"):
        synthesise(lambda: allow_internet("orders-web", group("orders"), description))


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    with pytest.raises(ValueError, match=f"port must be from 1 to 65535, got {port}"):
        synthesise(lambda: allow("loop", group("orders"), group("database"), port, "SQL"))
