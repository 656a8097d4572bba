"""The roles by which jobs on GitHub preview and deploy a stack, without a key that lasts."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.delivery.documents import PATH, managed_policy
from components.delivery.migrating import migrating_statements
from components.delivery.services import (
    Scope,
    changing_statements,
    known_services,
    looking_statements,
)
from components.iam import Statement

ISSUER = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"
# https://docs.github.com/en/actions/reference/security/oidc: with an `@` and the ids where the
# repository's tokens say them.
_REPOSITORY = re.compile(r"[A-Za-z0-9-]+(@\d+/[\w.-]+@\d+|/[\w.-]+)", re.ASCII)
_SUBJECT = re.compile(r"environment:[\w.-]+|ref:refs/heads/[\w./-]+", re.ASCII)
# A role has ten managed policies at most, each of some length: the services by what they are for.
_AREAS: Mapping[str, tuple[str, ...]] = {
    "network": ("ec2",),
    "stores": ("dynamodb", "kms", "rds", "s3", "secretsmanager"),
    "service": ("apigateway", "application-autoscaling", "codedeploy", "lambda", "logs", "ssm"),
    "front": ("acm", "amplify", "cloudfront", "route53", "wafv2"),
    "watch": ("budgets", "ce", "cloudwatch", "sns", "sqs", "xray"),
    "identity": ("iam",),
}
_LOOKS: Mapping[str, tuple[str, ...]] = {
    "inside": ("network", "stores", "identity"),
    "service": ("service",),
    "outside": ("front", "watch"),
}
# AWS makes a role of its own for these on first use, in the name of whoever uses them.
_LINKED: Mapping[str, str] = {
    "application-autoscaling": "lambda.application-autoscaling.amazonaws.com",
    "apigateway": "ops.apigateway.amazonaws.com",
    "rds": "rds.amazonaws.com",
    "wafv2": "wafv2.amazonaws.com",
}
# Services that use a customer key in the name of whoever reads from them, and of whoever deploys.
_KEY_READERS = ("lambda", "ssm")
_KEY_ACTIONS = ("kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")
_KEY_USERS = ("dynamodb", "lambda", "rds", "s3", "secretsmanager", "sns", "sqs", "ssm")


@dataclass(frozen=True, kw_only=True, slots=True)
class StateArgs:
    """Where Pulumi keeps the state, in a bucket of the same account.

    Attributes:
        bucket: the bucket's name.
        key_arn: the key of the bucket and of the stack's secrets.
    """

    bucket: str
    key_arn: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GitHubArgs:
    """Who on GitHub may do what.

    Attributes:
        scope: whose resources are meant.
        services: the services that the stack uses, by the prefix of their actions.
        passes: principals of the services that get roles of the stack.
        boundary: ARN of the policy below which every role of the stack is.
        repository: such as ``example-org/plinth``, as the repository's tokens name it.
        preview: what jobs may look, as the end of their subject: ``environment:<name>`` or
            ``ref:refs/heads/<branch>``.
        deploy: what jobs may deploy, likewise.
        provider_arn: the account's OIDC provider for GitHub; made here without.
        session_minutes: how long a job keeps its rights, 60 to 720.
        state: where Pulumi keeps the state, if that is in the account.
    """

    scope: Scope
    services: tuple[str, ...]
    passes: tuple[str, ...]
    boundary: pulumi.Input[str]
    repository: str
    preview: str
    deploy: str
    provider_arn: str | None = None
    session_minutes: int = 60
    state: StateArgs | None = None

    def __post_init__(self) -> None:
        if not _REPOSITORY.fullmatch(self.repository):
            raise ValueError(
                f"repository must be such as example-org/plinth, got {self.repository!r}"
            )
        for field, subject in (("preview", self.preview), ("deploy", self.deploy)):
            if not _SUBJECT.fullmatch(subject):
                raise ValueError(
                    f"{field} must be environment:<name> or ref:refs/heads/<branch>, "
                    f"got {subject!r}"
                )
        if self.preview == self.deploy:
            raise ValueError(f"preview must be for other jobs than deploy, got {self.preview!r}")
        if not 60 <= self.session_minutes <= 720:
            raise ValueError(f"session_minutes must be from 60 to 720, got {self.session_minutes}")
        unknown = sorted({*self.services} - {*known_services()})
        if unknown:
            raise ValueError(f"services must be of {', '.join(known_services())}; got {unknown}")


class GitHub(pulumi.ComponentResource):
    """The account's trust in GitHub, a role that looks and a role that deploys.

    A person makes them, by deploying the stack once; from then on the pipeline can deploy all but
    this component and the permissions boundary, which it can only look at.
    """

    provider_arn: pulumi.Output[str]
    preview_role_arn: pulumi.Output[str]
    deploy_role_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: GitHubArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:delivery:GitHub", name, None, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.provider_arn = self._make_provider()
        looks = dict(self._looks())
        self.preview_role_arn = self._make_role(
            "preview", args.preview, {**looks, **self._state("preview", writes=False)}
        )
        self.deploy_role_arn = self._make_role(
            "deploy",
            args.deploy,
            {**looks, **dict(self._changes()), **self._state("deploy", writes=True)},
        )
        self.register_outputs(
            {
                "provider_arn": self.provider_arn,
                "preview_role_arn": self.preview_role_arn,
                "deploy_role_arn": self.deploy_role_arn,
            }
        )

    def _make_provider(self) -> pulumi.Output[str]:
        if self._args.provider_arn is not None:
            return pulumi.Output.from_input(self._args.provider_arn)
        return aws.iam.OpenIdConnectProvider(
            f"{self._name}-provider",
            url=f"https://{ISSUER}",
            # No thumbprint: AWS checks GitHub's certificate by its own list of authorities.
            client_id_lists=[_AUDIENCE],
            opts=self._child,
        ).arn

    def _make_role(
        self, role: str, subject: str, policies: Mapping[str, aws.iam.Policy]
    ) -> pulumi.Output[str]:
        made = aws.iam.Role(
            f"{self._name}-{role}",
            path=PATH,
            description=f"Jobs of {self._args.repository} that {role} {self._args.scope.prefix}*",
            max_session_duration=self._args.session_minutes * 60,
            assume_role_policy=self.provider_arn.apply(
                lambda arn: _trust(arn, f"repo:{self._args.repository}:{subject}")
            ),
            opts=self._child,
        )
        for policy, document in policies.items():
            aws.iam.RolePolicyAttachment(
                f"{self._name}-{role}-{policy}",
                role=made.name,
                policy_arn=document.arn,
                opts=self._child,
            )
        return made.arn

    def _looks(self) -> Iterator[tuple[str, aws.iam.Policy]]:
        for part, areas in _LOOKS.items():
            services = [item for area in areas for item in self._used(area)]
            statements = looking_statements(services, self._args.scope)
            if "kms" in services:
                statements += tuple(_key_use(self._args, ("kms:Decrypt",), _KEY_READERS))
            if statements:
                yield f"look-{part}", self._policy(f"look-{part}", statements)

    def _changes(self) -> Iterator[tuple[str, aws.iam.Policy]]:
        args = self._args
        for area in _AREAS:
            statements = changing_statements(self._used(area), args.scope, args.boundary)
            if area == "identity":
                statements += tuple(_roles(args))
            if area == "front" and "cloudfront" in args.services:
                statements += (_publish(args.scope),)
            if area == "stores":
                statements += tuple(_key_use(args, _KEY_ACTIONS, _KEY_USERS))
                statements += migrating_statements(args.services, args.scope)
            if statements:
                yield f"change-{area}", self._policy(f"change-{area}", statements)

    def _state(self, role: str, *, writes: bool) -> dict[str, aws.iam.Policy]:
        state = self._args.state
        if state is None:
            return {}
        statements = tuple(_state(state, writes=writes))
        return {f"{role}-state": self._policy(f"{role}-state", statements)}

    def _policy(self, policy: str, statements: tuple[Statement, ...]) -> aws.iam.Policy:
        return managed_policy(
            f"{self._name}-{policy}",
            statements,
            description=f"What the delivery of {self._args.scope.prefix}* needs: {policy}",
            opts=self._child,
        )

    def _used(self, area: str) -> tuple[str, ...]:
        return tuple(item for item in _AREAS[area] if item in self._args.services)


def _trust(provider_arn: str, subject: str) -> str:
    """Trust jobs with exactly this subject, whose token was asked for on behalf of STS."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER}:aud": _AUDIENCE, f"{ISSUER}:sub": subject}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def _roles(args: GitHubArgs) -> Iterator[Statement]:
    scope = args.scope
    if args.passes:
        yield Statement(
            sid="PassRoles",
            actions=("iam:PassRole",),
            resources=scope.arns(("arn:aws:iam::{account}:role/{prefix}*",)),
            conditions={"StringEquals": {"iam:PassedToService": args.passes}},
        )
    linked = tuple(name for service, name in _LINKED.items() if service in args.services)
    if linked:
        yield Statement(
            sid="LinkedRoles",
            actions=("iam:CreateServiceLinkedRole",),
            resources=scope.arns(("arn:aws:iam::{account}:role/aws-service-role/*",)),
            conditions={"StringEquals": {"iam:AWSServiceName": linked}},
        )


