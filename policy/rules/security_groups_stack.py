"""Rules for security groups by what they stand before."""

from typing import Final

from rules.core.findings import each, some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.values import NotKnown
from rules.links import Link, said, sources, targets
from rules.network import A_VPC, VPC
from rules.rds import CLUSTER, INSTANCE
from rules.security_groups import (
    ALLOW,
    DEFAULT_SECURITY_GROUP,
    EGRESS_RULE,
    INGRESS_RULE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    Entry,
    entries,
)

DATABASES: Final = (CLUSTER, INSTANCE)
RULES: Final = (SECURITY_GROUP_RULE, INGRESS_RULE, EGRESS_RULE)
BY_RULE: Final = dict.fromkeys(RULES, "securityGroupId")
A_GROUP: Final = Link(SECURITY_GROUP, by=("id",), through=BY_RULE)


@stack_rule(
    "sg-db-from-sg-only",
    SECURITY_GROUP,
    INGRESS_RULE,
    SECURITY_GROUP_RULE,
    reads=DATABASES,
    severity=Severity.HIGH,
    why="Addresses change hands; whatever gets one of them, or the subnet, reaches the database.",
    fix=ALLOW,
    cdk_nag="AwsSolutions-RDS8",
)
def databases_admit_groups(item: Resource, stack: Stack) -> Findings:
    """The security groups of a database let other groups in, and no ranges of addresses."""

    def is_group(entry: Entry) -> Findings:
        for path in (*entry.addresses, entry.lists):
            # Whichever addresses they turn out to be.
            if entry.view.is_set(path) and _is_of_database(item, stack):
                yield f"{path} lets addresses reach a database"

    return each(entries(item, "ingress"), is_group)


def _is_of_database(item: Resource, stack: Stack) -> bool:
    """Whether a group, or the group of a rule, is a database's."""

    def stands_before(kind: str) -> bool:
        return bool(sources(stack, item, kind, "vpcSecurityGroupIds", A_GROUP))

    if item.type == SECURITY_GROUP:
        return some(DATABASES, stands_before)
    named = set(said(item, "securityGroupId")[0])

    def has_it(database: Resource) -> bool:
        path = "vpcSecurityGroupIds"
        texts, unknown = said(database, path)
        if named and unknown and not database.property_dependencies.get(path):
            raise NotKnown(path)
        return bool(named & set(texts))

    def stands_behind(group: Resource) -> bool:
        return _is_of_database(group, stack)

    def foreign() -> bool:
        return some(stack.of(*DATABASES), has_it)

    def own() -> bool:
        return some(targets(stack, item, "securityGroupId", A_GROUP), stands_behind)

    # A group that is not of this stack, or one that is.
    return some((foreign, own), lambda part: part())


@stack_rule(
    "vpc-default-sg-closed",
    VPC,
    DEFAULT_SECURITY_GROUP,
    reads=RULES,
    severity=Severity.HIGH,
    why="What is started without a group gets the default one, and all that its rules allow.",
    fix=(
        "Make the network with components.network.vpc.Network, which adopts the default group "
        "and takes its rules away."
    ),
    security_hub="EC2.2",
    cis="3:5.4",
    cdk_nag="NIST.800.53.R5-VPCDefaultSecurityGroupClosed",
    checkov="CKV2_AWS_12",
)
def default_group_is_closed(item: Resource, stack: Stack) -> Findings:
    """The default security group of each network is adopted by the program, and has no rules."""
    if item.type == VPC:
        yield from each((_adoption, _rules_by_network), lambda judge: judge(item, stack))
    else:
        yield from each((_inline_rules, _rules_beside), lambda judge: judge(item, stack))


def _adoption(vpc: Resource, stack: Stack) -> Findings:
    if not sources(stack, vpc, DEFAULT_SECURITY_GROUP, "vpcId", A_VPC):
        yield "the default security group is not adopted, so that its rules stay"


def _rules_by_network(vpc: Resource, stack: Stack) -> Findings:
    return _rules_of({vpc.urn, *said(vpc, "defaultSecurityGroupId")[0]}, stack)


def _inline_rules(group: Resource, _stack: Stack) -> Findings:
    def is_empty(path: str) -> Findings:
        if group.count(path):
            yield f"{path} of the default security group is not empty"

    return each(("ingress", "egress"), is_empty)


def _rules_beside(group: Resource, stack: Stack) -> Findings:
    return _rules_of({group.urn, *said(group, "id")[0]}, stack)


def _rules_of(names: set[str], stack: Stack) -> Findings:
    """Rules of a default group that goes by some names."""
    # A group of its own comes from the network, too, by way of its subnets.
    groups = {item.urn for item in stack.of(SECURITY_GROUP)}

    def is_of_another(rule: Resource) -> Findings:
        texts, unknown = said(rule, "securityGroupId")
        made_from = {
            item.urn
            for item in map(stack.find, rule.property_dependencies.get("securityGroupId", ()))
            if item is not None and (unknown or not said(item, "id")[0])
        }
        if unknown and not made_from:
            raise NotKnown("securityGroupId")
        if names & {*texts, *made_from} and not groups & made_from:
            yield f"rule {rule.name} opens the default security group"

    return each(stack.of(*RULES), is_of_another)
