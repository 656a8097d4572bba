"""HTTP APIs in front of a function."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.api.cors import check_origins, cors
from components.api.functions import Function
from components.api.origin import OriginGuard
from components.api.routes import check_routes, keys, slug, source
from components.data.keys import Key
from components.dns import Certificate, CertificateArgs, alias_records, check_domain
from components.logs import check_retention
from components.watched import Watched, WatchedApi

# Below the 30 s that API Gateway and CloudFront wait at most: so that the caller gets the API's
# own answer to a slow function.
INTEGRATION_SECONDS = 29
# Nothing that the caller words freely (path, query, user agent): it could break the JSON.
_ACCESS_LOG: Mapping[str, str] = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "sourceIp": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "routeKey": "$context.routeKey",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationRequestId": "$context.integration.requestId",
    "integrationError": "$context.integrationErrorMessage",
    "authoriserError": "$context.authorizer.error",
    "error": "$context.error.message",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiDomain:
    """A domain of the API's own.

    Attributes:
        domain: the full name, such as ``api.example.com``.
        hosted_zone_id: the public Route 53 zone that holds it.
    """

    domain: str
    hosted_zone_id: pulumi.Input[str]

    def __post_init__(self) -> None:
        check_domain("domain", self.domain)


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpApiArgs:
    """Settings of an HTTP API.

    Attributes:
        function: what answers; it must do so within 29 seconds.
        region: where the API is, and the certificate of its domain.
        log_key: the customer key of the access log; its policy admits CloudWatch Logs.
        log_retention_days: how long the access log is kept.
        routes: method and path of each route, such as ``GET /api/coupons/{id}``; ``ANY`` stands
            for all methods, ``{name+}`` at the end for the rest of the path.
        throttle_rate: requests a second that the API takes on average.
        throttle_burst: requests that it takes at once.
        cors_origins: origins whose pages may call the API from another site, without cookies.
        domain: a domain of its own; the default endpoint is then closed.
        origin_guard: refuses callers that did not come through the distribution. Without it the
            routes are open to everybody.
    """

    function: Function
    region: str
    log_key: Key
    log_retention_days: int = 365
    routes: tuple[str, ...] = ("ANY /api/{proxy+}",)
    throttle_rate: float = 100
    throttle_burst: int = 200
    cors_origins: tuple[pulumi.Input[str], ...] = ()
    domain: ApiDomain | None = None
    origin_guard: OriginGuard | None = None

    def __post_init__(self) -> None:
        check_retention("log_retention_days", self.log_retention_days)
        check_routes(self.routes)
        if self.throttle_rate <= 0:
            raise ValueError(f"throttle_rate must be more than 0, got {self.throttle_rate}")
        if self.throttle_burst < 1:
            raise ValueError(f"throttle_burst must be at least 1, got {self.throttle_burst}")
        check_origins(self.cors_origins)
        if self.function.timeout_seconds > INTEGRATION_SECONDS:
            raise ValueError(
                f"function must time out within {INTEGRATION_SECONDS} s, "
                f"got {self.function.timeout_seconds}"
            )


class HttpApi(pulumi.ComponentResource):
    """An HTTP API whose routes all lead to the live version of one function."""

    url: pulumi.Output[str]
    # Where a distribution finds the API: a host name, ready to be called.
    origin_domain: pulumi.Output[str]
    api_id: pulumi.Output[str]
    execution_arn: pulumi.Output[str]
    watched: tuple[Watched, ...]

    def __init__(
        self, name: str, args: HttpApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:api:HttpApi", name, None, opts)
        self._name = name
        api = aws.apigatewayv2.Api(
            f"{name}-gateway",
            protocol_type="HTTP",
            ip_address_type="dualstack",
            disable_execute_api_endpoint=args.domain is not None,
            cors_configuration=cors(args.cors_origins),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.api_id = api.id
        self.execution_arn = api.execution_arn

        self._routes(args)
        stage = self._stage(api, args)
        if args.domain is None:
            self.origin_domain = stage.api_id.apply(
                lambda api_id: f"{api_id}.execute-api.{args.region}.amazonaws.com"
            )
        else:
            self.origin_domain = self._domain(stage, args.domain, args.region)
        self.url = pulumi.Output.concat("https://", self.origin_domain)
        self.register_outputs(
            {
                "url": self.url,
                "origin_domain": self.origin_domain,
                "api_id": self.api_id,
                "execution_arn": self.execution_arn,
            }
        )

    def _routes(self, args: HttpApiArgs) -> None:
        child = pulumi.ResourceOptions(parent=self)
        integration = aws.apigatewayv2.Integration(
            f"{self._name}-integration",
            api_id=self.api_id,
            integration_type="AWS_PROXY",
            integration_method="POST",
            integration_uri=args.function.invoke_arn,
            payload_format_version="2.0",
            timeout_milliseconds=INTEGRATION_SECONDS * 1000,
            opts=child,
        )
        authoriser, may_ask = self._authoriser(args.origin_guard)
        for route in args.routes:
            may_call = self._permission(f"invoke-{slug(route)}", args.function, source(route))
            # The stage deploys by itself: a route must not be live before it may call.
            ready = pulumi.ResourceOptions(parent=self, depends_on=[may_call, *may_ask])
            for key in keys(route, from_elsewhere=bool(args.cors_origins)):
                aws.apigatewayv2.Route(
                    f"{self._name}-route-{slug(key)}",
                    api_id=self.api_id,
                    route_key=key,
                    target=pulumi.Output.concat("integrations/", integration.id),
                    authorization_type="NONE" if authoriser is None else "CUSTOM",
                    authorizer_id=None if authoriser is None else authoriser.id,
                    opts=ready,
                )

    def _authoriser(
        self, guard: OriginGuard | None
    ) -> tuple[aws.apigatewayv2.Authorizer | None, list[pulumi.Resource]]:
        """Set the guard before the routes; also return what lets it be asked."""
        if guard is None:
            return None, []
        authoriser = aws.apigatewayv2.Authorizer(
            f"{self._name}-authoriser",
            api_id=self.api_id,
            authorizer_type="REQUEST",
            authorizer_uri=guard.authoriser.invoke_arn,
            authorizer_payload_format_version="2.0",
            enable_simple_responses=True,
            # A request without the header is refused without asking; an answer serves for five
            # minutes, on all routes, for whoever sends the same value.
            identity_sources=[f"$request.header.{guard.header_name}"],
            authorizer_result_ttl_in_seconds=300,
            opts=pulumi.ResourceOptions(parent=self),
        )
        caller = pulumi.Output.concat("/authorizers/", authoriser.id)
        return authoriser, [self._permission("authorise", guard.authoriser, caller)]

    def _permission(
        self, role: str, function: Function, caller: pulumi.Input[str]
    ) -> aws.lambda_.Permission:
        return aws.lambda_.Permission(
            f"{self._name}-{role}",
            action="lambda:InvokeFunction",
            function=function.function_name,
            qualifier=function.alias_name,
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(self.execution_arn, caller),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _stage(self, api: aws.apigatewayv2.Api, args: HttpApiArgs) -> aws.apigatewayv2.Stage:
        log = aws.cloudwatch.LogGroup(
            f"{self._name}-access-log",
            # CloudWatch Logs itself lets API Gateway write here. Where its policy for the whole
            # account has run full, it does so only for groups of this prefix.
            name=pulumi.Output.concat("/aws/vendedlogs/apis/", api.name),
            retention_in_days=args.log_retention_days,
            kms_key_id=args.log_key.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        stage = aws.apigatewayv2.Stage(
            f"{self._name}-stage",
            api_id=api.id,
            name="$default",
            auto_deploy=True,
            access_log_settings=aws.apigatewayv2.StageAccessLogSettingsArgs(
                destination_arn=log.arn, format=json.dumps(_ACCESS_LOG, separators=(",", ":"))
            ),
            default_route_settings=aws.apigatewayv2.StageDefaultRouteSettingsArgs(
                detailed_metrics_enabled=True,
                throttling_rate_limit=args.throttle_rate,
                throttling_burst_limit=args.throttle_burst,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.watched = (
            WatchedApi(name=self._name, api_id=api.id, stage=stage.name, log_group_name=log.name),
        )
        return stage

    def _domain(
        self, stage: aws.apigatewayv2.Stage, own: ApiDomain, region: str
    ) -> pulumi.Output[str]:
        """Give the API its own domain; the result is known once the domain leads to the API."""
        child = pulumi.ResourceOptions(parent=self)
        certificate = Certificate(
            f"{self._name}-tls",
            CertificateArgs(domain=own.domain, hosted_zone_id=own.hosted_zone_id, region=region),
            child,
        )
        self.watched += certificate.watched
        domain = aws.apigatewayv2.DomainName(
            f"{self._name}-domain",
            domain_name=own.domain,
            domain_name_configuration=aws.apigatewayv2.DomainNameDomainNameConfigurationArgs(
                certificate_arn=certificate.arn,
                endpoint_type="REGIONAL",
                ip_address_type="dualstack",
                security_policy="TLS_1_2",
            ),
            opts=child,
        )
        mapping = aws.apigatewayv2.ApiMapping(
            f"{self._name}-mapping",
            api_id=stage.api_id,
            stage=stage.id,
            domain_name=domain.id,
            opts=child,
        )
        alias_records(
            f"{self._name}-alias",
            domain=own.domain,
            hosted_zone_id=own.hosted_zone_id,
            target_domain=domain.domain_name_configuration.target_domain_name,
            target_zone_id=domain.domain_name_configuration.hosted_zone_id,
            opts=child,
        )
        return mapping.domain_name
