"""The provider, asked as the engine asks it."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from offline.provider_state import Folder
from offline.values import UNKNOWN, Secret, decode_properties
from tests.offline.asking import MODES, Engine, serving

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
TABLE = "aws:dynamodb/table:Table"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
CIDR = {"cidrBlock": "10.0.0.0/16"}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "aws")


@pytest.fixture
def engine(folder: Folder, tmp_path: Path) -> Iterator[Engine]:
    with serving(folder, tmp_path) as made:
        made.configure(region="eu-west-2")
        yield made


def role(engine: Engine, **more: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Check and make a role; its id, inputs and outputs."""
    inputs, problems = engine.check(ROLE, "r", {"assumeRolePolicy": TRUST, **more})
    assert problems == []
    identity, outputs = engine.create(ROLE, "r", inputs)
    return identity, inputs, outputs


# Check


def test_a_name_is_the_engines_proposal_with_what_the_type_asks_of_names(engine: Engine) -> None:
    inputs, _ = engine.check(ROLE, "Reader", {"assumeRolePolicy": TRUST})
    assert inputs["name"].startswith("small-test-Reader-")
    bucket, _ = engine.check("aws:s3/bucket:Bucket", "Files", {})
    assert bucket["bucket"].startswith("small-test-files-")


def test_a_name_that_was_chosen_is_kept_and_one_that_was_given_is_not(engine: Engine) -> None:
    _, chosen, _ = role(engine)
    again, _ = engine.check(ROLE, "r", {"assumeRolePolicy": TRUST}, chosen)
    assert again["name"] == chosen["name"]

    given, _ = engine.check(ROLE, "g", {"assumeRolePolicy": TRUST, "name": "given"})
    engine.create(ROLE, "g", given)
    left_out, _ = engine.check(ROLE, "g", {"assumeRolePolicy": TRUST}, given)
    assert left_out["name"].startswith("small-test-g-")


def test_an_enforced_name_is_taken_as_it_is_and_none_is_chosen_when_that_is_off(
    engine: Engine,
) -> None:
    bucket = "aws:s3/bucket:Bucket"
    enforced, _ = engine.check(bucket, "Files", {}, mode=MODES.ENFORCE)
    assert enforced["bucket"].startswith("small-test-Files-")
    _, problems = engine.check(bucket, "Files", {}, mode=MODES.DISABLE)
    assert problems == ["bucket is required: automatic naming is disabled"]


def test_what_the_program_leaves_out_is_filled_in(engine: Engine) -> None:
    inputs, _ = engine.check(ROLE, "r", {"assumeRolePolicy": TRUST, "path": "/a/"})
    assert (inputs["path"], inputs["maxSessionDuration"]) == ("/a/", 3600)


@pytest.mark.parametrize(
    ("kind", "inputs", "problem"),
    [
        (ROLE, {}, "assumeRolePolicy is required"),
        (POLICY, {"role": "arn:aws:iam::1:role/x", "policy": "{}"}, "role must be the name of"),
        (VPC, {"cidr": "10.0.0.0/16"}, "cidr is not an input; choose from"),
        ("aws:kinesis/stream:Stream", {}, "nothing is known about aws:kinesis/stream:Stream"),
        ("aws:lambda/function:Function", {"role": "x"}, "role must be the ARN of a role"),
    ],
)
def test_what_aws_would_refuse_is_a_failure_of_the_check(
    kind: str, inputs: dict[str, Any], problem: str, engine: Engine
) -> None:
    _, problems = engine.check(kind, "x", inputs)
    assert [message for message in problems if problem in message]


def test_a_name_that_is_too_long_is_a_failure_of_the_check(engine: Engine) -> None:
    _, problems = engine.check(ROLE, "r" * 60, {"assumeRolePolicy": TRUST})
    assert "takes 64: shorten the resource's name" in problems[0]
    _, problems = engine.check(ROLE, "r" * 60, {"assumeRolePolicy": TRUST, "name": "short"})
    assert problems == []


# Diff


def test_nothing_different_is_no_change(engine: Engine) -> None:
    found = engine.diff(VPC, "v", CIDR, CIDR)
    assert (found.changes, dict(found.detailedDiff)) == (pb.DiffResponse.DIFF_NONE, {})


