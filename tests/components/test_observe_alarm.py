"""Alarms on a metric or a calculation, and alarms on alarms."""

from typing import Any

import pytest

from components.observe.alarm import Alarm, AlarmArgs
from components.observe.composite import Composite, CompositeArgs
from components.observe.metrics import Calculation, Traffic, total
from tests.components.observed import (
    ALARM,
    COMPOSITE,
    EDGE,
    built,
    calculated,
    condition,
    metric,
    topic,
)

ERRORS, REQUESTS = metric("Errors"), metric("Invocations", label="Invocations")


def alarm(**changes: Any) -> Any:
    def program() -> None:
        given: dict[str, Any] = {"signal": ERRORS, "condition": condition(), "topic": topic()}
        Alarm("orders-errors", AlarmArgs(**given | changes))

    return dict(built(program).one(ALARM, "orders-errors-alarm").given)


def test_an_alarm_on_a_metric_says_all_of_it() -> None:
    given = alarm()
    arn = given.pop("alarmActions")
    assert given.pop("okActions") == arn
    assert arn[0].startswith("arn:aws:sns:eu-west-2:111122223333:plinth-test-alerts-topic-")
    assert given.pop("name").startswith("plinth-test-orders-errors-alarm-")
    assert given.pop("actionsEnabled", True) is True
    assert given == {
        "alarmDescription": "It fails. First: look.",
        "namespace": "AWS/Lambda",
        "metricName": "Errors",
        "dimensions": {"FunctionName": "orders"},
        "statistic": "Sum",
        "period": 300,
        "comparisonOperator": "GreaterThanThreshold",
        "threshold": 5,
        "evaluationPeriods": 3,
        "datapointsToAlarm": 2,
        "treatMissingData": "notBreaching",
        "region": "eu-west-2",
    }


def test_an_alarm_on_a_calculation_gives_its_metrics_and_returns_the_result_alone() -> None:
    rate = Traffic(name="requests", metric=REQUESTS, floor=10).share(
        "errors", ERRORS, label="Failed"
    )
    given = alarm(signal=rate, condition=condition(period_seconds=60))
    assert not {"namespace", "metricName", "statistic", "period", "dimensions"} & given.keys()
    errors, requests, result = given["metricQueries"]
    assert errors == {
        "id": "errors",
        "metric": {
            "namespace": "AWS/Lambda",
            "metricName": "Errors",
            "dimensions": {"FunctionName": "orders"},
            "stat": "Sum",
            "period": 60,
        },
        "returnData": False,
    }
    assert requests["id"] == "requests"
    assert result == {
        "id": "result",
        "expression": "IF(requests >= 10, 100 * FILL(errors, 0) / requests, 0)",
        "label": "Failed",
        "returnData": True,
    }


def test_an_alarm_is_in_the_region_of_the_topic_that_it_tells() -> None:
    graph = built(
        lambda: Alarm(
            "site-errors",
            AlarmArgs(signal=ERRORS, condition=condition(), topic=topic(region=EDGE)),
        )
    )
    made = graph.one(ALARM, "site-errors-alarm")
    assert made.inputs["region"] == EDGE
    assert f":{EDGE}:" in made.outputs["arn"]
    assert made.inputs["alarmActions"][0].startswith(f"arn:aws:sns:{EDGE}:")


def test_below_is_as_good_as_above() -> None:
    assert alarm(condition=condition(comparison="under"))["comparisonOperator"] == (
        "LessThanThreshold"
    )


def test_a_part_of_a_composite_tells_nobody_by_itself() -> None:
    given = alarm(tells=False)
    assert not {"alarmActions", "okActions"} & given.keys()


