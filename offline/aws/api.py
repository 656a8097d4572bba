"""What AWS computes for HTTP APIs, and the parameters, certificates and records they need."""

from collections.abc import Mapping
from typing import Any, Final

from offline.aws.table import AutoName, Context, Type
from offline.naming import random_text
from offline.values import plain

_HEX: Final = "0123456789abcdef"
_ALNUM: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


def _next_value(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    same = plain(before.get("value")) == plain(after.get("value"))
    return {"version": int(before.get("version", 1)) + (0 if same else 1)}


def _invoke_url(context: Context) -> str:
    stage = "" if context["name"] == "$default" else context["name"]
    host = f"{context['apiId']}.execute-api.{context['region']}.amazonaws.com"
    return f"https://{host}/{stage}"


def _parameter_arn(context: Context) -> str:
    # A name that is a path begins with the slash that the ARN has anyway.
    name = context["name"].removeprefix("/")
    return f"arn:aws:ssm:{context['region']}:{context['account']}:parameter/{name}"


def _validation_options(context: Context) -> list[dict[str, str]]:
    """One record for each name to prove; a wildcard's is that of the name below it.

    The provider returns a set: its order has nothing to do with that of the names.
    """
    names = {context["domainName"], *context.get("subjectAlternativeNames", [])}
    return [_validation_option(name, context["account"]) for name in sorted(names)]


def _validation_option(name: str, account: str) -> dict[str, str]:
    # ACM asks an account for the same record each time, whatever the certificate.
    proved = name.removeprefix("*.")
    seed = f"{account} {proved}"
    value = f"_{random_text(f'{seed} value', _HEX, 32)}"
    return {
        "domainName": name,
        "resourceRecordName": f"_{random_text(seed, _HEX, 32)}.{proved}.",
        "resourceRecordType": "CNAME",
        "resourceRecordValue": f"{value}.{random_text(value, _ALNUM, 10)}.acm-validations.aws.",
    }


def _alternative_names(context: Context) -> list[str]:
    return [context["domainName"]]


def _fqdn(context: Context) -> str:
    name: str = context["name"]
    return name.removesuffix(".")


_API_GATEWAY: Final[Mapping[str, Type]] = {
    "aws:apigatewayv2/api:Api": Type(
        id="{alnum10}",
        name=AutoName("name", 128),
        computed={
            "apiEndpoint": "https://{id}.execute-api.{region}.amazonaws.com",
            "arn": "arn:aws:apigateway:{region}::/apis/{id}",
            "executionArn": "arn:aws:execute-api:{region}:{account}:{id}",
        },
    ),
    "aws:apigatewayv2/integration:Integration": Type(id="{alnum7}", imported="{apiId}/{id}"),
    "aws:apigatewayv2/authorizer:Authorizer": Type(
        id="{alnum6}", name=AutoName("name", 128), imported="{apiId}/{id}"
    ),
    "aws:apigatewayv2/route:Route": Type(id="{alnum7}", imported="{apiId}/{id}"),
    "aws:apigatewayv2/stage:Stage": Type(
        id="{name}",
        name=AutoName("name", 128),
        computed={
            "arn": "arn:aws:apigateway:{region}::/apis/{apiId}/stages/{name}",
            "deploymentId": "{alnum6}",
            "executionArn": "arn:aws:execute-api:{region}:{account}:{apiId}/{name}",
            "invokeUrl": _invoke_url,
        },
        imported="{apiId}/{name}",
    ),
    "aws:apigatewayv2/domainName:DomainName": Type(
        id="{domainName}",
        computed={
            "apiMappingSelectionExpression": "$request.basepath",
            "arn": "arn:aws:apigateway:{region}::/domainnames/{domainName}",
            "domainNameConfiguration": {
                "hostedZoneId": "Z{upper13}",
                "targetDomainName": "d-{alnum10}.execute-api.{region}.amazonaws.com",
            },
            "routingMode": "API_MAPPING_ONLY",
        },
    ),
    "aws:apigatewayv2/apiMapping:ApiMapping": Type(id="{alnum6}", imported="{id}/{domainName}"),
    "aws:apigateway/apiKey:ApiKey": Type(
        id="{alnum10}",
        name=AutoName("name", 1024),
        computed={
            "arn": "arn:aws:apigateway:{region}::/apikeys/{id}",
            "createdDate": "2025-01-01T00:00:00Z",
            "lastUpdatedDate": "2025-01-01T00:00:00Z",
            "value": "{alnum40}",
        },
    ),
}

TYPES: Mapping[str, Type] = {
    **_API_GATEWAY,
    "aws:acm/certificate:Certificate": Type(
        id="arn:aws:acm:{region}:{account}:certificate/{hex8}-{hex4}-4{hex3}-a{hex3}-{hex12}",
        computed={
            "arn": "{id}",
            "domainValidationOptions": _validation_options,
            "keyAlgorithm": "RSA_2048",
            "pendingRenewal": False,
            "renewalEligibility": "INELIGIBLE",
            "renewalSummaries": [],
            "status": "PENDING_VALIDATION",
            "subjectAlternativeNames": _alternative_names,
            "type": "AMAZON_ISSUED",
            "validationEmails": [],
        },
    ),
    "aws:acm/certificateValidation:CertificateValidation": Type(id="2025-01-01 00:00:00 +0000 UTC"),
    "aws:route53/record:Record": Type(id="{zoneId}_{name}_{type}", computed={"fqdn": _fqdn}),
    "aws:ssm/parameter:Parameter": Type(
        id="{name}",
        name=AutoName("name", 1011),
        computed={
            "arn": _parameter_arn,
            "dataType": "text",
            "hasValueWo": False,
            "tier": "Standard",
            "version": 1,
        },
        revised=_next_value,
    ),
}

INVOKES: Mapping[str, Mapping[str, Any]] = {}
