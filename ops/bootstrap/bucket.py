"""The bucket that keeps Pulumi's state: every version of it, and closed to all but its account."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from ops.aws_errors import code
from ops.bootstrap.parts import BootstrapError, Part, Tags, found, has_statements, with_statements

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import PublicAccessBlockConfigurationTypeDef

OWNERSHIP: Final = "BucketOwnerEnforced"
CLOSED: Final["PublicAccessBlockConfigurationTypeDef"] = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}
RULES: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "ID": "old-versions",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        # Counted from the day that a newer version took its place: the newest always stays.
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        # Each update's lock leaves one behind.
        "Expiration": {"ExpiredObjectDeleteMarker": True},
    },
)


class StateBucket:
    """A versioned bucket, encrypted under a customer key.

    Pulumi itself locks a stack, by a file that it writes and deletes: nothing here may stop that.
    What is locked is the past: the bucket's policy refuses to delete a version, whoever asks, so
    that an earlier state can always be brought back. S3's lifecycle alone deletes versions, which
    no policy can refuse. Object Lock is left off: it would keep the files of all locks as well.
    """

    kind = "bucket"

    def __init__(
        self,
        s3: "S3Client",
        *,
        name: str,
        account_id: str,
        region: str,
        key_arn: str | None,
        tags: Tags,
    ) -> None:
        """Name the bucket that must be there.

        Args:
            key_arn: None as long as the key isn't made.
        """
        self.name = name
        self._s3 = s3
        self._owner = account_id
        self._region = region
        self._key_arn = key_arn
        self._tags = tags
        self._statements = _statements(name)

    def find(self) -> bool:
        """Whether the bucket is there, and this account's."""
        try:
            self._s3.head_bucket(Bucket=self.name, ExpectedBucketOwner=self._owner)
        except ClientError as error:
            if code(error) in {"404", "NoSuchBucket"}:
                return False
            if code(error) in {"403", "AccessDenied"}:
                raise BootstrapError(
                    f"the bucket {self.name} is closed to these credentials: they lack the right to"
                    " s3:ListBucket on it, or another account has taken its name"
                ) from error
            raise
        return True

    def create(self) -> None:
        """Make the bucket, without access lists from the start."""
        place: dict[str, Any] = {}
        # S3 refuses to be told of the region that it takes without being told.
        if self._region != "us-east-1":
            place["CreateBucketConfiguration"] = {"LocationConstraint": self._region}
        try:
            self._s3.create_bucket(Bucket=self.name, ObjectOwnership=OWNERSHIP, **place)
        except ClientError as error:
            if code(error) == "BucketAlreadyExists":
                raise BootstrapError(
                    f"another account has a bucket named {self.name}: give the project another"
                    " name in Pulumi.yaml, before the first deployment"
                ) from error
            raise

    def parts(self) -> Sequence[Part]:
        """All that makes it fit to keep state."""
        return (
            Part("public access", self._is_closed, self._close),
            Part("ownership", self._is_owned, self._own),
            Part("versions", self._keeps_versions, self._keep_versions),
            Part("encryption", self._is_encrypted, self._encrypt),
            Part("lifecycle", self._has_rules, self._put_rules),
            Part("tags", self._has_tags, self._put_tags),
            Part("policy", self._has_policy, self._put_policy),
        )

    @property
    def _at(self) -> dict[str, Any]:
        """The bucket of this name, if it is still this account's."""
        return {"Bucket": self.name, "ExpectedBucketOwner": self._owner}

    def _is_closed(self) -> bool:
        answer = found(
            lambda: self._s3.get_public_access_block(**self._at),
            "NoSuchPublicAccessBlockConfiguration",
        )
        return answer is not None and answer["PublicAccessBlockConfiguration"] == CLOSED

    def _close(self) -> None:
        self._s3.put_public_access_block(**self._at, PublicAccessBlockConfiguration=CLOSED)

    def _is_owned(self) -> bool:
        answer = found(
            lambda: self._s3.get_bucket_ownership_controls(**self._at),
            "OwnershipControlsNotFoundError",
        )
        rules = answer["OwnershipControls"]["Rules"] if answer is not None else []
        return [rule["ObjectOwnership"] for rule in rules] == [OWNERSHIP]

    def _own(self) -> None:
        controls: Any = {"Rules": [{"ObjectOwnership": OWNERSHIP}]}
        self._s3.put_bucket_ownership_controls(**self._at, OwnershipControls=controls)

    def _keeps_versions(self) -> bool:
        return self._s3.get_bucket_versioning(**self._at).get("Status") == "Enabled"

    def _keep_versions(self) -> None:
        self._s3.put_bucket_versioning(**self._at, VersioningConfiguration={"Status": "Enabled"})

    def _is_encrypted(self) -> bool:
        answer = found(
            lambda: self._s3.get_bucket_encryption(**self._at),
            "ServerSideEncryptionConfigurationNotFoundError",
        )
        if answer is None:
            return False
        default = answer["ServerSideEncryptionConfiguration"]["Rules"][0]
        encryption = default.get("ApplyServerSideEncryptionByDefault", {})
        return (
            encryption.get("SSEAlgorithm") == "aws:kms"
            and encryption.get("KMSMasterKeyID") == self._key_arn
            and default.get("BucketKeyEnabled") is True
        )

    def _encrypt(self) -> None:
        default: Any = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self._key_arn}
        rule: Any = {
            "ApplyServerSideEncryptionByDefault": default,
            # One question to KMS does for many objects.
            "BucketKeyEnabled": True,
        }
        self._s3.put_bucket_encryption(
            **self._at, ServerSideEncryptionConfiguration={"Rules": [rule]}
        )

    def _policy(self) -> str | None:
        answer = found(lambda: self._s3.get_bucket_policy(**self._at), "NoSuchBucketPolicy")
        return None if answer is None else answer["Policy"]

    def _has_policy(self) -> bool:
        return has_statements(self._policy(), self._statements)

    def _put_policy(self) -> None:
        merged = with_statements(self._policy(), self._statements)
        self._s3.put_bucket_policy(**self._at, Policy=merged)

    def _rules(self) -> list[Any]:
        answer = found(
            lambda: self._s3.get_bucket_lifecycle_configuration(**self._at),
            "NoSuchLifecycleConfiguration",
        )
        return [] if answer is None else list(answer["Rules"])

    def _has_rules(self) -> bool:
        # S3 may answer with an empty filter where an empty prefix was given.
        present = [
            {**rule, "Filter": rule.get("Filter") or {"Prefix": ""}} for rule in self._rules()
        ]
        return all(rule in present for rule in RULES)

    def _put_rules(self) -> None:
        named = {rule["ID"] for rule in RULES}
        theirs = [rule for rule in self._rules() if rule.get("ID") not in named]
        rules: Any = [*RULES, *theirs]
        self._s3.put_bucket_lifecycle_configuration(
            **self._at, LifecycleConfiguration={"Rules": rules}
        )

    def _present_tags(self) -> dict[str, str]:
        answer = found(lambda: self._s3.get_bucket_tagging(**self._at), "NoSuchTagSet")
        return {} if answer is None else {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def _has_tags(self) -> bool:
        return self._tags.hold(self._present_tags())

    def _put_tags(self) -> None:
        merged = self._tags.merged(self._present_tags())
        self._s3.put_bucket_tagging(
            **self._at,
            Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in merged.items()]},
        )


def _statements(name: str) -> list[dict[str, Any]]:
    bucket = f"arn:aws:s3:::{name}"
    objects = f"{bucket}/*"

    def deny(sid: str, actions: object, resources: object, condition: object = None) -> Any:
        statement = {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": actions}
        conditions = {} if condition is None else {"Condition": condition}
        return {**statement, "Resource": resources, **conditions}

    return [
        deny("TlsOnly", "s3:*", [bucket, objects], {"Bool": {"aws:SecureTransport": "false"}}),
        deny(
            "RecentTlsOnly",
            "s3:*",
            [bucket, objects],
            {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        ),
        deny(
            "CustomerKeyOnly",
            "s3:PutObject",
            objects,
            # Who says nothing of encryption, as Pulumi does, gets the bucket's own.
            {
                "Null": {"s3:x-amz-server-side-encryption": "false"},
                "StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"},
            },
        ),
        deny("VersionsStay", "s3:DeleteObjectVersion", objects),
        deny("BucketStays", "s3:DeleteBucket", bucket),
    ]
