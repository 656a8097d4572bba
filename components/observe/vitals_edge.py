"""What to look at in distributions, their firewalls, and certificates.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
"""

from components.observe.metrics import Condition, Metric, Source, Traffic, Vital
from components.observe.thresholds import Thresholds
from components.watched import WatchedCertificate, WatchedDistribution, WatchedFirewall

_DAY_SECONDS = 86_400
_HOUR_SECONDS = 3_600


def distribution_vitals(item: WatchedDistribution, limits: Thresholds) -> tuple[Vital, ...]:
    """What to look at in a distribution. Hits and the origin's latency have to be switched on."""
    metric = Source(
        "AWS/CloudFront", {"DistributionId": item.distribution_id, "Region": "Global"}
    ).metric
    requests = Traffic(
        name="requests", metric=metric("Requests", "Sum", "Requests"), floor=limits.least_requests
    )
    return (
        Vital(key="requests", section="traffic", signal=requests.metric),
        _failures(item, metric("5xxErrorRate", "Average", "5xx", "%"), requests, limits),
        Vital(
            key="client-errors",
            section="errors",
            signal=metric("4xxErrorRate", "Average", "4xx", "%"),
        ),
        Vital(
            key="origin",
            section="latency",
            signal=metric("OriginLatency", "p95", "Origin p95", "ms"),
        ),
        _hits(item, metric("CacheHitRate", "Average", "Hits", "%"), requests, limits),
        Vital(key="data", section="cost", signal=metric("BytesDownloaded", "Sum", "Sent", "bytes")),
    )


def _failures(
    item: WatchedDistribution, rate: Metric, requests: Traffic, limits: Thresholds
) -> Vital:
    return Vital(
        key="server-errors",
        section="errors",
        signal=requests.enough_for("rate", rate),
        alarm=Condition(
            threshold=limits.distribution_error_percent,
            severity="page",
            meaning=(
                f"The site {item.name} answers more than {limits.distribution_error_percent:g} %"
                " of its requests with an error of ours: pages, the API below /api/, or both."
            ),
            first_action=(
                "see whether the API's own alarm has gone off too; if not, the bucket or its key"
                " refuses CloudFront, or a release has left pages out."
            ),
        ),
    )


def _hits(item: WatchedDistribution, hits: Metric, requests: Traffic, limits: Thresholds) -> Vital:
    return Vital(
        key="hits",
        section="saturation",
        signal=requests.enough_for("hits", hits, otherwise=100),
        alarm=Condition(
            threshold=limits.distribution_hit_percent,
            comparison="under",
            # A release empties the cache, and it takes a while to fill again.
            period_seconds=_HOUR_SECONDS,
            periods=6,
            breaches=6,
            meaning=(
                f"For six hours the edge has answered fewer than"
                f" {limits.distribution_hit_percent:g} % of what the site {item.name} could keep;"
                " the rest costs time and money at the origin. Reading the API counts as well."
            ),
            first_action=(
                "look for responses without Cache-Control and for query strings that differ, in"
                " CloudFront's report of popular objects."
            ),
        ),
    )


def firewall_vitals(item: WatchedFirewall, limits: Thresholds) -> tuple[Vital, ...]:
    """What to look at in a web ACL before a distribution, all its rules together."""
    # With a distribution there is no Region.
    metric = Source("AWS/WAFV2", {"WebACL": item.metric_name, "Rule": "ALL"}).metric
    allowed = Traffic(
        name="allowed",
        metric=metric("AllowedRequests", "Sum", "Allowed"),
        floor=limits.least_requests,
    )
    blocked = metric("BlockedRequests", "Sum", "Blocked")
    return (
        Vital(key="allowed", section="traffic", signal=allowed.metric),
        Vital(
            key="blocked",
            section="errors",
            signal=allowed.share("blocked", blocked, label="Blocked", beside=True),
            alarm=Condition(
                threshold=limits.firewall_block_percent,
                meaning=(
                    f"The firewall {item.name} turns away more than"
                    f" {limits.firewall_block_percent:g} % of the requests: somebody attacks, or a"
                    " rule has begun to turn visitors away."
                ),
                first_action=(
                    "look at the rules and addresses in the firewall's log; put a rule that hits"
                    " visitors to counting."
                ),
            ),
        ),
    )


def certificate_vitals(item: WatchedCertificate, limits: Thresholds) -> tuple[Vital, ...]:
    """What to look at in a certificate."""
    return (
        Vital(
            key="expiry",
            section="saturation",
            signal=Source(
                "AWS/CertificateManager", {"CertificateArn": item.certificate_arn}
            ).metric("DaysToExpiry", "Minimum", "Days left", "days"),
            alarm=Condition(
                threshold=limits.certificate_days,
                comparison="under",
                # ACM says it once or twice a day: between, what was said last holds.
                missing="ignore",
                period_seconds=_DAY_SECONDS,
                periods=1,
                breaches=1,
                meaning=(
                    f"The certificate {item.name} expires in less than {limits.certificate_days}"
                    " days: ACM should have renewed it by now, and could not."
                ),
                first_action=(
                    "look at the certificate's renewal status in ACM: mostly a validation record is"
                    " gone from the hosted zone, or the zone from the domain's name servers."
                ),
            ),
        ),
    )
