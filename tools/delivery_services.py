"""What the components make of each service, and by which actions: see ``tools.delivery``."""

from collections.abc import Mapping
from typing import Final

from tools.delivery_kinds import EDGE, HERE, MINE, Service, both
from tools.delivery_watching import WATCHING


def _ec2(*kinds: str) -> dict[str, tuple[str, ...]]:
    return {kind: (f"arn:aws:ec2:{HERE}:{kind}*",) for kind in kinds}


SERVICES: Final[Mapping[str, Service]] = {
    "acm": Service(
        actions=r"(Request|Delete|Describe|Get)Certificate|(AddTagsTo|RemoveTagsFrom|ListTagsFor)Certificate",
        tagged={"certificate": both("acm", "certificate*")},
        expected=("RequestCertificate", "DescribeCertificate", "AddTagsToCertificate"),
    ),
    "amplify": Service(
        actions=r"(Create|Delete|Get|Update)(App|Branch|DomainAssociation)|(Tag|Untag|ListTagsFor)Resource",
        # Nothing of an app but itself can be tagged.
        named={
            "apps": (f"arn:aws:amplify:{HERE}:apps*",),
            "branches": (f"arn:aws:amplify:{HERE}:apps*",),
            "domains": (f"arn:aws:amplify:{HERE}:apps*",),
        },
        expected=("CreateApp", "UpdateBranch", "GetDomainAssociation"),
    ),
    "apigateway": Service(
        actions=r"DELETE|GET|PATCH|POST|PUT",
        # Tags are asked for on some paths and not on others; the ids are AWS's. The table has the
        # paths of HTTP APIs only, so that the others stand beside one of those.
        named={
            kind: tuple(
                f"arn:aws:apigateway:{{region}}::/{path}*"
                for path in ("apis", "apikeys", "domainnames", "tags")
            )
            for kind in ("Api", "Apis")
        },
        expected=("DELETE", "GET", "PATCH", "POST", "PUT"),
    ),
    "cloudfront": Service(
        actions=(
            r"(Create|Delete|Get|Update)(Distribution|CachePolicy|OriginAccessControl|ResponseHeadersPolicy)(Config)?"
            r"|(Create|Delete|Describe|Get|Publish|Update)Function|(Create|Delete|Get)MonitoringSubscription"
            r"|(Tag|Untag|ListTagsFor)Resource|AllowVendedLogDeliveryForResource|CreateInvalidation"
        ),
        named={
            "function": ("arn:aws:cloudfront::{account}:function/{prefix}*",),
            **{
                kind: (f"arn:aws:cloudfront::{{account}}:{kind}*",)
                for kind in ("cache-policy", "origin-access-control", "response-headers-policy")
            },
        },
        tagged={"distribution": ("arn:aws:cloudfront::{account}:distribution*",)},
        expected=(
            "CreateDistribution",
            "UpdateDistribution",
            "CreateCachePolicy",
            "PublishFunction",
            "CreateOriginAccessControl",
            "UpdateResponseHeadersPolicy",
            "AllowVendedLogDeliveryForResource",
        ),
    ),
    "dynamodb": Service(
        actions=(
            r"(Create|Describe|Update|Delete)Table|(Describe|Update)(ContinuousBackups|TimeToLive)"
            r"|DescribeKinesisStreamingDestination|GetResourcePolicy|(Tag|Untag)Resource|ListTagsOfResource"
        ),
        named={"table": (f"arn:aws:dynamodb:{HERE}:table/{MINE}",)},
        expected=("CreateTable", "UpdateContinuousBackups", "UpdateTimeToLive", "TagResource"),
    ),
    "ec2": Service(
        actions=(
            r"Describe(Addresses|AddressesAttribute|AvailabilityZones|FlowLogs|InternetGateways"
            r"|ManagedPrefixLists|NatGateways|NetworkAcls|NetworkInterfaces|PrefixLists|RouteTables"
            r"|SecurityGroupRules|SecurityGroups|Subnets|VpcAttribute|VpcEndpointServices|VpcEndpoints|Vpcs)"
            r"|(Allocate|Associate|Disassociate|Release)Address"
            r"|(Create|Delete)(FlowLogs|InternetGateway|NatGateway|Route|RouteTable|SecurityGroup|Subnet"
            r"|Tags|Vpc|VpcEndpoint|VpcEndpoints)"
            r"|Modify(SecurityGroupRules|SubnetAttribute|VpcAttribute|VpcEndpoint)"
            r"|(Attach|Detach)InternetGateway|(Associate|Disassociate)RouteTable"
            r"|Replace(Route|RouteTableAssociation)|(Authorize|Revoke)SecurityGroup(Ingress|Egress)"
        ),
        tagged=_ec2(
            "elastic-ip",
            "internet-gateway",
            "natgateway",
            "route-table",
            "security-group",
            "security-group-rule",
            "subnet",
            "vpc",
            "vpc-endpoint",
            "vpc-flow-log",
        ),
        expected=("CreateVpc", "CreateNatGateway", "AuthorizeSecurityGroupIngress", "CreateTags"),
    ),
    "iam": Service(
        actions=(
            r"(Create|Get|Update|Delete)Role|UpdateAssumeRolePolicy|UpdateRoleDescription|(Tag|Untag)Role"
            r"|(Put|Get|Delete)RolePolicy|PutRolePermissionsBoundary|List(RolePolicies|AttachedRolePolicies"
            r"|InstanceProfilesForRole|RoleTags|PolicyVersions)|GetPolicy|GetPolicyVersion"
            r"|GetOpenIDConnectProvider"
        ),
        bounded={"role": (f"arn:aws:iam::{{account}}:role/{MINE}",)},
        # The roles of the delivery itself are on a path of their own: they can be looked at, but
        # nobody deploys more rights to himself.
        seen={
            "role": (
                f"arn:aws:iam::{{account}}:role/{MINE}",
                f"arn:aws:iam::{{account}}:role/delivery/{MINE}",
            ),
            "policy": (f"arn:aws:iam::{{account}}:policy/delivery/{MINE}",),
            "oidc-provider": (
                "arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com",
            ),
        },
        expected=("CreateRole", "PutRolePolicy", "PutRolePermissionsBoundary", "GetRole"),
    ),
    "kms": Service(
        actions=(
            r"CreateKey|DescribeKey|(Get|Put)KeyPolicy|GetKeyRotationStatus|(Enable|Disable)KeyRotation"
            r"|UpdateKeyDescription|(Schedule|Cancel)KeyDeletion|(Create|Update|Delete)Alias|ListAliases"
            r"|(Tag|Untag)Resource|ListResourceTags"
        ),
        named={"alias": both("kms", f"alias/{MINE}")},
        tagged={"key": both("kms", "key*")},
        expected=("CreateKey", "PutKeyPolicy", "ScheduleKeyDeletion", "CreateAlias"),
    ),
    "lambda": Service(
        actions=(
            r"(Create|Delete|Get)Function|UpdateFunction(Code|Configuration)|GetFunction(Configuration|CodeSigningConfig)"
            r"|(Put|Delete|Get)(FunctionConcurrency|ProvisionedConcurrencyConfig)|(Create|Update|Delete|Get)Alias"
            r"|PublishVersion|ListVersionsByFunction|(Add|Remove)Permission|GetPolicy|(Tag|Untag)Resource|ListTags"
            r"|(Put|Delete)FunctionCodeSigningConfig|(Publish|Delete|Get)LayerVersion"
        ),
        named={
            **dict.fromkeys(
                ("function", "function alias", "function version"),
                (f"arn:aws:lambda:{HERE}:function:{MINE}",),
            ),
            **dict.fromkeys(("layer", "layerVersion"), (f"arn:aws:lambda:{HERE}:layer:{MINE}",)),
        },
        expected=("CreateFunction", "UpdateFunctionCode", "UpdateAlias", "AddPermission"),
    ),
    "logs": Service(
        actions=(
            r"(Create|Delete)LogGroup|(Put|Delete)RetentionPolicy|(Associate|Disassociate)KmsKey"
            r"|DescribeLogGroups|(Tag|Untag|ListTagsFor)Resource|(Put|Delete|Describe)ResourcePolic(y|ies)"
            r"|(Create|Get|Update|Delete)LogDelivery|ListLogDeliveries|(Create|Get|Delete)Delivery"
            r"|UpdateDeliveryConfiguration|(Put|Get|Delete)Delivery(Source|Destination)"
            r"|(Put|Delete)QueryDefinition|DescribeQueryDefinitions"
        ),
        named={
            "log-group": (
                f"arn:aws:logs:{HERE}:log-group:{MINE}",
                f"arn:aws:logs:{HERE}:log-group:/aws/*/{MINE}",
                f"arn:aws:logs:{EDGE}:log-group:aws-waf-logs-{MINE}",
            ),
            "delivery-source": (f"arn:aws:logs:{EDGE}:delivery-source:{MINE}",),
            "delivery-destination": (f"arn:aws:logs:{EDGE}:delivery-destination:{MINE}",),
        },
        tagged={"delivery": (f"arn:aws:logs:{EDGE}:delivery*",)},
        expected=("CreateLogGroup", "PutRetentionPolicy", "CreateLogDelivery", "PutDeliverySource"),
    ),
    "rds": Service(
        actions=(
            r"(Create|Delete|Modify)(DBInstance|DBCluster|DBParameterGroup|DBClusterParameterGroup"
            r"|DBSubnetGroup|DBProxy)|Modify(DBProxyTargetGroup)|RebootDBInstance"
            r"|(Register|Deregister)DBProxyTargets|Reset(DBParameterGroup|DBClusterParameterGroup)"
            r"|Describe(DBInstances|DBClusters|DBParameterGroups|DBParameters|DBClusterParameterGroups"
            r"|DBClusterParameters|DBSubnetGroups|DBProxies|DBProxyTargetGroups|DBProxyTargets|GlobalClusters"
            r"|DBEngineVersions)|AddTagsToResource|RemoveTagsFromResource|ListTagsForResource"
            r"|(Add|Remove)RoleToDB(Cluster|Instance)|CreateDBSnapshot|CreateDBClusterSnapshot"
        ),
        named={
            **{
                kind: (f"arn:aws:rds:{HERE}:{kind}:{MINE}",)
                for kind in ("cluster", "cluster-pg", "db", "pg", "snapshot", "subgrp")
            },
            "cluster-snapshot": (f"arn:aws:rds:{HERE}:cluster-snapshot:{MINE}",),
            "og": (f"arn:aws:rds:{HERE}:og:default*",),
            # A proxy's own, which no tag can be put on; their ids begin so.
            "target-group": (f"arn:aws:rds:{HERE}:target-group:prx-tg-*",),
        },
        tagged={"proxy": (f"arn:aws:rds:{HERE}:db-proxy*",)},
        seen={
            # The provider finds an instance by an id that AWS makes up, which IAM knows as `db:*`.
            "db": (f"arn:aws:rds:{HERE}:db*",),
            # Of every cluster the provider asks what it is a part of.
            "global-cluster": ("arn:aws:rds::{account}:global-cluster*",),
        },
        expected=("CreateDBInstance", "CreateDBCluster", "CreateDBProxy", "RegisterDBProxyTargets"),
    ),
    "route53": Service(
        actions=r"ChangeResourceRecordSets|ListResourceRecordSets|GetChange|GetHostedZone",
        named={
            "hostedzone": ("arn:aws:route53:::hostedzone/{zone}",),
            # The ids of changes begin so.
            "change": ("arn:aws:route53:::change/C*",),
        },
        expected=("ChangeResourceRecordSets", "ListResourceRecordSets", "GetChange"),
    ),
    "s3": Service(
        actions=(
            r"(Create|Delete|List)Bucket|(Get|Put|Delete)BucketPolicy|(Get|Put)Bucket(Acl|Logging|OwnershipControls"
            r"|PublicAccessBlock|Tagging|Versioning)|(Get|Put)(EncryptionConfiguration|LifecycleConfiguration)"
            r"|GetBucket(CORS|Location|Notification|ObjectLockConfiguration|RequestPayment|Website)"
            r"|Get(AccelerateConfiguration|ReplicationConfiguration)|(Tag|Untag|ListTagsFor)Resource"
        ),
        named={"bucket": (f"arn:aws:s3:::{MINE}",)},
        expected=("CreateBucket", "PutBucketPolicy", "PutEncryptionConfiguration"),
    ),
    "secretsmanager": Service(
        actions=r"CreateSecret|DescribeSecret|TagResource",
        # RDS keeps the master password there, in the name of whoever makes the database.
        named={"Secret": (f"arn:aws:secretsmanager:{HERE}:secret:rds!*",)},
        expected=("CreateSecret", "DescribeSecret", "TagResource"),
    ),
    "ssm": Service(
        actions=(
            r"(Put|Delete|Get)Parameter|GetParameters|(AddTagsTo|RemoveTagsFrom|ListTagsFor)Resource"
            r"|DescribeParameters"
        ),
        named={"parameter": (f"arn:aws:ssm:{HERE}:parameter/{MINE}",)},
        expected=("PutParameter", "GetParameter", "DeleteParameter", "AddTagsToResource"),
    ),
    "wafv2": Service(
        actions=(
            r"(Create|Delete|Get|Update)WebACL|(Put|Delete|Get)LoggingConfiguration"
            r"|(Tag|Untag|ListTagsFor)Resource"
        ),
        named={
            "webacl": (f"arn:aws:wafv2:{EDGE}:global/webacl/{MINE}",),
            "managedruleset": (f"arn:aws:wafv2:{EDGE}:global/managedruleset*",),
        },
        expected=("CreateWebACL", "UpdateWebACL", "PutLoggingConfiguration"),
    ),
    **WATCHING,
}
