"""Rules for where APIs are served: their stages and domains."""

import re
from typing import Annotated, Any, Final

from rules.core.findings import each
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule
from rules.core.thresholds import Limit

STAGE: Final = "aws:apigatewayv2/stage:Stage"
DOMAIN: Final = "aws:apigatewayv2/domainName:DomainName"
REST_DOMAIN: Final = "aws:apigateway/domainName:DomainName"

LIMITS: Final = ("throttlingRateLimit", "throttlingBurstLimit")
# The policies of 2025 say the oldest version in their names.
_MODERN: Final = re.compile(r"TLS_1_[23]|SecurityPolicy_TLS1[23]_.+")


@resource_rule(
    "apigw-access-logs",
    STAGE,
    severity=Severity.MEDIUM,
    why="Without access logs nobody can say who called what after an attack.",
    fix="Make the API with components.api.http_api.HttpApi, which logs.",
    security_hub="APIGateway.9",
    cis="7:4.10",
    cdk_nag="AwsSolutions-APIG1",
    checkov="CKV_AWS_76",
)
def logs_access(stage: Resource) -> Findings:
    """A stage logs every request."""
    if not stage.is_set("accessLogSettings.destinationArn"):
        yield "accessLogSettings.destinationArn is not set"


def _limit(stage: Resource, *, rate: float, burst: int) -> Changes:
    given = zip(LIMITS, (rate, burst), strict=True)
    paths = ((f"defaultRouteSettings.{name}", value) for name, value in given)
    return {
        path: value for path, value in paths if stage.is_known(path) and not _is_given(stage, path)
    }


def _is_given(stage: Resource, path: str) -> bool:
    # Zero is what the provider makes of a limit that was left out: it lets no request in.
    return (stage.number(path) or 0) > 0


@resource_rule(
    "apigw-throttling",
    STAGE,
    severity=Severity.MEDIUM,
    why="One API without limits uses up what the whole account may take, and runs up its bill.",
    fix="Leave throttle_rate and throttle_burst of components.api.http_api.HttpApi set.",
    cdk_nag="Serverless-APIGWDefaultThrottling",
    remedy=_limit,
)
def is_throttled(
    stage: Resource,
    *,
    rate: Annotated[
        float, Limit("Requests a second to allow where the rule remediates.", 0.1, 10_000)
    ] = 100,
    burst: Annotated[
        int, Limit("Requests at once to allow where the rule remediates.", 1, 5000)
    ] = 200,
) -> Findings:
    """A stage limits the rate and the burst of requests."""
    del rate, burst
    return each(LIMITS, lambda name: _unlimited(stage, name))


def _unlimited(stage: Resource, name: str) -> Findings:
    path = f"defaultRouteSettings.{name}"
    if not _is_given(stage, path):
        yield f"{path} is not set"


def _path(domain: Resource) -> str:
    return (
        "securityPolicy"
        if domain.type == REST_DOMAIN
        else ("domainNameConfiguration.securityPolicy")
    )


def _modernise(domain: Resource, **_thresholds: Any) -> Changes:
    return {_path(domain): "TLS_1_2"}


@resource_rule(
    "apigw-domain-tls",
    DOMAIN,
    REST_DOMAIN,
    severity=Severity.HIGH,
    why="Old versions of TLS can be broken by whoever sits on the way.",
    fix='Set security_policy="TLS_1_2", as components.api.http_api.HttpApi does.',
    checkov="CKV_AWS_206",
    remedy=_modernise,
)
def is_modern(domain: Resource) -> Findings:
    """A domain of an API takes TLS 1.2 or newer only, and says so: AWS's default depends."""
    if not _MODERN.fullmatch(domain.text(_path(domain))):
        yield f"{_path(domain)} is not TLS 1.2 or newer"
