import json
import shutil
import subprocess
from typing import Any

import pytest

from components.frontend.edge import render_viewer_code
from components.frontend.files import AppLinks, site_files

# The largest function that CloudFront takes.
MAX_BYTES = 10 * 1024

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="node, which runs the viewer function, is not installed"
)

# CloudFront gives the request a method for the query string as it was sent.
FILES = site_files(
    indexed=True,
    sitemap=("/", "/coupons"),
    app_links=AppLinks(apple={"ABCDE12345.com.example.app": ("/*",)}),
)
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
        input=json.dumps(
            {"code": render_viewer_code(canonical, FILES), "event": event, "query": query}
        ),
        capture_output=True,
        text=True,
        check=True,
    )
    answered: dict[str, Any] = json.loads(ran.stdout)
    return answered


def test_the_code_fits_and_has_nothing_left_to_fill_in() -> None:
    code = render_viewer_code("www.example.com", FILES)
    assert "__" not in code
    assert len(code.encode()) < MAX_BYTES


def test_files_that_no_function_holds_are_refused() -> None:
    paths = tuple(f"/{number:0200}" for number in range(40))
    files = site_files(indexed=True, sitemap=paths, app_links=None)
    with pytest.raises(ValueError, match=r"^sitemap and app_links must fit into a function of 10"):
        render_viewer_code(None, files)


@needs_node
@pytest.mark.parametrize("path", ["/", "/coupons", "/coupons/42", "/coupons/", "/v1.2/coupons"])
def test_a_path_without_an_extension_is_answered_by_the_single_page(path: str) -> None:
    assert answer(path)["uri"] == "/index.html"


@needs_node
@pytest.mark.parametrize(
    "path", ["/app.js", "/assets/main.4f2a.css", "/favicon.ico", "/humans.txt", "/index.html"]
)
def test_a_file_keeps_its_path(path: str) -> None:
    assert answer(path)["uri"] == path


@needs_node
def test_what_is_well_known_is_never_the_single_page() -> None:
    path = "/.well-known/change-password"
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


@needs_node
def test_phones_find_the_file_of_their_app_as_json_without_a_redirect() -> None:
    for host in ("www.example.com", "example.com", "d111111abcdef8.cloudfront.net"):
        found = answer("/.well-known/apple-app-site-association", host=host)
        assert found["statusCode"] == 200
        assert found["headers"]["content-type"] == {"value": "application/json"}
        assert json.loads(found["body"]["data"])["applinks"]["details"] == [
            {"appIDs": ["ABCDE12345.com.example.app"], "components": [{"/": "/*"}]}
        ]


@needs_node
@pytest.mark.parametrize("canonical", ["www.example.com", None])
def test_robots_are_sent_to_the_sitemap_of_the_host_that_people_see(canonical: str | None) -> None:
    found = answer("/robots.txt", host="d1.cloudfront.net", canonical=canonical)
    assert found["headers"]["content-type"] == {"value": "text/plain"}
    assert found["body"] == {
        "encoding": "text",
        "data": (
            "User-agent: *\nAllow: /\n"
            f"Sitemap: https://{canonical or 'd1.cloudfront.net'}/sitemap.xml\n"
        ),
    }


@needs_node
def test_the_sitemap_lists_the_paths_at_the_host_that_people_see() -> None:
    found = answer("/sitemap.xml", host="example.com")
    assert found["headers"]["content-type"] == {"value": "application/xml"}
    urls = "<url><loc>https://www.example.com/</loc></url>"
    urls += "<url><loc>https://www.example.com/coupons</loc></url>"
    assert f">{urls}</urlset>" in found["body"]["data"]


@needs_node
@pytest.mark.parametrize("path", ["/constructor", "/toString", "/__proto__"])
def test_no_path_finds_what_every_object_has(path: str) -> None:
    assert answer(path)["uri"] == "/index.html"
