"""Rules for load balancers."""

from typing import Any, Final

from rules.core.findings import each, some
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Production
from rules.links import Link, said, sources

LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
LISTENER: Final = "aws:lb/listener:Listener"
FIREWALL: Final = "aws:wafv2/webAclAssociation:WebAclAssociation"

APPLICATION: Final = "application"
GATEWAY: Final = "gateway"
FEWEST_SUBNETS: Final = 2
SAFE_MODES: Final = frozenset({"defensive", "strictest"})

A_LOAD_BALANCER: Final = Link(
    LOAD_BALANCER,
    by=("id", "arn"),
    through={LISTENER: "loadBalancerArn"},
)


def kind_of(balancer: Resource) -> str:
    """``application``, ``network`` or ``gateway``; the first where nothing is said."""
    return balancer.text("loadBalancerType").lower() or APPLICATION


def _harden(balancer: Resource) -> Changes:
    changes: dict[str, Any] = {"dropInvalidHeaderFields": True}
    if balancer.is_known("desyncMitigationMode") and not _is_safe(balancer):
        changes["desyncMitigationMode"] = "defensive"
    return changes


def _is_safe(balancer: Resource) -> bool:
    # AWS's default is defensive.
    return balancer.text("desyncMitigationMode").lower() in {"", *SAFE_MODES}


@resource_rule(
    "alb-headers-desync",
    LOAD_BALANCER,
    severity=Severity.MEDIUM,
    why=(
        "A request that load balancer and application read differently smuggles in another one, "
        "past every check."
    ),
    fix="Set drop_invalid_header_fields=True, and leave desync_mitigation_mode off.",
    security_hub="ELB.4 ELB.12",
    cdk_nag="NIST.800.53.R5-ALBHttpDropInvalidHeaderEnabled",
    checkov="CKV_AWS_131 CKV_AWS_328",
    remedy=_harden,
)
def reads_strictly(balancer: Resource) -> Findings:
    """An application load balancer drops headers that are not valid, and requests that are risky.

    Others don't look into requests: they are not asked.
    """

    def drops() -> Findings:
        if balancer.flag("dropInvalidHeaderFields") is not True and is_asked():
            yield "dropInvalidHeaderFields is not true"

    def defends() -> Findings:
        if not _is_safe(balancer) and is_asked():
            yield "desyncMitigationMode is neither defensive nor strictest"

    def is_asked() -> bool:
        return kind_of(balancer) == APPLICATION

    yield from each((drops, defends), lambda judge: judge())


@resource_rule(
    "alb-access-logs",
    LOAD_BALANCER,
    severity=Severity.MEDIUM,
    why="Without access logs nobody can say who asked for what, or since when.",
    fix="Give access_logs the bucket of a components.data.buckets.LogBucket, with enabled=True.",
    security_hub="ELB.5",
    cis="7:4.10",
    cdk_nag="AwsSolutions-ELB2",
    checkov="CKV_AWS_91",
)
def is_logged(balancer: Resource) -> Findings:
    """A load balancer writes access logs; one for gateways can't."""
    on = balancer.flag("accessLogs.enabled") is True and balancer.is_set("accessLogs.bucket")
    if not on and kind_of(balancer) != GATEWAY:
        yield "accessLogs is not enabled, or has no bucket"


@resource_rule(
    "alb-deletion-protection",
    LOAD_BALANCER,
    severity=Severity.MEDIUM,
    why="One call deletes a load balancer, and its address with it.",
    fix=(
        "Set enable_deletion_protection=True; a stack that keeps nothing says production: false "
        "in its configuration."
    ),
    security_hub="ELB.6",
    cdk_nag="NIST.800.53.R5-ELBDeletionProtectionEnabled",
    checkov="CKV_AWS_150",
    remedy=setting({"enableDeletionProtection": True}),
)
def is_protected(balancer: Resource, *, production: Production = True) -> Findings:
    """A load balancer of production can't be deleted by one call."""
    if production and balancer.flag("enableDeletionProtection") is not True:
        yield "enableDeletionProtection is not true"


@resource_rule(
    "alb-multi-az",
    LOAD_BALANCER,
    severity=Severity.MEDIUM,
    why="A load balancer in one zone fails with the zone, however many its targets are in.",
    fix="Give subnets those of components.network.vpc.Network, one a zone.",
    security_hub="ELB.13",
)
def spans_zones(balancer: Resource) -> Findings:
    """A load balancer is in at least two subnets, each of another zone as AWS will have it."""
    if not some(("subnets", "subnetMappings.subnetId"), lambda path: _spans(balancer, path)):
        yield f"subnets and subnetMappings name fewer than {FEWEST_SUBNETS} subnets"


def _spans(balancer: Resource, path: str) -> bool:
    texts, _ = said(balancer, path)
    repeated = len(texts) - len(set(texts))
    # One that is still to be made is another one.
    return balancer.count(path.partition(".")[0]) - repeated >= FEWEST_SUBNETS


@stack_rule(
    "alb-waf",
    LOAD_BALANCER,
    reads=(FIREWALL, LISTENER),
    severity=Severity.MEDIUM,
    why="What everybody can reach is attacked by everybody, with requests that are known by sight.",
    fix=(
        "Add an aws.wafv2.WebAclAssociation with the load balancer's ARN, or make it internal "
        "behind components.frontend.site.Site, which has a firewall."
    ),
    security_hub="SH:ELB.16",
    cdk_nag="NIST.800.53.R5-ALBWAFEnabled",
    checkov="CKV2_AWS_28",
)
def has_firewall(balancer: Resource, stack: Stack) -> Findings:
    """An application load balancer that faces the internet has a firewall.

    It does unless it is internal; no other kind can have a firewall.
    """

    def is_asked() -> bool:
        return balancer.flag("internal") is not True and kind_of(balancer) == APPLICATION

    known = balancer.is_known("internal") and balancer.is_known("loadBalancerType")
    if known and not is_asked():
        return
    if not sources(stack, balancer, FIREWALL, "resourceArn", A_LOAD_BALANCER) and is_asked():
        yield "the load balancer faces the internet without a firewall"
