"""The sections `site` and `sites`."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from settings.content_security import DEFAULT_CONTENT_SECURITY_POLICY, ContentSecurityPolicy
from settings.kinds import (
    Alias,
    Domain,
    Flag,
    Frozen,
    HostedZoneId,
    ListOf,
    LogDays,
    OneOf,
    Section,
    Text,
    Unique,
    Whole,
    nothing_named,
)
from settings.problems import Problem

# A function of CloudFront's has 10 KB, of which its code takes a part.
_MOST_SAID: Final = 6_000
_MARKUP: Final = 40


PriceClass: TypeAlias = Annotated[
    Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"], OneOf()
]
PagePath: TypeAlias = Annotated[
    str,
    Text(
        "a path such as /coupons, of letters, digits and characters of - . _ ~ % /, with at most"
        " 200 characters",
        r"^/[A-Za-z0-9._~%/-]{0,199}$",
    ),
]
# https://developer.apple.com/documentation/bundleresources/applinks: ten letters and digits, and
# the bundle's identifier.
AppleApp: TypeAlias = Annotated[
    str,
    Text(
        "the id of an app such as ABCDE12345.com.example.app: team and bundle",
        r"^[A-Z0-9]{10}\.[A-Za-z0-9.-]{1,155}$",
    ),
]
ApplePattern: TypeAlias = Annotated[
    str,
    Text(
        "a pattern of paths such as /coupons/*, with at most 200 characters",
        r"^/[A-Za-z0-9._~%/*?-]{0,199}$",
    ),
]
# https://developers.google.com/digital-asset-links/v1/create-statement
AndroidApp: TypeAlias = Annotated[
    str,
    Text(
        "the package of an Android app such as com.example.app",
        r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$",
        longest=150,
    ),
]
Fingerprint: TypeAlias = Annotated[
    str,
    Text(
        "the SHA-256 fingerprint of a signing certificate: 32 pairs of capital hexadecimal digits"
        " with colons between them",
        r"^[0-9A-F]{2}(:[0-9A-F]{2}){31}$",
    ),
]


class AppLinkSettings(Section):
    """The mobile apps that open the site's addresses."""

    apple: Annotated[
        Mapping[
            AppleApp,
            Annotated[tuple[ApplePattern, ...], Field(strict=False, min_length=1), Unique()],
        ],
        Frozen(),
    ] = Field(
        default_factory=nothing_named,
        description=(
            "The paths that each app of Apple's opens, by its id, such as"
            " {ABCDE12345.com.example.app: [/coupons/*]}."
        ),
    )
    android: Annotated[
        Mapping[
            AndroidApp,
            Annotated[tuple[Fingerprint, ...], Field(strict=False, min_length=1), Unique()],
        ],
        Frozen(),
    ] = Field(
        default_factory=nothing_named,
        description=(
            "The SHA-256 fingerprints of the certificates that sign each Android app, by its"
            " package. Google Play shows them under App signing."
        ),
    )


class FirewallSettings(Section):
    """AWS WAF before the site: managed rules, and a limit on requests."""

    rate_limit: Annotated[int, Whole(10, 2_000_000_000)] = Field(
        2_000,
        description=(
            "Requests that one address may make in five minutes, 10 to 2000000000; more are"
            " refused for a while."
        ),
    )


