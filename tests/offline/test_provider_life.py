"""What an update moves on, what a deletion meets, and what an import finds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from offline.holders import HOLDERS
from offline.provider_state import Folder
from offline.schema import arguments_class, resource_class
from offline.values import UNKNOWN, Archive, Secret, decode_properties
from tests.offline.asking import Engine, serving, urn_of
from tests.offline.sdk import properties

FUNCTION = "aws:lambda/function:Function"
LAYER = "aws:lambda/layerVersion:LayerVersion"
GROUP, VPC = "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/vpc:Vpc"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
DATABASE = "aws:rds/instance:Instance"
ROLE = "arn:aws:iam::111122223333:role/r"
PUBLISHED = {"name": "f", "publish": True, "role": ROLE, "timeout": 5}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "aws")


@pytest.fixture
def engine(folder: Folder, tmp_path: Path) -> Iterator[Engine]:
    with serving(folder, tmp_path) as made:
        made.configure(region="eu-west-2")
        yield made


# Update


def test_a_change_publishes_the_next_version_of_a_function(engine: Engine) -> None:
    arn, made = engine.create(FUNCTION, "f", PUBLISHED)
    assert (made["version"], made["qualifiedArn"]) == ("1", f"{made['arn']}:1")

    longer = {**PUBLISHED, "timeout": 9}
    foreseen = engine.update(FUNCTION, "f", arn, longer, preview=True)
    assert (foreseen["version"], foreseen["qualifiedArn"]) == (UNKNOWN, UNKNOWN)
    assert foreseen["arn"] == made["arn"]

    changed = engine.update(FUNCTION, "f", arn, longer)
    assert (changed["version"], changed["qualifiedArn"]) == ("2", f"{made['arn']}:2")
    assert changed["qualifiedInvokeArn"].endswith(":function:f:2/invocations")


@pytest.mark.parametrize(
    ("new", "version"),
    [
        ({**PUBLISHED, "tags": {"a": "1"}}, "1"),
        ({**PUBLISHED, "reservedConcurrentExecutions": 5}, "1"),
        ({**PUBLISHED, "code": Archive(path="other.zip", hash="2")}, "2"),
        ({**PUBLISHED, "environment": {"variables": {"A": "1"}}}, "2"),
    ],
)
def test_only_code_and_configuration_are_a_version(
    new: dict[str, Any], version: str, engine: Engine
) -> None:
    code = {"code": Archive(path="one.zip", hash="1")}
    arn, _ = engine.create(FUNCTION, "f", {**PUBLISHED, **code})
    assert engine.update(FUNCTION, "f", arn, {**code, **new})["version"] == version


def test_a_function_that_is_not_published_has_no_version(engine: Engine) -> None:
    plain = {**PUBLISHED, "publish": False}
    arn, made = engine.create(FUNCTION, "f", plain)
    assert made["qualifiedArn"] == f"{made['arn']}:$LATEST"
    assert engine.update(FUNCTION, "f", arn, {**plain, "timeout": 9})["version"] == "$LATEST"


def test_a_layer_stands_beside_the_version_that_it_replaces(engine: Engine) -> None:
    given = {"layerName": "libraries", "code": Archive(path="one.zip", hash="1")}
    first, made = engine.create(LAYER, "l", given)
    new = {**given, "code": Archive(path="two.zip", hash="2")}
    found = engine.diff(LAYER, "l", given, new, first)
    assert (list(found.replaces), found.deleteBeforeReplace) == (["code"], False)

    second, again = engine.create(LAYER, "l", new)
    assert (made["version"], again["version"]) == ("1", "2")
    assert second == first.removesuffix("1") + "2"


def test_another_value_is_the_next_version_of_a_parameter(engine: Engine) -> None:
    kind = "aws:ssm/parameter:Parameter"
    given = {"name": "/a/b", "type": "SecureString", "value": Secret("one")}
    name, made = engine.create(kind, "p", given)
    assert made["arn"].endswith(":parameter/a/b")
    assert engine.update(kind, "p", name, {**given, "description": "d"})["version"] == 1
    assert engine.update(kind, "p", name, {**given, "value": Secret("two")})["version"] == 2


def test_what_is_only_written_is_neither_kept_nor_compared(engine: Engine) -> None:
    given = {"identifier": "i", "port": 5432, "passwordWo": Secret("a"), "passwordWoVersion": 1}
    _, made = engine.create(DATABASE, "d", given)
    assert "passwordWo" not in made
    changed = {**given, "passwordWo": Secret("b")}
    assert engine.diff(DATABASE, "d", given, changed).changes == pb.DiffResponse.DIFF_NONE
    changed["passwordWoVersion"] = 2
    assert list(engine.diff(DATABASE, "d", given, changed).diffs) == ["passwordWoVersion"]


# Delete


@pytest.mark.parametrize(
    ("kind", "inputs", "reason"),
    [
        (
            "aws:dynamodb/table:Table",
            {"name": "t", "deletionProtectionEnabled": True},
            "deletionProtectionEnabled is on",
        ),
        (
            DATABASE,
            {
                "identifier": "i",
                "port": 5432,
                "skipFinalSnapshot": True,
                "deletionProtection": True,
            },
            "deletionProtection is on",
        ),
        (
            DATABASE,
            {"identifier": "i", "port": 5432},
            "finalSnapshotIdentifier is required when skipFinalSnapshot is not true",
        ),
    ],
)
def test_what_is_protected_is_not_deleted(
    kind: str, inputs: dict[str, Any], reason: str, engine: Engine
) -> None:
    identity, _ = engine.create(kind, "x", inputs)
    with pytest.raises(grpc.RpcError, match=reason):
        engine.delete(kind, "x", identity)
    assert engine.read(kind, "x", identity, inputs).id == identity


def test_what_something_uses_is_not_deleted_before_that(engine: Engine) -> None:
    vpc, _ = engine.create(VPC, "v", {"cidrBlock": "10.0.0.0/16"})
    group, _ = engine.create(GROUP, "g", {"name": "g", "vpcId": vpc})
    network = {"vpcConfig": {"securityGroupIds": [group], "subnetIds": []}}
    function, _ = engine.create(FUNCTION, "f", {**PUBLISHED, **network})

    with pytest.raises(grpc.RpcError, match=f"g can't be deleted: {FUNCTION} f uses {group}"):
        engine.delete(GROUP, "g", group)
    with pytest.raises(grpc.RpcError, match=f"v can't be deleted: {GROUP} g uses {vpc}"):
        engine.delete(VPC, "v", vpc)
    for kind, name, identity in ((FUNCTION, "f", function), (GROUP, "g", group), (VPC, "v", vpc)):
        engine.delete(kind, name, identity)


def test_the_rules_of_a_group_go_with_it_and_those_of_another_do_not(engine: Engine) -> None:
    ours, _ = engine.create(GROUP, "ours", {"name": "ours", "vpcId": "vpc-1"})
    theirs, _ = engine.create(GROUP, "theirs", {"name": "theirs", "vpcId": "vpc-1"})
    of_itself = {"securityGroupId": ours, "referencedSecurityGroupId": ours}
    engine.create(RULE, "itself", of_itself)
    rule, _ = engine.create(RULE, "r", {**of_itself, "securityGroupId": theirs})

    with pytest.raises(grpc.RpcError, match=f"ours can't be deleted: {RULE} r uses {ours}"):
        engine.delete(GROUP, "ours", ours)
    engine.delete(RULE, "r", rule)
    engine.delete(GROUP, "ours", ours)


def test_a_role_that_has_policies_goes_only_where_they_are_taken_off_it(engine: Engine) -> None:
    role, policy = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
    for name, force in (("kept", False), ("forced", True)):
        engine.create(role, name, {"name": name, "path": "/", "forceDetachPolicies": force})
        engine.create(policy, name, {"name": "p", "role": name})
    with pytest.raises(grpc.RpcError, match="kept can't be deleted"):
        engine.delete(role, "kept", "kept")
    engine.delete(role, "forced", "forced")


@pytest.mark.parametrize("kind", sorted(HOLDERS))
def test_what_holds_a_resource_is_what_the_sdk_has(kind: str) -> None:
    output, users = HOLDERS[kind]
    assert hasattr(resource_class(kind), output)
    for user, leaf in users.items():
        assert arguments_class(user) is not None
        assert leaf in properties(user), user


def test_what_is_to_be_kept_leaves_the_engine_and_stays_in_the_account(
    engine: Engine, folder: Folder
) -> None:
    given = {"name": "/kept", "skipDestroy": True}
    engine.create(LOGS, "l", given)
    engine.delete(LOGS, "l", "/kept")
    engine.delete(LOGS, "l", "/kept")
    (record,) = folder.all()
    assert (record.id, record.kept) == ("/kept", True)
    with pytest.raises(grpc.RpcError, match="/kept exists already"):
        engine.create(LOGS, "l", given)


def test_what_was_kept_is_not_taken_for_what_a_killed_run_left(
    engine: Engine, folder: Folder, tmp_path: Path
) -> None:
    for name, keep in (("kept", True), ("left", False)):
        engine.create(LOGS, name, {"name": name, "skipDestroy": keep})
    engine.delete(LOGS, "kept", "kept")
    again = Folder(tmp_path / "aws", known=())
    assert again.unclaimed(urn_of(LOGS, "kept")) is None
    assert again.unclaimed(urn_of(LOGS, "left")) is not None


# Import


@pytest.mark.parametrize(
    ("kind", "inputs", "given"),
    [
        (DATABASE, {"identifier": "orders", "port": 5432}, "orders"),
        ("aws:lambda/alias:Alias", {"name": "live", "functionName": "f"}, "f/live"),
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            {"role": "r", "policyArn": "a"},
            "r/a",
        ),
        (
            "aws:ec2/route:Route",
            {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0"},
            "rtb-1_0.0.0.0/0",
        ),
        (
            "aws:appautoscaling/target:Target",
            {
                "serviceNamespace": "lambda",
                "resourceId": "function:f:live",
                "scalableDimension": "lambda:function:ProvisionedConcurrency",
            },
            "lambda/function:f:live/lambda:function:ProvisionedConcurrency",
        ),
        (
            "aws:sqs/queue:Queue",
            {"name": "q"},
            "https://sqs.eu-west-2.amazonaws.com/111122223333/q",
        ),
    ],
)
def test_an_import_finds_a_resource_by_what_pulumi_takes_for_its_type(
    kind: str, inputs: dict[str, Any], given: str, engine: Engine
) -> None:
    identity, outputs = engine.create(kind, "x", inputs)
    found = engine.read(kind, "imported", given)
    assert (found.id, decode_properties(found.properties)) == (identity, outputs)
    assert decode_properties(found.inputs).items() >= inputs.items()


def test_an_import_of_what_is_not_there_finds_nothing(engine: Engine) -> None:
    engine.create("aws:ec2/route:Route", "r", {"routeTableId": "rtb-1"})
    assert engine.read("aws:ec2/route:Route", "imported", "rtb-1_10.0.0.0/8").id == ""
