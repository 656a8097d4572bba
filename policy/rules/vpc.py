"""Rules for networks: what is recorded of them, their ways out, and their subnets."""

from typing import Annotated, Final

from rules.core.documents import Statement
from rules.core.findings import each, some
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit
from rules.links import Link, sources, targets
from rules.network import A_VPC, SUBNET, VPC

DEFAULT_SUBNET: Final = "aws:ec2/defaultSubnet:DefaultSubnet"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
ENDPOINT_POLICY: Final = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"

AN_ENDPOINT: Final = Link(ENDPOINT, by=("id", "arn"))
NETWORK: Final = "Make the network with components.network.vpc.Network, "
TLS: Final = "aws:securetransport"
# What tells of traffic that was refused.
RECORDED: Final = frozenset({"ALL", "REJECT"})


@stack_rule(
    "vpc-flow-logs",
    VPC,
    reads=(FLOW_LOG,),
    severity=Severity.MEDIUM,
    why="Without flow logs nobody can say who reached what, or tried to, after a break-in.",
    fix=NETWORK + "which records all traffic.",
    security_hub="EC2.6",
    cis="3:3.7",
    cdk_nag="AwsSolutions-VPC7",
    checkov="CKV2_AWS_11",
)
def records_traffic(vpc: Resource, stack: Stack) -> Findings:
    """A flow log of the whole network records traffic that was refused, or all."""

    def records(log: Resource) -> bool:
        return log.text("trafficType").upper() in RECORDED and vpc in targets(
            stack, log, "vpcId", A_VPC
        )

    if not some(stack.of(FLOW_LOG), records):
        yield "no flow log of the network has ALL or REJECT as its trafficType"


def _is_gateway(endpoint: Resource) -> bool:
    return endpoint.text("vpcEndpointType", "Gateway").lower() == "gateway"


def _service(endpoint: Resource) -> str:
    return endpoint.text("serviceName").rpartition(".")[2].lower()


@stack_rule(
    "vpc-gateway-endpoints",
    VPC,
    ENDPOINT,
    reads=(ENDPOINT_POLICY,),
    severity=Severity.LOW,
    why=(
        "Without them, traffic to stores leaves the network and is billed; with the default "
        "policy, data leaves through them to anybody's account."
    ),
    fix=NETWORK + "whose gateway endpoints take the account's own principals and data only.",
    security_hub="EC2.10",
    cis="7:6.8",
)
def has_gateways(
    item: Resource,
    stack: Stack,
    *,
    services: Annotated[
        tuple[str, ...], Limit("The services that a network reaches by gateway endpoints.")
    ] = ("s3", "dynamodb"),
) -> Findings:
    """A network has gateway endpoints for S3 and DynamoDB, and their policies allow less than all.

    A policy of a gateway endpoint takes no principal but ``*``: what narrows it is its actions, its
    resources, a condition, or a denial of the rest.
    """
    if item.type == ENDPOINT:
        return _policy_is_narrow(item, stack, services)
    return _gateways_are_there(item, stack, services)


def _gateways_are_there(vpc: Resource, stack: Stack, services: tuple[str, ...]) -> Findings:
    def is_there(service: str) -> Findings:
        def is_it(item: Resource) -> bool:
            if _service(item) != service or not _is_gateway(item):
                return False
            return vpc in targets(stack, item, "vpcId", A_VPC)

        if not some(stack.of(ENDPOINT), is_it):
            yield f"the network has no gateway endpoint for {service}"

    return each(services, is_there)


def _policy_is_narrow(endpoint: Resource, stack: Stack, services: tuple[str, ...]) -> Findings:
    if not _is_gateway(endpoint) or _service(endpoint) not in services:
        return
    statements = list(endpoint.statements("policy"))
    for side in sources(stack, endpoint, ENDPOINT_POLICY, "vpcEndpointId", AN_ENDPOINT):
        statements += side.statements("policy")
    if not statements:
        yield "policy is the default, which allows everything"
        return
    service = _service(endpoint)
    if some(statements, lambda item: _denies_the_rest(item, service)):
        return

    def is_narrow(statement: Statement) -> Findings:
        if statement.allows and _is_all(statement, service) and not _is_bound(statement):
            yield f"{statement.label} of policy allows everything"

    yield from each(statements, is_narrow)


def _denies_the_rest(statement: Statement, service: str) -> bool:
    tests = [item for item in statement.conditions if item.key != TLS]
    return statement.denies and bool(tests) and _is_all(statement, service)


def _is_all(statement: Statement, service: str) -> bool:
    """Whether a statement is of everything that can be done through the endpoint."""
    every = {"*", "*:*", f"{service}:*"}
    if not statement.has("NotAction") and not some(
        statement.actions(), lambda action: action.lower() in every
    ):
        return False
    return statement.has("NotResource") or some(statement.resources(), _is_anybodys)


def _is_anybodys(resource: str) -> bool:
    """Whether it stands for every bucket or table, whosoever it is."""
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return not resource.strip("*:")
    account, name = parts[4], parts[5]
    return account in {"", "*"} and not name.removeprefix("table/").strip("*/")


def _is_bound(statement: Statement) -> bool:
    # To ask for TLS keeps nobody out.
    if any(item.holds_back and item.key != TLS for item in statement.conditions):
        return True
    principals = statement.principals()
    return not statement.has("NotPrincipal") and not any(item.is_everyone for item in principals)


@resource_rule(
    "subnet-no-auto-public-ip",
    SUBNET,
    DEFAULT_SUBNET,
    severity=Severity.MEDIUM,
    why="Whatever starts in such a subnet has a public address that nobody asked for.",
    fix=NETWORK + "whose subnets give none; a load balancer brings its own.",
    security_hub="EC2.15",
    cdk_nag="NIST.800.53.R5-VPCSubnetAutoAssignPublicIpDisabled",
    checkov="CKV_AWS_130",
    remedy=setting({"mapPublicIpOnLaunch": False}),
)
def no_public_addresses(subnet: Resource) -> Findings:
    """No subnet gives public addresses by itself; a default one does unless told otherwise."""
    given = subnet.flag("mapPublicIpOnLaunch")
    if given is True:
        yield "mapPublicIpOnLaunch is true"
    elif given is None and subnet.type == DEFAULT_SUBNET:
        yield "mapPublicIpOnLaunch is not false"
