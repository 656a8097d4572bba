"""Where a distribution finds what it serves, and how it treats requests for it."""

import pulumi
import pulumi_aws as aws

from components.api.http_api import HttpApi
from components.api.origin import OriginGuard
from components.data.buckets import Bucket

_CONTENT, _API = "content", "api"
# AWS's managed policies have the same id in every account:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def origin_access(name: str, *, opts: pulumi.ResourceOptions) -> aws.cloudfront.OriginAccessControl:
    """Make what lets CloudFront sign its requests to a private bucket."""
    return aws.cloudfront.OriginAccessControl(
        f"{name}-access",
        description="Signs every request to the site's bucket",
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
        opts=opts,
    )


def content_origin(
    bucket: Bucket, access: aws.cloudfront.OriginAccessControl
) -> aws.cloudfront.DistributionOriginArgs:
    """Describe the bucket as an origin."""
    return aws.cloudfront.DistributionOriginArgs(
        origin_id=_CONTENT,
        domain_name=bucket.regional_domain_name,
        origin_access_control_id=access.id,
    )


def api_origin(api: HttpApi, guard: OriginGuard | None) -> aws.cloudfront.DistributionOriginArgs:
    """Describe the API as an origin; a viewer's own header of the guard's name is replaced."""
    proof = None
    if guard is not None:
        proof = [
            aws.cloudfront.DistributionOriginCustomHeaderArgs(
                name=guard.header_name, value=guard.header_value
            )
        ]
    return aws.cloudfront.DistributionOriginArgs(
        origin_id=_API,
        domain_name=api.origin_domain,
        custom_headers=proof,
        custom_origin_config=aws.cloudfront.DistributionOriginCustomOriginConfigArgs(
            http_port=80,
            https_port=443,
            origin_protocol_policy="https-only",
            origin_ssl_protocols=["TLSv1.2"],
        ),
    )


def page_cache(name: str, *, opts: pulumi.ResourceOptions) -> aws.cloudfront.CachePolicy:
    """Make the rule by which the edge keeps pages: for a second, whatever the bucket says.

    CloudFront compresses nothing that it may not keep at all. A release is there at once, and a
    crowd of readers still makes one request a second to the bucket.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
    """
    cf = aws.cloudfront
    return cf.CachePolicy(
        f"{name}-pages",
        comment="Pages, for a second; Brotli and gzip",
        min_ttl=1,
        default_ttl=1,
        max_ttl=1,
        parameters_in_cache_key_and_forwarded_to_origin=cf.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs(
            cookies_config=cf.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs(
                cookie_behavior="none"
            ),
            headers_config=cf.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs(
                header_behavior="none"
            ),
            query_strings_config=cf.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs(
                query_string_behavior="none"
            ),
            enable_accept_encoding_brotli=True,
            enable_accept_encoding_gzip=True,
        ),
        opts=opts,
    )


def page_behaviour(
    cache: aws.cloudfront.CachePolicy,
    viewer: aws.cloudfront.Function,
    caching: aws.cloudfront.Function,
    headers: aws.cloudfront.ResponseHeadersPolicy,
) -> aws.cloudfront.DistributionDefaultCacheBehaviorArgs:
    """Serve pages: compressed with Brotli or gzip, without cookies, asked for again each time."""
    return aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
        target_origin_id=_CONTENT,
        viewer_protocol_policy="redirect-to-https",
        allowed_methods=["GET", "HEAD"],
        cached_methods=["GET", "HEAD"],
        cache_policy_id=cache.id,
        compress=True,
        response_headers_policy_id=headers.id,
        function_associations=[
            aws.cloudfront.DistributionDefaultCacheBehaviorFunctionAssociationArgs(
                event_type=event, function_arn=function.arn
            )
            for event, function in (("viewer-request", viewer), ("viewer-response", caching))
        ],
    )


def asset_behaviour(
    caching: aws.cloudfront.Function, headers: aws.cloudfront.ResponseHeadersPolicy
) -> aws.cloudfront.DistributionOrderedCacheBehaviorArgs:
    """Serve what has a hash in its name: compressed, and kept by the edge and by browsers."""
    return aws.cloudfront.DistributionOrderedCacheBehaviorArgs(
        path_pattern="/assets/*",
        target_origin_id=_CONTENT,
        viewer_protocol_policy="redirect-to-https",
        allowed_methods=["GET", "HEAD"],
        cached_methods=["GET", "HEAD"],
        cache_policy_id=_CACHING_OPTIMIZED,
        compress=True,
        response_headers_policy_id=headers.id,
        function_associations=[
            aws.cloudfront.DistributionOrderedCacheBehaviorFunctionAssociationArgs(
                event_type="viewer-response", function_arn=caching.arn
            )
        ],
    )


def api_behaviour(
    headers: aws.cloudfront.ResponseHeadersPolicy,
) -> aws.cloudfront.DistributionOrderedCacheBehaviorArgs:
    """Pass calls on to the API as they came, and never keep an answer."""
    return aws.cloudfront.DistributionOrderedCacheBehaviorArgs(
        path_pattern="/api/*",
        target_origin_id=_API,
        # A redirect would hide that a client has just sent its token in the clear.
        viewer_protocol_policy="https-only",
        allowed_methods=["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
        cached_methods=["GET", "HEAD"],
        cache_policy_id=_CACHING_DISABLED,
        # API Gateway tells APIs apart by the host name, so it must get its own.
        origin_request_policy_id=_ALL_VIEWER_EXCEPT_HOST_HEADER,
        response_headers_policy_id=headers.id,
    )
