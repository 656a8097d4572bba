"""The site: one distribution that serves a private bucket, and the API below ``/api/``."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import pulumi
import pulumi_aws as aws

from components.api.http_api import HttpApi
from components.api.origin import OriginGuard
from components.data.buckets import Bucket, BucketArgs, LogBucket
from components.data.keys import Key
from components.dns import MAX_NAMES, Certificate, CertificateArgs, alias_records, check_domain
from components.frontend.access_logs import deliver_access_logs
from components.frontend.behaviours import (
    api_behaviour,
    api_origin,
    asset_behaviour,
    content_origin,
    origin_access,
    page_behaviour,
    page_cache,
)
from components.frontend.edge import caching_function, headers_policy, viewer_function
from components.frontend.files import AppLinks, site_files
from components.frontend.firewall import Firewall, FirewallArgs
from components.iam import ResourceStatement
from components.watched import EDGE_REGION, Watched, WatchedDistribution

PriceClass: TypeAlias = Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"]

DEFAULT_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteDomain:
    """The site's own names.

    Attributes:
        name: what people see, such as ``www.example.com``.
        hosted_zone_id: the public Route 53 zone that all the names lie in.
        aliases: further names; their pages redirect to ``name``.
    """

    name: str
    hosted_zone_id: str
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_domain("name", self.name)
        if self.name.startswith("*."):
            raise ValueError(f"name must be one name, got {self.name!r}")
        for alias in self.aliases:
            check_domain("aliases", alias)
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"aliases must not repeat a name, got {', '.join(self.aliases)}")
        if len(self.names) > MAX_NAMES:
            raise ValueError(
                f"aliases must be at most {MAX_NAMES - 1} names, got {len(self.aliases)}"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """All the names, the one that people see first."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteArgs:
    """Settings of a site.

    Attributes:
        key: encrypts the content; its services include ``cloudfront``.
        log_bucket: where requests to the site and to its bucket are logged.
        api: what answers below ``/api/``, if there is one.
        guard: proves to the API that a request came through the distribution.
        domain: names of its own; without, AWS gives it one below ``cloudfront.net``, whose TLS
            floor can't be raised.
        price_class: how much of the world it is served from.
        content_security_policy: what pages may load and from where.
        indexed: let search engines list it; off for all but production.
        sitemap: paths that search engines are told of, such as ``/coupons``.
        app_links: the mobile apps that open the site's addresses, if there are any.
        firewall: settings of the firewall before it, if there is one.
        protect: refuse to delete the bucket, and keep what is in it. The distribution holds
            nothing that an update doesn't make again.
    """

    key: Key
    log_bucket: LogBucket
    api: HttpApi | None = None
    guard: OriginGuard | None = None
    domain: SiteDomain | None = None
    price_class: PriceClass = "PriceClass_100"
    content_security_policy: str = DEFAULT_CONTENT_SECURITY_POLICY
    indexed: bool = True
    sitemap: tuple[str, ...] = ()
    app_links: AppLinks | None = None
    firewall: FirewallArgs | None = None
    protect: bool = True

    def __post_init__(self) -> None:
        if self.guard is not None and self.api is None:
            raise ValueError("guard must come with an api to guard, got none")
        if self.price_class not in get_args(PriceClass):
            known = ", ".join(get_args(PriceClass))
            raise ValueError(f"price_class must be one of {known}; got {self.price_class!r}")
        if not self.content_security_policy.strip() or "\n" in self.content_security_policy:
            raise ValueError(
                "content_security_policy must be one line of directives, "
                f"got {self.content_security_policy!r}"
            )


