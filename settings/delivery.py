"""The section `delivery`."""

import re
from collections.abc import Iterator
from typing import Annotated, Final, TypeAlias

from pydantic import Field

from settings.kinds import Section, Text, Whole
from settings.portal_kinds import Branch
from settings.problems import Problem

# https://docs.github.com/en/actions/reference/security/oidc: repositories made since July 2026 say
# the ids of owner and repository, which nobody else can ever have.
GitHubRepository: TypeAlias = Annotated[
    str,
    Text(
        "a repository such as example-org/plinth, or example-org@123456/plinth@456789 for one"
        " whose tokens say the ids",
        r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}(@[0-9]+/[A-Za-z0-9._-]{1,100}@[0-9]+"
        r"|/[A-Za-z0-9._-]{1,100})$",
    ),
]
Environment: TypeAlias = Annotated[
    str,
    Text(
        "the name of an environment on GitHub, of letters, digits and characters of . _ -, with at"
        " most 100 characters",
        r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
    ),
]


class TriggerSettings(Section):
    """The jobs that may take on a role: those of one environment, or of one branch."""

    environment: Environment | None = Field(
        None,
        description=(
            "The GitHub environment of the job, whose own rules say who may start it, such as"
            " production."
        ),
    )
    branch: Branch | None = Field(
        None, description="The branch that the job runs on, such as main; without an environment."
    )


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_NO_BUCKET: Final = re.compile(
    r"\.\.|^[0-9]+(\.[0-9]+){3}$|^(xn--|sthree-|amzn-s3-demo-)"
    r"|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$"
)


class StateSettings(Section):
    """Where Pulumi keeps the stack's state, when that is a bucket of the same account."""

    bucket: Annotated[
        str,
        Text(
            "the name of an S3 bucket: 3 to 63 lower-case letters, digits, hyphens and single dots,"
            " neither an IP address nor with a beginning or an end that S3 keeps for itself",
            r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
            check=lambda value: _NO_BUCKET.search(value) is None,
        ),
    ] = Field(description="The bucket's name, as in `pulumi login s3://…`.")
    key_arn: Annotated[
        str,
        Text(
            "the ARN of a KMS key",
            r"^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        ),
    ] = Field(
        description="The KMS key that encrypts the bucket and the stack's secrets, as an ARN."
    )


class DeliverySettings(Section):
    """GitHub deploys the stack, without a key that lasts; free of charge."""

    repository: GitHubRepository = Field(
        description=(
            "The repository whose jobs may deploy, such as example-org/plinth; with the ids, as"
            " example-org@123456/plinth@456789, where its tokens say them."
        )
    )
    preview: TriggerSettings = Field(
        description=(
            "The jobs that may look at what the stack has, and change nothing: {environment: …} or"
            " {branch: …}."
        )
    )
    deploy: TriggerSettings = Field(
        description="The jobs that may deploy the stack: {environment: …} or {branch: …}."
    )
    provider_arn: (
        Annotated[
            str,
            Text(
                "the ARN of the account's OIDC provider for GitHub",
                r"^arn:aws:iam::[0-9]{12}:oidc-provider/token\.actions\.githubusercontent\.com$",
            ),
        ]
        | None
    ) = Field(
        None,
        description=(
            "The account's OIDC provider for GitHub, where another stack has made it: an account"
            " can have one. null makes it."
        ),
    )
    session_minutes: Annotated[int, Whole(60, 720)] = Field(
        60, description="Minutes after which a job's rights end, 60 to 720."
    )
    state: StateSettings | None = Field(
        None,
        description=(
            "Where Pulumi keeps the stack's state, when that is a bucket of the same account; null"
            " for Pulumi Cloud and elsewhere."
        ),
    )


def delivery_contradictions(delivery: DeliverySettings, account_id: str) -> Iterator[Problem]:
    """What is wrong between the settings of the delivery."""
    for role, trigger in (("preview", delivery.preview), ("deploy", delivery.deploy)):
        if (trigger.environment is None) == (trigger.branch is None):
            got = "neither" if trigger.branch is None else "both"
            yield Problem(
                f"delivery.{role}",
                f"must name an environment or a branch, got {got}",
                because=(f"delivery.{role}.environment", f"delivery.{role}.branch"),
            )
    if delivery.preview == delivery.deploy:
        yield Problem(
            "delivery.preview",
            "must be for other jobs than deploy: what may only look must not be able to change",
            because=("delivery.deploy",),
        )
    for path, arn in (
        ("delivery.provider_arn", delivery.provider_arn),
        ("delivery.state.key_arn", delivery.state.key_arn if delivery.state else None),
    ):
        if arn is not None and arn.split(":")[4] != account_id:
            yield Problem(
                path,
                f"must be of the stack's account {account_id}, got {arn!r}",
                because=("account_id",),
            )
