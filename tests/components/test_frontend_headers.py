from typing import Any

import pytest

from components.frontend.site import DEFAULT_CONTENT_SECURITY_POLICY
from offline.graph import Graph
from tests.components.frontends import DOMAIN, plan

HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
BOTH = pytest.mark.parametrize("name", ["site-headers", "site-headers-api"])


@pytest.fixture(scope="module")
def graph() -> Graph:
    return plan(domain=DOMAIN)


@pytest.fixture(scope="module")
def hidden() -> Graph:
    """A site that search engines are to leave alone, without a domain."""
    return plan(indexed=False, content_security_policy="default-src 'none'")


def security(graph: Graph, name: str) -> dict[str, Any]:
    return dict(graph.one(HEADERS, name).inputs["securityHeadersConfig"])


def custom(graph: Graph, name: str) -> dict[str, str]:
    items = graph.one(HEADERS, name).inputs["customHeadersConfig"]["items"]
    assert all(item["override"] for item in items)
    return {item["header"]: item["value"] for item in items}


@BOTH
def test_browsers_are_told_to_use_tls_for_two_years(graph: Graph, name: str) -> None:
    assert security(graph, name)["strictTransportSecurity"] == {
        "accessControlMaxAgeSec": 63_072_000,
        "includeSubdomains": True,
        "preload": True,
        "override": True,
    }


@BOTH
def test_only_a_domain_of_its_own_may_be_preloaded(hidden: Graph, name: str) -> None:
    assert security(hidden, name)["strictTransportSecurity"]["preload"] is False


@BOTH
def test_responses_are_neither_sniffed_nor_framed_and_tell_others_little(
    graph: Graph, name: str
) -> None:
    made = security(graph, name)
    assert made["contentTypeOptions"] == {"override": True}
    assert made["frameOptions"] == {"frameOption": "DENY", "override": True}
    assert made["referrerPolicy"] == {
        "referrerPolicy": "strict-origin-when-cross-origin",
        "override": True,
    }


@BOTH
def test_other_sites_cannot_embed_it_and_pages_get_no_sensors(graph: Graph, name: str) -> None:
    assert custom(graph, name) == {
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": (
            "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
            "microphone=(), payment=(), usb=()"
        ),
    }


@BOTH
def test_robots_stay_out_of_a_site_that_is_not_to_be_indexed(hidden: Graph, name: str) -> None:
    assert custom(hidden, name)["X-Robots-Tag"] == "noindex, nofollow"


def test_pages_load_what_the_settings_allow(graph: Graph, hidden: Graph) -> None:
    assert security(graph, "site-headers")["contentSecurityPolicy"] == {
        "contentSecurityPolicy": DEFAULT_CONTENT_SECURITY_POLICY,
        "override": True,
    }
    assert security(hidden, "site-headers")["contentSecurityPolicy"] == {
        "contentSecurityPolicy": "default-src 'none'",
        "override": True,
    }


def test_the_api_answers_with_its_own_content_security_policy(graph: Graph) -> None:
    assert "contentSecurityPolicy" not in security(graph, "site-headers-api")


def test_what_s3_tells_about_its_keys_goes_no_further(graph: Graph) -> None:
    removed = graph.one(HEADERS, "site-headers").inputs["removeHeadersConfig"]["items"]
    assert {item["header"] for item in removed} == {
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-bucket-key-enabled",
        "x-amz-version-id",
    }
