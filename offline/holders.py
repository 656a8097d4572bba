"""What AWS doesn't delete as long as something else uses it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from offline.provider_state import Record
from offline.values import plain

_RULES: Final = {
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "referencedSecurityGroupId",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "referencedSecurityGroupId",
}
_FUNCTION: Final = "aws:lambda/function:Function"
_ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
_INSTANCE: Final = "aws:rds/instance:Instance"
_CLUSTER: Final = "aws:rds/cluster:Cluster"
_MEMBER: Final = "aws:rds/clusterInstance:ClusterInstance"
_PROXY: Final = "aws:rds/proxy:Proxy"
_DISTRIBUTION: Final = "aws:cloudfront/distribution:Distribution"
_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
# By type: the output that others name it by, and by their types the property that does, at any
# depth. AWS's words for it are DependencyViolation, DeleteConflict, ...InUse.
HOLDERS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "aws:acm/certificate:Certificate": (
        "arn",
        {
            _DISTRIBUTION: "acmCertificateArn",
            "aws:apigatewayv2/domainName:DomainName": "certificateArn",
        },
    ),
    "aws:cloudfront/cachePolicy:CachePolicy": ("id", {_DISTRIBUTION: "cachePolicyId"}),
    "aws:cloudfront/function:Function": ("arn", {_DISTRIBUTION: "functionArn"}),
    "aws:cloudfront/originAccessControl:OriginAccessControl": (
        "id",
        {_DISTRIBUTION: "originAccessControlId"},
    ),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": (
        "id",
        {_DISTRIBUTION: "responseHeadersPolicyId"},
    ),
    "aws:ec2/eip:Eip": ("id", {"aws:ec2/natGateway:NatGateway": "allocationId"}),
    "aws:ec2/securityGroup:SecurityGroup": (
        "id",
        {
            **_RULES,
            _FUNCTION: "securityGroupIds",
            _ENDPOINT: "securityGroupIds",
            _INSTANCE: "vpcSecurityGroupIds",
            _CLUSTER: "vpcSecurityGroupIds",
            _PROXY: "vpcSecurityGroupIds",
        },
    ),
    "aws:ec2/subnet:Subnet": (
        "id",
        {
            "aws:ec2/natGateway:NatGateway": "subnetId",
            "aws:rds/subnetGroup:SubnetGroup": "subnetIds",
            _FUNCTION: "subnetIds",
            _ENDPOINT: "subnetIds",
            _PROXY: "vpcSubnetIds",
        },
    ),
    "aws:ec2/vpc:Vpc": (
        "id",
        {
            "aws:ec2/internetGateway:InternetGateway": "vpcId",
            "aws:ec2/routeTable:RouteTable": "vpcId",
            "aws:ec2/securityGroup:SecurityGroup": "vpcId",
            "aws:ec2/subnet:Subnet": "vpcId",
            _ENDPOINT: "vpcId",
        },
    ),
    "aws:iam/policy:Policy": ("arn", {_ATTACHMENT: "policyArn"}),
    "aws:iam/role:Role": ("id", {_ATTACHMENT: "role", "aws:iam/rolePolicy:RolePolicy": "role"}),
    _CLUSTER: ("id", {_MEMBER: "clusterIdentifier"}),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": (
        "id",
        {_CLUSTER: "dbClusterParameterGroupName"},
    ),
    "aws:rds/parameterGroup:ParameterGroup": (
        "id",
        {_INSTANCE: "parameterGroupName", _MEMBER: "dbParameterGroupName"},
    ),
    "aws:rds/subnetGroup:SubnetGroup": (
        "id",
        {_INSTANCE: "dbSubnetGroupName", _CLUSTER: "dbSubnetGroupName"},
    ),
    "aws:wafv2/webAcl:WebAcl": ("arn", {_DISTRIBUTION: "webAclId"}),
}


def named_by(kind: str, properties: Mapping[str, Any]) -> str | None:
    """What others name a resource by, where AWS minds being used; else ``None``."""
    output, _ = HOLDERS.get(kind, ("", {}))
    # A role's policies are taken off it where the program asks for that.
    if not output or plain(properties.get("forceDetachPolicies")):
        return None
    return str(plain(properties[output]))


def holder(record: Record, others: Iterable[Record]) -> Record | None:
    """The first of some resources that uses another, if there is one."""
    name = named_by(record.type, record.properties)
    _, users = HOLDERS.get(record.type, ("", {}))
    for other in others:
        leaf = users.get(other.type)
        if leaf is None or other.urn == record.urn:
            continue
        given = plain(other.properties)
        # The rules of a group go with it.
        if other.type in _RULES and given.get("securityGroupId") == name:
            continue
        if name in _values(given, leaf):
            return other
    return None


def _values(given: Any, leaf: str) -> Iterator[Any]:
    """Every value, or item of a list, that stands under a name."""
    if isinstance(given, list):
        for item in given:
            yield from _values(item, leaf)
    elif isinstance(given, Mapping):
        for key, value in given.items():
            if key == leaf:
                yield from value if isinstance(value, list) else (value,)
            else:
                yield from _values(value, leaf)
