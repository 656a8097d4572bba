"""What the platform's buckets have in common: private to their owner, and they forget nothing."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.data.keys import Key
from components.iam import ResourceStatement, resource_policy, tls_only

_ABORT_UPLOADS_AFTER_DAYS = 7


class PrivateBucket:
    """A bucket with the side resources that every bucket of ours has, all children of ``owner``."""

    def __init__(
        self,
        owner: pulumi.Resource,
        name: str,
        *,
        encryption: aws.s3.BucketServerSideEncryptionConfigurationRuleArgs,
        protect: bool,
    ) -> None:
        self._name = name
        self._child = child = pulumi.ResourceOptions(parent=owner)
        self._has_policy = False
        self.bucket = bucket = aws.s3.Bucket(
            f"{name}-bucket",
            force_destroy=not protect,
            opts=pulumi.ResourceOptions(parent=owner, protect=protect),
        )
        self._access_block = aws.s3.BucketPublicAccessBlock(
            f"{name}-access-block",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=bucket.id,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=child,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption", bucket=bucket.id, rules=[encryption], opts=child
        )
        self.versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.id,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(
                status="Enabled"
            ),
            opts=child,
        )

    def attach_policy(self, statements: Sequence[ResourceStatement]) -> aws.s3.BucketPolicy:
        """Attach the bucket's one policy: these statements, and TLS for everyone."""
        if self._has_policy:
            raise ValueError(f"{self._name} must have one policy, got another")
        self._has_policy = True
        arn = self.bucket.arn
        everything = (arn, pulumi.Output.concat(arn, "/*"))
        return aws.s3.BucketPolicy(
            f"{self._name}-policy",
            bucket=self.bucket.id,
            policy=resource_policy((tls_only(everything, ("s3:*",)), *statements)),
            # S3 answers OperationAborted when both are set on a bucket at the same time.
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(depends_on=[self._access_block])
            ),
        )


def default_encryption(key: Key | None) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgs:
    """Encrypt with a customer key, or with S3's own where a service can't use one."""
    default = (
        aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="AES256" if key is None else "aws:kms",
            kms_master_key_id=None if key is None else key.arn,
        )
    )
    return aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
        apply_server_side_encryption_by_default=default,
        # One request to KMS serves many objects.
        bucket_key_enabled=None if key is None else True,
        # An object under a key that its writer brings along could be read by nobody else.
        blocked_encryption_types=["SSE-C"],
    )


def lifecycle(
    *,
    noncurrent_days: int,
    expire_after_days: int | None = None,
    archive_after_days: int | None = None,
) -> list[aws.s3.BucketLifecycleConfigurationRuleArgs]:
    """Make the rules by which a bucket lets go of what nobody needs any more."""
    everything = aws.s3.BucketLifecycleConfigurationRuleFilterArgs()
    # A rule has one or the other: where objects expire by age, so do the markers of deleted ones.
    expiration = (
        aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True)
        if expire_after_days is None
        else aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=expire_after_days)
    )
    rules = [
        aws.s3.BucketLifecycleConfigurationRuleArgs(
            id="abort-uploads",
            status="Enabled",
            filter=everything,
            abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=_ABORT_UPLOADS_AFTER_DAYS
            ),
        ),
        aws.s3.BucketLifecycleConfigurationRuleArgs(
            id="expire",
            status="Enabled",
            filter=everything,
            expiration=expiration,
            noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=noncurrent_days
            ),
        ),
    ]
    if archive_after_days is not None:
        transition = aws.s3.BucketLifecycleConfigurationRuleTransitionArgs(
            days=archive_after_days, storage_class="GLACIER_IR"
        )
        rules.append(
            aws.s3.BucketLifecycleConfigurationRuleArgs(
                id="archive", status="Enabled", filter=everything, transitions=[transition]
            )
        )
    return rules


def check_days(field: str, days: int, minimum: int = 1) -> None:
    """Refuse a number of days that S3 would refuse."""
    if days < minimum:
        raise ValueError(f"{field} must be at least {minimum}, got {days}")
