import json
from typing import Any

import pytest

from components.api.http_api import ApiDomain, HttpApi, HttpApiArgs
from offline.graph import Graph
from tests.components.api_support import ACCOUNT, REGION, built, function, guard, key

ALIAS = "aws:lambda/alias:Alias"
API = "aws:apigatewayv2/api:Api"
AUTHORISER = "aws:apigatewayv2/authorizer:Authorizer"
DOMAIN = "aws:apigatewayv2/domainName:DomainName"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
LOG = "aws:cloudwatch/logGroup:LogGroup"
MAPPING = "aws:apigatewayv2/apiMapping:ApiMapping"
PERMISSION = "aws:lambda/permission:Permission"
RECORD = "aws:route53/record:Record"
ROUTE = "aws:apigatewayv2/route:Route"
STAGE = "aws:apigatewayv2/stage:Stage"


def api(**changes: Any) -> HttpApi:
    shared = key()
    given: dict[str, Any] = {"region": REGION, "log_key": shared, **changes}
    if given.pop("guarded", False):
        given["origin_guard"] = guard(shared)
    given.setdefault("function", function(key=shared))
    return HttpApi("shop", HttpApiArgs(**given))


def owned(**changes: Any) -> HttpApi:
    return api(domain=ApiDomain(domain="api.example.com", hosted_zone_id="Z0123456789"), **changes)


@pytest.fixture(scope="module")
def plain() -> Graph:
    return built(api)


@pytest.fixture(scope="module")
def guarded() -> Graph:
    return built(lambda: api(guarded=True))


def test_requests_go_to_the_live_version_in_payload_2_within_29_seconds(plain: Graph) -> None:
    assert plain.one(INTEGRATION, "shop-integration").given == {
        "apiId": plain.one(API, "shop-gateway").id,
        "integrationType": "AWS_PROXY",
        "integrationMethod": "POST",
        "integrationUri": plain.one(ALIAS, "orders-live").outputs["invokeArn"],
        "payloadFormatVersion": "2.0",
        "timeoutMilliseconds": 29_000,
    }


def test_everything_below_api_is_routed_by_default(plain: Graph) -> None:
    integration = plain.one(INTEGRATION, "shop-integration").id
    assert plain.one(ROUTE, "shop-route-any-api-proxy").given == {
        "apiId": plain.one(API, "shop-gateway").id,
        "routeKey": "ANY /api/{proxy+}",
        "target": f"integrations/{integration}",
        "authorizationType": "NONE",
    }


def test_each_route_may_call_the_live_version_and_nothing_else() -> None:
    graph = built(lambda: api(routes=("GET /coupons/{id}", "ANY /health")))
    execution = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{graph.one(API, 'shop-gateway').id}"
    sources = {
        "shop-invoke-get-coupons-id": f"{execution}/*/GET/coupons/{{id}}",
        "shop-invoke-any-health": f"{execution}/*/*/health",
    }
    assert {item.name for item in graph.of(PERMISSION)} == sources.keys()
    for name, source in sources.items():
        permission = graph.one(PERMISSION, name)
        assert {k: v for k, v in permission.inputs.items() if k != "statementId"} == {
            "action": "lambda:InvokeFunction",
            "function": graph.one(ALIAS, "orders-live").inputs["functionName"],
            "qualifier": "live",
            "principal": "apigateway.amazonaws.com",
            "sourceArn": source,
        }
        # AddPermission refuses an alias that does not exist yet.
        assert graph.one(ALIAS, "orders-live").urn in permission.dependencies


def test_no_route_is_live_before_it_may_call(guarded: Graph) -> None:
    route = guarded.one(ROUTE, "shop-route-any-api-proxy")
    for name in ("shop-invoke-any-api-proxy", "shop-authorise"):
        assert guarded.one(PERMISSION, name).urn in route.dependencies


def test_the_stage_is_throttled_measured_and_deploys_itself() -> None:
    graph = built(lambda: api(throttle_rate=50, throttle_burst=80))
    stage = graph.one(STAGE, "shop-stage").given
    assert stage["name"] == "$default"
    assert stage["autoDeploy"] is True
    assert stage["defaultRouteSettings"] == {
        "detailedMetricsEnabled": True,
        "throttlingRateLimit": 50,
        "throttlingBurstLimit": 80,
    }


