"""Rules for what must stand beside every bucket."""

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from itertools import chain
from typing import Annotated, Final

from rules.core.documents import Statement
from rules.core.encryption import is_customer_key
from rules.core.findings import each, some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit
from rules.core.values import NotKnown
from rules.core.view import View
from rules.links import BUCKET as LINK
from rules.links import sources
from rules.s3 import BUCKET, POLICY, PUBLIC_ACCESS_BLOCK
from rules.s3_logs import WRITERS, takes_access_logs
from rules.transport import denies_plain_requests

ENCRYPTION: Final = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
)
VERSIONING: Final = "aws:s3/bucketVersioning:BucketVersioning"
LIFECYCLE: Final = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
INLINE_VERSIONING: Final = ("versioning", "versionings")
# What a policy has to close.
PARTS: Final = frozenset({"the bucket", "its objects"})

Patterns = tuple[str, ...]


def _beside(bucket: Resource, stack: Stack, kind: str) -> tuple[Resource, ...]:
    return sources(stack, bucket, kind, "bucket", LINK)


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
    reads=(ENCRYPTION, *WRITERS),
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
    beside = (
        block
        for side in _beside(bucket, stack, ENCRYPTION)
        for rule in side.views("rules")
        for block in rule.views("applyServerSideEncryptionByDefault")
    )
    if any(fnmatchcase(bucket.name, pattern) for pattern in managed_keys_for):
        return
    excuses: tuple[Callable[[], bool], ...] = (
        lambda: some(beside, _uses_customer_key),
        lambda: takes_access_logs(bucket, stack),
        lambda: some(_inline_defaults(bucket), _uses_customer_key),
    )
    if not some(excuses, lambda holds: holds()):
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
    denied: set[str] = set()

    def collect(statement: Statement) -> Findings:
        denied.update(_denied(statement))
        return ()

    def read(policy: Resource) -> Findings:
        return each(policy.statements("policy"), collect)

    missing: NotKnown | None = None
    try:
        list(each((bucket, *_beside(bucket, stack, POLICY)), read))
    except NotKnown as error:
        missing = error
    if denied.issuperset(PARTS):
        return
    if missing is not None:
        raise missing
    yield "no policy of the bucket denies requests without TLS"


def _denied(statement: Statement) -> Iterator[str]:
    """What of a bucket a statement closes to requests without TLS."""
    if not denies_plain_requests(statement, ("s3:*",)):
        return
    for resource in statement.resources():
        name, _, path = resource.split(":", 5)[-1].partition("/")
        if name.endswith("*") and not path.strip("*"):
            yield from PARTS
        elif not path:
            yield "the bucket"
        elif path == "*":
            yield "its objects"


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
    places: tuple[Resource | str, ...] = (
        *_beside(bucket, stack, VERSIONING),
        *INLINE_VERSIONING,
    )
    return some(
        places,
        lambda item: _is_on(bucket.view(item) if isinstance(item, str) else item),
    )


def _is_on(versioning: View) -> bool:
    # In a resource of its own versioning has a status, inline a switch.
    status = versioning.text("versioningConfiguration.status")
    return status == "Enabled" or versioning.flag("enabled") is True


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
    beside = _beside(bucket, stack, LIFECYCLE)

    def has(wanted: Callable[[View], bool]) -> bool:
        lists = ((side, "rules") for side in beside)
        return some(
            chain(lists, [(bucket, "lifecycleRules")]),
            lambda item: some(item[0].views(item[1]), wanted),
        )

    if not has(_is_active):
        yield "the bucket has no lifecycle rule that is enabled"
    elif not has(_expires_versions) and _is_versioned(bucket, stack):
        yield "no lifecycle rule expires noncurrent versions, and the bucket keeps versions"


def _is_active(rule: View) -> bool:
    # In a resource of its own a rule has a status, inline a switch.
    return rule.text("status") == "Enabled" or rule.flag("enabled") is True


def _expires_versions(rule: View) -> bool:
    names = ("noncurrentVersionExpiration", "noncurrentVersionExpirations")
    return any(rule.is_set(name) for name in names) and _is_active(rule)
