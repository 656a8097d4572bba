"""Rules for access lists of networks."""

from collections.abc import Iterator
from typing import Final

from rules.core.findings import each
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.values import NotKnown
from rules.core.view import View
from rules.traffic import Traffic, protocol_of, traffic_of, world

NETWORK_ACL: Final = "aws:ec2/networkAcl:NetworkAcl"
DEFAULT_NETWORK_ACL: Final = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
NETWORK_ACL_RULE: Final = "aws:ec2/networkAclRule:NetworkAclRule"

ADDRESSES: Final = ("cidrBlock", "ipv6CidrBlock")
ADMINISTRATION: Final = (22, 3389)
# Answers to what went out come back to these; an access list keeps no account of connections.
RETURN_PORTS: Final = range(1024, 65_536)
# A list has at most 40 rules, numbered up to this.
LAST_NUMBER: Final = 32_767


@resource_rule(
    "nacl-no-public-admin",
    NETWORK_ACL,
    NETWORK_ACL_RULE,
    DEFAULT_NETWORK_ACL,
    severity=Severity.MEDIUM,
    why="What a list lets through from the whole internet, one wrong security group lets in.",
    fix="Leave components.network.vpc.Network as it is: groups name who may reach whom.",
    security_hub="EC2.21",
    cis="3:5.1",
    checkov="CKV_AWS_231 CKV_AWS_232 CKV_AWS_352",
)
def no_public_administration(acl: Resource) -> Findings:
    """No list lets SSH, remote desktops or all traffic in from the internet.

    The ports of answers, 1024 to 65535, may be open. A rule of a lower number that denies the port
    counts, where both stand in one list.
    """
    if acl.type == NETWORK_ACL_RULE:
        return _rule(acl)
    return each(acl.views("ingress"), lambda view: _entry(view, acl))


def _rule(rule: Resource) -> Findings:
    if rule.flag("egress") is not True and rule.text("ruleAction").lower() == "allow":
        yield from _opened(rule, ADMINISTRATION)


def _entry(view: View, acl: Resource) -> Findings:
    if view.text("action").lower() != "allow":
        return
    found = list(_opened(view, tuple(_not_denied_before(view, acl))))
    if found and any(_may_deny_before(other, view) for other in acl.views("ingress")):
        raise NotKnown("ingress")
    yield from found


def _opened(view: View, ports: tuple[int, ...]) -> Findings:
    known = all(view.is_known(path) for path in ("protocol", "fromPort", "toPort"))
    if known and not _reached(traffic_of(view, "protocol"), ports):
        return
    source = world(view, *ADDRESSES)
    if source and (reached := _reached(traffic_of(view, "protocol"), ports)):
        yield f"ingress from {source} reaches port {reached[0]}"


def _reached(traffic: Traffic, ports: tuple[int, ...]) -> list[int]:
    if traffic.protocol != "all" and traffic.ports == RETURN_PORTS:
        return []
    return [port for port in ports if traffic.has(port)]


def _not_denied_before(view: View, acl: Resource) -> Iterator[int]:
    """The ports of administration that no earlier rule keeps the internet from."""
    number = view.number("ruleNo") or 0
    here = set(_sources(view))
    # SSH and remote desktops begin by TCP: to deny another protocol keeps nobody out.
    own = {protocol_of(view, "protocol")} if view.is_known("protocol") else set()
    denied: set[int] = set()
    for other in acl.views("ingress"):
        if not _is_plain_denial(other) or (other.number("ruleNo") or LAST_NUMBER) >= number:
            continue
        traffic = traffic_of(other, "protocol")
        if here and here <= set(_sources(other)) and traffic.protocol in {"all", "tcp", *own}:
            denied.update(filter(traffic.has, ADMINISTRATION))
    return iter([port for port in ADMINISTRATION if port not in denied])


def _may_deny_before(other: View, view: View) -> bool:
    """Whether it could turn out to be a denial that comes first."""
    if _is_plain_denial(other) or (
        other.is_known("action") and other.text("action").lower() != "deny"
    ):
        return False
    if not (other.is_known("ruleNo") and view.is_known("ruleNo")):
        return True
    return (other.number("ruleNo") or LAST_NUMBER) < (view.number("ruleNo") or 0)


def _is_plain_denial(view: View) -> bool:
    paths = ("action", "ruleNo", "protocol", "fromPort", "toPort", *ADDRESSES)
    return all(map(view.is_known, paths)) and view.text("action").lower() == "deny"


def _sources(view: View) -> Iterator[str]:
    for path in ADDRESSES:
        if view.is_known(path):
            yield from filter(None, (view.text(path),))
