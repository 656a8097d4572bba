"""Releases in steps, and the layers beside the code."""

import json
from typing import Any

import pytest

from components.api.layers import Layer, LayerArgs
from components.api.rollout import Rollout, RolloutArgs
from offline.graph import Graph
from tests.components.api_support import ACCOUNT, CODE, REGION, built, function, statements

CONFIG = "aws:codedeploy/deploymentConfig:DeploymentConfig"
FUNCTION = "aws:lambda/function:Function"
GROUP = "aws:codedeploy/deploymentGroup:DeploymentGroup"
LAYER = "aws:lambda/layerVersion:LayerVersion"


def rollout(*, staged: bool = True, **changes: Any) -> Rollout:
    given: dict[str, Any] = {
        "function": function(staged=staged),
        "kind": "canary",
        "percent": 10,
        "minutes": 5,
        "alarm_names": ("orders-errors", "orders-duration"),
        "account_id": ACCOUNT,
        "region": REGION,
    }
    return Rollout("release", RolloutArgs(**given | changes))


@pytest.fixture(scope="module")
def canary() -> Graph:
    return built(rollout)


def test_a_canary_sends_a_part_of_the_callers_ahead(canary: Graph) -> None:
    config = canary.one(CONFIG, "release-config")
    assert config.inputs["computePlatform"] == "Lambda"
    assert config.inputs["trafficRoutingConfig"] == {
        "type": "TimeBasedCanary",
        "timeBasedCanary": {"interval": 5, "percentage": 10},
    }


def test_a_linear_release_moves_one_part_after_another() -> None:
    config = built(lambda: rollout(kind="linear")).one(CONFIG, "release-config")
    assert config.inputs["trafficRoutingConfig"] == {
        "type": "TimeBasedLinear",
        "timeBasedLinear": {"interval": 5, "percentage": 10},
    }


def test_a_release_is_undone_by_the_functions_alarms_and_when_it_fails(canary: Graph) -> None:
    inputs = canary.one(GROUP, "release-group").inputs
    assert inputs["alarmConfiguration"] == {
        "enabled": True,
        "alarms": ["orders-errors", "orders-duration"],
        "ignorePollAlarmFailure": False,
    }
    assert inputs["autoRollbackConfiguration"] == {
        "enabled": True,
        "events": [
            "DEPLOYMENT_FAILURE",
            "DEPLOYMENT_STOP_ON_ALARM",
            "DEPLOYMENT_STOP_ON_REQUEST",
        ],
    }
    assert inputs["deploymentStyle"] == {
        "deploymentType": "BLUE_GREEN",
        "deploymentOption": "WITH_TRAFFIC_CONTROL",
    }


def test_codedeploy_may_move_the_one_function_and_look_at_its_alarms(canary: Graph) -> None:
    arn = canary.one(FUNCTION, "orders-function").outputs["arn"]
    assert statements(canary, "release-policy") == {
        "MoveLive": {
            "Effect": "Allow",
            "Action": [
                "lambda:GetAlias",
                "lambda:GetProvisionedConcurrencyConfig",
                "lambda:UpdateAlias",
            ],
            "Resource": [arn, f"{arn}:*"],
        },
        "WatchAlarms": {
            "Effect": "Allow",
            "Action": ["cloudwatch:DescribeAlarms"],
            "Resource": [
                f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:orders-errors",
                f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:orders-duration",
            ],
        },
    }


def test_the_role_is_for_codedeploy_in_this_account(canary: Graph) -> None:
    role = canary.one("aws:iam/role:Role", "release-role")
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "codedeploy.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        }
    ]
    policy = canary.one("aws:iam/rolePolicy:RolePolicy", "release-policy")
    assert policy.urn in canary.one(GROUP, "release-group").dependencies


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"staged": False}, "function must be staged"),
        ({"percent": 0}, "percent must be from 1 to 99, got 0"),
        ({"percent": 100}, "percent must be from 1 to 99, got 100"),
        ({"minutes": 2_881}, "minutes must make 1 to 2880 in all 1 steps, got 2881"),
        (
            {"kind": "linear", "minutes": 321},
            "minutes must make 1 to 2880 in all 9 steps, got 2889",
        ),
        ({"alarm_names": ()}, "alarm_names must be 1 to 10 alarms, got 0"),
        ({"alarm_names": ("a",) * 11}, "alarm_names must be 1 to 10 alarms, got 11"),
    ],
)
def test_a_release_that_codedeploy_would_refuse_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        built(lambda: rollout(**changes))


def test_a_layer_is_for_the_functions_runtime_and_processor() -> None:
    graph = built(lambda: Layer("libraries", LayerArgs(code=CODE, description="Libraries")))
    inputs = graph.one(LAYER, "libraries-layer").inputs
    assert inputs["compatibleRuntimes"] == ["python3.13"]
    assert inputs["compatibleArchitectures"] == ["arm64"]
    assert inputs["layerName"] == "plinth-test-libraries"


def test_a_function_asks_for_a_version_of_the_layer() -> None:
    def program() -> None:
        layer = Layer("libraries", LayerArgs(code=CODE, description="Libraries"))
        function(layers=(layer.arn,))

    graph = built(program)
    arn = graph.one(LAYER, "libraries-layer").outputs["arn"]
    assert graph.one(FUNCTION, "orders-function").inputs["layers"] == [arn]
    assert arn.endswith(":1")


def test_a_layer_says_what_is_in_it() -> None:
    with pytest.raises(ValueError, match="description must have 1 to 256 characters, got 0"):
        LayerArgs(code=CODE, description="")
