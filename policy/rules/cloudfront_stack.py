"""Rules for distributions of CloudFront and what stands beside them: logs and headers."""

from typing import Annotated, Final

from rules.cloudfront import DISTRIBUTION, MULTITENANT
from rules.core.findings import some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit
from rules.links import Link, sources, targets

DELIVERY: Final = "aws:cloudwatch/logDelivery:LogDelivery"
DELIVERY_SOURCE: Final = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
HEADERS_POLICY: Final = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"

SOURCES: Final = Link(DELIVERY_SOURCE, by=("id", "name"))
POLICIES: Final = Link(HEADERS_POLICY, by=("id", "arn"))
ACCESS_LOGS: Final = "ACCESS_LOGS"
ONE_YEAR_SECONDS: Final = 31_536_000
# Policies of AWS's own that set no HSTS; those with security headers ask for a year.
WITHOUT_HSTS: Final = {
    "60669652-455b-4ae9-85a4-c4c02393f86c": "SimpleCORS",
    "5cc3b908-e619-4b99-88e5-2cf7f45965bd": "CORS-With-Preflight",
}
HSTS: Final = "securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec"


@stack_rule(
    "cf-logging",
    DISTRIBUTION,
    MULTITENANT,
    reads=(DELIVERY, DELIVERY_SOURCE),
    severity=Severity.MEDIUM,
    why="Without access logs nobody can tell who asked for what, before an attack or after it.",
    fix="Make the distribution with components.frontend.site.Site, which delivers its logs.",
    security_hub="CloudFront.5",
    cis="7:4.10",
    cdk_nag="AwsSolutions-CFR3",
    checkov="CKV_AWS_86",
)
def is_logged(distribution: Resource, stack: Stack) -> Findings:
    """A distribution's access logs are delivered: by its own setting, or by CloudWatch's delivery.

    A source of a delivery that nothing delivers from keeps no logs.
    """
    if distribution.is_set("loggingConfig.bucket"):
        return
    link = Link(distribution.type, by=("id", "arn"))
    found = sources(stack, distribution, DELIVERY_SOURCE, "resourceArn", link)

    def is_delivered(source: Resource) -> bool:
        if source.text("logType") != ACCESS_LOGS:
            return False
        return bool(sources(stack, source, DELIVERY, "deliverySourceName", SOURCES))

    if not some(found, is_delivered):
        yield "neither loggingConfig nor a log delivery keeps its access logs"


@stack_rule(
    "cf-response-headers",
    DISTRIBUTION,
    MULTITENANT,
    reads=(HEADERS_POLICY,),
    severity=Severity.MEDIUM,
    why="A browser that is not told to insist on HTTPS can be led to plain HTTP on the next visit.",
    fix="Make the distribution with components.frontend.site.Site; its headers ask for two years.",
    checkov="CKV2_AWS_32 CKV_AWS_259",
)
def sends_security_headers(
    distribution: Resource,
    stack: Stack,
    *,
    minimum_seconds: Annotated[
        int, Limit("The shortest time that browsers insist on HTTPS, in seconds.", 1)
    ] = ONE_YEAR_SECONDS,
) -> Findings:
    """A distribution adds security headers, and has browsers insist on HTTPS for a year.

    A policy that the stack doesn't hold counts, but for those of AWS's own that are for CORS alone.
    """
    path = "defaultCacheBehavior.responseHeadersPolicyId"
    if not distribution.is_set(path):
        yield f"{path} is not set"
        return
    if distribution.is_known(path) and distribution.text(path) in WITHOUT_HSTS:
        yield f"{path} is {WITHOUT_HSTS[distribution.text(path)]}, which sets no HSTS"
        return
    policies = targets(stack, distribution, path, POLICIES)
    if policies and not some(policies, lambda item: (item.number(HSTS) or 0) >= minimum_seconds):
        yield f"{HSTS} of {policies[0].name} is less than {minimum_seconds}"
