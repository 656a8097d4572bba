import json
import re
from typing import Any

import pulumi
import pytest

from components.frontend.headers import allowing_calls
from components.frontend.portals import PAGES, Portal, PortalArgs, PortalDomain
from components.watched import Watched
from offline.engine import synthesise
from offline.graph import Graph
from offline.values import Secret

APP = "aws:amplify/app:App"
BRANCH = "aws:amplify/branch:Branch"
ASSOCIATION = "aws:amplify/domainAssociation:DomainAssociation"
RECORD = "aws:route53/record:Record"
REPOSITORY = "https://github.com/example-org/b2b"
DOMAIN = PortalDomain(name="b2b.example.com", hosted_zone_id="Z0123456789ABCDEFGHIJ")
POLICY = "default-src 'self'"
TOKEN = "a-token"  # noqa: S105 not one


def plan(*, unknown: bool = False, token: str | None = None, **changes: Any) -> Graph:
    def program() -> None:
        secret = {} if token is None else {"access_token": pulumi.Output.secret(token)}
        settings = {"repository": REPOSITORY, "content_security_policy": POLICY}
        portal = Portal("b2b", PortalArgs(**settings | secret | changes))
        portal.publish({"VITE_API_URL": "https://api.example.com", "VITE_PORTAL_TYPE": "b2b"})
        pulumi.export("origin", portal.origin)

    return synthesise(program, unknown=unknown)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return plan()


@pytest.fixture(scope="module")
def named() -> Graph:
    return plan(domain=DOMAIN)


def headers(graph: Graph, pattern: str) -> dict[str, str]:
    found = json.loads(graph.one(APP, "b2b-app").inputs["customHeaders"])
    (block,) = (item for item in found["customHeaders"] if item["pattern"] == pattern)
    return {item["key"]: item["value"] for item in block["headers"]}


def test_the_branch_is_built_from_the_repository_with_its_variables(graph: Graph) -> None:
    app, branch = graph.one(APP, "b2b-app"), graph.one(BRANCH, "b2b-branch")
    assert app.inputs["repository"] == REPOSITORY
    assert app.inputs["platform"] == "WEB"
    assert app.inputs["enableAutoBranchCreation"] is False
    assert "environmentVariables" not in app.inputs
    assert branch.given == {
        "appId": app.id,
        "branchName": "main",
        "displayName": "main",
        "stage": "PRODUCTION",
        "enableAutoBuild": True,
        "enablePullRequestPreview": False,
        "environmentVariables": {
            "VITE_API_URL": "https://api.example.com",
            "VITE_PORTAL_TYPE": "b2b",
        },
    }


def test_people_can_keep_builds_to_themselves() -> None:
    assert plan(auto_build=False).one(BRANCH, "b2b-branch").inputs["enableAutoBuild"] is False


def test_the_build_is_that_of_a_vite_application_unless_it_says_otherwise(graph: Graph) -> None:
    spec = graph.one(APP, "b2b-app").inputs["buildSpec"]
    assert spec.startswith("version: 1\nfrontend:\n")
    assert "npm run build" in spec
    assert "baseDirectory: dist" in spec
    own = "version: 1\nfrontend: {}\n"
    assert plan(build_spec=own).one(APP, "b2b-app").inputs["buildSpec"] == own


def test_a_portal_in_a_folder_is_built_and_served_from_there() -> None:
    app = plan(root="portals/b2b").one(APP, "b2b-app").inputs
    assert "applications:\n  - appRoot: portals/b2b\n    frontend:\n" in app["buildSpec"]
    assert app["environmentVariables"] == {"AMPLIFY_MONOREPO_APP_ROOT": "portals/b2b"}
    (application,) = json.loads(app["customHeaders"])["applications"]
    assert application["appRoot"] == "portals/b2b"
    assert [item["pattern"] for item in application["customHeaders"]] == ["**/*", "/assets/*"]


def test_the_token_stays_secret_and_is_needed_once() -> None:
    app = plan(token=TOKEN).one(APP, "b2b-app")
    assert app.inputs["accessToken"] == Secret(TOKEN)
    assert app.ignore_changes == ("accessToken",)


def test_without_a_token_there_is_none_in_the_plan(graph: Graph) -> None:
    assert "accessToken" not in graph.one(APP, "b2b-app").inputs


@pytest.mark.parametrize("path", ["/", "/coupons", "/coupons/42", "/coupons/", "/v1.2/coupons"])
def test_a_path_without_an_extension_is_answered_by_the_single_page(path: str) -> None:
    assert re.search(PAGES.strip("</>").replace(r"\/", "/"), path)


@pytest.mark.parametrize(
    "path", ["/app.js", "/assets/main.4f2a.css", "/index.html", "/.well-known/assetlinks"]
)
def test_a_file_keeps_its_path(path: str) -> None:
    assert not re.search(PAGES.strip("</>").replace(r"\/", "/"), path)


