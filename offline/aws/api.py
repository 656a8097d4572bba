"""Functions and HTTP APIs, and the parameters, certificates and records that they need."""

from collections.abc import Mapping
from typing import Any, Final

from offline.aws.table import AutoName, Context, Type
from offline.naming import random_text

_HEX: Final = "0123456789abcdef"
_ALNUM: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_INVOKE: Final = "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/"
_FUNCTION: Final = "arn:aws:lambda:{region}:{account}:function:"


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


_LAMBDA: Final[Mapping[str, Type]] = {
    "aws:lambda/function:Function": Type(
        id="{name}",
        name=AutoName("name", 64),
        computed={
            "arn": _FUNCTION + "{name}",
            "codeSha256": "{alnum43}=",
            "invokeArn": _INVOKE + _FUNCTION + "{name}/invocations",
            "lastModified": "2025-01-01T00:00:00.000+0000",
            "packageType": "Zip",
            "qualifiedArn": _FUNCTION + "{name}:1",
            "qualifiedInvokeArn": _INVOKE + _FUNCTION + "{name}:1/invocations",
            "responseStreamingInvokeArn": (
                "arn:aws:apigateway:{region}:lambda:path/2021-11-15/functions/"
                + _FUNCTION
                + "{name}/response-streaming-invocations"
            ),
            "reservedConcurrentExecutions": -1,
            "signingJobArn": "",
            "signingProfileVersionArn": "",
            "sourceCodeSize": 1_048_576,
            "version": "1",
        },
    ),
    "aws:lambda/alias:Alias": Type(
        id=_FUNCTION + "{functionName}:{name}",
        name=AutoName("name", 128),
        computed={
            "arn": "{id}",
            "invokeArn": _INVOKE + "{id}/invocations",
        },
    ),
    "aws:lambda/permission:Permission": Type(id="{name}", name=AutoName("statementId", 100)),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": Type(
        id="{functionName},{qualifier}"
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": Type(
        id="{functionName}:{qualifier}"
    ),
}

_READINESS: Final[Mapping[str, Type]] = {
    "aws:appautoscaling/target:Target": Type(
        id="{resourceId}",
        computed={
            "arn": "arn:aws:application-autoscaling:{region}:{account}:scalable-target/{alnum34}",
            "roleArn": (
                "arn:aws:iam::{account}:role/aws-service-role/lambda.application-autoscaling"
                ".amazonaws.com/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency"
            ),
        },
    ),
    "aws:appautoscaling/scheduledAction:ScheduledAction": Type(
        id="{name}-{serviceNamespace}-{resourceId}",
        name=AutoName("name", 255),
        computed={
            "arn": (
                "arn:aws:autoscaling:{region}:{account}:scheduledAction:{hex8}:resource/lambda/"
                "{resourceId}:scheduledActionName/{name}"
            )
        },
    ),
    "aws:lambda/layerVersion:LayerVersion": Type(
        id="arn:aws:lambda:{region}:{account}:layer:{layerName}:1",
        computed={
            "arn": "{id}",
            "codeSha256": "{alnum43}=",
            "createdDate": "2025-01-01T00:00:00.000+0000",
            "layerArn": "arn:aws:lambda:{region}:{account}:layer:{layerName}",
            "signingJobArn": "",
            "signingProfileVersionArn": "",
            "sourceCodeHash": "{alnum43}=",
            "sourceCodeSize": 1_048_576,
            "version": "1",
        },
    ),
    "aws:codedeploy/application:Application": Type(
        id="{name}",
        name=AutoName("name", 100),
        computed={
            "applicationId": "{hex8}-{hex4}-4{hex3}-a{hex3}-{hex12}",
            "arn": "arn:aws:codedeploy:{region}:{account}:application:{name}",
            "githubAccountName": "",
            "linkedToGithub": False,
        },
    ),
    "aws:codedeploy/deploymentConfig:DeploymentConfig": Type(
        id="{name}",
        name=AutoName("deploymentConfigName", 100),
        computed={
            "arn": "arn:aws:codedeploy:{region}:{account}:deploymentconfig:{name}",
            "deploymentConfigId": "{hex8}-{hex4}-4{hex3}-a{hex3}-{hex12}",
        },
    ),
    "aws:codedeploy/deploymentGroup:DeploymentGroup": Type(
        id="{hex8}-{hex4}-4{hex3}-a{hex3}-{hex12}",
        computed={
            "arn": (
                "arn:aws:codedeploy:{region}:{account}:deploymentgroup:{appName}/"
                "{deploymentGroupName}"
            ),
            "computePlatform": "Lambda",
            "deploymentGroupId": "{id}",
        },
    ),
}

_API_GATEWAY: Final[Mapping[str, Type]] = {
    "aws:apigatewayv2/api:Api": Type(
        id="{alnum10}",
        name=AutoName("name", 128),
        computed={
            "apiEndpoint": "https://{id}.execute-api.{region}.amazonaws.com",
            "apiKeySelectionExpression": "$request.header.x-api-key",
            "arn": "arn:aws:apigateway:{region}::/apis/{id}",
            "executionArn": "arn:aws:execute-api:{region}:{account}:{id}",
            "routeSelectionExpression": "$request.method $request.path",
        },
    ),
    "aws:apigatewayv2/integration:Integration": Type(
        id="{alnum7}", computed={"connectionType": "INTERNET"}
    ),
    "aws:apigatewayv2/authorizer:Authorizer": Type(id="{alnum6}", name=AutoName("name", 128)),
    "aws:apigatewayv2/route:Route": Type(id="{alnum7}"),
    "aws:apigatewayv2/stage:Stage": Type(
        id="{name}",
        name=AutoName("name", 128),
        computed={
            "arn": "arn:aws:apigateway:{region}::/apis/{apiId}/stages/{name}",
            "deploymentId": "{alnum6}",
            "executionArn": "arn:aws:execute-api:{region}:{account}:{apiId}/{name}",
            "invokeUrl": "https://{apiId}.execute-api.{region}.amazonaws.com/",
        },
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
    "aws:apigatewayv2/apiMapping:ApiMapping": Type(id="{alnum6}"),
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
    **_LAMBDA,
    **_READINESS,
    **_API_GATEWAY,
    "aws:acm/certificate:Certificate": Type(
        id="arn:aws:acm:{region}:{account}:certificate/{hex8}-{hex4}-4{hex3}-a{hex3}-{hex12}",
        computed={
            "arn": "{id}",
            "domainValidationOptions": _validation_options,
            "renewalEligibility": "INELIGIBLE",
            "status": "PENDING_VALIDATION",
            "subjectAlternativeNames": _alternative_names,
            "type": "AMAZON_ISSUED",
        },
    ),
    "aws:acm/certificateValidation:CertificateValidation": Type(id="2025-01-01 00:00:00 +0000 UTC"),
    "aws:route53/record:Record": Type(id="{zoneId}_{name}_{type}", computed={"fqdn": _fqdn}),
    "aws:ssm/parameter:Parameter": Type(
        id="{name}",
        name=AutoName("name", 1011),
        computed={
            "arn": "arn:aws:ssm:{region}:{account}:parameter/{name}",
            "dataType": "text",
            "version": 1,
        },
    ),
}

INVOKES: Mapping[str, Mapping[str, Any]] = {}
