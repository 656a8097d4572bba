"""What the section `api` may choose, as the whole program builds it."""

import json
from typing import Any

import pytest

from offline.graph import Graph, Resource
from tests import stacks

FUNCTION = "aws:lambda/function:Function"
LAYER = "aws:lambda/layerVersion:LayerVersion"


def movies(**api: Any) -> Graph:
    """The movie site, with another API."""
    own = json.loads(stacks.project("movies").config["plinth:api"])
    return stacks.with_sections("movies", api={**own, **api})


def function(graph: Graph) -> Resource:
    return graph.one(FUNCTION, "api-function")


def test_code_and_libraries_are_in_one_archive_or_in_two() -> None:
    whole = function(stacks.graph("movies")).inputs
    assert "dist/api.zip" in str(whole["code"])

    graph = movies(libraries="layer")
    layer = graph.one(LAYER, "api-libraries-layer")
    assert "dist/api-libraries.zip" in str(layer.inputs["code"])
    assert "dist/api-code.zip" in str(function(graph).inputs["code"])
    assert layer.outputs["arn"] in function(graph).inputs["layers"]


@pytest.mark.parametrize("stack", ["coupons", "coupons-dev", "movies"])
def test_the_libraries_for_postgresql_are_there_with_a_database(stack: str) -> None:
    graph = stacks.graph(stack)
    layer = graph.one(LAYER, "database-libraries-layer")
    assert "dist/database-libraries.zip" in str(layer.inputs["code"])
    assert function(graph).inputs["layers"] == [layer.outputs["arn"]]


def test_an_api_without_a_database_carries_no_libraries_for_one() -> None:
    graph = stacks.with_sections("movies", database=None)
    assert graph.of(LAYER) == ()
    assert "layers" not in function(graph).inputs


def test_environments_are_warm_by_the_clock() -> None:
    evening = {"cron": "0 22 ? * * *", "timezone": "Europe/London", "environments": 3}
    graph = movies(concurrency_schedule={"evening": evening})
    action = graph.one("aws:appautoscaling/scheduledAction:ScheduledAction", "api-warm-evening")
    assert action.inputs["resourceId"] == f"function:{function(graph).outputs['name']}:live"
    assert action.inputs["scalableTargetAction"] == {"minCapacity": 3, "maxCapacity": 3}


def test_new_environments_begin_from_a_snapshot() -> None:
    inputs = function(movies(snap_start=True)).inputs
    assert inputs["snapStart"] == {"applyOn": "PublishedVersions"}


@pytest.mark.parametrize("stack", ["movies", "coupons-dev"])
def test_without_a_rollout_an_update_moves_all_callers(stack: str) -> None:
    graph = stacks.graph(stack)
    assert graph.one("aws:lambda/alias:Alias", "api-live").ignore_changes == ()
    assert not [item.type for item in graph.managed if item.type.startswith("aws:codedeploy/")]
    assert "api_release" not in graph.exports


def test_a_key_in_front_of_the_external_secret_opens_for_it_alone() -> None:
    secret = "arn:aws:secretsmanager:eu-west-2:555566667777:secret:movies-AbCdEf"  # noqa: S105 an address
    key = "arn:aws:kms:eu-west-2:555566667777:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    database = {"kind": "external", "secret_arn": secret, "key_arn": key}
    graph = stacks.with_sections("movies", database=database)
    policy = graph.one("aws:iam/rolePolicy:RolePolicy", "api-policy").inputs["policy"]
    found = {one["Sid"]: one for one in json.loads(policy)["Statement"]}
    assert found["DatabaseReadSecret"]["Resource"] == [secret]
    assert found["DatabaseDecryptSecret"]["Resource"] == [key]
    context = found["DatabaseDecryptSecret"]["Condition"]["StringEquals"]
    assert context["kms:EncryptionContext:SecretARN"] == secret
