"""The most that any workload of a stack may ever do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pulumi

from components.delivery.documents import managed_policy
from components.delivery.services import Scope
from components.iam import Statement, sid_for

_WIDE = "AWS takes nothing narrower for the action, and a boundary allows nothing by itself"
# Where functions in the network are: AWS makes the ids up, so that the tags tell.
_PLACES = (
    "arn:aws:ec2:{region}:{account}:security-group*",
    "arn:aws:ec2:{region}:{account}:subnet*",
)
# What the components grant to workloads, by the service that a stack must use for it: what it is
# about, the actions, and the resources; no resource where AWS knows none.
_WORK: Mapping[str, Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "cloudwatch": {
        "alarms": (
            ("cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms"),
            ("arn:aws:cloudwatch:*:{account}:alarm:{prefix}*",),
        ),
        "metrics": (
            (
                "cloudwatch:GetMetricData",
                "cloudwatch:GetMetricStatistics",
                "cloudwatch:GetMetricWidgetImage",
                "cloudwatch:ListMetrics",
            ),
            (),
        ),
    },
    "codedeploy": {
        "release": (
            (
                "lambda:GetAlias",
                "lambda:GetProvisionedConcurrencyConfig",
                "lambda:UpdateAlias",
            ),
            ("arn:aws:lambda:{region}:{account}:function:{prefix}*",),
        ),
    },
    "dynamodb": {
        "items": (
            (
                "dynamodb:BatchGetItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
            ),
            ("arn:aws:dynamodb:{region}:{account}:table/{prefix}*",),
        ),
    },
    "ec2": {
        "places": (("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"), ()),
        # Lambda's own calls, for functions in the network.
        "interfaces": (
            (
                "ec2:AssignPrivateIpAddresses",
                "ec2:CreateNetworkInterface",
                "ec2:UnassignPrivateIpAddresses",
            ),
            ("arn:aws:ec2:{region}:{account}:network-interface*",),
        ),
        # Lambda tries it before there is an interface to name.
        "removal": (("ec2:DeleteNetworkInterface",), ("arn:aws:ec2:{region}:{account}:*/*",)),
    },
    "lambda": {
        "traces": (("xray:PutTelemetryRecords", "xray:PutTraceSegments"), ()),
    },
    "logs": {
        "groups": (("logs:DescribeLogGroups",), ()),
        "streams": (
            ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
            (
                "arn:aws:logs:{region}:{account}:log-group:{prefix}*",
                "arn:aws:logs:{region}:{account}:log-group:/aws/*/{prefix}*",
            ),
        ),
    },
    "rds": {
        "sign-in": (("rds-db:connect",), ("arn:aws:rds-db:{region}:{account}:dbuser:*/app",)),
        # The one log group of an account that RDS writes the metrics of servers to.
        "servers": (
            (
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:GetLogEvents",
                "logs:PutLogEvents",
                "logs:PutRetentionPolicy",
            ),
            ("arn:aws:logs:{region}:{account}:log-group:RDSOSMetrics*",),
        ),
    },
    "s3": {
        "objects": (
            (
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:PutObject",
            ),
            ("arn:aws:s3:::{prefix}*/*",),
        ),
        "keys": (("s3:ListBucket",), ("arn:aws:s3:::{prefix}*",)),
    },
    "ssm": {
        "parameters": (
            ("ssm:GetParameter",),
            ("arn:aws:ssm:{region}:{account}:parameter/{prefix}*",),
        ),
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundaryArgs:
    """How far a stack's workloads may reach.

    Attributes:
        scope: whose resources they may reach.
        services: the services that the stack uses, by the prefix of their actions.
        secrets: ARNs of secrets that are not the stack's own.
        keys: ARNs of the keys that encrypt those.
    """

    scope: Scope
    services: tuple[str, ...]
    secrets: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


class Boundary(pulumi.ComponentResource):
    """A permissions boundary: it allows nothing by itself, and nobody below it more than it says.

    Whoever deploys makes roles with what policies they like, so long as they are below it: a
    pipeline that has been taken over can hand out no more than workloads may have anyway. A
    boundary is AWS's means for just that:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: BoundaryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:delivery:Boundary", name, None, opts)
        policy = managed_policy(
            f"{name}-policy",
            _statements(args),
            description="The most that a workload of the stack may do",
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})


def _statements(args: BoundaryArgs) -> Iterator[Statement]:
    scope = args.scope
    for service in args.services:
        for what, (actions, resources) in _WORK.get(service, {}).items():
            yield Statement(
                sid=sid_for(service, what),
                actions=actions,
                resources=scope.arns(resources) or ("*",),
                unscoped_because=_WIDE,
            )
    if "ec2" in args.services:
        yield Statement(
            sid="StackPlaces",
            actions=("ec2:CreateNetworkInterface",),
            resources=scope.arns(_PLACES),
            conditions={"StringEquals": scope.tags("aws:ResourceTag")},
        )
    yield Statement(
        sid="StackKeys",
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        # A key has no name; each of the stack's has its tags.
        resources=scope.arns(("arn:aws:kms:{region}:{account}:key*",)),
        conditions={"StringEquals": scope.tags("aws:ResourceTag")},
    )
    if args.secrets:
        yield Statement(
            sid="OtherSecrets",
            actions=("secretsmanager:GetSecretValue",),
            resources=args.secrets,
        )
    if args.keys:
        yield Statement(sid="OtherKeys", actions=("kms:Decrypt",), resources=args.keys)
