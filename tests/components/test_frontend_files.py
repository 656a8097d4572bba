import json
from typing import Any

import pytest

from components.frontend.files import AppLinks, File, site_files

FINGERPRINT = ":".join(["AB"] * 32)


def files(**changes: Any) -> dict[str, File]:
    settings: dict[str, Any] = {"indexed": True, "sitemap": (), "app_links": None}
    return site_files(**settings | changes)


def test_robots_may_come_where_the_site_is_indexed() -> None:
    assert files() == {"/robots.txt": File(type="text/plain", body="User-agent: *\nAllow: /\n")}


def test_robots_stay_out_of_every_other_environment_and_get_no_sitemap() -> None:
    hidden = files(indexed=False, sitemap=("/coupons",))
    assert hidden == {"/robots.txt": File(type="text/plain", body="User-agent: *\nDisallow: /\n")}


def test_the_sitemap_names_each_path_and_robots_are_told_of_it() -> None:
    shown = files(sitemap=("/", "/a&b"))
    assert shown["/robots.txt"].body.endswith("Sitemap: {origin}/sitemap.xml\n")
    assert shown["/sitemap.xml"] == File(
        type="application/xml",
        body=(
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            "<url><loc>{origin}/</loc></url><url><loc>{origin}/a&amp;b</loc></url></urlset>"
        ),
    )


def test_an_app_of_apples_opens_its_paths_and_may_fill_in_passwords() -> None:
    links = AppLinks(apple={"ABCDE12345.com.example.app": ("/coupons/*", "/c/?")})
    found = files(app_links=links)["/.well-known/apple-app-site-association"]
    assert found.type == "application/json"
    assert json.loads(found.body) == {
        "applinks": {
            "details": [
                {
                    "appIDs": ["ABCDE12345.com.example.app"],
                    "components": [{"/": "/coupons/*"}, {"/": "/c/?"}],
                }
            ]
        },
        "webcredentials": {"apps": ["ABCDE12345.com.example.app"]},
    }


def test_an_android_app_is_known_by_the_certificate_that_signs_it() -> None:
    links = AppLinks(android={"com.example.app": (FINGERPRINT,)})
    found = files(app_links=links)["/.well-known/assetlinks.json"]
    assert found.type == "application/json"
    assert json.loads(found.body) == [
        {
            "relation": [
                "delegate_permission/common.handle_all_urls",
                "delegate_permission/common.get_login_creds",
            ],
            "target": {
                "namespace": "android_app",
                "package_name": "com.example.app",
                "sha256_cert_fingerprints": [FINGERPRINT],
            },
        }
    ]


@pytest.mark.parametrize("links", [None, AppLinks()])
def test_a_site_without_apps_tells_phones_nothing(links: AppLinks | None) -> None:
    assert [*files(app_links=links)] == ["/robots.txt"]
