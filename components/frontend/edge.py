"""What CloudFront itself does to requests and responses: routing, files, caching, headers."""

import json
from collections.abc import Mapping
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.frontend.files import File
from components.frontend.headers import REFERRER_POLICY, TWO_YEARS_SECONDS, isolation_headers

_VIEWER_CODE = Path(__file__).with_name("viewer.js")
_CACHING_CODE = Path(__file__).with_name("caching.js")
# The largest function that CloudFront takes.
_MAX_CODE_BYTES = 10 * 1024
# S3 tells every reader which key encrypts the object, and with it the account's number.
_TELLTALE_HEADERS = (
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-version-id",
)


def render_viewer_code(canonical_host: str | None, files: Mapping[str, File]) -> str:
    """Return the viewer function's JavaScript.

    Args:
        canonical_host: the one name the site answers to, and others redirect to; ``None`` answers
            to every name.
        files: what the function answers by itself, by path.

    Raises:
        ValueError: the files are more than a function holds.
    """
    contents = {path: {"type": file.type, "body": file.body} for path, file in files.items()}
    code = _VIEWER_CODE.read_text(encoding="utf-8")
    code = code.replace("__CANONICAL_HOST__", json.dumps(canonical_host))
    code = code.replace("__FILES__", json.dumps(contents, separators=(",", ":")))
    if len(code.encode()) > _MAX_CODE_BYTES:
        raise ValueError(
            f"sitemap and app_links must fit into a function of {_MAX_CODE_BYTES} bytes, "
            f"got {len(code.encode())}"
        )
    return code


def viewer_function(
    name: str,
    *,
    canonical_host: str | None,
    files: Mapping[str, File],
    opts: pulumi.ResourceOptions,
) -> aws.cloudfront.Function:
    """Make the function that serves the single page for every path, at one host."""
    return aws.cloudfront.Function(
        f"{name}-viewer",
        runtime="cloudfront-js-2.0",
        comment="Serves the single page for every path, and redirects to the canonical host",
        code=render_viewer_code(canonical_host, files),
        publish=True,
        opts=opts,
    )


def caching_function(name: str, *, opts: pulumi.ResourceOptions) -> aws.cloudfront.Function:
    """Make the function that tells browsers how long to keep what they get."""
    return aws.cloudfront.Function(
        f"{name}-caching",
        runtime="cloudfront-js-2.0",
        comment="Assets with a hash in their name are kept for ever, all else is asked for again",
        code=_CACHING_CODE.read_text(encoding="utf-8"),
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
                for header, value in isolation_headers(indexed=indexed).items()
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
            referrer_policy=REFERRER_POLICY, override=True
        ),
        strict_transport_security=cf.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs(
            access_control_max_age_sec=TWO_YEARS_SECONDS,
            include_subdomains=True,
            preload=preload,
            override=True,
        ),
    )