def test_access_logs_are_json_with_the_request_id_in_an_encrypted_group(plain: Graph) -> None:
    log = plain.one(LOG, "shop-access-log")
    assert log.inputs["kmsKeyId"] == plain.one("aws:kms/key:Key", "main-key").outputs["arn"]
    assert log.inputs["retentionInDays"] == 365
    settings = plain.one(STAGE, "shop-stage").inputs["accessLogSettings"]
    assert settings["destinationArn"] == log.outputs["arn"]
    line = json.loads(settings["format"])
    assert line["requestId"] == "$context.requestId"
    assert line["status"] == "$context.status"


def test_nothing_that_a_caller_words_freely_can_break_the_access_log(plain: Graph) -> None:
    line = plain.one(STAGE, "shop-stage").inputs["accessLogSettings"]["format"]
    assert not [word for word in ("path", "userAgent", "queryString") if word in line]


def test_the_access_log_has_the_prefix_that_api_gateway_may_always_write_to(plain: Graph) -> None:
    name = plain.one(API, "shop-gateway").outputs["name"]
    assert plain.one(LOG, "shop-access-log").inputs["name"] == f"/aws/vendedlogs/apis/{name}"


def test_no_other_site_may_call_from_a_browser_unless_asked(plain: Graph) -> None:
    assert "corsConfiguration" not in plain.one(API, "shop-gateway").inputs


def test_named_sites_may_call_from_a_browser_without_credentials() -> None:
    graph = built(lambda: api(cors_origins=("https://www.example.com",)))
    assert graph.one(API, "shop-gateway").inputs["corsConfiguration"] == {
        "allowOrigins": ["https://www.example.com"],
        "allowMethods": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
        "allowHeaders": ["authorization", "content-type", "idempotency-key"],
        "exposeHeaders": ["location", "retry-after", "x-request-id"],
        "maxAge": 600,
    }


def test_whether_a_page_of_others_may_call_is_answered_by_the_gateway_itself() -> None:
    # A route that takes OPTIONS, as ANY does, would hand the question on to the function.
    graph = built(lambda: api(cors_origins=("https://www.example.com",), guarded=True))
    keys = {item.inputs["routeKey"] for item in graph.of(ROUTE)}
    assert keys == {
        f"{method} /api/{{proxy+}}" for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
    }
    authoriser = graph.one(AUTHORISER, "shop-authoriser").id
    assert {item.inputs["authorizerId"] for item in graph.of(ROUTE)} == {authoriser}
    # One permission covers them all.
    invoking = [item for item in graph.of(PERMISSION) if item.name.startswith("shop-invoke")]
    assert [item.inputs["sourceArn"].partition("/")[2] for item in invoking] == ["*/*/api/{proxy+}"]


def test_a_route_of_one_method_stays_as_it_is_when_others_call() -> None:
    graph = built(
        lambda: api(cors_origins=("https://www.example.com",), routes=("GET /coupons/{id}",))
    )
    assert [item.inputs["routeKey"] for item in graph.of(ROUTE)] == ["GET /coupons/{id}"]


def test_a_guarded_api_asks_the_authoriser_about_the_header_on_every_route(guarded: Graph) -> None:
    authoriser = guarded.one(AUTHORISER, "shop-authoriser")
    inputs = {name: value for name, value in authoriser.inputs.items() if name != "name"}
    assert inputs == {
        "apiId": guarded.one(API, "shop-gateway").id,
        "authorizerType": "REQUEST",
        "authorizerUri": guarded.one(ALIAS, "origin-authoriser-live").outputs["invokeArn"],
        "authorizerPayloadFormatVersion": "2.0",
        "enableSimpleResponses": True,
        "identitySources": ["$request.header.x-origin-verify"],
        "authorizerResultTtlInSeconds": 300,
    }
    assert [
        (route.inputs["authorizationType"], route.inputs["authorizerId"])
        for route in guarded.of(ROUTE)
    ] == [("CUSTOM", authoriser.id)]


def test_only_this_authoriser_of_this_api_may_call_the_authorising_function(guarded: Graph) -> None:
    execution = guarded.one(API, "shop-gateway").outputs["executionArn"]
    authoriser = guarded.one(AUTHORISER, "shop-authoriser").id
    permission = guarded.one(PERMISSION, "shop-authorise").inputs
    assert permission["sourceArn"] == f"{execution}/authorizers/{authoriser}"
    assert permission["principal"] == "apigateway.amazonaws.com"
    assert permission["qualifier"] == "live"
    assert (
        permission["function"]
        == guarded.one(ALIAS, "origin-authoriser-live").inputs["functionName"]
    )


