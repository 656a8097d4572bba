"""Sites and portals as a stack's settings make them: who is where, and who may call the API."""

import json
from typing import Any

import pytest
import yaml

from offline.graph import Graph
from offline.values import Secret, masked
from tests import stacks
from tests.settings.examples import MINIMAL

APP, BRANCH = "aws:amplify/app:App", "aws:amplify/branch:Branch"
API = "aws:apigatewayv2/api:Api"
AUTHORISER = "aws:apigatewayv2/authorizer:Authorizer"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
NAMES = ("b2b", "b2c", "c2c", "admin", "merchant", "partnership", "customer")
SEVEN = """
b2b: {}
b2c: {}
c2c: {}
admin: {}
merchant: {}
partnership: {}
customer: {}
"""
SHARED = {"repository": "https://github.com/example-org/{portal}"}
NAMED = {"domain": "{portal}.example.com", "hosted_zone_id": "Z0123456789ABC"}


def plan(**sections: Any) -> Graph:
    """A stack of just these sections."""
    return stacks.of_sections({**MINIMAL, **sections})


def portals(**section: Any) -> dict[str, Any]:
    return {**SHARED, "apps": yaml.safe_load(SEVEN), **section}


def origins(graph: Graph) -> list[str]:
    (api,) = graph.of(API)
    found: list[str] = api.inputs.get("corsConfiguration", {}).get("allowOrigins", [])
    return found


def environment(graph: Graph, name: str) -> dict[str, str]:
    found: dict[str, str] = graph.one(BRANCH, f"{name}-branch").inputs["environmentVariables"]
    return found


def policy(graph: Graph, name: str) -> str:
    (pages, _) = json.loads(graph.one(APP, f"{name}-app").inputs["customHeaders"])["customHeaders"]
    found: dict[str, str] = {item["key"]: item["value"] for item in pages["headers"]}
    return found["Content-Security-Policy"]


def distributions(graph: Graph) -> list[str]:
    return sorted(item.name for item in graph.of(DISTRIBUTION))


@pytest.fixture(scope="module")
def seven() -> Graph:
    return plan(api={}, portals=portals())


def test_seven_portals_are_seven_lines(seven: Graph) -> None:
    assert len(SEVEN.split()) == 2 * 7
    assert {item.name for item in seven.of(APP)} == {f"{name}-app" for name in NAMES}
    assert {item.inputs["repository"] for item in seven.of(APP)} == {
        f"https://github.com/example-org/{name}" for name in NAMES
    }


def test_every_portal_is_told_what_it_is_and_where_the_api_is(seven: Graph) -> None:
    for name in NAMES:
        assert environment(seven, name) == {
            "VITE_API_URL": seven.exports["api_url"],
            "VITE_PORTAL_TYPE": name,
        }


def test_the_api_takes_calls_from_every_portal_at_the_address_that_amplify_gives(
    seven: Graph,
) -> None:
    given = {item.outputs["defaultDomain"] for item in seven.of(APP)}
    assert set(origins(seven)) == {f"https://main.{domain}" for domain in given}
    assert set(seven.exports["portals"].values()) == set(origins(seven))


def test_pages_may_call_an_api_whose_address_is_not_known_before(seven: Graph) -> None:
    assert policy(seven, "b2b").endswith(
        "connect-src 'self' https://*.execute-api.eu-west-2.amazonaws.com"
    )


def test_portals_with_domains_call_an_api_with_a_domain_and_no_other() -> None:
    api = {"domain": "api.example.com", "hosted_zone_id": "Z0123456789ABC"}
    graph = plan(
        api={**api, "cors_origins": ["https://b2b.example.com", "https://partner.example"]},
        portals=portals(**NAMED),
    )
    assert policy(graph, "b2b").endswith("connect-src 'self' https://api.example.com")
    assert environment(graph, "b2b")["VITE_API_URL"] == "https://api.example.com"
    own = [f"https://{name}.example.com" for name in NAMES if name != "b2b"]
    assert sorted(origins(graph)) == sorted(
        ["https://b2b.example.com", "https://partner.example", *own]
    )


