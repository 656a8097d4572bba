"""The secret that the distribution and the API share, and who compares it."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.api.functions import Function, FunctionArgs
from components.data.keys import Key
from components.iam import Statement
from components.watched import Watched

HEADER_NAME = "x-origin-verify"


@dataclass(frozen=True, kw_only=True, slots=True)
class OriginGuardArgs:
    """Settings of an origin guard.

    Attributes:
        code: the package of ``app/authoriser``.
        key: the customer key of the stored value and of the authoriser's log and environment.
        account_id: the account of twelve digits.
        region: the API's region.
        log_retention_days: how long the authoriser's log is kept.
    """

    code: pulumi.Archive
    key: Key
    account_id: str
    region: str
    log_retention_days: int = 365


class OriginGuard(pulumi.ComponentResource):
    """Lets an API refuse whoever did not come through the distribution.

    The distribution adds a header with a secret value to each request it passes on; the API's
    authoriser compares it. The value is in no settings file and no variable: it is that of an API
    Gateway key, which costs nothing, belongs to no usage plan and is switched off. Such a key is
    the one thing of AWS that makes up a value once, keeps it, and hands it to a deployment. The
    authoriser reads its own copy from an encrypted parameter.

    To rotate, replace the key: ``pulumi up --replace <URN of the …-secret resource>``. The
    parameter changes first, and the distribution, whose header is the parameter's value, only
    after it. For the next hour the authoriser takes the value before as well: longer than
    CloudFront needs to reach all its edges, and than API Gateway remembers an answer. To shut out
    a leaked value sooner, rotate twice.
    """

    header_name: str
    header_value: pulumi.Output[str]
    authoriser: Function
    watched: tuple[Watched, ...]

    def __init__(
        self, name: str, args: OriginGuardArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:api:OriginGuard", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        secret = aws.apigateway.ApiKey(
            f"{name}-secret",
            description="Only a source of randomness: the header that the distribution sends",
            enabled=False,
            opts=child,
        )
        parameter = aws.ssm.Parameter(
            f"{name}-parameter",
            description="The header value by which the API knows the distribution",
            type="SecureString",
            tier="Standard",
            key_id=args.key.arn,
            value=secret.value,
            opts=child,
        )
        self.authoriser = Function(
            f"{name}-authoriser",
            FunctionArgs(
                code=args.code,
                handler="handler.handler",
                key=args.key,
                account_id=args.account_id,
                region=args.region,
                permissions=_read(parameter, args),
                environment={"PARAMETER_NAME": parameter.name},
                memory_mb=256,
                # API Gateway itself gives up on an authoriser after ten seconds.
                timeout_seconds=9,
                log_retention_days=args.log_retention_days,
            ),
            child,
        )

        self.watched = self.authoriser.watched
        self.header_name = HEADER_NAME
        self.header_value = pulumi.Output.secret(parameter.value)
        self.register_outputs({"header_name": self.header_name, "header_value": self.header_value})


def _read(parameter: aws.ssm.Parameter, args: OriginGuardArgs) -> tuple[Statement, ...]:
    return (
        Statement(sid="ReadParameter", actions=("ssm:GetParameter",), resources=(parameter.arn,)),
        Statement(
            sid="DecryptParameter",
            actions=("kms:Decrypt",),
            resources=(args.key.arn,),
            conditions={
                "StringEquals": {
                    "kms:ViaService": f"ssm.{args.region}.amazonaws.com",
                    "kms:EncryptionContext:PARAMETER_ARN": parameter.arn,
                }
            },
        ),
    )
