"""What AWS computes for IAM."""

from collections.abc import Mapping
from typing import Any, Final

from offline.aws.table import AutoName, Type

TYPES: Final[Mapping[str, Type]] = {
    "aws:iam/role:Role": Type(
        id="{name}",
        name=AutoName("name", 64),
        computed={
            "arn": "arn:aws:iam::{account}:role/{name}",
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
        id="arn:aws:iam::{account}:policy/{name}",
        name=AutoName("name", 128),
        computed={"arn": "{id}", "policyId": "ANPA{upper17}", "attachmentCount": 0},
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Type(id="{role}-{hex17}"),
}
INVOKES: Final[Mapping[str, Mapping[str, Any]]] = {}