def shown(program: Any) -> dict[str, str]:
    found: dict[str, str] = {}

    def run() -> None:
        made = program()
        for name in ("url", "origin_domain", "api_id", "execution_arn"):
            getattr(made, name).apply(lambda value, name=name: found.update({name: value}))

    built(run)
    return found


def test_without_a_domain_callers_use_the_default_endpoint(plain: Graph) -> None:
    gateway = plain.one(API, "shop-gateway")
    host = f"{gateway.id}.execute-api.{REGION}.amazonaws.com"
    assert gateway.inputs["disableExecuteApiEndpoint"] is False
    assert shown(api) == {
        "url": f"https://{host}",
        "origin_domain": host,
        "api_id": gateway.id,
        "execution_arn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{gateway.id}",
    }


def test_with_a_domain_of_its_own_the_default_endpoint_is_closed() -> None:
    gateway = built(owned).one(API, "shop-gateway")
    assert gateway.inputs["disableExecuteApiEndpoint"] is True
    assert shown(owned)["url"] == "https://api.example.com"
    assert shown(owned)["origin_domain"] == "api.example.com"


def test_its_own_domain_takes_tls_1_2_with_a_validated_certificate_of_the_region() -> None:
    graph = built(owned)
    validation = graph.one("aws:acm/certificateValidation:CertificateValidation", "shop-tls-issued")
    domain = graph.one(DOMAIN, "shop-domain")
    assert domain.inputs["domainNameConfiguration"] == {
        "certificateArn": validation.inputs["certificateArn"],
        "endpointType": "REGIONAL",
        "ipAddressType": "dualstack",
        "securityPolicy": "TLS_1_2",
    }
    assert validation.urn in domain.dependencies
    assert (
        graph.one("aws:acm/certificate:Certificate", "shop-tls-certificate").inputs["region"]
        == REGION
    )


def test_its_own_domain_leads_to_the_stage_over_ipv4_and_ipv6() -> None:
    graph = built(owned)
    assert graph.one(MAPPING, "shop-mapping").inputs == {
        "apiId": graph.one(API, "shop-gateway").id,
        "stage": "$default",
        "domainName": "api.example.com",
    }
    target = graph.one(DOMAIN, "shop-domain").outputs["domainNameConfiguration"]
    for kind in ("A", "AAAA"):
        record = graph.one(RECORD, f"shop-alias-{kind.lower()}").inputs
        assert (record["name"], record["type"]) == ("api.example.com", kind)
        assert record["aliases"] == [
            {
                "name": target["targetDomainName"],
                "zoneId": target["hostedZoneId"],
                "evaluateTargetHealth": False,
            }
        ]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("routes", (), "routes must not be empty"),
        ("routes", ("$default",), r"routes must be a method and a path, .*got '\$default'"),
        ("routes", ("FETCH /a",), "got 'FETCH /a'"),
        ("routes", ("GET a",), "got 'GET a'"),
        ("routes", ("GET /{all+}/more",), "got 'GET /{all"),
        ("routes", ("GET /a/b", "GET /a/{b}"), "routes must differ in their words"),
        ("throttle_rate", 0, "throttle_rate must be more than 0, got 0"),
        ("throttle_burst", 0, "throttle_burst must be at least 1, got 0"),
        ("log_retention_days", 2, "log_retention_days must be one of"),
        ("cors_origins", ("*",), r"cors_origins must be origins such as .*got '\*'"),
        ("cors_origins", ("http://www.example.com",), "got 'http://www.example.com'"),
        ("cors_origins", ("https://www.example.com/",), "got 'https://www.example.com/'"),
    ],
)
def test_what_api_gateway_or_a_browser_would_refuse_is_refused(
    field: str, value: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        built(lambda: api(**{field: value}))


def test_a_function_that_may_outlast_the_gateway_is_refused() -> None:
    with pytest.raises(ValueError, match="function must time out within 29 s, got 30"):
        built(lambda: api(function=function(timeout_seconds=30)))


def test_a_domain_that_no_certificate_can_name_is_refused() -> None:
    with pytest.raises(ValueError, match="domain must be a lower-case domain name"):
        ApiDomain(domain="API.example.com", hosted_zone_id="Z0123456789")


@pytest.mark.parametrize("program", [api, lambda: api(guarded=True), owned])
def test_a_preview_needs_nothing_that_aws_has_yet_to_make(program: Any) -> None:
    graph = built(program, unknown=True)
    assert graph.one(STAGE, "shop-stage").inputs["name"] == "$default"
