"""What CloudFront itself does to requests and responses: routing, redirects, security headers."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

_VIEWER_CODE = Path(__file__).with_name("viewer.js")
_TWO_YEARS_SECONDS = 2 * 365 * 24 * 60 * 60
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
# S3 tells every reader which key encrypts the object, and with it the account's number.
_TELLTALE_HEADERS = (
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-version-id",
)


def render_viewer_code(canonical_host: str | None) -> str:
    """Return the viewer function's JavaScript.

    Args:
        canonical_host: the one name the site answers to, and others redirect to; ``None`` answers
            to every name.
    """
    template = _VIEWER_CODE.read_text(encoding="utf-8")
    return template.replace("__CANONICAL_HOST__", json.dumps(canonical_host))


def viewer_function(
    name: str, *, canonical_host: str | None, opts: pulumi.ResourceOptions
) -> aws.cloudfront.Function:
    """Make the function that serves the single page for every path, at one host."""
    return aws.cloudfront.Function(
        f"{name}-viewer",
        runtime="cloudfront-js-2.0",
        comment="Serves the single page for every path, and redirects to the canonical host",
        code=render_viewer_code(canonical_host),
        publish=True,
        opts=opts,
    )


def headers_policy(
    name: str,
    *,
    content_security_policy: str | None,
    preload: bool,
    indexed: bool,
    opts: pulumi.ResourceOptions,
) -> aws.cloudfront.ResponseHeadersPolicy:
    """Make the security headers that CloudFront adds to every response, and take S3's own away.

    Args:
        content_security_policy: overrides what the origin says; ``None`` leaves it to the origin.
        preload: say that browsers may list the domain as HTTPS only. It takes effect when the
            domain is entered there, and only makes sense for a domain of one's own.
        indexed: let search engines list the responses.
    """
    return aws.cloudfront.ResponseHeadersPolicy(
        name,
        comment="Security headers of every response",
        security_headers_config=_security_headers(content_security_policy, preload=preload),
        custom_headers_config=aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgs(
            items=[
                aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArgs(
                    header=header, value=value, override=True
                )
                for header, value in _custom_headers(indexed=indexed).items()
            ]
        ),
        remove_headers_config=aws.cloudfront.ResponseHeadersPolicyRemoveHeadersConfigArgs(
            items=[
                aws.cloudfront.ResponseHeadersPolicyRemoveHeadersConfigItemArgs(header=header)
                for header in _TELLTALE_HEADERS
            ]
        ),
        opts=opts,
    )


def _security_headers(
    content_security_policy: str | None, *, preload: bool
) -> aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs:
    cf = aws.cloudfront
    policy = None
    if content_security_policy is not None:
        policy = cf.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs(
            content_security_policy=content_security_policy, override=True
        )
    return cf.ResponseHeadersPolicySecurityHeadersConfigArgs(
        content_security_policy=policy,
        content_type_options=cf.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs(
            override=True
        ),
        frame_options=cf.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs(
            frame_option="DENY", override=True
        ),
        referrer_policy=cf.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs(
            referrer_policy="strict-origin-when-cross-origin", override=True
        ),
        strict_transport_security=cf.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs(
            access_control_max_age_sec=_TWO_YEARS_SECONDS,
            include_subdomains=True,
            preload=preload,
            override=True,
        ),
    )


def _custom_headers(*, indexed: bool) -> dict[str, str]:
    headers = {
        # A window that the page opens, such as a sign-in, may still answer it.
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": _NO_FEATURES,
    }
    if not indexed:
        headers["X-Robots-Tag"] = "noindex, nofollow"
    return headers
