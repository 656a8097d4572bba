"""The security headers of every page, whoever serves it."""

TWO_YEARS_SECONDS = 2 * 365 * 24 * 60 * 60
REFERRER_POLICY = "strict-origin-when-cross-origin"
_NO_FEATURES = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
    )
)


def isolation_headers(*, indexed: bool) -> dict[str, str]:
    """Return what keeps pages apart from other sites, and robots out where they are not wanted."""
    headers = {
        # A window that the page opens, such as a sign-in, may still answer it.
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": _NO_FEATURES,
    }
    if not indexed:
        headers["X-Robots-Tag"] = "noindex, nofollow"
    return headers


def security_headers(
    content_security_policy: str, *, preload: bool, indexed: bool
) -> dict[str, str]:
    """Return all the headers of a page, for a host that has no settings of its own for them."""
    return {
        "Strict-Transport-Security": "; ".join(
            (
                f"max-age={TWO_YEARS_SECONDS}",
                "includeSubDomains",
                *(("preload",) if preload else ()),
            )
        ),
        "Content-Security-Policy": content_security_policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": REFERRER_POLICY,
        **isolation_headers(indexed=indexed),
    }


def allowing_calls(content_security_policy: str, origin: str) -> str:
    """Return the policy with one more origin that pages may call."""
    directives = [part.split() for part in content_security_policy.split(";") if part.strip()]
    sources = {name: values for name, *values in directives}
    callable_now = sources.get("connect-src", sources.get("default-src", []))
    sources["connect-src"] = [
        *(source for source in callable_now if source not in {"'none'", origin}),
        origin,
    ]
    return "; ".join(" ".join((name, *values)) for name, values in sources.items())
