"""Customer keys of KMS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import pulumi
import pulumi_aws as aws

from components.iam import ResourceStatement, Statement, resource_policy, sid_for

KeyService: TypeAlias = Literal["cloudfront", "cloudwatch", "logs", "sns"]
ViaService: TypeAlias = Literal["dynamodb", "s3", "secretsmanager", "sns", "sqs", "ssm"]

# Time to notice that something still needs the key: the longest that KMS offers.
_DELETION_WINDOW_DAYS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyArgs:
    """Settings of a key.

    Attributes:
        description: what the key protects, shown in the console.
        region: where the key lives; only services of that region can use it.
        account_id: the account that owns the key, twelve digits.
        services: AWS services that use the key under their own name. The others (DynamoDB, S3,
            RDS, Secrets Manager …) use it with the rights of their caller, so they need no entry.
        protect: refuse to delete the key, and with it all that it encrypts.
    """

    description: str
    region: str
    account_id: str
    services: tuple[KeyService, ...] = ()
    protect: bool = True

    def __post_init__(self) -> None:
        known = get_args(KeyService)
        unknown = [service for service in self.services if service not in known]
        if unknown:
            raise ValueError(f"services must be of {', '.join(known)}; got {unknown}")


class Key(pulumi.ComponentResource):
    """A symmetric key that rotates every year and serves exactly the services it is made for."""

    services: tuple[KeyService, ...]
    arn: pulumi.Output[str]
    key_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: KeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:data:Key", name, None, opts)
        self._name = name
        self._region = args.region
        self.services = args.services
        key = aws.kms.Key(
            f"{name}-key",
            description=args.description,
            enable_key_rotation=True,
            deletion_window_in_days=_DELETION_WINDOW_DAYS,
            multi_region=False,
            policy=resource_policy(_statements(args)),
            region=args.region,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.kms.Alias(
            f"{name}-alias",
            target_key_id=key.key_id,
            region=args.region,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = key.arn
        self.key_id = key.key_id
        self.register_outputs({"arn": self.arn, "key_id": self.key_id})

    def grant_decrypt(self, via: ViaService) -> tuple[Statement, ...]:
        """Allow decrypting, but only when the service asks for it on the caller's behalf."""
        return self._grant("decrypt", "kms:Decrypt", via)

    def grant_encrypt(self, via: ViaService) -> tuple[Statement, ...]:
        """Allow encrypting what is new, but only when the service asks for it."""
        return self._grant("encrypt", "kms:GenerateDataKey", via)

    def _grant(self, verb: str, action: str, via: ViaService) -> tuple[Statement, ...]:
        return (
            Statement(
                sid=sid_for(self._name, verb, "via", via),
                actions=(action,),
                resources=(self.arn,),
                conditions={
                    "StringEquals": {"kms:ViaService": f"{via}.{self._region}.amazonaws.com"}
                },
            ),
        )


def _statements(args: KeyArgs) -> tuple[ResourceStatement, ...]:
    by_service: Mapping[KeyService, ResourceStatement] = {
        # A distribution names the bucket and the bucket this key, so the key can't name the
        # distribution: any of this account's may read, none may write.
        "cloudfront": ResourceStatement(
            sid="CloudFrontDecrypt",
            services=("cloudfront.amazonaws.com",),
            actions=("kms:Decrypt",),
            resources=("*",),
            conditions={
                "ArnLike": {
                    "aws:SourceArn": f"arn:aws:cloudfront::{args.account_id}:distribution/*"
                }
            },
        ),
        "cloudwatch": _alarms(args),
        "logs": _log_groups(args),
        # Of topics that send to encrypted queues.
        "sns": ResourceStatement(
            sid="TopicsSend",
            services=("sns.amazonaws.com",),
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            resources=("*",),
            conditions={
                "ArnLike": {"aws:SourceArn": f"arn:aws:sns:{args.region}:{args.account_id}:*"}
            },
        ),
    }
    # Without it IAM policies would count for nothing, and a wrong policy would lock everyone out.
    administration = ResourceStatement(
        sid="AccountAdministration",
        principals=(f"arn:aws:iam::{args.account_id}:root",),
        actions=("kms:*",),
        resources=("*",),
    )
    return (administration, *(by_service[service] for service in args.services))


def _alarms(args: KeyArgs) -> ResourceStatement:
    # An alarm that can't use its topic's key is lost without a word:
    # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    return ResourceStatement(
        sid="AlarmsPublish",
        services=("cloudwatch.amazonaws.com",),
        actions=("kms:Decrypt", "kms:GenerateDataKey"),
        resources=("*",),
        conditions={
            "StringEquals": {"aws:SourceAccount": args.account_id},
            "ArnLike": {
                "aws:SourceArn": f"arn:aws:cloudwatch:{args.region}:{args.account_id}:alarm:*"
            },
        },
    )


def _log_groups(args: KeyArgs) -> ResourceStatement:
    # AWS's own example also lists kms:Describe*, which carries no encryption context and so could
    # never pass the condition.
    return ResourceStatement(
        sid="LogGroups",
        services=(f"logs.{args.region}.amazonaws.com",),
        actions=(
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
        ),
        resources=("*",),
        conditions={
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": (
                    f"arn:aws:logs:{args.region}:{args.account_id}:log-group:*"
                )
            }
        },
    )