def test_a_percentile_has_to_be_calculated_with_a_floor() -> None:
    with pytest.raises(ValueError, match=r"signal must have one of the statistics .*; got p95"):
        alarm(signal=metric("Duration", "p95"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"period_seconds": 90}, "period_seconds must be a multiple of 60, got 90"),
        ({"breaches": 4}, "breaches must be from 1 to 3, got 4"),
        ({"periods": 289}, "periods must span at most 86400 s with periods of 300 s, got 289"),
        (
            {"period_seconds": 86_400, "periods": 8},
            "periods must span at most 604800 s with periods of 86400 s, got 8",
        ),
        ({"meaning": "x" * 1_020}, "meaning and first_action must have at most 1024 characters"),
    ],
)
def test_what_cloudwatch_would_refuse_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        condition(**changes)


def test_a_calculation_names_just_the_metrics_it_has() -> None:
    with pytest.raises(ValueError, match="metrics must be those of the expression, a, b; got a"):
        Calculation(expression="a / b", metrics={"a": ERRORS}, label="", unit="%")


def test_a_calculation_has_no_more_metrics_than_an_alarm_takes() -> None:
    with pytest.raises(ValueError, match="metrics must be 1 to 10, got 11"):
        total({f"m{number}": ERRORS for number in range(11)}, label="")


@pytest.mark.parametrize(
    ("errors", "requests", "percent"),
    [
        (1, 2, 0),  # one error at night
        (9, 9, 0),
        (1, 10, 10),
        (None, 10, 0),  # AWS says nothing of what did not happen
        (5, None, None),
        (0, 0, 0),
    ],
)
def test_a_share_means_nothing_below_the_floor(
    errors: float | None, requests: float | None, percent: float | None
) -> None:
    rate = Traffic(name="requests", metric=REQUESTS, floor=10).share("errors", ERRORS, label="")
    assert calculated(rate.expression, errors=errors, requests=requests) == percent


@pytest.mark.parametrize(("bad", "good", "percent"), [(20, None, 100), (None, 20, 0), (5, 15, 25)])
def test_a_share_of_two_counts_knows_that_one_of_them_may_be_silent(
    bad: float | None, good: float | None, percent: float
) -> None:
    rate = Traffic(name="good", metric=REQUESTS, floor=10).share(
        "bad", ERRORS, label="", beside=True
    )
    assert calculated(rate.expression, bad=bad, good=good) == percent


def test_a_total_of_silence_is_nothing() -> None:
    both = total({"a": ERRORS, "b": REQUESTS}, label="")
    assert calculated(both.expression, a=None, b=None) == 0
    assert calculated(both.expression, a=2, b=3) == 5


@pytest.mark.parametrize(("when", "joint"), [("all", " AND "), ("any", " OR ")])
def test_a_composite_joins_the_states_of_its_parts(when: Any, joint: str) -> None:
    def program() -> None:
        told = topic()
        parts = tuple(
            Alarm(name, AlarmArgs(signal=ERRORS, condition=condition(), topic=told))
            for name in ("one", "two")
        )
        Composite(
            "both",
            CompositeArgs(parts=parts, when=when, description="D", severity="page", topic=told),
        )

    graph = built(program)
    made = graph.one(COMPOSITE, "both-alarm").inputs
    one, two = (graph.one(ALARM, f"{name}-alarm").inputs["name"] for name in ("one", "two"))
    assert made["alarmRule"] == f'ALARM("{one}"){joint}ALARM("{two}")'
    assert made["alarmName"] == "plinth-test-both"
    assert made["alarmActions"] == made["okActions"]
    assert len(made["alarmActions"]) == 1
    assert made["region"] == "eu-west-2"


def test_a_composite_of_nothing_is_refused() -> None:
    def program() -> None:
        CompositeArgs(parts=(), when="any", description="", severity="page", topic=topic())

    with pytest.raises(ValueError, match="parts must be 1 to 100, got 0"):
        built(program)


def test_a_preview_knows_what_an_alarm_looks_at() -> None:
    graph = built(
        lambda: Alarm("a", AlarmArgs(signal=ERRORS, condition=condition(), topic=topic())),
        unknown=True,
    )
    assert graph.one(ALARM, "a-alarm").inputs["metricName"] == "Errors"
