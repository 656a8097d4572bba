import json
from typing import Any

import pytest

from components.frontend.files import AppLinks
from offline.graph import Graph
from offline.values import Secret
from tests.components.frontends import DISTRIBUTION, distribution, plan

ACCESS = "aws:cloudfront/originAccessControl:OriginAccessControl"
BUCKET = "aws:s3/bucket:Bucket"
CACHE = "aws:cloudfront/cachePolicy:CachePolicy"
FUNCTION = "aws:cloudfront/function:Function"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return plan()


@pytest.fixture(scope="module")
def alone() -> Graph:
    """A site without an API."""
    return plan(with_api=False)


def origin(graph: Graph, origin_id: str) -> dict[str, Any]:
    (found,) = (item for item in distribution(graph)["origins"] if item["originId"] == origin_id)
    return dict(found)


def test_content_comes_from_the_bucket_by_signed_requests(graph: Graph) -> None:
    access = graph.one(ACCESS, "site-access")
    bucket = graph.one(BUCKET, "site-content-bucket")
    assert origin(graph, "content") == {
        "originId": "content",
        "domainName": bucket.outputs["bucketRegionalDomainName"],
        "originAccessControlId": access.id,
    }
    assert access.inputs["originAccessControlOriginType"] == "s3"
    assert access.inputs["signingBehavior"] == "always"
    assert access.inputs["signingProtocol"] == "sigv4"


def test_only_this_distribution_reads_the_bucket(graph: Graph) -> None:
    bucket = graph.one(BUCKET, "site-content-bucket").outputs["arn"]
    arn = graph.one(DISTRIBUTION, "site-distribution").outputs["arn"]
    policy = json.loads(graph.one(POLICY, "site-content-policy").inputs["policy"])
    assert policy["Statement"] == [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:*"],
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "SiteRead",
            "Effect": "Allow",
            "Principal": {"Service": ["cloudfront.amazonaws.com"]},
            "Action": ["s3:GetObject"],
            "Resource": [f"{bucket}/*"],
            "Condition": {"StringEquals": {"aws:SourceArn": arn}},
        },
        {
            "Sid": "SiteMissing",
            "Effect": "Allow",
            "Principal": {"Service": ["cloudfront.amazonaws.com"]},
            "Action": ["s3:ListBucket"],
            "Resource": [bucket],
            "Condition": {"StringEquals": {"aws:SourceArn": arn}},
        },
    ]


def test_the_distribution_speaks_every_current_protocol(graph: Graph) -> None:
    made = distribution(graph)
    assert made["enabled"] is True
    assert made["httpVersion"] == "http2and3"
    assert made["isIpv6Enabled"] is True


def test_the_root_is_a_page_so_that_nobody_can_list_the_bucket(graph: Graph) -> None:
    assert distribution(graph)["defaultRootObject"] == "index.html"


def test_pages_are_compressed_asked_for_each_time_and_never_sent_in_the_clear(
    graph: Graph,
) -> None:
    assert distribution(graph)["defaultCacheBehavior"] == {
        "targetOriginId": "content",
        "viewerProtocolPolicy": "redirect-to-https",
        "allowedMethods": ["GET", "HEAD"],
        "cachedMethods": ["GET", "HEAD"],
        "cachePolicyId": graph.one(CACHE, "site-pages").id,
        "compress": True,
        "responseHeadersPolicyId": graph.one(HEADERS, "site-headers").id,
        "functionAssociations": [
            {
                "eventType": event,
                "functionArn": graph.one(FUNCTION, function).outputs["arn"],
            }
            for event, function in (
                ("viewer-request", "site-viewer"),
                ("viewer-response", "site-caching"),
            )
        ],
    }


def test_the_edge_keeps_a_page_for_a_second_so_that_it_may_compress_it(graph: Graph) -> None:
    policy = graph.one(CACHE, "site-pages").inputs
    assert (policy["minTtl"], policy["defaultTtl"], policy["maxTtl"]) == (1, 1, 1)
    assert policy["parametersInCacheKeyAndForwardedToOrigin"] == {
        "cookiesConfig": {"cookieBehavior": "none"},
        "headersConfig": {"headerBehavior": "none"},
        "queryStringsConfig": {"queryStringBehavior": "none"},
        "enableAcceptEncodingBrotli": True,
        "enableAcceptEncodingGzip": True,
    }


def test_assets_are_kept_by_the_edge_and_compressed_without_meeting_the_page(
    graph: Graph,
) -> None:
    (assets,) = (
        item
        for item in distribution(graph)["orderedCacheBehaviors"]
        if item["pathPattern"] == "/assets/*"
    )
    assert assets == {
        "pathPattern": "/assets/*",
        "targetOriginId": "content",
        "viewerProtocolPolicy": "redirect-to-https",
        "allowedMethods": ["GET", "HEAD"],
        "cachedMethods": ["GET", "HEAD"],
        # CachingOptimized: Brotli and gzip.
        "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "compress": True,
        "responseHeadersPolicyId": graph.one(HEADERS, "site-headers").id,
        "functionAssociations": [
            {
                "eventType": "viewer-response",
                "functionArn": graph.one(FUNCTION, "site-caching").outputs["arn"],
            }
        ],
    }


