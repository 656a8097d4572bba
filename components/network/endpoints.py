"""Private ways to AWS's services: gateway endpoints, and interface endpoints where chosen.

An endpoint's policy grants nothing: it bounds who may use the endpoint for what, whatever rights
they hold elsewhere. Nobody can carry data out through it with another account's credentials.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.network.security import HTTPS, SecurityGroup, SecurityGroupArgs, allow

GATEWAY_SERVICES = ("dynamodb", "s3")
# Endpoint name -> IAM prefix, of services whose endpoints take a policy.
INTERFACE_SERVICES: Mapping[str, str] = {
    "ecr.api": "ecr",
    "ecr.dkr": "ecr",
    "events": "events",
    "kms": "kms",
    "lambda": "lambda",
    "logs": "logs",
    "monitoring": "cloudwatch",
    "secretsmanager": "secretsmanager",
    "sns": "sns",
    "sqs": "sqs",
    "ssm": "ssm",
    "states": "states",
    "sts": "sts",
    "xray": "xray",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointsArgs:
    """Which services a network reaches privately.

    Attributes:
        vpc_id: the network; private names need its DNS support and DNS hostnames.
        account_id: the only account whose principals may use the endpoints.
        region: where the network is.
        gateway_services: from `GATEWAY_SERVICES`; free of charge.
        interface_services: from `INTERFACE_SERVICES`; each costs by the hour in every zone, and
            by the gigabyte.
        route_table_ids: the tables that lead to the gateway endpoints.
        subnet_ids: one subnet a zone, for the interface endpoints.
    """

    vpc_id: pulumi.Input[str]
    account_id: str
    region: str
    gateway_services: tuple[str, ...]
    interface_services: tuple[str, ...]
    route_table_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]

    def __post_init__(self) -> None:
        _check_services("gateway_services", self.gateway_services, GATEWAY_SERVICES)
        _check_services("interface_services", self.interface_services, tuple(INTERFACE_SERVICES))


class Endpoints(pulumi.ComponentResource):
    """The endpoints of a network; a workload reaches none of them unless a rule says so."""

    # By service; what `allow_prefix_list` takes.
    prefix_list_ids: Mapping[str, pulumi.Output[str]]
    # Of the interface endpoints, if there are any.
    security_group: SecurityGroup | None

    def __init__(
        self, name: str, args: EndpointsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:network:Endpoints", name, None, opts)
        self.prefix_list_ids = {
            service: self._gateway(name, service, args).prefix_list_id
            for service in args.gateway_services
        }
        self.security_group = None
        if args.interface_services:
            self.security_group = SecurityGroup(
                f"{name}-access",
                SecurityGroupArgs(vpc_id=args.vpc_id, description="Interface endpoints"),
                pulumi.ResourceOptions(parent=self),
            )
            for service in args.interface_services:
                self._interface(name, service, args, self.security_group)
        self.register_outputs({"prefix_list_ids": self.prefix_list_ids})

    def allow_from(self, name: str, source: SecurityGroup) -> tuple[pulumi.Resource, ...]:
        """Let a workload reach the interface endpoints; returns the rules to wait for.

        Raises:
            ValueError: the network has no interface endpoints.
        """
        if self.security_group is None:
            raise ValueError(f"interface_services must not be empty for {name} to reach them")
        return allow(name, source, self.security_group, HTTPS, "AWS services, privately")

    def _gateway(self, name: str, service: str, args: EndpointsArgs) -> aws.ec2.VpcEndpoint:
        return aws.ec2.VpcEndpoint(
            f"{name}-{service}",
            vpc_id=args.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{args.region}.{service}",
            route_table_ids=args.route_table_ids,
            policy=gateway_policy(service, args.account_id, args.region),
            tags={"Name": f"{name}-{service}"},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _interface(
        self, name: str, service: str, args: EndpointsArgs, group: SecurityGroup
    ) -> aws.ec2.VpcEndpoint:
        return aws.ec2.VpcEndpoint(
            f"{name}-{service}",
            vpc_id=args.vpc_id,
            vpc_endpoint_type="Interface",
            service_name=f"com.amazonaws.{args.region}.{service}",
            subnet_ids=args.subnet_ids,
            security_group_ids=[group.id],
            private_dns_enabled=True,
            policy=interface_policy(service, args.account_id),
            tags={"Name": f"{name}-{service}"},
            opts=pulumi.ResourceOptions(parent=self),
        )


def gateway_policy(service: str, account_id: str, region: str) -> str:
    """Bound a gateway endpoint to the account's own principals and its own data."""
    own = _bound(
        "OwnData",
        service,
        {"aws:PrincipalAccount": account_id, "aws:ResourceAccount": account_id},
    )
    # Images in ECR keep their layers in a bucket of AWS's, read by addresses that ECR signs: to
    # a container in the network no layer would come without this.
    layers = {
        "Sid": "ImageLayers",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::prod-{region}-starport-layer-bucket/*",
    }
    return _document(own, layers) if service == "s3" else _document(own)


def interface_policy(service: str, account_id: str) -> str:
    """Bound an interface endpoint to the account's own principals."""
    prefix = INTERFACE_SERVICES[service]
    return _document(_bound("OwnPrincipals", prefix, {"aws:PrincipalAccount": account_id}))


def _bound(sid: str, prefix: str, equals: Mapping[str, str]) -> dict[str, object]:
    # A gateway endpoint takes no principal but `*`: the conditions say who. Which actions, and on
    # which table or bucket, is each role's own business.
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": f"{prefix}:*",
        "Resource": "*",
        "Condition": {"StringEquals": equals},
    }


def _document(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def _check_services(field: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"{field} must be from {', '.join(sorted(known))}; got {unknown}")
    if len(set(given)) < len(given):
        raise ValueError(f"{field} must be distinct, got {given}")
