"""Security groups, and the rules that say who may reach whom: one resource a rule.

A group made here admits nothing and reaches nothing. Each rule stands under the group it belongs
to, so that the plan's tree shows a group's whole reach in one place. EC2 refuses a rule that it has
already: a rule whose name changes needs an alias, or the new one is made beside the old one.
"""

import re
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

HTTPS = 443
_ANYWHERE = "0.0.0.0/0"
# EC2 refuses any other description, of a group or of a rule; apostrophes and dashes are among them.
_DESCRIPTION = re.compile(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}")


@dataclass(frozen=True, kw_only=True, slots=True)
class SecurityGroupArgs:
    """What a security group is for.

    Attributes:
        vpc_id: the network it works in.
        description: what stands behind it, in at most 255 ASCII characters. EC2 can't change it:
            a new description makes a new group.
    """

    vpc_id: pulumi.Input[str]
    description: str

    def __post_init__(self) -> None:
        _check_description(self.description)


class SecurityGroup(pulumi.ComponentResource):
    """A security group that starts closed in both directions."""

    id: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: SecurityGroupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:network:SecurityGroup", name, None, opts)
        # The provider takes away the egress rule that EC2 gives a new group. Rules given inline
        # would fight with those of their own that `allow` makes: there are none.
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            vpc_id=args.vpc_id,
            description=args.description,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.id = group.id
        self.arn = group.arn
        self.register_outputs({"id": self.id, "arn": self.arn})


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where in the network a workload runs, and as whom it is known there.

    Attributes:
        subnet_ids: one subnet a zone, as `Network.place` gives them.
        security_group: the workload's own group; rules between groups name it.
    """

    subnet_ids: tuple[pulumi.Input[str], ...]
    security_group: SecurityGroup


def allow(
    name: str,
    source: SecurityGroup,
    target: SecurityGroup,
    port: int,
    description: str,
    *,
    opts: pulumi.ResourceOptions | None = None,
) -> tuple[pulumi.Resource, pulumi.Resource]:
    """Let ``source`` open TCP connections to ``target`` on one port.

    Returns:
        Both halves, egress first, for a workload that must not start before it can connect.
    """
    return (
        _egress(name, source, port, description, opts, referenced_security_group_id=target.id),
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-ingress",
            security_group_id=target.id,
            referenced_security_group_id=source.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=description,
            opts=_under(target, opts),
        ),
    )


def allow_prefix_list(
    name: str,
    source: SecurityGroup,
    prefix_list_id: pulumi.Input[str],
    description: str,
    *,
    opts: pulumi.ResourceOptions | None = None,
) -> pulumi.Resource:
    """Let ``source`` reach the AWS service behind a gateway endpoint, by HTTPS."""
    return _egress(name, source, HTTPS, description, opts, prefix_list_id=prefix_list_id)


def allow_internet(
    name: str,
    source: SecurityGroup,
    reason: str,
    *,
    opts: pulumi.ResourceOptions | None = None,
) -> pulumi.Resource:
    """Let ``source`` reach any address by HTTPS; ``reason`` stands on the rule, for reviewers."""
    return _egress(name, source, HTTPS, reason, opts, cidr_ipv4=_ANYWHERE)


def _egress(
    name: str,
    source: SecurityGroup,
    port: int,
    description: str,
    opts: pulumi.ResourceOptions | None,
    *,
    cidr_ipv4: str | None = None,
    prefix_list_id: pulumi.Input[str] | None = None,
    referenced_security_group_id: pulumi.Input[str] | None = None,
) -> aws.vpc.SecurityGroupEgressRule:
    _check_description(description)
    if not 1 <= port <= 65_535:
        raise ValueError(f"port must be from 1 to 65535, got {port}")
    return aws.vpc.SecurityGroupEgressRule(
        f"{name}-egress",
        security_group_id=source.id,
        cidr_ipv4=cidr_ipv4,
        prefix_list_id=prefix_list_id,
        referenced_security_group_id=referenced_security_group_id,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description=description,
        opts=_under(source, opts),
    )


def _under(group: SecurityGroup, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(parent=group) if opts is None else opts


def _check_description(description: str) -> None:
    if not _DESCRIPTION.fullmatch(description) or not description.strip():
        raise ValueError(
            "description must be 1 to 255 letters, digits, spaces or ._-:/()#,@[]+=&;{}!$*, "
            f"got {description!r}"
        )