def _publish(scope: Scope) -> Statement:
    """Put pages where the sites serve them from."""
    return Statement(
        sid="PublishPages",
        actions=("s3:DeleteObject", "s3:PutObject"),
        resources=scope.arns(("arn:aws:s3:::{prefix}*-content-bucket-*/*",)),
    )


def _key_use(
    args: GitHubArgs, actions: tuple[str, ...], services: tuple[str, ...]
) -> Iterator[Statement]:
    """What AWS's services do with the stack's keys on behalf of whoever calls them.

    To compare a function with the state, its variables are read, and so is the proof that a site
    shows to the API: the state holds both as well.
    """
    users = [item for item in services if item in args.services]
    if users:
        scope = args.scope
        yield Statement(
            sid="UseKeys",
            actions=actions,
            resources=scope.arns(("arn:aws:kms:{region}:{account}:key*",)),
            conditions={
                "StringEquals": {
                    **scope.tags("aws:ResourceTag"),
                    "kms:ViaService": tuple(f"{i}.{scope.region}.amazonaws.com" for i in users),
                }
            },
        )


def _state(state: StateArgs, *, writes: bool) -> Iterator[Statement]:
    bucket = f"arn:aws:s3:::{state.bucket}"
    objects = ("s3:GetObject", *(("s3:DeleteObject", "s3:PutObject") if writes else ()))
    yield Statement(sid="FindState", actions=("s3:ListBucket",), resources=(bucket,))
    yield Statement(sid="State", actions=objects, resources=(f"{bucket}/*",))
    # The stack's secrets are encrypted with it directly, the bucket by S3.
    yield Statement(
        sid="StateKey",
        actions=("kms:Decrypt", *(("kms:Encrypt", "kms:GenerateDataKey") if writes else ())),
        resources=(state.key_arn,),
    )
