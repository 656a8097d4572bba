"""Rules for what security groups let in and out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

from rules.core.findings import each
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.thresholds import Limit
from rules.core.view import View
from rules.traffic import CONTROL, EVERYTHING, Traffic, traffic_of, world

DEFAULT_SECURITY_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
EGRESS_RULE: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
SECURITY_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
SECURITY_GROUP_RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"

ALLOW: Final = "Let a group in by components.network.security.allow, which names no addresses."
INLINE: Final = frozenset({SECURITY_GROUP, DEFAULT_SECURITY_GROUP})
OF_ONE_DIRECTION: Final = {INGRESS_RULE: "ingress", EGRESS_RULE: "egress"}
# What Security Hub calls of high risk, and what else databases and their like listen on.
HIGH_RISK: Final = (
    *("20", "21", "22", "23", "25", "110", "135", "139", "143", "389", "445", "636"),
    *("1433", "1434", "1521", "2049", "2375", "2376", "2379", "2380", "2483", "2484"),
    *("3000", "3306", "3389", "4333", "6443", "9160", "10250", "27018", "27019"),
    *("5000", "5432", "5439", "5500", "5601", "5900", "5984", "5985", "5986", "6379"),
    *("7000", "7001", "8080", "8088", "8182", "8888", "9042", "9092", "9200", "9300"),
    *("11211", "27017", "50000"),
)
# Every port but 0, which nothing listens on.
ALL_PORTS: Final = len(EVERYTHING) - 1

Ports = Annotated[
    tuple[str, ...], Limit("Ports of TCP and UDP, one by one.", matching="[0-9]{1,5}")
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a group lets in or out, however it is spelt.

    Attributes:
        protocol: the property with the protocol.
        addresses: the properties with ranges of addresses.
        lists: the properties with lists of such ranges.
    """

    view: View
    protocol: str
    addresses: tuple[str, str]
    lists: str

    def traffic(self) -> Traffic:
        """The protocol and ports."""
        return traffic_of(self.view, self.protocol)

    def is_known(self) -> bool:
        """Whether its protocol and ports are."""
        return all(self.view.is_known(path) for path in (self.protocol, "fromPort", "toPort"))

    def world(self) -> str:
        """The range of addresses that is the internet, or empty."""
        return world(self.view, *self.addresses)


def entries(resource: Resource, direction: str) -> Iterator[Entry]:
    """What a group or a rule of one lets in (``ingress``) or out (``egress``)."""
    if resource.type in INLINE:
        for view in resource.views(direction):
            yield Entry(view, "protocol", ("cidrBlocks", "ipv6CidrBlocks"), "prefixListIds")
    elif resource.type == SECURITY_GROUP_RULE:
        if resource.text("type").lower() == direction:
            blocks = ("cidrBlocks", "ipv6CidrBlocks")
            yield Entry(resource, "protocol", blocks, "prefixListIds")
    elif OF_ONE_DIRECTION[resource.type] == direction:
        yield Entry(resource, "ipProtocol", ("cidrIpv4", "cidrIpv6"), "prefixListId")


def _risky(traffic: Traffic, ports: tuple[str, ...]) -> str:
    """The first port of high risk that is let through, or empty."""
    return next((port for port in ports if traffic.has(int(port))), "")


@resource_rule(
    "sg-no-public-admin-ports",
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    INGRESS_RULE,
    DEFAULT_SECURITY_GROUP,
    severity=Severity.CRITICAL,
    why="Ports of administration and databases are tried from the whole internet within minutes.",
    fix=ALLOW + " Reach servers by Session Manager.",
    security_hub="EC2.19 SH:EC2.13 SH:EC2.14",
    cis="3:5.2 3:5.3",
    cdk_nag="NIST.800.53.R5-EC2RestrictedSSH",
    checkov="CKV_AWS_24 CKV_AWS_25",
)
def no_public_administration(group: Resource, *, ports: Ports = HIGH_RISK) -> Findings:
    """No port of administration, a database or another high risk is open to the internet."""

    def is_safe(entry: Entry) -> Findings:
        if entry.is_known() and not _risky(entry.traffic(), ports):
            return
        source = entry.world()
        if source and (port := _risky(entry.traffic(), ports)):
            yield f"ingress from {source} reaches port {port}, by {entry.traffic().label}"

    return each(entries(group, "ingress"), is_safe)


def _is_for_the_public(traffic: Traffic, ports: tuple[str, ...]) -> bool:
    if traffic.protocol in CONTROL:
        return True
    allowed = {int(port) for port in ports}
    if traffic.protocol == "udp":
        # HTTP/3; nothing of the web speaks UDP on another port.
        allowed &= {443}
    few = 0 < len(traffic.ports) <= len(allowed)
    return few and allowed.issuperset(traffic.ports)


@resource_rule(
    "sg-public-ingress-ports",
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    INGRESS_RULE,
    DEFAULT_SECURITY_GROUP,
    severity=Severity.HIGH,
    why="Whatever listens on a port that is open to the internet is attacked there.",
    fix=ALLOW + " What the public reaches stands behind CloudFront, or listens on 443 only.",
    security_hub="EC2.18",
    cdk_nag="AwsSolutions-EC23",
    checkov="CKV_AWS_260 CKV_AWS_277",
)
def public_on_web_only(group: Resource, *, ports: Ports = ("80", "443")) -> Findings:
    """The internet reaches ports 443 and 80 only, never all protocols; ICMP is no port."""

    def is_web(entry: Entry) -> Findings:
        if entry.is_known() and _is_for_the_public(entry.traffic(), ports):
            return
        source = entry.world()
        if source and not _is_for_the_public(entry.traffic(), ports):
            yield f"ingress from {source} reaches {entry.traffic().label}"

    return each(entries(group, "ingress"), is_web)


def _is_everything(traffic: Traffic) -> bool:
    return traffic.protocol == "all" or len(traffic.ports) >= ALL_PORTS


@resource_rule(
    "sg-egress-scoped",
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    EGRESS_RULE,
    DEFAULT_SECURITY_GROUP,
    severity=Severity.MEDIUM,
    why="Whoever breaks into a server that may reach everything carries the data anywhere.",
    fix=(
        "Let it out by components.network.security.allow or allow_prefix_list, or to port 443 "
        "alone by allow_internet."
    ),
    checkov="CKV_AWS_382",
)
def way_out_is_narrow(group: Resource) -> Findings:
    """Nothing may reach the whole internet by all protocols, or by all ports of one."""

    def is_narrow(entry: Entry) -> Findings:
        if entry.is_known() and not _is_everything(entry.traffic()):
            return
        target = entry.world()
        if target and _is_everything(entry.traffic()):
            yield f"egress to {target} is for {entry.traffic().label}"

    return each(entries(group, "egress"), is_narrow)
