"""Rules for HTTP and WebSocket APIs: who may call them, from where."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final

import yaml

from rules.core.findings import each, some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit
from rules.core.values import NotKnown, holds_sentinel, plain
from rules.core.view import View
from rules.links import API as LINK
from rules.links import Link, sources

API: Final = "aws:apigatewayv2/api:Api"
ROUTE: Final = "aws:apigatewayv2/route:Route"
AUTHORISER: Final = "aws:apigatewayv2/authorizer:Authorizer"
MAPPING: Final = "aws:apigatewayv2/apiMapping:ApiMapping"
ROUTING_RULE: Final = "aws:apigatewayv2/routingRule:RoutingRule"
DISTRIBUTIONS: Final = (
    "aws:cloudfront/distribution:Distribution",
    "aws:cloudfront/multitenantDistribution:MultitenantDistribution",
)

CHECKING: Final = frozenset({"AWS_IAM", "CUSTOM", "JWT"})
CONNECT: Final = "$connect"
DEFAULT: Final = "$default"
# A route of an HTTP API.
_HTTP_ROUTE: Final = re.compile(r"[A-Z]+ /.*", re.DOTALL)
# What only routes of WebSocket APIs have.
WEBSOCKET: Final = (
    "modelSelectionExpression",
    "requestModels",
    "routeResponseSelectionExpression",
)
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch")
AUTHORISATION: Final = "x-amazon-apigateway-auth"
ANY_METHOD: Final = "x-amazon-apigateway-any-method"
_EVERY_ORIGIN: Final = re.compile(r"(?i)([a-z*]+://)?\*(:[0-9*]+)?/?")
_HOST: Final = re.compile(r"(?:[a-z]+://)?([a-z0-9-]+)\.execute-api\..*", re.DOTALL)

Patterns = tuple[str, ...]


def _id_in_host(text: str) -> str:
    found = _HOST.fullmatch(text)
    return found[1] if found else ""


BY_HOST: Final = Link(API, by=("id",), through=LINK.through, read=_id_in_host)


def _definition(api: Resource) -> View:
    """What the API's OpenAPI document says; empty when it has none, or none that can be read."""
    found = api.memo.get("body")
    if found is None:
        found = api.memo["body"] = View(_read(api.text("body")), "body.")
    view: View = found
    return view


def _read(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    if holds_sentinel(text):
        raise NotKnown("body")
    try:
        found = plain(json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text))
    except (ValueError, RecursionError, yaml.YAMLError):
        return {}
    return found if type(found) is dict else {}


@resource_rule(
    "apigw-route-auth",
    ROUTE,
    API,
    severity=Severity.HIGH,
    why="A route that nobody guards is open to the whole internet.",
    fix=(
        "Give components.api.http_api.HttpApi an origin_guard; name a route that is meant for all "
        "in public_routes."
    ),
    security_hub="APIGateway.8",
    cdk_nag="AwsSolutions-APIG4",
    checkov="CKV_AWS_309",
)
def is_guarded(
    resource: Resource,
    *,
    public_routes: Annotated[
        Patterns, Limit("Route keys, or patterns of them, that are open to everybody.")
    ] = (),
) -> Findings:
    """Every route asks who calls, unless it is public by configuration.

    Of a WebSocket API only $connect can ask: its other routes are left alone, known by their keys,
    which have no method, or by properties that only they have. Its $default looks as that of an
    HTTP API does: with none of these properties it is named in public_routes. A route may also be
    written in an API's OpenAPI document, or come with the API, whose target makes one that never
    asks.
    """
    for key in _open_routes(resource):
        if not any(fnmatchcase(key, pattern) for pattern in public_routes):
            yield f"route {key} asks nobody who they are"


def _open_routes(resource: Resource) -> Iterator[str]:
    if resource.type == API:
        if resource.is_set("target"):
            yield resource.text("routeKey") or DEFAULT
        yield from _documented(_definition(resource))
    elif resource.text("authorizationType", "NONE").upper() not in CHECKING:
        key = resource.text("routeKey")
        if (
            key == CONNECT
            or _HTTP_ROUTE.fullmatch(key)
            or (key == DEFAULT and not _is_of_websocket(resource))
        ):
            yield key


