"""Rules for distributions of CloudFront, each by itself."""

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final, Literal

from rules.core.findings import each, some
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule
from rules.core.thresholds import Limit, Production
from rules.core.values import UNKNOWN, Secret
from rules.core.view import View

DISTRIBUTION: Final = "aws:cloudfront/distribution:Distribution"
MULTITENANT: Final = "aws:cloudfront/multitenantDistribution:MultitenantDistribution"
VPC_ORIGIN: Final = "aws:cloudfront/vpcOrigin:VpcOrigin"

ENCRYPTED: Final = frozenset({"https-only", "redirect-to-https"})
# By the name that a distribution has, and the one of those with many tenants.
BEHAVIOURS: Final = ("defaultCacheBehavior", "orderedCacheBehaviors", "cacheBehaviors")
CUSTOM: Final = ("customOriginConfig", "customOriginConfigs")
IN_VPC: Final = ("vpcOriginConfig", "vpcOriginConfigs")
FLOOR: Final = "TLSv1.2_2021"
_POLICY: Final = re.compile(r"TLSv1\.(\d)_(\d{4})")
# The endpoints of buckets, but for websites: those are plain HTTP and take no signature.
_BUCKET_ENDPOINT: Final = re.compile(
    r"(.+\.)?s3([.-](accelerate|dualstack|fips|accesspoint))*([.-][a-z]{2}(-[a-z]+)+-\d)?"
    r"\.amazonaws\.com(\.cn)?"
)
CLASSES: Final = ("PriceClass_100", "PriceClass_200", "PriceClass_All")


