"""What AWS computes for IAM."""

from collections.abc import Mapping
from typing import Any, Final

from offline.aws.table import AutoName, Context, Type


def _provider_arn(context: Context) -> str:
    issuer = context["url"].removeprefix("https://")
    return f"arn:aws:iam::{context['account']}:oidc-provider/{issuer}"


TYPES: Final[Mapping[str, Type]] = {
    "aws:iam/role:Role": Type(
        id="{name}",
        name=AutoName("name", 64),
        computed={
            "arn": "arn:aws:iam::{account}:role{path}{name}",
            "uniqueId": "AROA{upper17}",
            "createDate": "2026-01-01T00:00:00Z",
            "maxSessionDuration": 3600,
        },
    ),
    "aws:iam/rolePolicy:RolePolicy": Type(
        id="{role}:{name}",
        name=AutoName("name", 128),
    ),
    "aws:iam/policy:Policy": Type(
        id="arn:aws:iam::{account}:policy{path}{name}",
        name=AutoName("name", 128),
        computed={"arn": "{id}", "policyId": "ANPA{upper17}", "attachmentCount": 0},
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Type(
        id=_provider_arn,
        computed={"arn": "{id}", "thumbprintLists": ["{hex40}"]},
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Type(
        id="{role}-{hex17}", imported="{role}/{policyArn}"
    ),
}
INVOKES: Final[Mapping[str, Mapping[str, Any]]] = {}