def test_one_switch_makes_a_portal_a_site() -> None:
    apps = {"b2b": {}, "admin": {"host": "cloudfront", "indexed": False}}
    graph = plan(api={}, portals={**SHARED, **NAMED, "apps": apps})
    assert [item.name for item in graph.of(APP)] == ["b2b-app"]
    assert distributions(graph) == ["admin-distribution"]
    made = graph.one(DISTRIBUTION, "admin-distribution").inputs
    assert made["aliases"] == ["admin.example.com"]
    assert graph.exports["sites"]["admin"]["url"] == "https://admin.example.com"
    assert [item["pathPattern"] for item in made["orderedCacheBehaviors"]] == [
        "/api/*",
        "/assets/*",
    ]


def test_calls_from_elsewhere_go_through_a_site_where_the_api_takes_no_others() -> None:
    graph = plan(api={}, site={}, portals=portals())
    assert len(graph.of(AUTHORISER)) == 1
    assert environment(graph, "b2b")["VITE_API_URL"] == graph.exports["site_url"]
    assert policy(graph, "b2b").endswith("connect-src 'self' https://*.cloudfront.net")
    assert len(origins(graph)) == 7


def test_an_api_without_a_site_before_it_has_no_guard(seven: Graph) -> None:
    assert seven.of(AUTHORISER) == ()
    shut = plan(api={}, site={"api": False})
    assert shut.of(AUTHORISER) == ()


def test_every_site_has_the_api_at_its_own_address_unless_it_wants_none() -> None:
    graph = plan(api={}, site={}, sites={"shop": {}, "docs": {"api": False}})
    assert distributions(graph) == [
        "docs-distribution",
        "shop-distribution",
        "site-distribution",
    ]
    for name, paths in (("shop", ["/api/*", "/assets/*"]), ("docs", ["/assets/*"])):
        made = graph.one(DISTRIBUTION, f"{name}-distribution").inputs
        assert [item["pathPattern"] for item in made["orderedCacheBehaviors"]] == paths
    assert origins(graph) == []
    assert len(graph.of(AUTHORISER)) == 1


def test_every_site_that_leads_to_the_api_proves_itself_by_the_same_secret() -> None:
    graph = plan(api={}, site={}, sites={"shop": {}})
    headers = []
    for item in graph.of(DISTRIBUTION):
        found = item.inputs["origins"]
        found = found.value if isinstance(found, Secret) else found
        (api,) = (origin for origin in found if origin["originId"] == "api")
        headers.append(api["customHeaders"])
    assert len(headers) == 2
    assert headers[0] == headers[1]
    assert isinstance(headers[0][0]["value"], Secret)


def test_sites_have_buckets_of_their_own_and_one_log() -> None:
    graph = plan(site={"log_retention_days": 30}, sites={"docs": {"log_retention_days": 90}})
    buckets = [item.name for item in graph.of("aws:s3/bucket:Bucket")]
    assert sorted(buckets) == [
        "access-logs-bucket",
        "docs-content-bucket",
        "site-content-bucket",
    ]
    rules = graph.one(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "access-logs-lifecycle"
    ).inputs["rules"]
    # Kept as long as the site whose logs are kept longest wants.
    assert [
        rule["expiration"]["days"] for rule in rules if "days" in rule.get("expiration", {})
    ] == [90]


def test_portals_and_sites_that_nobody_asks_for_build_nothing() -> None:
    assert [item.type for item in plan().managed] == []


def test_the_token_reaches_every_portal_and_nothing_else() -> None:
    value = "what-github-gave"
    sections = {**MINIMAL, "portals": portals()}
    graph = stacks.of_sections(sections, secrets={"amplify:access_token": value})
    holders = [item.name for item in graph.resources if Secret(value) in item.inputs.values()]
    assert sorted(holders) == sorted(f"{name}-app" for name in NAMES)
    assert value not in json.dumps([masked({**item.inputs}) for item in graph.resources])
