import json
import shutil
import subprocess
from typing import Any

import pytest

from components.frontend.edge import render_viewer_code

# The largest function that CloudFront takes.
MAX_BYTES = 10 * 1024

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="node, which runs the viewer function, is not installed"
)

# CloudFront gives the request a method for the query string as it was sent.
RUN = """
const { code, event, query } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
event.request.rawQueryString = () => query === null ? undefined : query;
const answer = new Function(code + '; return handler;')()(event);
process.stdout.write(JSON.stringify(answer));
"""


def answer(
    uri: str,
    *,
    host: str = "www.example.com",
    canonical: str | None = "www.example.com",
    query: str | None = None,
) -> dict[str, Any]:
    """What the function returns for an event of the documented shape."""
    event = {
        "version": "1.0",
        "context": {
            "distributionDomainName": "d111111abcdef8.cloudfront.net",
            "distributionId": "EDFDVBD6EXAMPLE",
            "eventType": "viewer-request",
            "requestId": "4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==",
        },
        "viewer": {"ip": "198.51.100.11"},
        "request": {
            "method": "GET",
            "uri": uri,
            "querystring": {},
            "headers": {"host": {"value": host}},
            "cookies": {},
        },
    }
    ran = subprocess.run(
        ["node", "-e", RUN],  # noqa: S607 whichever node the machine has
        input=json.dumps({"code": render_viewer_code(canonical), "event": event, "query": query}),
        capture_output=True,
        text=True,
        check=True,
    )
    answered: dict[str, Any] = json.loads(ran.stdout)
    return answered


def test_the_code_fits_and_has_nothing_left_to_fill_in() -> None:
    code = render_viewer_code("www.example.com")
    assert "__" not in code
    assert len(code.encode()) < MAX_BYTES


@needs_node
@pytest.mark.parametrize("path", ["/", "/coupons", "/coupons/42", "/coupons/", "/v1.2/coupons"])
def test_a_path_without_an_extension_is_answered_by_the_single_page(path: str) -> None:
    assert answer(path)["uri"] == "/index.html"


@needs_node
@pytest.mark.parametrize(
    "path", ["/app.js", "/assets/main.4f2a.css", "/favicon.ico", "/robots.txt", "/index.html"]
)
def test_a_file_keeps_its_path(path: str) -> None:
    assert answer(path)["uri"] == path


@needs_node
def test_what_is_well_known_is_never_the_single_page() -> None:
    path = "/.well-known/apple-app-site-association"
    assert answer(path)["uri"] == path


@needs_node
def test_a_request_is_passed_on_with_all_it_came_with() -> None:
    passed = answer("/app.js")
    assert passed["method"] == "GET"
    assert passed["headers"] == {"host": {"value": "www.example.com"}}


@needs_node
def test_another_host_redirects_to_the_same_page_of_the_canonical_one() -> None:
    assert answer("/coupons/42", host="example.com") == {
        "statusCode": 301,
        "statusDescription": "Moved Permanently",
        "headers": {
            "location": {"value": "https://www.example.com/coupons/42"},
            "cache-control": {"value": "max-age=3600"},
        },
    }


@needs_node
@pytest.mark.parametrize(
    "query", ["a=1", "tag=x&page=2&tag=y", "q=caf%C3%A9%20au%20lait&empty=", "flag", ""]
)
def test_a_redirect_keeps_the_query_string_to_the_letter(query: str) -> None:
    location = answer("/search", host="example.com", query=query)["headers"]["location"]["value"]
    assert location == f"https://www.example.com/search?{query}"


@needs_node
def test_a_redirect_never_leaves_for_a_host_that_the_path_names() -> None:
    location = answer("//evil.example/", host="example.com")["headers"]["location"]["value"]
    assert location == "https://www.example.com//evil.example/"


@needs_node
def test_the_name_that_aws_gave_redirects_to_the_sites_own() -> None:
    assert answer("/", host="d111111abcdef8.cloudfront.net")["statusCode"] == 301


@needs_node
def test_a_site_without_a_domain_answers_to_every_host() -> None:
    passed = answer("/", host="d111111abcdef8.cloudfront.net", canonical=None)
    assert passed["uri"] == "/index.html"
