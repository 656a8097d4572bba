"""The table of what AWS does with changes is complete, and fits the SDK."""

import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from pulumi._types import input_type_py_to_pulumi_names

from offline import aws
from offline.lifecycle import filled_in, forces_replacement, lifecycle, sets_of, stands_alone
from offline.schema import arguments_class
from offline.values import UNKNOWN, Secret
from tests.offline.sdk import described, properties

TABLE = json.loads((Path(aws.__file__).parent / "lifecycle.json").read_text())
ROWS: dict[str, dict[str, Any]] = TABLE["types"]
FORCED = re.compile(
    r"forces (a )?new|force (a )?new|cannot be changed|can't be changed", re.IGNORECASE
)
DEFAULT = re.compile(
    r"[Dd]efault(?:s to|(?: value| value for \w+| for this attribute)? is|:) ?"
    r"[`\"]?([-\w/$][^`\",;)\s]*)"
)
# The docstring gives a word for it: unreserved.
IN_WORDS = {("aws:lambda/function:Function", "reservedConcurrentExecutions")}
# The docstring speaks of one case among several.
SOMETIMES = {
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "privateDnsEnabled"),
    ("aws:rds/cluster:Cluster", "storageType"),
}


def test_every_resource_type_has_a_row_and_no_other() -> None:
    assert ROWS.keys() == aws.types().keys()


def test_a_row_names_its_source_and_inputs_that_the_sdk_has() -> None:
    for kind, row in ROWS.items():
        apart = row.get("alone", {}).get("unless", [])
        named = {*row["replaces"], *row.get("replaces_when", {}), *row.get("filled_in", {}), *apart}
        for path in named:
            assert described(kind, path) is not None, (kind, path)
        for name in row.get("sets", ()):
            assert name in properties(kind), (kind, name)
        assert row["from"].startswith(("AWS::", "internal/service/")), kind
        for listed in (row["replaces"], row.get("sets", [])):
            assert listed == sorted(set(listed)), kind


def test_a_default_is_not_another_than_what_the_sdk_says() -> None:
    wrong = {
        (kind, path): (value, said)
        for kind, row in ROWS.items()
        for path, value in row.get("filled_in", {}).items()
        if (
            said := [
                item.rstrip(".").lower() for item in DEFAULT.findall(described(kind, path) or "")
            ]
        )
        and not json.dumps(value).strip('"').lower().startswith(tuple(said))
    }
    assert wrong.keys() == IN_WORDS


def test_what_the_sdk_says_forces_a_replacement_is_in_the_table() -> None:
    missing: set[tuple[str, str]] = set()
    for kind, row in ROWS.items():
        arguments = arguments_class(kind)
        assert arguments is not None
        said = {
            name
            for python_name, name in input_type_py_to_pulumi_names(arguments).items()
            if FORCED.search(getattr(arguments, python_name).__doc__ or "")
        }
        missing |= {(kind, name) for name in said - set(row["replaces"])}
    assert missing <= SOMETIMES


def test_the_table_was_last_compared_with_the_installed_minor() -> None:
    # When this fails: see what of the provider's schemas changed, and only then raise `sdk`.
    installed = ".".join(metadata.version("pulumi-aws").split(".")[:2])
    assert TABLE["sdk"] == installed


def test_another_region_replaces_every_resource() -> None:
    assert forces_replacement("aws:s3/bucketPolicy:BucketPolicy", ("region",), {}, {})
    assert not forces_replacement("aws:s3/bucketPolicy:BucketPolicy", ("policy",), {}, {})


def test_a_property_of_a_block_can_force_what_the_block_does_not() -> None:
    app, block = "aws:amplify/app:App", "autoBranchCreationConfig"
    assert forces_replacement(app, (block, "enablePerformanceMode"), {}, {})
    assert not forces_replacement(app, (block, "stage"), {}, {})


@pytest.mark.parametrize(
    ("kind", "name", "old", "new", "forces"),
    [
        ("aws:ssm/parameter:Parameter", "tier", "Advanced", "Standard", True),
        ("aws:ssm/parameter:Parameter", "tier", "Standard", "Advanced", False),
        ("aws:ec2/vpc:Vpc", "instanceTenancy", "default", "dedicated", True),
        ("aws:ec2/vpc:Vpc", "instanceTenancy", "dedicated", "default", False),
        ("aws:amplify/app:App", "description", "ours", None, True),
        ("aws:amplify/app:App", "description", "ours", "theirs", False),
    ],
)
def test_some_properties_can_be_changed_in_place_in_one_direction_alone(
    kind: str, name: str, old: Any, new: Any, *, forces: bool
) -> None:
    assert forces_replacement(kind, (name,), {name: old}, {name: new}) is forces


def test_a_list_is_a_set_where_the_provider_has_one() -> None:
    group, proxy = "aws:ec2/securityGroup:SecurityGroup", "aws:rds/proxy:Proxy"
    assert sets_of(group)(("ingress", "securityGroups"))
    assert not sets_of(group)(("ingress", "cidrBlocks"))
    assert sets_of(proxy)(("auths",))
    assert not sets_of("aws:lambda/function:Function")(("layers",))


def test_two_subnets_with_the_same_addresses_do_not_stand_beside_each_other() -> None:
    subnet = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"}
    kind = "aws:ec2/subnet:Subnet"
    assert stands_alone(kind, subnet, {**subnet, "availabilityZone": "eu-west-2b"})
    assert not stands_alone(kind, subnet, {**subnet, "cidrBlock": "10.0.1.0/24"})


def test_what_the_program_leaves_out_is_filled_in_and_what_it_says_is_kept() -> None:
    kind = "aws:iam/role:Role"
    assert filled_in(kind, {"path": "/a/"}) == {
        "path": "/a/",
        "forceDetachPolicies": False,
        "maxSessionDuration": 3600,
    }


def test_a_block_is_filled_in_where_the_program_gives_it_and_is_not_made_where_not() -> None:
    kind = "aws:cloudfront/distribution:Distribution"
    given = {"origins": [{"originPath": "/a"}, {"customOriginConfig": {"originReadTimeout": 5}}]}
    found = filled_in(kind, given)
    first, second = found["origins"]
    assert first == {"originPath": "/a", "connectionAttempts": 3, "connectionTimeout": 10}
    assert second["customOriginConfig"] == {"originReadTimeout": 5, "originKeepaliveTimeout": 5}
    assert "viewerCertificate" not in found
    assert given["origins"][0] == {"originPath": "/a"}


def test_an_unknown_block_stays_unknown_and_a_secret_one_stays_secret() -> None:
    kind = "aws:lambda/function:Function"
    assert filled_in(kind, {"vpcConfig": UNKNOWN})["vpcConfig"] is UNKNOWN
    found = filled_in(kind, {"vpcConfig": Secret({"subnetIds": []})})["vpcConfig"]
    assert found == Secret({"subnetIds": [], "ipv6AllowedForDualStack": False})


def test_a_resource_of_the_plugin_framework_gets_no_defaults() -> None:
    kind = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    assert filled_in(kind, {"rules": [{"expiration": {}}]}) == {"rules": [{"expiration": {}}]}


def test_an_unknown_type_fails_and_names_the_file_to_extend() -> None:
    with pytest.raises(LookupError, match=r"say it in offline/aws/lifecycle.json"):
        lifecycle("aws:kinesis/stream:Stream")