def _changed_list(
    resource: Resource, path: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> Changes:
    """A list with each of its blocks changed, or nothing where there is no list."""
    if not resource.is_set(path) or not resource.is_known(path):
        return {}
    value = resource.get(path)
    return {path: [_changed(item, change) for item in _items(value)]}


def _items(value: Any) -> list[Any]:
    return value if type(value) is list else [value]


def _changed(item: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if type(item) is Secret:
        return Secret(_changed(item.value, change))
    return change(item) if type(item) is dict else item


def _redirect(distribution: Resource) -> Changes:
    def change(behaviour: dict[str, Any]) -> dict[str, Any]:
        policy = View(behaviour)
        if not policy.is_known("viewerProtocolPolicy"):
            return behaviour
        if policy.text("viewerProtocolPolicy") in ENCRYPTED:
            return behaviour
        return {**behaviour, "viewerProtocolPolicy": "redirect-to-https"}

    changes: dict[str, Any] = {}
    for name in BEHAVIOURS[1:]:
        changes |= _changed_list(distribution, name, change)
    path = "defaultCacheBehavior.viewerProtocolPolicy"
    if distribution.is_known(path) and distribution.text(path) not in ENCRYPTED:
        changes[path] = "redirect-to-https"
    return changes


@resource_rule(
    "cf-viewer-https",
    DISTRIBUTION,
    MULTITENANT,
    severity=Severity.HIGH,
    why="Whoever is on the way between a viewer and the edge reads and changes plain HTTP.",
    fix='Set viewer_protocol_policy="redirect-to-https", as components.frontend.site.Site does.',
    security_hub="CloudFront.3",
    checkov="CKV_AWS_34",
    remedy=_redirect,
)
def viewers_use_https(distribution: Resource) -> Findings:
    """Viewers reach every behaviour of a distribution by HTTPS only."""

    def is_encrypted(behaviour: View) -> Findings:
        if behaviour.text("viewerProtocolPolicy") not in ENCRYPTED:
            pattern = behaviour.text("pathPattern") if behaviour.is_known("pathPattern") else ""
            yield f"viewerProtocolPolicy of {pattern or 'the default behaviour'} lets HTTP through"

    def of(name: str) -> Findings:
        if name == "defaultCacheBehavior" and not distribution.is_set(name):
            yield "defaultCacheBehavior is not set"
        return (yield from each(distribution.views(name), is_encrypted))

    return each(BEHAVIOURS, of)


def _raise_floor(distribution: Resource) -> Changes:
    if _has_certificate(distribution):
        return {"viewerCertificate.minimumProtocolVersion": FLOOR}
    return {}


def _has_certificate(distribution: Resource) -> bool:
    names = ("acmCertificateArn", "iamCertificateId")
    return any(distribution.is_set(f"viewerCertificate.{name}") for name in names)


def _certificate_floor(distribution: Resource, *, production: bool) -> Changes:  # noqa: ARG001
    return _raise_floor(distribution)


@resource_rule(
    "cf-min-tls",
    DISTRIBUTION,
    MULTITENANT,
    severity=Severity.HIGH,
    why="Older versions of TLS, and the ciphers they allow, can be broken by who listens.",
    fix=(
        "Give the site a domain: components.frontend.site.Site then takes TLSv1.2_2021 with its "
        "own certificate."
    ),
    security_hub="CloudFront.15",
    cdk_nag="AwsSolutions-CFR4",
    checkov="CKV_AWS_174",
    remedy=_certificate_floor,
)
def takes_modern_tls(distribution: Resource, *, production: Production = True) -> Findings:
    """A distribution takes TLS 1.2 of the policy of 2021 or newer.

    With CloudFront's own certificate AWS takes TLS 1.0 whatever is asked for, so that production
    needs one of its own; elsewhere a distribution without a name of its own is left alone.
    """
    if not _has_certificate(distribution):
        # Asking for a floor does nothing here.
        if production:
            yield "viewerCertificate is CloudFront's own, which takes TLSv1"
        return
    version = distribution.text("viewerCertificate.minimumProtocolVersion")
    found = _POLICY.fullmatch(version)
    if found is None or int(found[1]) < 2 or int(found[2]) < 2021:
        yield f"viewerCertificate.minimumProtocolVersion is {version or 'TLSv1'}, below {FLOOR}"


@resource_rule(
    "cf-waf",
    DISTRIBUTION,
    MULTITENANT,
    severity=Severity.MEDIUM,
    why="Without a firewall every probe and flood reaches the origin.",
    fix="Give components.frontend.site.Site its FirewallArgs: site.firewall in the settings.",
    security_hub="CloudFront.6",
    cdk_nag="AwsSolutions-CFR2",
    checkov="CKV_AWS_68",
)
def has_firewall(distribution: Resource, *, production: Production = True) -> Findings:
    """A distribution of production has a web ACL before it."""
    if production and not distribution.is_set("webAclId"):
        yield "webAclId is not set"


def _encrypt_origins(resource: Resource) -> Changes:
    if resource.type == VPC_ORIGIN:
        return {"vpcOriginEndpointConfig.originProtocolPolicy": "https-only"}

    def encrypted(config: dict[str, Any]) -> dict[str, Any]:
        if config.get("originProtocolPolicy") is UNKNOWN:
            return config
        return {**config, "originProtocolPolicy": "https-only"}

    def change(origin: dict[str, Any]) -> dict[str, Any]:
        result = dict(origin)
        for name in CUSTOM:
            value = result.get(name)
            if type(value) is list:
                result[name] = [_changed(item, encrypted) for item in value]
            elif value is not None:
                result[name] = _changed(value, encrypted)
        return result

    return _changed_list(resource, "origins", change)


@resource_rule(
    "cf-origin-https",
    DISTRIBUTION,
    MULTITENANT,
    VPC_ORIGIN,
    severity=Severity.HIGH,
    why="Between the edge and the origin, plain HTTP shows what the viewer sent encrypted.",
    fix='Set origin_protocol_policy="https-only"; serve a bucket by its REST endpoint.',
    security_hub="CloudFront.9",
    checkov="CKV2_AWS_72",
    remedy=_encrypt_origins,
)
def origins_use_https(resource: Resource) -> Findings:
    """CloudFront talks to its origins by HTTPS only."""
    if resource.type == VPC_ORIGIN:
        if resource.text("vpcOriginEndpointConfig.originProtocolPolicy") != "https-only":
            yield "vpcOriginEndpointConfig.originProtocolPolicy is not https-only"
        return

    def is_encrypted(origin: View) -> Findings:
        for name in CUSTOM:
            if origin.is_set(name) and origin.text(f"{name}.originProtocolPolicy") != "https-only":
                yield f"{name}.originProtocolPolicy of {_name(origin)} is not https-only"

    yield from each(resource.views("origins"), is_encrypted)


def _name(origin: View) -> str:
    known = origin.text("originId") or origin.text("id") if origin.is_known("originId") else ""
    return known or "an origin"


def _is_bucket(origin: View) -> bool:
    """Whether an origin is a bucket, by its own kind or behind its endpoint."""
    if any(origin.is_set(name) for name in IN_VPC):
        return False
    if any(origin.is_set(name) for name in CUSTOM):
        return _BUCKET_ENDPOINT.fullmatch(origin.text("domainName").lower()) is not None
    # What says nothing of its kind is a bucket to CloudFront.
    return True


@resource_rule(
    "cf-s3-oac",
    DISTRIBUTION,
    MULTITENANT,
    severity=Severity.HIGH,
    why=(
        "Without origin access control the bucket must be open, or rely on an identity that knows "
        "neither KMS nor newer regions."
    ),
    fix="Set origin_access_control_id, as components.frontend.site.Site does.",
    security_hub="CloudFront.13",
    cdk_nag="AwsSolutions-CFR7",
    checkov="CKV2_AWS_46",
)
def buckets_use_access_control(distribution: Resource) -> Findings:
    """A distribution reads buckets with origin access control."""

    def is_controlled(origin: View) -> Iterator[str]:
        if origin.is_set("s3OriginConfig.originAccessIdentity"):
            yield f"{_name(origin)} uses an origin access identity"
        elif not origin.is_set("originAccessControlId") and _is_bucket(origin):
            yield f"originAccessControlId of {_name(origin)} is not set"

    return each(distribution.views("origins"), is_controlled)


@resource_rule(
    "cf-default-root",
    DISTRIBUTION,
    MULTITENANT,
    severity=Severity.MEDIUM,
    why="A request for / lists the bucket, or shows an error of S3's instead of the site.",
    fix='Set default_root_object="index.html", as components.frontend.site.Site does.',
    security_hub="CloudFront.1",
    checkov="CKV_AWS_305",
)
def has_root_object(distribution: Resource) -> Findings:
    """A distribution with a bucket as origin has a default root object."""
    if distribution.is_set("defaultRootObject"):
        return
    if some(distribution.views("origins"), _is_bucket):
        yield "defaultRootObject is not set"


def _cheaper(_distribution: Resource, *, dearest: str) -> Changes:
    return {"priceClass": dearest}


@resource_rule(
    "cf-price-class",
    DISTRIBUTION,
    severity=Severity.LOW,
    why="Edges of a dearer class bill every request there at several times the price.",
    fix="Set site.price_class in the settings, or raise dearest in the configuration.",
    remedy=_cheaper,
)
def is_of_price_class(
    distribution: Resource,
    *,
    dearest: Annotated[
        Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"],
        Limit("The dearest class that may be used."),
    ] = "PriceClass_200",
) -> Findings:
    """A distribution is of no dearer price class than is configured."""
    found = distribution.text("priceClass") or CLASSES[-1]
    if found in CLASSES and CLASSES.index(found) > CLASSES.index(dearest):
        yield f"priceClass is {found}, dearer than {dearest}"