def test_each_difference_is_named_with_whether_it_forces_a_replacement(engine: Engine) -> None:
    old = {**CIDR, "tags": {"a": "1", "b": "2"}, "enableDnsSupport": True}
    new = {"cidrBlock": "10.1.0.0/16", "tags": {"a": "2", "c": "3"}}
    found = engine.diff(VPC, "v", old, new)

    kinds = {path: item.kind for path, item in found.detailedDiff.items()}
    assert kinds == {
        "cidrBlock": pb.PropertyDiff.UPDATE_REPLACE,
        "enableDnsSupport": pb.PropertyDiff.DELETE,
        "tags.a": pb.PropertyDiff.UPDATE,
        "tags.b": pb.PropertyDiff.DELETE,
        "tags.c": pb.PropertyDiff.ADD,
    }
    assert list(found.replaces) == ["cidrBlock"]
    assert list(found.diffs) == ["cidrBlock", "enableDnsSupport", "tags"]
    assert not found.deleteBeforeReplace


def test_an_unknown_value_of_a_forcing_property_replaces(engine: Engine) -> None:
    old = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"}
    found = engine.diff(SUBNET, "s", old, {**old, "vpcId": UNKNOWN})
    assert list(found.replaces) == ["vpcId"]


def test_a_chosen_name_makes_room_for_the_new_and_a_given_one_does_not(engine: Engine) -> None:
    identity, old, _ = role(engine)
    new, _ = engine.check(ROLE, "r", {"assumeRolePolicy": TRUST, "path": "/a/"}, old)
    assert not engine.diff(ROLE, "r", old, new, identity).deleteBeforeReplace

    given = {**new, "name": "given"}
    engine.check(ROLE, "r", given, given)
    assert engine.diff(ROLE, "r", {**given, "path": "/"}, given, "given").deleteBeforeReplace


def test_what_aws_keeps_once_is_deleted_before_it_is_made_again(engine: Engine) -> None:
    old = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "availabilityZone": "eu-west-2a"}
    moved = engine.diff(SUBNET, "s", old, {**old, "availabilityZone": "eu-west-2b"})
    assert moved.deleteBeforeReplace
    elsewhere = engine.diff(SUBNET, "s", old, {**old, "cidrBlock": "10.0.1.0/24"})
    assert not elsewhere.deleteBeforeReplace


def test_other_tags_of_the_provider_are_a_difference(engine: Engine) -> None:
    before, _ = engine.check(VPC, "v", CIDR)
    engine.configure(region="eu-west-2", defaultTags='{"tags": {"owner": "them"}}')
    after, _ = engine.check(VPC, "v", CIDR, before)
    assert list(engine.diff(VPC, "v", before, after).diffs) == ["tagsAll"]


# Create, read, update, delete


def test_a_preview_answers_without_an_id_and_makes_nothing(engine: Engine, folder: Folder) -> None:
    inputs, _ = engine.check(VPC, "v", {**CIDR, "tags": UNKNOWN})
    identity, outputs = engine.create(VPC, "v", inputs, preview=True)
    assert identity == ""
    assert (outputs["arn"], outputs["tagsAll"]) == (UNKNOWN, UNKNOWN)
    assert outputs["cidrBlock"] == CIDR["cidrBlock"]
    assert list(folder.all()) == []


def test_what_is_made_can_be_read_with_what_aws_adds(engine: Engine) -> None:
    identity, outputs = engine.create(VPC, "v", CIDR)
    assert outputs["arn"].endswith(f":vpc/{identity}")
    found = engine.read(VPC, "v", identity, CIDR)
    assert found.id == identity
    assert decode_properties(found.inputs) == CIDR
    assert decode_properties(found.properties) == outputs


