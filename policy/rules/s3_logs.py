"""The rule for access logs, and which buckets they are written to."""

from typing import Final

from rules.core.findings import some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.links import BUCKET as LINK
from rules.links import sources
from rules.s3 import BUCKET

LOGGING: Final = "aws:s3/bucketLogging:BucketLogging"
LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
# Who writes logs to a bucket that can use no customer key, and by which property.
ACCESS_LOGS: Final = (
    (LOGGING, "targetBucket"),
    (BUCKET, "logging.targetBucket"),
    (BUCKET, "loggings.targetBucket"),
    (LOAD_BALANCER, "accessLogs.bucket"),
    (LOAD_BALANCER, "connectionLogs.bucket"),
    (LOAD_BALANCER, "healthCheckLogs.bucket"),
)
# Who else writes logs. A trail does too, but what it says must itself be watched: CIS 3.4.
OTHER_LOGS: Final = (
    ("aws:cloudfront/distribution:Distribution", "loggingConfig.bucket"),
    (
        "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        "deliveryDestinationConfiguration.destinationResourceArn",
    ),
    ("aws:ec2/flowLog:FlowLog", "logDestination"),
    (
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        "logDestinationConfigs",
    ),
)
WRITERS: Final = tuple(dict.fromkeys(kind for kind, _ in (*ACCESS_LOGS, *OTHER_LOGS)))

INLINE: Final = ("logging", "loggings")

Paths = tuple[tuple[str, str], ...]


def takes_access_logs(bucket: Resource, stack: Stack) -> bool:
    """Whether S3 or a load balancer writes access logs to it: they can use no customer key."""
    return _takes(bucket, stack, ACCESS_LOGS)


def _takes(bucket: Resource, stack: Stack, paths: Paths) -> bool:
    return some(paths, lambda item: bool(sources(stack, bucket, *item, LINK)))


@stack_rule(
    "s3-access-logging",
    BUCKET,
    reads=WRITERS,
    severity=Severity.MEDIUM,
    why="Without access logs nobody can say who read what after a leak.",
    fix="Give components.data.buckets.Bucket its log bucket.",
    security_hub="S3.9",
    cis="3:3.4",
    cdk_nag="AwsSolutions-S1",
    checkov="CKV_AWS_18",
)
def logs_access(bucket: Resource, stack: Stack) -> Findings:
    """A bucket logs access to it, unless logs are what it is for.

    It is for logs where S3, a load balancer, CloudFront, a flow log or a web ACL writes to it. The
    bucket of a trail logs access to it all the same.
    """

    def is_logged() -> bool:
        places: tuple[Resource | str, ...] = (
            *sources(stack, bucket, LOGGING, "bucket", LINK),
            *INLINE,
        )
        return some(
            places,
            lambda item: (bucket.view(item) if isinstance(item, str) else item).is_set(
                "targetBucket"
            ),
        )

    def is_for_logs() -> bool:
        return _takes(bucket, stack, (*ACCESS_LOGS, *OTHER_LOGS))

    if not some((is_logged, is_for_logs), lambda holds: holds()):
        yield "the bucket has no access logs"
