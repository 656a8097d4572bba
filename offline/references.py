"""What a value must look like where one resource names another.

The fakes make ids and ARNs in AWS's own forms, so that an id of the wrong kind stands out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from offline.values import Archive, Asset, Secret

# By the end of the property's wire name, longest first; lists are judged item by item.
_FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "vpcId": (r"vpc-\w+", "the id of a VPC"),
    "subnetId": (r"subnet-\w+", "the id of a subnet"),
    "subnetIds": (r"subnet-\w+", "ids of subnets"),
    "securityGroupId": (r"sg-\w+", "the id of a security group"),
    "securityGroupIds": (r"sg-\w+", "ids of security groups"),
    "routeTableId": (r"rtb-\w+", "the id of a route table"),
    "routeTableIds": (r"rtb-\w+", "ids of route tables"),
    "prefixListId": (r"pl-\w+", "the id of a prefix list"),
    "allocationId": (r"eipalloc-\w+", "the allocation id of an address"),
    "natGatewayId": (r"nat-\w+", "the id of a NAT gateway"),
    "gatewayId": (r"(igw|vgw|eigw)-\w+|local", "the id of a gateway"),
    "hostedZoneId": (r"Z[A-Z0-9]+", "the id of a hosted zone"),
    "zoneId": (r"Z[A-Z0-9]+", "the id of a hosted zone"),
    "apiId": (r"[a-z0-9]{10}", "the id of an API"),
    "roleArn": (r"arn:aws:iam::\d{12}:role/.+", "the ARN of a role"),
    "kmsKeyArn": (r"arn:aws:kms:[\w-]+:\d{12}:(key|alias)/.+", "the ARN of a key"),
    "arn": (r"arn:aws:.+|\*", "an ARN"),
    "arns": (r"arn:aws:.+|\*", "ARNs"),
    "bucket": (r"(?!arn:)[a-z0-9][a-z0-9.-]{2,62}", "the name of a bucket"),
}
_BY_LENGTH: Final = sorted(_FORMS, key=len, reverse=True)
# Where one property name means different things, the type says which.
_BY_TYPE: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("aws:lambda/function:Function", "role"): _FORMS["roleArn"],
    ("aws:iam/rolePolicy:RolePolicy", "role"): (r"[\w+=,.@-]{1,64}", "the name of a role"),
    ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role"): (
        r"[\w+=,.@-]{1,64}",
        "the name of a role",
    ),
}


def wrong_references(kind: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    """Say which inputs name something of the wrong kind. Unknown values are not judged."""
    yield from _walk(kind, inputs, "")


def missing_files(value: Any, root: Path) -> Iterator[str]:
    """Say which files an update would look for in vain."""
    if isinstance(value, Asset | Archive):
        if value.path is not None and not (root / value.path).exists():
            yield f"there is no {value.path}; `plinth package` builds the functions' packages"
        if isinstance(value, Archive) and value.assets is not None:
            yield from missing_files(value.assets, root)
    elif isinstance(value, Secret):
        yield from missing_files(value.value, root)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from missing_files(item, root)
    elif isinstance(value, list):
        for item in value:
            yield from missing_files(item, root)


def _walk(kind: str, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Secret):
        # A secret is judged, but never shown.
        for _ in _walk(kind, value.value, path):
            yield f"{path} has a secret value of the wrong form"
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _walk(kind, item, f"{path}.{name}" if path else name)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _walk(kind, item, path)
    elif isinstance(value, str):
        form = _form(kind, path.rpartition(".")[2])
        if form is not None and not re.fullmatch(form[0], value):
            yield f"{path} must be {form[1]}; got {value!r}"


def _form(kind: str, name: str) -> tuple[str, str] | None:
    if (kind, name) in _BY_TYPE:
        return _BY_TYPE[kind, name]
    for ending in _BY_LENGTH:
        if name == ending or name.endswith(ending[0].upper() + ending[1:]):
            return _FORMS[ending]
    return None
