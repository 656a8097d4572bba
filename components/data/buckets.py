"""Private S3 buckets, and the bucket that keeps their access logs."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.data.keys import Key
from components.data.private_bucket import (
    PrivateBucket,
    check_days,
    default_encryption,
    lifecycle,
)
from components.iam import ResourceStatement, Statement, sid_for

_SERVER_ACCESS_LOGS = "s3"
# CloudFront hands its logs over from this region, wherever the bucket is.
_CLOUDFRONT_REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class LogBucketArgs:
    """Settings of a bucket for access logs.

    Attributes:
        account_id: the account whose buckets and distributions may log to it, twelve digits.
        retention_days: how long a log is kept.
        protect: refuse to delete the bucket, and keep what is in it.
    """

    account_id: str
    retention_days: int = 365
    protect: bool = True

    def __post_init__(self) -> None:
        check_days("retention_days", self.retention_days)


class LogBucket(pulumi.ComponentResource):
    """The bucket that S3 server access logs and CloudFront's access logs are delivered to."""

    arn: pulumi.Output[str]
    bucket_name: pulumi.Output[str]
    # What to depend on before a delivery starts: AWS adds to a policy that doesn't allow it yet,
    # and the next update would take that away again.
    delivery_policy: aws.s3.BucketPolicy

    def __init__(
        self, name: str, args: LogBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:data:LogBucket", name, None, opts)
        # S3 can't deliver server access logs to a bucket whose default encryption is SSE-KMS:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
        base = PrivateBucket(self, name, encryption=default_encryption(None), protect=args.protect)
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=base.bucket.id,
            rules=lifecycle(expire_after_days=args.retention_days, noncurrent_days=1),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[base.versioning]),
        )
        self.arn = base.bucket.arn
        self.bucket_name = base.bucket.bucket
        self.delivery_policy = base.attach_policy(_deliveries(self.arn, args.account_id))
        self.register_outputs({"arn": self.arn, "bucket_name": self.bucket_name})


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketArgs:
    """Settings of a bucket.

    Attributes:
        key: encrypts every object.
        log_bucket: where requests are logged, below ``s3/<name of the component>/``.
        archive_after_days: age at which objects of 128 KB or more move to Glacier Instant
            Retrieval, which answers as fast, costs less to keep and more to read, and bills at
            least 90 days; never if left out.
        expire_after_days: age at which objects are deleted; never if left out.
        noncurrent_days: how long a replaced or deleted version can still be brought back.
        policy_follows: the owner calls ``attach_policy`` itself, once it has made what the
            policy must name (such as a distribution that is made from the bucket).
        protect: refuse to delete the bucket, and keep what is in it.
    """

    key: Key
    log_bucket: LogBucket
    archive_after_days: int | None = None
    expire_after_days: int | None = None
    noncurrent_days: int = 30
    policy_follows: bool = False
    protect: bool = True

    def __post_init__(self) -> None:
        check_days("noncurrent_days", self.noncurrent_days)
        if self.archive_after_days is not None:
            check_days("archive_after_days", self.archive_after_days)
        if self.expire_after_days is not None:
            # S3 refuses to delete an object before, or on the day that, it is to be moved.
            check_days(
                "expire_after_days", self.expire_after_days, (self.archive_after_days or 0) + 1
            )


class Bucket(pulumi.ComponentResource):
    """A private, versioned bucket, encrypted with a customer key and reached by TLS only."""

    arn: pulumi.Output[str]
    bucket_name: pulumi.Output[str]
    regional_domain_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:data:Bucket", name, None, opts)
        self._name = name
        self._key = args.key
        self._base = PrivateBucket(
            self, name, encryption=default_encryption(args.key), protect=args.protect
        )
        bucket = self._base.bucket
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.id,
            rules=lifecycle(
                archive_after_days=args.archive_after_days,
                expire_after_days=args.expire_after_days,
                noncurrent_days=args.noncurrent_days,
            ),
            # Rules for noncurrent versions, once there are any.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._base.versioning]),
        )
        aws.s3.BucketLogging(
            f"{name}-logging",
            bucket=bucket.id,
            target_bucket=args.log_bucket.bucket_name,
            target_prefix=f"{_SERVER_ACCESS_LOGS}/{name}/",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.log_bucket.delivery_policy]),
        )
        self.arn = bucket.arn
        self.bucket_name = bucket.bucket
        self.regional_domain_name = bucket.bucket_regional_domain_name
        self._objects = pulumi.Output.concat(self.arn, "/*")
        if not args.policy_follows:
            self._base.attach_policy(())
        self.register_outputs(
            {
                "arn": self.arn,
                "bucket_name": self.bucket_name,
                "regional_domain_name": self.regional_domain_name,
            }
        )

    def attach_policy(self, statements: Sequence[ResourceStatement]) -> None:
        """Attach the policy that ``policy_follows`` announced; TLS stays required.

        Raises:
            ValueError: the bucket has its policy already; S3 keeps only one.
        """
        self._base.attach_policy(statements)

    def grant_read(self) -> tuple[Statement, ...]:
        """Allow reading objects by key. Without listing, a missing object answers 403."""
        return (
            self._statement("read", ("s3:GetObject",), self._objects),
            *self._key.grant_decrypt("s3"),
        )

    def grant_write(self) -> tuple[Statement, ...]:
        """Allow creating and replacing objects, in one piece or in parts."""
        actions = ("s3:PutObject", "s3:AbortMultipartUpload")
        return (
            self._statement("write", actions, self._objects),
            *self._key.grant_encrypt("s3"),
            # To put the parts of an upload together, S3 decrypts them:
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
            *self._key.grant_decrypt("s3"),
        )

    def grant_delete(self) -> tuple[Statement, ...]:
        """Allow deleting objects; their last version stays for ``noncurrent_days``."""
        return (self._statement("delete", ("s3:DeleteObject",), self._objects),)

    def grant_list(self) -> tuple[Statement, ...]:
        """Allow listing keys, and so learning that an object is missing."""
        return (self._statement("list", ("s3:ListBucket",), self.arn),)

    def _statement(
        self, verb: str, actions: tuple[str, ...], resource: pulumi.Output[str]
    ) -> Statement:
        return Statement(
            sid=sid_for(self._name, "bucket", verb), actions=actions, resources=(resource,)
        )


def _deliveries(arn: pulumi.Output[str], account_id: str) -> tuple[ResourceStatement, ...]:
    source = f"arn:aws:logs:{_CLOUDFRONT_REGION}"
    return (
        ResourceStatement(
            sid="ServerAccessLogs",
            services=("logging.s3.amazonaws.com",),
            actions=("s3:PutObject",),
            resources=(pulumi.Output.concat(arn, f"/{_SERVER_ACCESS_LOGS}/*"),),
            conditions={"StringEquals": {"aws:SourceAccount": account_id}},
        ),
        # As AWS writes it itself where it is missing:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
        ResourceStatement(
            sid="AWSLogDeliveryWrite",
            services=("delivery.logs.amazonaws.com",),
            actions=("s3:PutObject",),
            resources=(pulumi.Output.concat(arn, f"/AWSLogs/{account_id}/*"),),
            conditions={
                "StringEquals": {
                    "s3:x-amz-acl": "bucket-owner-full-control",
                    "aws:SourceAccount": account_id,
                },
                "ArnLike": {"aws:SourceArn": f"{source}:{account_id}:delivery-source:*"},
            },
        ),
    )