def _is_of_websocket(route: Resource) -> bool:
    # The provider sets apiKeyRequired to false on every route.
    return route.flag("apiKeyRequired") is True or any(map(route.is_set, WEBSOCKET))


def _documented(definition: View) -> Iterator[str]:
    """The routes of a document that ask nobody."""
    for path in definition.names("paths"):
        methods = definition.data["paths"][path]
        for method in (*METHODS, ANY_METHOD):
            operation = methods.get(method) if type(methods) is dict else None
            if type(operation) is not dict:
                continue
            asked = operation.get("security", definition.data.get("security"))
            signed = View(operation).text(f"{AUTHORISATION}.type").upper() in CHECKING
            if not signed and (type(asked) is not list or not asked or {} in asked):
                name = "ANY" if method == ANY_METHOD else method.upper()
                yield DEFAULT if path == f"/{DEFAULT}" else f"{name} {path}"


@resource_rule(
    "apigw-cors",
    API,
    severity=Severity.MEDIUM,
    why="Any page in a visitor's browser could then call the API, and read what it answers.",
    fix="Name the sites in cors_origins of components.api.http_api.HttpApi.",
    checkov="CKV2_AWS_75",
)
def names_origins(api: Resource) -> Findings:
    """An API lets pages of named sites call it, never of all."""

    def of(cors: View) -> Findings:
        for origin in cors.texts("allowOrigins"):
            if _EVERY_ORIGIN.fullmatch(origin.strip()):
                known = cors.is_known("allowCredentials")
                with_cookies = known and cors.flag("allowCredentials") is True
                yield f"allowOrigins has {origin}{', with credentials' if with_cookies else ''}"

    def judge(name: str) -> Findings:
        if name == "body":
            return of(_definition(api).view("x-amazon-apigateway-cors"))
        return of(api.view("corsConfiguration"))

    return each(("corsConfiguration", "body"), judge)


@stack_rule(
    "apigw-default-endpoint-off",
    API,
    reads=(MAPPING, ROUTING_RULE, *DISTRIBUTIONS),
    severity=Severity.MEDIUM,
    why="Through the default endpoint callers get past what guards the API's own domain.",
    fix="Give components.api.http_api.HttpApi its domain, which closes the default endpoint.",
)
def default_is_closed(api: Resource, stack: Stack) -> Findings:
    """An API with its own domain has no default endpoint, unless a distribution calls it there."""
    configuration = _definition(api).view("x-amazon-apigateway-endpoint-configuration")
    if api.flag("disableExecuteApiEndpoint") is True:
        return
    if configuration.flag("disableExecuteApiEndpoint") is True:
        return
    mapped = {MAPPING: "apiId", ROUTING_RULE: "actions.invokeApi.apiId"}
    if not some(mapped, lambda kind: bool(sources(stack, api, kind, mapped[kind], LINK))):
        return
    if not some(DISTRIBUTIONS, lambda kind: _serves(stack, api, kind)):
        yield "it has its own domain, and disableExecuteApiEndpoint is not true"


def _serves(stack: Stack, api: Resource, kind: str) -> bool:
    return bool(sources(stack, api, kind, "origins.domainName", BY_HOST))


@resource_rule(
    "apigw-jwt-audience",
    AUTHORISER,
    severity=Severity.HIGH,
    why="Without them a token that was made for another application opens this one.",
    fix="Set issuer and audiences in jwt_configuration.",
    cdk_nag="AwsSolutions-COG4",
)
def pins_issuer(authoriser: Resource) -> Findings:
    """An authoriser of tokens says who made them, and for whom."""
    if authoriser.text("authorizerType").upper() != "JWT":
        return ()

    def is_given(name: str) -> Findings:
        path = f"jwtConfiguration.{name}"
        known = authoriser.is_known(path)
        if not authoriser.is_set(path) or (known and not _has_text(authoriser, path)):
            yield f"{path} is empty"

    return each(("issuer", "audiences"), is_given)


def _has_text(view: View, path: str) -> bool:
    try:
        return any(text.strip() for text in view.texts(path))
    except NotKnown:
        # One that is still to come is one.
        return True
