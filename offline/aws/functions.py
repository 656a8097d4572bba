"""What AWS computes for functions, and for what keeps them ready and rolls them out."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from offline.aws.table import AutoName, Context, Type
from offline.differences import differences
from offline.lifecycle import sets_of
from offline.values import plain

_INVOKE: Final = "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/"
_FUNCTION: Final = "arn:aws:lambda:{region}:{account}:function:"
# needsFunctionCodeUpdate and needsFunctionConfigUpdate in internal/service/lambda/function.go of
# hashicorp/terraform-provider-aws: what of a function a new version is published for.
_PUBLISHED: Final = (
    *("architectures", "code", "codeSha256", "imageUri", "s3Bucket", "s3Key", "s3ObjectVersion"),
    *("deadLetterConfig", "description", "environment", "ephemeralStorage", "fileSystemConfig"),
    *("handler", "imageConfig", "kmsKeyArn", "layers", "loggingConfig", "memorySize", "role"),
    *("runtime", "snapStart", "sourceCodeHash", "timeout", "tracingConfig", "vpcConfig"),
)

_VERSIONED: Final = ("qualifiedArn", "qualifiedInvokeArn", "version")


def _version(context: Context) -> str:
    return "1" if context.get("publish") else "$LATEST"


def _qualified(template: str) -> Callable[[Context], str]:
    return lambda context: template.format_map({**context, "version": _version(context)})


def _next_version(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The version of a function after an update, and what names it."""
    old, new = ({name: item.get(name) for name in _PUBLISHED} for item in (before, after))
    changed = any(differences(old, new, sets_of("aws:lambda/function:Function")))
    if not plain(after.get("publish")) or not changed:
        return {name: before[name] for name in _VERSIONED if name in before}
    last = str(before.get("version"))
    version = str(int(last) + 1) if last.isdigit() else "1"
    arn, start = str(before["arn"]), str(before["invokeArn"]).removesuffix("/invocations")
    return {
        "qualifiedArn": f"{arn}:{version}",
        "qualifiedInvokeArn": f"{start}:{version}/invocations",
        "version": version,
    }


_LAMBDA: Final[Mapping[str, Type]] = {
    "aws:lambda/function:Function": Type(
        id="{name}",
        name=AutoName("name", 64),
        computed={
            "architectures": ["x86_64"],
            "arn": _FUNCTION + "{name}",
            "codeSha256": "{alnum43}=",
            "ephemeralStorage": {"size": 512},
            "invokeArn": _INVOKE + _FUNCTION + "{name}/invocations",
            "lastModified": "2025-01-01T00:00:00.000+0000",
            "qualifiedArn": _qualified(_FUNCTION + "{name}:{version}"),
            "qualifiedInvokeArn": _qualified(_INVOKE + _FUNCTION + "{name}:{version}/invocations"),
            "responseStreamingInvokeArn": (
                "arn:aws:apigateway:{region}:lambda:path/2021-11-15/functions/"
                + _FUNCTION
                + "{name}/response-streaming-invocations"
            ),
            "signingJobArn": "",
            "signingProfileVersionArn": "",
            "sourceCodeSize": 1_048_576,
            "tracingConfig": {"mode": "PassThrough"},
            "version": _version,
        },
        revised=_next_version,
    ),
    "aws:lambda/alias:Alias": Type(
        id=_FUNCTION + "{functionName}:{name}",
        name=AutoName("name", 128),
        computed={
            "arn": "{id}",
            "invokeArn": _INVOKE + "{id}/invocations",
        },
        imported="{functionName}/{name}",
    ),
    "aws:lambda/permission:Permission": Type(
        id="{name}", name=AutoName("statementId", 100), imported="{function}/{statementId}"
    ),
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
        imported="{serviceNamespace}/{resourceId}/{scalableDimension}",
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
        id="arn:aws:lambda:{region}:{account}:layer:{layerName}:{serial}",
        computed={
            "arn": "{id}",
            "codeSha256": "{alnum43}=",
            "createdDate": "2025-01-01T00:00:00.000+0000",
            "layerArn": "arn:aws:lambda:{region}:{account}:layer:{layerName}",
            "signingJobArn": "",
            "signingProfileVersionArn": "",
            "sourceCodeHash": "{alnum43}=",
            "sourceCodeSize": 1_048_576,
            "version": "{serial}",
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
        imported="{appName}:{deploymentGroupName}",
    ),
}

TYPES: Final[Mapping[str, Type]] = {**_LAMBDA, **_READINESS}
INVOKES: Final[Mapping[str, Mapping[str, Any]]] = {}
