import hashlib
import json
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from offline.deployment import deployment
from offline.engine import PlanError, synthesise
from offline.graph import Graph
from tests import stacks

SIGNATURE = "4dabf18193072939515e22adb298388d"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})


def small() -> None:
    provider = aws.Provider("aws", region="eu-west-2")
    opts = pulumi.ResourceOptions(provider=provider)
    # Its name sorts behind that of the policy which needs it.
    role = aws.iam.Role("z", assume_role_policy=POLICY, opts=opts)
    aws.iam.RolePolicy("a", role=role.name, policy=pulumi.Output.secret(POLICY), opts=opts)
    pulumi.export("token", pulumi.Output.secret("planted"))


def written(graph: Graph) -> list[dict[str, object]]:
    resources: list[dict[str, object]] = deployment(graph, stacks.ROOT)["deployment"]["resources"]
    return resources


def test_a_resource_stands_behind_all_that_it_needs(stack: Graph) -> None:
    seen: set[object] = {""}
    for item in written(stack):
        provider = str(item.get("provider", "")).rpartition("::")[0]
        needs = [item.get("parent", ""), provider, *item.get("dependencies", [])]  # type: ignore[misc]
        assert seen.issuperset(needs), item["urn"]
        seen.add(item["urn"])


def test_the_stack_comes_first_and_carries_the_outputs() -> None:
    stack = written(synthesise(small))[0]
    assert stack["type"] == "pulumi:pulumi:Stack"
    assert stack["outputs"]["token"][SIGNATURE] == "1b47061264138c4ac30d75fd1eb44270"  # type: ignore[index]


def test_a_custom_resource_has_an_id_a_provider_and_its_dependencies() -> None:
    resources = {item["urn"]: item for item in written(synthesise(small))}
    policy = next(item for urn, item in resources.items() if str(urn).endswith("::a"))
    role = next(item for urn, item in resources.items() if str(urn).endswith("::z"))
    provider = next(item for item in resources.values() if item["type"] == "pulumi:providers:aws")

    assert policy["provider"] == f"{provider['urn']}::{provider['id']}"
    assert policy["propertyDependencies"] == {"policy": [], "role": [role["urn"]]}
    assert policy["id"] == f"{role['id']}:{policy['inputs']['name']}"  # type: ignore[index]


def test_no_secret_is_written_in_the_clear() -> None:
    text = json.dumps(deployment(synthesise(small), stacks.ROOT))
    assert "planted" not in text
    assert text.count("[secret]") == 3  # the policy's input and output, and the stack's output


def test_a_plan_with_secrets_names_what_they_are_to_be_encrypted_with() -> None:
    def open_program() -> None:
        pulumi.export("shown", "text")

    secret = deployment(synthesise(small), stacks.ROOT)["deployment"]
    assert secret["secrets_providers"]["type"] == "passphrase"
    assert secret["secrets_providers"]["state"]["salt"].startswith("v1:")
    assert (
        "secrets_providers" not in deployment(synthesise(open_program), stacks.ROOT)["deployment"]
    )


def test_a_package_is_known_by_the_bytes_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "code.zip").write_bytes(b"bytes")
    graph = synthesise(
        lambda: aws.lambda_.Function(
            "f",
            role="arn:aws:iam::111122223333:role/r",
            runtime="python3.13",
            handler="a.b",
            code=pulumi.FileArchive("code.zip"),
        ),
        root=tmp_path,
    )
    resource = deployment(graph, tmp_path)["deployment"]["resources"][1]
    assert resource["inputs"]["code"]["hash"] == hashlib.sha256(b"bytes").hexdigest()


def test_a_package_that_is_not_built_fails_the_plan(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"there is no code.zip; `plinth package` builds"):
        synthesise(
            lambda: aws.lambda_.Function(
                "f",
                role="arn:aws:iam::111122223333:role/r",
                code=pulumi.FileArchive("code.zip"),
            ),
            root=tmp_path,
        )


def test_the_same_program_is_written_to_the_same_bytes() -> None:
    first, second = (json.dumps(deployment(synthesise(small), stacks.ROOT)) for _ in range(2))
    assert first == second
