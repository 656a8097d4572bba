"""What AWS computes for networks, and for the log groups that they and all else write to."""

from collections.abc import Mapping
from typing import Any, Final

from offline.aws.table import AutoName, Context, Type

_EC2_ARN: Final = "arn:aws:ec2:{region}:{account}"


def _prefix_list(context: Context) -> str:
    # Only a gateway endpoint has one: its service's addresses, for rules and routes to name.
    return f"pl-{context['hex8']}" if context.get("vpcEndpointType") == "Gateway" else ""


def _dns_entries(context: Context) -> list[dict[str, str]]:
    if context.get("vpcEndpointType") != "Interface":
        return []
    service = context["serviceName"].removeprefix(f"com.amazonaws.{context['region']}.")
    host = f"{service}.{context['region']}.vpce.amazonaws.com"
    return [
        {"dnsName": f"{context['id']}-{context['alnum8']}.{host}", "hostedZoneId": "Z7K1066E3PUKB"}
    ]


def _public_ip(context: Context) -> str:
    # One of the addresses that RFC 5737 keeps for documentation.
    return f"203.0.113.{int(context['hex2'], 16)}"


def _public_name(context: Context) -> str:
    numbers = _public_ip(context).replace(".", "-")
    # The oldest region's names are those of a time when there was no other.
    zone = "compute-1" if context["region"] == "us-east-1" else f"{context['region']}.compute"
    return f"ec2-{numbers}.{zone}.amazonaws.com"


def _interfaces(context: Context) -> list[str]:
    subnets = context.get("subnetIds") or []
    return [f"eni-{context[f'hex{17 + index}'][-17:]}" for index in range(len(subnets))]


TYPES: Final[Mapping[str, Type]] = {
    "aws:ec2/vpc:Vpc": Type(
        id="vpc-{hex17}",
        computed={
            "arn": f"{_EC2_ARN}:vpc/{{id}}",
            "defaultNetworkAclId": "acl-{hex17}",
            "defaultRouteTableId": "rtb-{hex17}",
            "defaultSecurityGroupId": "sg-{hex17}",
            "dhcpOptionsId": "dopt-{hex17}",
            "mainRouteTableId": "rtb-{hex17}",
            "ownerId": "{account}",
        },
    ),
    "aws:ec2/subnet:Subnet": Type(
        id="subnet-{hex17}",
        computed={"arn": f"{_EC2_ARN}:subnet/{{id}}", "ownerId": "{account}"},
    ),
    "aws:ec2/routeTable:RouteTable": Type(
        id="rtb-{hex17}",
        computed={"arn": f"{_EC2_ARN}:route-table/{{id}}", "ownerId": "{account}", "routes": []},
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Type(
        id="rtbassoc-{hex17}", imported="{subnetId}/{routeTableId}"
    ),
    "aws:ec2/route:Route": Type(
        id="r-{routeTableId}{num10}",
        computed={"origin": "CreateRoute", "state": "active"},
        imported="{routeTableId}_{destinationCidrBlock}",
    ),
    "aws:ec2/internetGateway:InternetGateway": Type(
        id="igw-{hex17}",
        computed={"arn": f"{_EC2_ARN}:internet-gateway/{{id}}", "ownerId": "{account}"},
    ),
    "aws:ec2/eip:Eip": Type(
        id="eipalloc-{hex17}",
        computed={
            "allocationId": "{id}",
            "arn": f"{_EC2_ARN}:elastic-ip/{{id}}",
            "domain": "vpc",
            "publicDns": _public_name,
            "publicIp": _public_ip,
        },
    ),
    "aws:ec2/natGateway:NatGateway": Type(
        id="nat-{hex17}",
        computed={
            "associationId": "eipassoc-{hex17}",
            "networkInterfaceId": "eni-{hex17}",
            "publicIp": _public_ip,
        },
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Type(
        id="vpce-{hex17}",
        computed={
            "arn": f"{_EC2_ARN}:vpc-endpoint/{{id}}",
            "dnsEntries": _dns_entries,
            "networkInterfaceIds": _interfaces,
            "ownerId": "{account}",
            "prefixListId": _prefix_list,
            "requesterManaged": False,
            "state": "available",
        },
    ),
    "aws:ec2/securityGroup:SecurityGroup": Type(
        id="sg-{hex17}",
        name=AutoName("name", 255),
        computed={"arn": f"{_EC2_ARN}:security-group/{{id}}", "ownerId": "{account}"},
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Type(
        id="sg-{hex17}",
        computed={
            "arn": f"{_EC2_ARN}:security-group/{{id}}",
            "description": "default VPC security group",
            "name": "default",
            "ownerId": "{account}",
        },
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Type(
        id="sgr-{hex17}",
        computed={
            "arn": f"{_EC2_ARN}:security-group-rule/{{id}}",
            "securityGroupRuleId": "{id}",
        },
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Type(
        id="sgr-{hex17}",
        computed={
            "arn": f"{_EC2_ARN}:security-group-rule/{{id}}",
            "securityGroupRuleId": "{id}",
        },
    ),
    "aws:ec2/flowLog:FlowLog": Type(
        id="fl-{hex17}",
        computed={"arn": f"{_EC2_ARN}:vpc-flow-log/{{id}}"},
    ),
    "aws:cloudwatch/logGroup:LogGroup": Type(
        id="{name}",
        name=AutoName("name", 255),
        computed={
            "arn": "arn:aws:logs:{region}:{account}:log-group:{name}",
            "logGroupClass": "STANDARD",
        },
    ),
}
INVOKES: Final[Mapping[str, Mapping[str, Any]]] = {}