class Site(pulumi.ComponentResource):
    """A single-page site from a private bucket, with its API on the same host."""

    url: pulumi.Output[str]
    distribution_id: pulumi.Output[str]
    distribution_domain: pulumi.Output[str]
    bucket_name: pulumi.Output[str]
    watched: tuple[Watched, ...]

    def __init__(
        self, name: str, args: SiteArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:frontend:Site", name, None, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.watched = ()

        bucket = Bucket(
            f"{name}-content",
            BucketArgs(
                key=args.key, log_bucket=args.log_bucket, policy_follows=True, protect=args.protect
            ),
            opts=self._child,
        )
        distribution = self._distribution(bucket)
        self.watched += (WatchedDistribution(name=name, distribution_id=distribution.id),)
        bucket.attach_policy(_readable_by(distribution, bucket))
        deliver_access_logs(
            name, distribution_arn=distribution.arn, log_bucket=args.log_bucket, parent=self
        )
        if args.domain is not None:
            for domain in args.domain.names:
                alias_records(
                    f"{name}-{domain}",
                    domain=domain,
                    hosted_zone_id=args.domain.hosted_zone_id,
                    target_domain=distribution.domain_name,
                    target_zone_id=distribution.hosted_zone_id,
                    opts=self._child,
                )

        host = distribution.domain_name if args.domain is None else args.domain.name
        self.url = pulumi.Output.concat("https://", host)
        self.distribution_id = distribution.id
        self.distribution_domain = distribution.domain_name
        self.bucket_name = bucket.bucket_name
        self.register_outputs(
            {
                "url": self.url,
                "distribution_id": self.distribution_id,
                "distribution_domain": self.distribution_domain,
                "bucket_name": self.bucket_name,
            }
        )

    def _distribution(self, bucket: Bucket) -> aws.cloudfront.Distribution:
        args = self._args
        firewall = None
        if args.firewall is not None:
            firewall = Firewall(f"{self._name}-firewall", args.firewall, opts=self._child)
            self.watched += firewall.watched
        pages, others = self._behaviours()
        return aws.cloudfront.Distribution(
            f"{self._name}-distribution",
            # A distribution has no name: this is what a list of them shows.
            comment=f"{pulumi.get_project()} {pulumi.get_stack()} {self._name}",
            enabled=True,
            aliases=None if args.domain is None else list(args.domain.names),
            default_root_object="index.html",
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=args.price_class,
            web_acl_id=None if firewall is None else firewall.arn,
            origins=self._origins(bucket),
            default_cache_behavior=pages,
            ordered_cache_behaviors=others,
            restrictions=aws.cloudfront.DistributionRestrictionsArgs(
                geo_restriction=aws.cloudfront.DistributionRestrictionsGeoRestrictionArgs(
                    restriction_type="none"
                )
            ),
            viewer_certificate=self._viewer_certificate(),
            # What checks the site after an update must not meet the old configuration.
            wait_for_deployment=True,
            opts=self._child,
        )

    def _origins(self, bucket: Bucket) -> list[aws.cloudfront.DistributionOriginArgs]:
        access = origin_access(self._name, opts=self._child)
        origins = [content_origin(bucket, access)]
        if self._args.api is not None:
            origins.append(api_origin(self._args.api, self._args.guard))
        return origins

    def _behaviours(
        self,
    ) -> tuple[
        aws.cloudfront.DistributionDefaultCacheBehaviorArgs,
        list[aws.cloudfront.DistributionOrderedCacheBehaviorArgs],
    ]:
        """Make how pages are served, and what stands before them: the API and assets."""
        args = self._args
        viewer = viewer_function(
            self._name,
            canonical_host=None if args.domain is None else args.domain.name,
            files=site_files(indexed=args.indexed, sitemap=args.sitemap, app_links=args.app_links),
            opts=self._child,
        )
        caching = caching_function(self._name, opts=self._child)
        headers = headers_policy(
            f"{self._name}-headers",
            content_security_policy=args.content_security_policy,
            preload=args.domain is not None,
            indexed=args.indexed,
            opts=self._child,
        )
        pages = page_behaviour(page_cache(self._name, opts=self._child), viewer, caching, headers)
        calls = [] if args.api is None else [self._api_calls()]
        return pages, [*calls, asset_behaviour(caching, headers)]

    def _api_calls(self) -> aws.cloudfront.DistributionOrderedCacheBehaviorArgs:
        headers = headers_policy(
            # The other way round it would be what a site called `<name>-api` calls its own.
            f"{self._name}-headers-api",
            # The API's answers are data, except for pages of its own that know what they load.
            content_security_policy=None,
            preload=self._args.domain is not None,
            indexed=self._args.indexed,
            opts=self._child,
        )
        return api_behaviour(headers)

    def _viewer_certificate(self) -> aws.cloudfront.DistributionViewerCertificateArgs:
        domain = self._args.domain
        if domain is None:
            # CloudFront sets this floor for its own certificate, whatever is asked for.
            return aws.cloudfront.DistributionViewerCertificateArgs(
                cloudfront_default_certificate=True, minimum_protocol_version="TLSv1"
            )
        certificate = Certificate(
            f"{self._name}-domain",
            CertificateArgs(
                domain=domain.name,
                alternative_names=domain.aliases,
                hosted_zone_id=domain.hosted_zone_id,
                # CloudFront takes none from anywhere else.
                region=EDGE_REGION,
            ),
            opts=self._child,
        )
        self.watched += certificate.watched
        return aws.cloudfront.DistributionViewerCertificateArgs(
            acm_certificate_arn=certificate.arn,
            minimum_protocol_version="TLSv1.2_2021",
            ssl_support_method="sni-only",
        )


def _readable_by(
    distribution: aws.cloudfront.Distribution, bucket: Bucket
) -> tuple[ResourceStatement, ...]:
    """Let this very distribution read objects, and learn which are missing."""
    conditions = {"StringEquals": {"aws:SourceArn": distribution.arn}}
    read = ResourceStatement(
        sid="SiteRead",
        services=("cloudfront.amazonaws.com",),
        actions=("s3:GetObject",),
        resources=(pulumi.Output.concat(bucket.arn, "/*"),),
        conditions=conditions,
    )
    # Without it S3 answers 403 for a missing file. Nobody can list the bucket with it: the default
    # root object and the viewer function leave no request for the bucket itself.
    missing = ResourceStatement(
        sid="SiteMissing",
        services=("cloudfront.amazonaws.com",),
        actions=("s3:ListBucket",),
        resources=(bucket.arn,),
        conditions=conditions,
    )
    return (read, missing)
