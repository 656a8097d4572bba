"""Warm environments by the hour, and snapshots in their place."""

from typing import Any

import pytest

from components.api.readiness import Readiness, WarmFrom
from offline.graph import Graph
from tests.components.api_support import built, function

ACTION = "aws:appautoscaling/scheduledAction:ScheduledAction"
ALIAS = "aws:lambda/alias:Alias"
FUNCTION = "aws:lambda/function:Function"
TARGET = "aws:appautoscaling/target:Target"
WARM = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"

MORNING = WarmFrom(cron="0 8 ? * MON-FRI *", timezone="Europe/London", environments=10)
EVENING = WarmFrom(cron="0 19 ? * MON-FRI *", timezone="Europe/London", environments=0)


@pytest.fixture(scope="module")
def scheduled() -> Graph:
    schedule = {"morning": MORNING, "evening": EVENING}
    return built(lambda: function(readiness=Readiness(schedule=schedule), reserved_concurrency=10))


def test_each_moment_sets_how_many_environments_of_live_are_warm(scheduled: Graph) -> None:
    name = scheduled.one(FUNCTION, "orders-function").outputs["name"]
    assert scheduled.one(ACTION, "orders-warm-morning").inputs == {
        "name": scheduled.one(ACTION, "orders-warm-morning").inputs["name"],
        "serviceNamespace": "lambda",
        "scalableDimension": "lambda:function:ProvisionedConcurrency",
        "resourceId": f"function:{name}:live",
        "schedule": "cron(0 8 ? * MON-FRI *)",
        "timezone": "Europe/London",
        "scalableTargetAction": {"minCapacity": 10, "maxCapacity": 10},
    }
    evening = scheduled.one(ACTION, "orders-warm-evening").inputs["scalableTargetAction"]
    assert evening == {"minCapacity": 0, "maxCapacity": 0}


def test_an_update_leaves_the_bounds_where_the_last_moment_put_them(scheduled: Graph) -> None:
    target = scheduled.one(TARGET, "orders-warm")
    assert (target.inputs["minCapacity"], target.inputs["maxCapacity"]) == (0, 10)
    assert target.ignore_changes == ("minCapacity", "maxCapacity")


def test_a_schedule_is_the_only_one_that_sets_how_many_are_warm(scheduled: Graph) -> None:
    assert scheduled.of(WARM) == ()


def test_a_snapshot_is_taken_of_each_published_version() -> None:
    graph = built(lambda: function(readiness=Readiness(snap_start=True)))
    inputs = graph.one(FUNCTION, "orders-function").inputs
    assert inputs["snapStart"] == {"applyOn": "PublishedVersions"}
    assert inputs["publish"] is True


def test_a_function_is_not_ready_before_it_is_called_unless_asked() -> None:
    graph = built(function)
    assert "snapStart" not in graph.one(FUNCTION, "orders-function").inputs
    assert graph.of(WARM) == graph.of(TARGET) == graph.of(ACTION) == ()


def test_only_a_staged_function_leaves_its_alias_to_somebody_else() -> None:
    alias = built(lambda: function(staged=True)).one(ALIAS, "orders-live")
    assert alias.ignore_changes == ("functionVersion", "routingConfig")
    # A new alias must point somewhere.
    assert alias.inputs["functionVersion"] == "1"
    assert built(function).one(ALIAS, "orders-live").ignore_changes == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"provisioned": 0}, "provisioned must be at least 1, got 0"),
        (
            {"provisioned": 1, "schedule": {"morning": MORNING}},
            "provisioned must be None with a schedule, got 1",
        ),
        (
            {"provisioned": 1, "snap_start": True},
            "snap_start must be False with warm environments, got True",
        ),
        (
            {"schedule": {"evening": EVENING}, "snap_start": True},
            "snap_start must be False with warm environments, got True",
        ),
    ],
)
def test_readiness_that_contradicts_itself_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Readiness(**given)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cron": "0 8 * * *"}, "cron must have six fields, got '0 8 "),
        ({"environments": -1}, "environments must be at least 0, got -1"),
    ],
)
def test_a_moment_that_aws_would_refuse_is_refused(change: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"cron": MORNING.cron, "timezone": "Etc/UTC", "environments": 1}
    with pytest.raises(ValueError, match=message):
        WarmFrom(**given | change)


def test_a_schedule_may_not_keep_more_warm_than_are_reserved() -> None:
    schedule = {"morning": MORNING}
    with pytest.raises(ValueError, match="readiness must keep at most the 9 reserved warm, got 10"):
        built(lambda: function(readiness=Readiness(schedule=schedule), reserved_concurrency=9))
