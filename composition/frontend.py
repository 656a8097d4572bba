"""The section ``site``."""

import pulumi

from components.frontend.firewall import FirewallArgs
from components.frontend.site import Site, SiteArgs, SiteDomain
from composition.api import Api
from composition.data import Stores
from composition.keys import Keys
from settings import Settings


def make_site(
    current: Settings,
    api: Api | None,
    stores: Stores,
    keys: Keys,
    platform: pulumi.ResourceOptions,
) -> Site | None:
    """The site, with the API below ``/api/`` where there is one."""
    site = current.site
    if site is None or stores.logs is None:
        return None
    return Site(
        "site",
        SiteArgs(
            key=keys.of("site", "the site's content", "cloudfront"),
            log_bucket=stores.logs,
            api=api.http if api else None,
            guard=api.guard if api else None,
            domain=(
                SiteDomain(
                    name=site.domain, hosted_zone_id=site.hosted_zone_id, aliases=site.aliases
                )
                if site.domain and site.hosted_zone_id
                else None
            ),
            price_class=site.price_class,
            content_security_policy=site.content_security_policy,
            indexed=site.indexed,
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
        ),
        opts=platform,
    )
