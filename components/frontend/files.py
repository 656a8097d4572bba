"""Files that every site has in one place: for robots, and for phones with the site's app."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

# Stands for the address of the site that answers; the viewer function knows it.
ORIGIN = "{origin}"
APPLE_PATH = "/.well-known/apple-app-site-association"
ANDROID_PATH = "/.well-known/assetlinks.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class AppLinks:
    """The mobile apps that open a site's addresses.

    Attributes:
        apple: the patterns of paths that each app opens, such as ``/coupons/*``, by its id of
            team and bundle.
        android: the SHA-256 fingerprints of the certificates that sign each app, by its package.
    """

    apple: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    android: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """What answers a path.

    Attributes:
        type: media type.
        body: the text, in which ``{origin}`` stands for the site's address.
    """

    type: str
    body: str


def site_files(
    *, indexed: bool, sitemap: tuple[str, ...], app_links: AppLinks | None
) -> dict[str, File]:
    """Return the files of a site by their paths."""
    files = {"/robots.txt": File(type="text/plain", body=_robots(sitemap, indexed=indexed))}
    if indexed and sitemap:
        files["/sitemap.xml"] = File(type="application/xml", body=_sitemap(sitemap))
    if app_links is not None and app_links.apple:
        files[APPLE_PATH] = File(type="application/json", body=_apple(app_links.apple))
    if app_links is not None and app_links.android:
        files[ANDROID_PATH] = File(type="application/json", body=_android(app_links.android))
    return files


def _robots(sitemap: tuple[str, ...], *, indexed: bool) -> str:
    if not indexed:
        return "User-agent: *\nDisallow: /\n"
    where = f"Sitemap: {ORIGIN}/sitemap.xml\n" if sitemap else ""
    return f"User-agent: *\nAllow: /\n{where}"


def _sitemap(paths: tuple[str, ...]) -> str:
    urls = "".join(f"<url><loc>{ORIGIN}{escape(path)}</loc></url>" for path in paths)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    )


def _apple(apps: Mapping[str, tuple[str, ...]]) -> str:
    """The form that iOS 13 and later read.

    https://developer.apple.com/documentation/xcode/supporting-associated-domains
    """
    details = [
        {"appIDs": [app], "components": [{"/": pattern} for pattern in patterns]}
        for app, patterns in apps.items()
    ]
    return _dump({"applinks": {"details": details}, "webcredentials": {"apps": list(apps)}})


def _android(apps: Mapping[str, tuple[str, ...]]) -> str:
    """Statements of https://developers.google.com/digital-asset-links/v1/create-statement."""
    relations = [
        "delegate_permission/common.handle_all_urls",
        "delegate_permission/common.get_login_creds",
    ]
    return _dump(
        [
            {
                "relation": relations,
                "target": {
                    "namespace": "android_app",
                    "package_name": package,
                    "sha256_cert_fingerprints": list(fingerprints),
                },
            }
            for package, fingerprints in apps.items()
        ]
    )


def _dump(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