class SiteSettings(Section):
    """A site on CloudFront, paid by request and by the gigabyte sent."""

    domain: Domain | None = Field(
        None,
        description=(
            "The site's own domain, such as www.example.com, with hosted_zone_id; null leaves it"
            " the address that CloudFront gives."
        ),
    )
    hosted_zone_id: HostedZoneId | None = Field(
        None,
        description=(
            "The public Route 53 zone in which the domain and the aliases are, such as"
            " Z0123456789ABC."
        ),
    )
    # ACM puts ten names on a certificate, unless the account's quota is raised.
    aliases: Annotated[tuple[Alias, ...], Field(strict=False, max_length=9), Unique()] = Field(
        (),
        description=(
            "Further domains of the same zone, at most 9, that lead to the domain, such as"
            " [example.com]."
        ),
    )
    price_class: PriceClass = Field(
        "PriceClass_100",
        description=(
            "Where CloudFront serves from: PriceClass_100 Europe and North America, the cheapest;"
            " 200 also Asia, the Middle East and Africa; All everywhere. Elsewhere the site is"
            " slower, not shut."
        ),
    )
    firewall: FirewallSettings | None = Field(
        None,
        description=(
            "A firewall before the site and the API behind it. Costs by the month and rule, and by"
            " request; null for none."
        ),
    )
    content_security_policy: ContentSecurityPolicy = Field(
        DEFAULT_CONTENT_SECURITY_POLICY,
        description=(
            "What the site's pages may load and run, as a Content-Security-Policy header of at most"
            " 1783 characters."
        ),
    )
    indexed: Flag = Field(
        default=True,
        description=(
            "Whether search engines may list the site; false tells robots to stay out, in headers"
            " and in robots.txt."
        ),
    )
    sitemap: ListOf[PagePath] = Field(
        (),
        description=(
            "Paths that sitemap.xml tells search engines of, such as [/, /coupons]; none while the"
            " site isn't indexed. Left out, the site may bring a sitemap.xml of its own."
        ),
    )
    app_links: AppLinkSettings | None = Field(
        None,
        description=(
            "The mobile apps that open the site's addresses, told to phones by files below"
            " /.well-known/; null for none."
        ),
    )
    api: Flag = Field(
        default=True,
        description=(
            "Whether the API, where there is one, answers below /api/ of the site; calls from there"
            " need no entry in api.cors_origins."
        ),
    )
    log_retention_days: LogDays = Field(
        365,
        description=(
            "Days that access logs are kept: a value that CloudWatch Logs accepts. Logs cost by"
            " the gigabyte kept."
        ),
    )
    protect: Flag = Field(
        default=True,
        description="Refuse to delete the site's buckets, and keep what is in them.",
    )


def site_contradictions(where: str, site: SiteSettings) -> Iterator[Problem]:
    """What is wrong between the settings of the site at a path."""
    links = site.app_links or AppLinkSettings()
    entries = [*site.sitemap, *links.apple, *links.android]
    for several in (*links.apple.values(), *links.android.values()):
        entries += several
    said = sum(len(entry) + _MARKUP for entry in entries)
    if said > _MOST_SAID:
        yield Problem(
            f"{where}.sitemap",
            f"and app_links must together have at most about {_MOST_SAID} characters with their"
            f" markup, since a function of CloudFront's holds them; got {said}",
            because=(f"{where}.app_links",),
        )
    if site.domain is None:
        if site.hosted_zone_id is not None:
            yield Problem(
                f"{where}.domain",
                "must name the site's domain in the hosted zone, or hosted_zone_id be left out;"
                " got null",
                because=(f"{where}.hosted_zone_id",),
            )
        if site.aliases:
            yield Problem(
                f"{where}.aliases",
                f"must be empty without a domain that they lead to; got {', '.join(site.aliases)}",
                because=(f"{where}.domain",),
            )
        return
    if site.hosted_zone_id is None:
        yield Problem(
            f"{where}.hosted_zone_id",
            f"must name the Route 53 zone in which {site.domain} is; got null",
            because=(f"{where}.domain",),
        )
    for index, alias in enumerate(site.aliases):
        path = f"{where}.aliases[{index}]"
        if alias == site.domain:
            yield Problem(
                path,
                f"must be another name than domain, got {alias!r}",
                because=(f"{where}.domain",),
            )
        elif not share_a_zone(alias, site.domain):
            yield Problem(
                path,
                f"must be in the same hosted zone as {site.domain}, got {alias!r}",
                because=(f"{where}.domain",),
            )


def share_a_zone(one: str, other: str) -> bool:
    """Whether two names can be in one hosted zone: they end in the same two labels at least."""
    return one.split(".")[-2:] == other.split(".")[-2:]
