"""The table of what AWS does with changes is complete, and fits the SDK."""

import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from pulumi._types import input_type_py_to_pulumi_names

from offline import aws
from offline.lifecycle import filled_in, forces_replacement, lifecycle, stands_alone
from offline.schema import arguments_class, shape_of

TABLE = json.loads((Path(aws.__file__).parent / "lifecycle.json").read_text())
ROWS: dict[str, dict[str, Any]] = TABLE["types"]
FORCED = re.compile(
    r"forces (a )?new|force (a )?new|cannot be changed|can't be changed", re.IGNORECASE
)
# The docstring speaks of one case among several.
SOMETIMES = {
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "privateDnsEnabled"),
    ("aws:rds/cluster:Cluster", "storageType"),
}


def test_every_resource_type_has_a_row_and_no_other() -> None:
    assert ROWS.keys() == aws.types().keys()


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_a_row_names_its_source_and_inputs_that_the_sdk_has(kind: str) -> None:
    row = ROWS[kind]
    arguments = arguments_class(kind)
    assert arguments is not None
    apart = row.get("alone", {}).get("unless", [])
    named = {*row["replaces"], *row.get("filled_in", {}), *apart}
    assert named <= shape_of(arguments).names
    assert row["from"].startswith(("AWS::", "internal/service/"))
    assert row["replaces"] == sorted(set(row["replaces"]))


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_what_the_sdk_says_forces_a_replacement_is_in_the_table(kind: str) -> None:
    arguments = arguments_class(kind)
    assert arguments is not None
    said = {
        name
        for python_name, name in input_type_py_to_pulumi_names(arguments).items()
        if FORCED.search(getattr(arguments, python_name).__doc__ or "")
    }
    missing = said - set(ROWS[kind]["replaces"])
    assert {(kind, name) for name in missing} <= SOMETIMES


def test_the_table_was_last_compared_with_the_installed_minor() -> None:
    # When this fails: see what of the provider's schemas changed, and only then raise `sdk`.
    installed = ".".join(metadata.version("pulumi-aws").split(".")[:2])
    assert TABLE["sdk"] == installed


def test_another_region_replaces_every_resource() -> None:
    assert forces_replacement("aws:s3/bucketPolicy:BucketPolicy", ("region",))
    assert not forces_replacement("aws:s3/bucketPolicy:BucketPolicy", ("policy",))


def test_two_subnets_with_the_same_addresses_do_not_stand_beside_each_other() -> None:
    subnet = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"}
    kind = "aws:ec2/subnet:Subnet"
    assert stands_alone(kind, subnet, {**subnet, "availabilityZone": "eu-west-2b"})
    assert not stands_alone(kind, subnet, {**subnet, "cidrBlock": "10.0.1.0/24"})


def test_what_the_program_leaves_out_is_filled_in_and_what_it_says_is_kept() -> None:
    kind = "aws:iam/role:Role"
    assert filled_in(kind, {"path": "/a/"}) == {
        "forceDetachPolicies": False,
        "maxSessionDuration": 3600,
    }


def test_an_unknown_type_fails_and_names_the_file_to_extend() -> None:
    with pytest.raises(LookupError, match=r"say it in offline/aws/lifecycle.json"):
        lifecycle("aws:kinesis/stream:Stream")
