"""The sections ``site`` and ``sites``, and the portals that are sites."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pulumi

from components.frontend.files import AppLinks
from components.frontend.firewall import FirewallArgs
from components.frontend.portals import Portal
from components.frontend.site import Site, SiteArgs, SiteDomain
from components.watched import Watched
from composition.api import Api
from composition.data import Stores
from composition.keys import Keys
from settings import Settings
from settings.frontend import AppLinkSettings, SiteSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Front:
    """What people open.

    Attributes:
        site: the main one.
        sites: every one by its name, the main one and portals on CloudFront too.
        portals: those on Amplify, by name.
    """

    site: Site | None
    sites: Mapping[str, Site]
    portals: Mapping[str, Portal]

    @property
    def watched(self) -> Iterator[Watched]:
        """What of it can fail."""
        for site in self.sites.values():
            yield from site.watched
        for portal in self.portals.values():
            yield from portal.watched


def make_sites(
    current: Settings,
    api: Api | None,
    stores: Stores,
    keys: Keys,
    platform: pulumi.ResourceOptions,
) -> dict[str, Site]:
    """Every site by name, with the API below ``/api/`` where there is one and the site wants it."""
    return {
        name: Site(name, _site(current, name, site, api, stores, keys), opts=platform)
        for name, site in current.every_site().items()
    }


def _site(
    current: Settings,
    name: str,
    site: SiteSettings,
    api: Api | None,
    stores: Stores,
    keys: Keys,
) -> SiteArgs:
    if stores.logs is None:
        raise ValueError(f"{name} must have a bucket for its logs, got none")
    behind = api if site.api else None
    store, content = (
        ("site", "the site") if name == "site" else (f"{name}-site", f"the site {name}")
    )
    return SiteArgs(
        key=keys.of(store, f"{content}'s content", "cloudfront"),
        log_bucket=stores.logs,
        api=behind.http if behind else None,
        guard=behind.guard if behind else None,
        domain=(
            SiteDomain(name=site.domain, hosted_zone_id=site.hosted_zone_id, aliases=site.aliases)
            if site.domain and site.hosted_zone_id
            else None
        ),
        price_class=site.price_class,
        content_security_policy=site.content_security_policy,
        indexed=site.indexed,
        sitemap=site.sitemap,
        app_links=_app_links(site.app_links),
        firewall=(
            FirewallArgs(
                account_id=current.account_id,
                rate_limit=site.firewall.rate_limit,
                log_retention_days=site.log_retention_days,
                protect=site.protect,
            )
            if site.firewall
            else None
        ),
        protect=site.protect,
    )


def _app_links(links: AppLinkSettings | None) -> AppLinks | None:
    return None if links is None else AppLinks(apple=links.apple, android=links.android)