def test_what_aws_adds_inside_a_block_is_no_input_and_what_others_change_there_is(
    engine: Engine, folder: Folder
) -> None:
    kind = "aws:apigatewayv2/domainName:DomainName"
    block = {"certificateArn": "arn:c", "endpointType": "REGIONAL", "securityPolicy": "TLS_1_2"}
    given = {"domainName": "api.example.com", "domainNameConfiguration": block}
    identity, outputs = engine.create(kind, "d", given)
    assert outputs["domainNameConfiguration"]["targetDomainName"].startswith("d-")
    assert decode_properties(engine.read(kind, "d", identity, given).inputs) == given
    (record,) = folder.all()
    theirs = {**outputs, "domainNameConfiguration": {**block, "ipAddressType": "dualstack"}}
    folder.put(dataclasses.replace(record, properties=theirs))
    found = decode_properties(engine.read(kind, "d", identity, given).inputs)
    assert found["domainNameConfiguration"] == {**block, "ipAddressType": "dualstack"}


def test_a_secret_input_is_a_secret_output(engine: Engine, folder: Folder) -> None:
    _, _, outputs = role(engine, description=Secret("planted"))
    assert outputs["description"] == Secret("planted")
    assert next(folder.all()).properties["description"] == Secret("planted")


def test_a_lookup_finds_what_exists_and_tells_its_inputs(engine: Engine) -> None:
    identity, _ = engine.create(VPC, "v", CIDR)
    found = engine.read(VPC, "another-name", identity)
    assert decode_properties(found.inputs)["cidrBlock"] == CIDR["cidrBlock"]
    assert "arn" not in found.inputs
    assert engine.read(VPC, "v", "vpc-none").id == ""


def test_an_update_keeps_what_aws_gave(engine: Engine) -> None:
    identity, before = engine.create(VPC, "v", CIDR)
    inputs, _ = engine.check(VPC, "v", {**CIDR, "tags": {"a": "1"}})
    after = engine.update(VPC, "v", identity, inputs)
    assert after["arn"] == before["arn"]
    assert after["tagsAll"] == {"a": "1"}
    read = engine.read(VPC, "v", identity, inputs)
    assert decode_properties(read.properties) == after


def test_an_update_in_a_preview_changes_nothing(engine: Engine) -> None:
    identity, before = engine.create(VPC, "v", CIDR)
    engine.update(VPC, "v", identity, {**CIDR, "tags": {"a": "1"}}, preview=True)
    engine.update(VPC, "v", identity, {**CIDR, "tags": UNKNOWN}, preview=True)
    read = engine.read(VPC, "v", identity, CIDR)
    assert decode_properties(read.properties) == before


def test_what_comes_after_a_deletion_has_another_id(engine: Engine) -> None:
    first, _ = engine.create(VPC, "v", CIDR)
    engine.delete(VPC, "v", first)
    engine.delete(VPC, "v", first)
    assert engine.read(VPC, "v", first, CIDR).id == ""
    second, _ = engine.create(VPC, "v", CIDR)
    assert second != first


def test_what_exists_is_not_made_again(engine: Engine) -> None:
    role(engine, name="given")
    with pytest.raises(grpc.RpcError, match="given exists already"):
        role(engine, name="given")


# Configuration


def test_an_account_that_the_provider_does_not_stand_for_is_refused(
    folder: Folder, tmp_path: Path
) -> None:
    with serving(folder, tmp_path) as engine:
        with pytest.raises(grpc.RpcError, match="AWS account ID not allowed: 111122223333"):
            engine.configure(allowedAccountIds='["999988887777"]')
        engine.configure(allowedAccountIds='["999988887777", "111122223333"]')


def test_each_provider_of_a_program_has_its_own_region_and_tags(engine: Engine) -> None:
    other = Engine(engine.port)
    other.configure(region="us-east-1", defaultTags='{"tags": {"owner": "them"}}')
    _, here = engine.create(VPC, "here", engine.check(VPC, "here", CIDR)[0])
    mine, _ = other.check(VPC, "there", {**CIDR, "tags": {"owner": "me"}})
    _, there = other.create(VPC, "there", mine)
    other.channel.close()

    assert here["arn"].startswith("arn:aws:ec2:eu-west-2:")
    assert there["arn"].startswith("arn:aws:ec2:us-east-1:")
    assert (here["tagsAll"], there["tagsAll"]) == ({}, {"owner": "me"})


def test_a_lookup_without_an_answer_is_refused(engine: Engine) -> None:
    with pytest.raises(grpc.RpcError, match="there is no answer to aws:index/getRegion"):
        engine.stub.Invoke(pb.InvokeRequest(tok="aws:index/getRegion:getRegion"))