def test_calls_reach_the_api_as_they_came_and_are_never_cached(graph: Graph) -> None:
    # The first behaviour that matches serves.
    assert distribution(graph)["orderedCacheBehaviors"][:1] == [
        {
            "pathPattern": "/api/*",
            "targetOriginId": "api",
            "viewerProtocolPolicy": "https-only",
            "allowedMethods": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
            "cachedMethods": ["GET", "HEAD"],
            # CachingDisabled, AllViewerExceptHostHeader.
            "cachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            "originRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
            "responseHeadersPolicyId": graph.one(HEADERS, "site-headers-api").id,
        }
    ]


def test_the_api_is_called_by_tls_1_2_only(graph: Graph) -> None:
    (api,) = graph.of("aws:apigatewayv2/api:Api")
    made = origin(graph, "api")
    assert made["domainName"] == f"{api.id}.execute-api.eu-west-2.amazonaws.com"
    assert made["customOriginConfig"] == {
        "httpPort": 80,
        "httpsPort": 443,
        "originProtocolPolicy": "https-only",
        "originSslProtocols": ["TLSv1.2"],
    }


def test_the_proof_for_the_api_is_sent_but_stays_secret(graph: Graph) -> None:
    (header,) = origin(graph, "api")["customHeaders"]
    assert header["name"] == "x-origin-verify"
    assert isinstance(header["value"], Secret)
    parameter = graph.one("aws:ssm/parameter:Parameter", "guard-parameter")
    assert header["value"] == parameter.inputs["value"]


def test_an_api_error_stays_an_error(graph: Graph) -> None:
    assert "customErrorResponses" not in distribution(graph)


def test_a_site_without_an_api_serves_its_content_only(alone: Graph) -> None:
    made = distribution(alone)
    assert [item["originId"] for item in made["origins"]] == ["content"]
    assert [item["pathPattern"] for item in made["orderedCacheBehaviors"]] == ["/assets/*"]
    assert [item.name for item in alone.of(HEADERS)] == ["site-headers"]


def test_without_a_domain_cloudfronts_own_name_and_certificate_serve(alone: Graph) -> None:
    made = distribution(alone)
    assert "aliases" not in made
    assert made["viewerCertificate"] == {
        "cloudfrontDefaultCertificate": True,
        "minimumProtocolVersion": "TLSv1",
    }
    assert alone.exports["url"] == f"https://{alone.exports['distribution_domain']}"
    assert "const canonicalHost = null;" in alone.one(FUNCTION, "site-viewer").inputs["code"]


@pytest.mark.parametrize("name", ["site-viewer", "site-caching"])
def test_the_functions_run_on_the_current_runtime_and_are_live(alone: Graph, name: str) -> None:
    function = alone.one(FUNCTION, name).inputs
    assert function["runtime"] == "cloudfront-js-2.0"
    assert function["publish"] is True


def test_the_files_for_robots_and_phones_are_in_the_viewer_function() -> None:
    links = AppLinks(android={"com.example.app": ("AB:CD",)})
    shown = plan(with_api=False, sitemap=("/coupons",), app_links=links)
    code = shown.one(FUNCTION, "site-viewer").inputs["code"]
    for path in ("/robots.txt", "/sitemap.xml", "/.well-known/assetlinks.json"):
        assert f'"{path}":' in code
    hidden = plan(with_api=False, sitemap=("/coupons",), indexed=False)
    code = hidden.one(FUNCTION, "site-viewer").inputs["code"]
    assert "Disallow: /" in code
    assert "/sitemap.xml" not in code


def test_a_distribution_is_recognised_by_its_comment(alone: Graph) -> None:
    assert distribution(alone)["comment"] == "plinth test site"


def test_no_firewall_stands_before_a_site_that_asks_for_none(alone: Graph) -> None:
    assert "webAclId" not in distribution(alone)


def test_the_price_class_is_the_one_asked_for(graph: Graph) -> None:
    assert distribution(graph)["priceClass"] == "PriceClass_100"
    far = plan(with_api=False, price_class="PriceClass_All")
    assert distribution(far)["priceClass"] == "PriceClass_All"


def test_the_content_is_protected_unless_the_site_is_disposable(alone: Graph) -> None:
    assert alone.one(BUCKET, "site-content-bucket").protect
    assert not alone.one(DISTRIBUTION, "site-distribution").protect
    disposable = plan(with_api=False, protect=False)
    assert not disposable.one(BUCKET, "site-content-bucket").protect


def test_a_preview_knows_what_does_not_depend_on_aws() -> None:
    made = distribution(plan(unknown=True))
    assert made["httpVersion"] == "http2and3"
    assert made["orderedCacheBehaviors"][0]["pathPattern"] == "/api/*"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"price_class": "PriceClass_300"},
            (
                "price_class must be one of PriceClass_100, PriceClass_200, PriceClass_All; "
                "got 'PriceClass_300'"
            ),
        ),
        (
            {"content_security_policy": " "},
            "content_security_policy must be one line of directives, got ' '",
        ),
        (
            {"content_security_policy": "default-src\n'self'"},
            "content_security_policy must be one line of directives, got \"default-src\\n'self'\"",
        ),
        ({"api": None}, "guard must come with an api to guard, got none"),
    ],
)
def test_settings_that_make_no_site_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 the whole message is compared
        plan(**changes)
    assert str(raised.value) == message
