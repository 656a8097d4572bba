"""A site with everything around it, as the tests of the front end build it."""

from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.api.functions import Function, FunctionArgs
from components.api.http_api import HttpApi, HttpApiArgs
from components.api.origin import OriginGuard, OriginGuardArgs
from components.data.buckets import LogBucket, LogBucketArgs
from components.data.keys import Key, KeyArgs
from components.frontend.site import Site, SiteArgs, SiteDomain
from offline.engine import synthesise
from offline.graph import Graph
from offline.values import Secret

ACCOUNT, REGION = "111122223333", "eu-west-2"
CODE = pulumi.AssetArchive({"handler.py": pulumi.StringAsset("")})
DOMAIN = SiteDomain(
    name="www.example.com", hosted_zone_id="Z0123456789ABCDEFGHIJ", aliases=("example.com",)
)
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """What a test wants to be different."""

    with_api: bool = True
    site: dict[str, Any] = field(default_factory=dict)


def build(stack: Stack) -> None:
    """Declare a site, its API, its key and its log bucket."""
    key = Key(
        "shared",
        KeyArgs(
            description="Encrypts everything",
            region=REGION,
            account_id=ACCOUNT,
            services=("cloudfront", "logs"),
        ),
    )
    logs = LogBucket("logs", LogBucketArgs(account_id=ACCOUNT))
    api = guard = None
    if stack.with_api:
        guard = OriginGuard(
            "guard", OriginGuardArgs(code=CODE, key=key, account_id=ACCOUNT, region=REGION)
        )
        function = Function(
            "api",
            FunctionArgs(
                code=CODE, handler="handler.handler", key=key, account_id=ACCOUNT, region=REGION
            ),
        )
        api = HttpApi(
            "api", HttpApiArgs(function=function, region=REGION, log_key=key, origin_guard=guard)
        )
    site = Site(
        "site",
        SiteArgs(**{"key": key, "log_bucket": logs, "api": api, "guard": guard} | stack.site),
    )
    pulumi.export("url", site.url)
    pulumi.export("distribution_domain", site.distribution_domain)


def plan(*, with_api: bool = True, unknown: bool = False, **site: Any) -> Graph:
    """Plan the stack with these settings of the site, other than the usual ones."""
    return synthesise(lambda: build(Stack(with_api=with_api, site=site)), unknown=unknown)


def distribution(graph: Graph) -> dict[str, Any]:
    """The distribution's inputs as the program gives them, its origins' secret ones opened."""
    inputs = dict(graph.one(DISTRIBUTION, "site-distribution").given)
    if isinstance(inputs["origins"], Secret):
        inputs["origins"] = inputs["origins"].value
    return inputs
