"""The section ``delivery``: who deploys the stack, and the bounds of what it deploys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from components.delivery.boundary import Boundary, BoundaryArgs
from components.delivery.github import GitHub, GitHubArgs, StateArgs
from components.delivery.services import Scope
from settings import Settings
from settings.database import ExternalSettings
from settings.delivery import TriggerSettings

_ROLE: Final = "aws:iam/role:Role"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """The roles of the pipeline, and the boundary of all others."""

    boundary: Boundary
    github: GitHub

    def bounding(self, platform: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """Options under which every role is below the boundary: the pipeline can make no other."""

        def bound(
            args: pulumi.ResourceTransformationArgs,
        ) -> pulumi.ResourceTransformationResult | None:
            if args.type_ != _ROLE:
                return None
            props: dict[str, object] = {**args.props, "permissions_boundary": self.boundary.arn}
            return pulumi.ResourceTransformationResult(props, args.opts)

        return pulumi.ResourceOptions.merge(
            platform, pulumi.ResourceOptions(transformations=[bound])
        )


def make_delivery(current: Settings, platform: pulumi.ResourceOptions) -> Delivery | None:
    """The roles, for just the services that the settings make use of."""
    delivery = current.delivery
    if delivery is None:
        return None
    scope = Scope(
        account_id=current.account_id,
        region=current.region,
        zones=tuple(dict.fromkeys(_zones(current))),
    )
    services = tuple(sorted({item for items in _services(current) for item in items}))
    external = current.database if isinstance(current.database, ExternalSettings) else None
    boundary = Boundary(
        "boundary",
        BoundaryArgs(
            scope=scope,
            services=services,
            secrets=(external.secret_arn,) if external else (),
            keys=(external.key_arn,) if external and external.key_arn else (),
        ),
        opts=platform,
    )
    github = GitHub(
        "github",
        GitHubArgs(
            scope=scope,
            services=services,
            passes=tuple(_passes(current)),
            boundary=boundary.arn,
            repository=delivery.repository,
            preview=_subject(delivery.preview),
            deploy=_subject(delivery.deploy),
            provider_arn=delivery.provider_arn,
            session_minutes=delivery.session_minutes,
            state=(
                StateArgs(bucket=delivery.state.bucket, key_arn=delivery.state.key_arn)
                if delivery.state
                else None
            ),
        ),
        opts=platform,
    )
    return Delivery(boundary=boundary, github=github)


def _subject(trigger: TriggerSettings) -> str:
    if trigger.environment is not None:
        return f"environment:{trigger.environment}"
    return f"ref:refs/heads/{trigger.branch}"


def _services(current: Settings) -> Iterator[tuple[str, ...]]:
    """What each section is made of, by the prefix of the services' actions."""
    api, alerts, sites = current.api, current.alerts, current.every_site()
    uses: Mapping[tuple[str, ...], bool] = {
        ("iam",): True,
        ("ec2", "kms", "logs"): current.network is not None,
        ("dynamodb", "kms"): bool(current.tables),
        ("kms", "s3"): bool(current.buckets or sites),
        ("kms", "logs", "rds", "secretsmanager"): _has_own_database(current),
        ("apigateway", "kms", "lambda", "logs"): api is not None,
        ("application-autoscaling",): api is not None and bool(api.concurrency_schedule),
        ("codedeploy",): api is not None and api.rollout is not None,
        # The proof that a call came through a site.
        ("ssm",): api is not None and any(site.api for site in sites.values()),
        ("cloudfront", "logs"): bool(sites),
        ("logs", "wafv2"): any(site.firewall for site in sites.values()),
        ("amplify",): current.portals is not None and bool(current.portals.hosted_on("amplify")),
        ("acm", "route53"): any(_zones(current)),
        ("cloudwatch", "kms", "logs", "sns", "sqs"): alerts is not None,
        ("xray",): alerts is not None and api is not None,
        ("budgets", "ce"): current.budget is not None,
    }
    return (services for services, used in uses.items() if used)


def _passes(current: Settings) -> Iterator[str]:
    """The services that get a role of the stack's."""
    database, api, alerts = current.database, current.api, current.alerts
    if api is not None:
        yield "lambda.amazonaws.com"
        if api.rollout is not None:
            yield "codedeploy.amazonaws.com"
    if current.network is not None:
        yield "vpc-flow-logs.amazonaws.com"
    if database is not None and not isinstance(database, ExternalSettings):
        yield "monitoring.rds.amazonaws.com"
        if database.proxy:
            yield "rds.amazonaws.com"
    if alerts is not None and alerts.slack is not None:
        yield "chatbot.amazonaws.com"


def _zones(current: Settings) -> Iterator[str]:
    parts = (current.api, *current.every_site().values(), current.portals)
    return (part.hosted_zone_id for part in parts if part is not None and part.hosted_zone_id)


def _has_own_database(current: Settings) -> bool:
    return current.database is not None and not isinstance(current.database, ExternalSettings)
