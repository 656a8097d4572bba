"""Rules for what must stand beside every bucket."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Final

from rules.core.documents import Statement
from rules.core.encryption import is_customer_key
from rules.core.findings import some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit
from rules.core.view import View
from rules.s3 import BUCKET, POLICY, PUBLIC_ACCESS_BLOCK

ENCRYPTION: Final = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
)
VERSIONING: Final = "aws:s3/bucketVersioning:BucketVersioning"
LOGGING: Final = "aws:s3/bucketLogging:BucketLogging"
LIFECYCLE: Final = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOG_DESTINATION: Final = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"

Patterns = tuple[str, ...]


def _beside(bucket: Resource, stack: Stack, kind: str) -> tuple[Resource, ...]:
    return stack.sides(bucket, kind, "bucket", by=("bucket",))


def _takes_access_logs(bucket: Resource, stack: Stack) -> bool:
    """Whether S3 or a load balancer writes access logs to it: they can use no customer key."""
    return bool(
        stack.sides(bucket, LOGGING, "targetBucket", by=("bucket",))
        or stack.sides(bucket, LOAD_BALANCER, "accessLogs.bucket", by=("bucket",))
    )


def _takes_logs(bucket: Resource, stack: Stack) -> bool:
    """Whether it is a log bucket of any kind."""
    path = "deliveryDestinationConfiguration.destinationResourceArn"
    return _takes_access_logs(bucket, stack) or bool(stack.sides(bucket, LOG_DESTINATION, path))


@stack_rule(
    "s3-bucket-bpa-attached",
    BUCKET,
    reads=(PUBLIC_ACCESS_BLOCK,),
    severity=Severity.HIGH,
    why="Without a block, one policy or access list is enough to make the bucket public.",
    fix="Make the bucket with components.data.buckets.Bucket, which blocks public access.",
    security_hub="S3.8",
    cis="3:2.1.4",
    cdk_nag="AwsSolutions-S2",
    checkov="CKV2_AWS_6",
)
def has_public_access_block(bucket: Resource, stack: Stack) -> Findings:
    """Every bucket has a public access block."""
    if not _beside(bucket, stack, PUBLIC_ACCESS_BLOCK):
        yield "the bucket has no public access block"


@stack_rule(
    "s3-sse-kms-cmk",
    BUCKET,
    reads=(ENCRYPTION, LOGGING, LOAD_BALANCER),
    severity=Severity.MEDIUM,
    why=(
        "With a key of S3's own, whoever may read the bucket may read its objects: nothing else "
        "to revoke."
    ),
    fix=(
        "Give components.data.buckets.Bucket its key; name a bucket that can use none in "
        "managed_keys_for."
    ),
    security_hub="SH:S3.17",
    cdk_nag="NIST.800.53.R5-S3DefaultEncryptionKMS",
    checkov="CKV_AWS_145 CKV_AWS_19",
)
def customer_key(
    bucket: Resource,
    stack: Stack,
    *,
    managed_keys_for: Annotated[
        Patterns, Limit("Names, or patterns of names, of buckets that may use S3's own key.")
    ] = (),
) -> Findings:
    """A bucket encrypts with a customer key, unless it takes access logs, which can use none."""
    defaults = [
        block
        for side in _beside(bucket, stack, ENCRYPTION)
        for rule in side.views("rules")
        for block in rule.views("applyServerSideEncryptionByDefault")
    ]
    defaults += list(_inline_defaults(bucket))
    if some(defaults, _uses_customer_key):
        return
    if any(fnmatchcase(bucket.name, pattern) for pattern in managed_keys_for):
        return
    if not _takes_access_logs(bucket, stack):
        yield "the bucket does not encrypt with a customer key"


def _inline_defaults(bucket: Resource) -> Iterator[View]:
    path = "applyServerSideEncryptionByDefault"
    yield from bucket.views(f"serverSideEncryptionConfiguration.rule.{path}")
    for configuration in bucket.views("serverSideEncryptionConfigurations"):
        for rule in configuration.views("rules"):
            for name in (path, f"{path}s"):
                yield from rule.views(name)


def _uses_customer_key(block: View) -> bool:
    return block.text("sseAlgorithm") in {"aws:kms", "aws:kms:dsse"} and is_customer_key(
        block, "kmsMasterKeyId"
    )


@stack_rule(
    "s3-tls-only-policy",
    BUCKET,
    reads=(POLICY,),
    severity=Severity.MEDIUM,
    why="A request without TLS shows its objects, and who asks for them, to everybody on the way.",
    fix=(
        "Make the bucket with components.data.buckets.Bucket; its policy denies requests without "
        "TLS."
    ),
    security_hub="S3.5",
    cis="3:2.1.1",
    cdk_nag="AwsSolutions-S10",
)
def tls_only(bucket: Resource, stack: Stack) -> Findings:
    """A bucket policy denies every request without TLS, to the bucket and to its objects."""
    statements = [*bucket.statements("policy")]
    for side in _beside(bucket, stack, POLICY):
        statements += side.statements("policy")
    if not some(statements, _denies_plain_requests):
        yield "no policy of the bucket denies requests without TLS"


def _denies_plain_requests(statement: Statement) -> bool:
    conditions = statement.conditions
    if statement.allows or len(conditions) != 1 or conditions[0].key != "aws:securetransport":
        return False
    values = {str(value).lower() for value in conditions[0].values}
    if conditions[0].operator not in {"bool", "stringequals"} or values != {"false"}:
        return False
    if not any(principal.is_everyone for principal in statement.principals()):
        return False
    if not any(action.lower() in {"*", "s3:*"} for action in statement.actions()):
        return False
    resources = list(statement.resources())
    objects = any(resource.endswith("*") for resource in resources)
    return objects and any(not resource.endswith("/*") for resource in resources)


@stack_rule(
    "s3-versioning",
    BUCKET,
    reads=(VERSIONING,),
    severity=Severity.MEDIUM,
    why="Without versions, one overwrite or deletion is final.",
    fix="Make the bucket with components.data.buckets.Bucket, which keeps versions.",
    security_hub="SH:S3.14",
    cdk_nag="HIPAA.Security-S3BucketVersioningEnabled",
    checkov="CKV_AWS_21",
)
def keeps_versions(bucket: Resource, stack: Stack) -> Findings:
    """A bucket keeps versions of its objects."""
    if not _is_versioned(bucket, stack):
        yield "versioning is not enabled"


def _is_versioned(bucket: Resource, stack: Stack) -> bool:
    inline = (block for name in ("versioning", "versionings") for block in bucket.views(name))
    return some(inline, lambda block: block.flag("enabled") is True) or some(
        _beside(bucket, stack, VERSIONING),
        lambda side: side.text("versioningConfiguration.status") == "Enabled",
    )


@stack_rule(
    "s3-access-logging",
    BUCKET,
    reads=(LOGGING, LOAD_BALANCER, LOG_DESTINATION),
    severity=Severity.MEDIUM,
    why="Without access logs nobody can say who read what after a leak.",
    fix="Give components.data.buckets.Bucket its log bucket.",
    security_hub="S3.9",
    cis="3:3.4",
    cdk_nag="AwsSolutions-S1",
    checkov="CKV_AWS_18",
)
def logs_access(bucket: Resource, stack: Stack) -> Findings:
    """A bucket logs access to it, unless logs are what it is for."""
    inline = (block for name in ("logging", "loggings") for block in bucket.views(name))
    logged = any(block.is_set("targetBucket") for block in inline) or any(
        side.is_set("targetBucket") for side in _beside(bucket, stack, LOGGING)
    )
    if not logged and not _takes_logs(bucket, stack):
        yield "the bucket has no access logs"


@stack_rule(
    "s3-lifecycle",
    BUCKET,
    reads=(LIFECYCLE, VERSIONING),
    severity=Severity.LOW,
    why="A bucket without a lifecycle keeps, and bills, every version of everything for ever.",
    fix="Make the bucket with components.data.buckets.Bucket, which expires old versions.",
    security_hub="S3.13",
    checkov="CKV2_AWS_61",
)
def has_lifecycle(bucket: Resource, stack: Stack) -> Findings:
    """A bucket has a lifecycle; with versions, one that expires the old ones."""
    active = [
        rule
        for side in _beside(bucket, stack, LIFECYCLE)
        for rule in side.views("rules")
        if rule.text("status") == "Enabled"
    ]
    active += [rule for rule in bucket.views("lifecycleRules") if rule.flag("enabled") is True]
    if not active:
        yield "the bucket has no lifecycle rule that is enabled"
        return
    names = ("noncurrentVersionExpiration", "noncurrentVersionExpirations")
    expires = any(rule.is_set(name) for rule in active for name in names)
    if not expires and _is_versioned(bucket, stack):
        yield "no lifecycle rule expires noncurrent versions, and the bucket keeps versions"