def test_the_rewrite_is_one_and_changes_no_address(graph: Graph) -> None:
    assert graph.one(APP, "b2b-app").inputs["customRules"] == [
        {"source": PAGES, "status": "200", "target": "/index.html"}
    ]


def test_every_page_has_the_headers_of_a_site(graph: Graph) -> None:
    assert headers(graph, "**/*") == {
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": (
            "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
            "microphone=(), payment=(), usb=()"
        ),
    }


def test_what_has_a_hash_in_its_name_is_kept_for_ever(graph: Graph) -> None:
    assert headers(graph, "/assets/*") == {"Cache-Control": "public, max-age=31536000, immutable"}


def test_robots_stay_out_of_a_portal_that_is_not_to_be_indexed() -> None:
    assert headers(plan(indexed=False), "**/*")["X-Robots-Tag"] == "noindex, nofollow"


def test_only_a_domain_of_its_own_may_be_preloaded(named: Graph) -> None:
    assert headers(named, "**/*")["Strict-Transport-Security"].endswith("; preload")


def test_pages_may_call_the_api() -> None:
    found = headers(plan(api_origin="https://api.example.com"), "**/*")
    assert found["Content-Security-Policy"] == (
        "default-src 'self'; connect-src 'self' https://api.example.com"
    )


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ("default-src 'none'", "default-src 'none'; connect-src https://a.example"),
        ("img-src *; connect-src 'none'", "img-src *; connect-src https://a.example"),
        (
            "connect-src https://a.example https://b.example; sandbox",
            "connect-src https://b.example https://a.example; sandbox",
        ),
        ("default-src 'self';", "default-src 'self'; connect-src 'self' https://a.example"),
    ],
)
def test_one_more_origin_takes_nothing_away(policy: str, allowed: str) -> None:
    assert allowing_calls(policy, "https://a.example") == allowed


def test_without_a_domain_pages_come_from_amplifys_own_name(graph: Graph) -> None:
    domain = graph.one(APP, "b2b-app").outputs["defaultDomain"]
    assert graph.exports["origin"] == f"https://main.{domain}"
    assert graph.of(ASSOCIATION) == graph.of(RECORD) == ()


def test_a_branch_with_a_slash_has_a_host_name_too() -> None:
    graph = plan(branch="release/1.X")
    assert graph.one(BRANCH, "b2b-branch").inputs["displayName"] == "release-1-x"
    assert graph.exports["origin"].startswith("https://release-1-x.")


def test_its_own_name_is_served_under_a_certificate_of_ours(named: Graph) -> None:
    (validation,) = named.of("aws:acm/certificateValidation:CertificateValidation")
    assert validation.inputs["region"] == "us-east-1"
    assert named.exports["origin"] == "https://b2b.example.com"
    assert named.one(ASSOCIATION, "b2b-domain").given == {
        "appId": named.one(APP, "b2b-app").id,
        "domainName": "b2b.example.com",
        "subDomains": [{"branchName": "main", "prefix": ""}],
        "certificateSettings": {
            "type": "CUSTOM",
            "customCertificateArn": validation.outputs["certificateArn"],
        },
        # Its record is made from it.
        "waitForVerification": False,
    }


def test_its_own_name_leads_where_amplify_wants_it(named: Graph) -> None:
    (wanted,) = named.one(ASSOCIATION, "b2b-domain").outputs["subDomains"]
    record = named.one(RECORD, "b2b-record").inputs
    assert wanted["dnsRecord"] == f" CNAME {record['records'][0]}"
    assert record == {
        "zoneId": DOMAIN.hosted_zone_id,
        "name": "b2b.example.com",
        "type": "CNAME",
        "records": record["records"],
        "ttl": 300,
        "allowOverwrite": True,
    }


def test_a_preview_declares_the_same() -> None:
    before, after = plan(domain=DOMAIN, unknown=True), plan(domain=DOMAIN)
    assert [item.urn for item in before.resources] == [item.urn for item in after.resources]


def test_every_portals_certificate_is_watched() -> None:
    seen: list[Watched] = []

    def program() -> None:
        args = PortalArgs(repository=REPOSITORY, content_security_policy=POLICY, domain=DOMAIN)
        portal = Portal("b2b", args)
        portal.publish({})
        seen.extend(portal.watched)

    synthesise(program)
    assert [(item.kind, item.name) for item in seen] == [("certificate", "b2b-domain")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"repository": "git@github.com:a/b"},
            "repository must be such as https://github.com/owner/name, got 'git@github.com:a/b'",
        ),
        ({"branch": "/"}, "branch must have a letter or digit, got '/'"),
    ],
)
def test_what_amplify_would_refuse_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 the whole message is compared
        plan(**changes)
    assert str(raised.value) == message
