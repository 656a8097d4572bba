"""Objectives: budgets, and alarms on how fast they burn."""

import re
from typing import Any

import pytest

from components.observe.objectives import (
    BURNS,
    Indicator,
    Objective,
    ObjectiveArgs,
    availability,
    latency,
)
from offline.graph import Graph, Resource
from tests.components.observed import ALARM, COMPOSITE, built, calculated, topic, watched_api

DAY = 86_400
# The few requests of a quiet night, each; of busier ones, some.
REQUESTS = (*range(200), *range(200, 2_000, 37), *range(2_000, 100_000, 1_979))


def plan(*, percent: float = 99.9, milliseconds: int | None = None) -> Graph:
    """An objective of availability, or of latency where a time is given."""

    def program() -> None:
        api = watched_api()
        indicator = availability(api) if milliseconds is None else latency(api, milliseconds)
        Objective("api", ObjectiveArgs(indicator=indicator, percent=percent, topic=topic()))

    return built(program)


def window(graph: Graph, name: str) -> dict[str, Any]:
    return dict(graph.one(ALARM, f"api-{name}-alarm").inputs)


def expression(graph: Graph, name: str) -> str:
    (found,) = [
        query["expression"]
        for query in window(graph, name)["metricQueries"]
        if "expression" in query
    ]
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize(
    ("name", "rate", "seconds"),
    [
        ("fast-long", 14.4, 3_600),
        ("fast-short", 14.4, 300),
        ("steady-long", 6, 6 * 3_600),
        ("steady-short", 6, 1_800),
        ("slow-long", 1, 3 * DAY),
        ("slow-short", 1, 6 * 3_600),
    ],
)
def test_each_window_is_one_period_in_which_the_budget_burns_too_fast(
    name: str, rate: float, seconds: int
) -> None:
    made = window(plan(), name)
    assert (made["threshold"], made["comparisonOperator"]) == (rate, "GreaterThanThreshold")
    assert (made["evaluationPeriods"], made["datapointsToAlarm"]) == (1, 1)
    periods = {query["metric"]["period"] for query in made["metricQueries"] if "metric" in query}
    assert periods == {seconds}


@pytest.mark.parametrize("burn", ["fast", "steady", "slow"])
def test_an_alarm_goes_off_when_both_windows_burn(burn: str) -> None:
    graph = plan()
    names = [window(graph, f"{burn}-{length}")["name"] for length in ("long", "short")]
    made = graph.one(COMPOSITE, f"api-{burn}-alarm").inputs
    assert made["alarmRule"] == f'ALARM("{names[0]}") AND ALARM("{names[1]}")'
    assert made["alarmActions"] == made["okActions"]
    assert made["alarmActions"]


def test_a_window_alone_tells_nobody() -> None:
    assert not [item for item in plan().of(ALARM) if "alarmActions" in item.inputs]


def test_what_burns_fast_wakes_somebody_and_what_burns_slowly_can_wait() -> None:
    assert {burn.key: burn.severity for burn in BURNS} == {
        "fast": "page",
        "steady": "page",
        "slow": "notify",
    }


def test_the_rates_take_two_five_and_ten_per_cent_of_a_months_budget() -> None:
    assert [round(burn.budget_percent, 6) for burn in BURNS] == [2, 5, 10]


def test_a_month_at_the_budgets_own_rate_uses_it_up() -> None:
    burnt = expression(plan(percent=99.9), "slow-long")
    assert calculated(burnt, errors=10, requests=10_000) == pytest.approx(1)
    assert calculated(burnt, errors=144, requests=10_000) == pytest.approx(14.4)


def test_latency_counts_the_requests_that_were_too_slow() -> None:
    graph = plan(percent=99, milliseconds=500)
    metrics = {
        query["id"]: query["metric"]
        for query in window(graph, "fast-long")["metricQueries"]
        if "metric" in query
    }
    assert metrics["prompt"]["metricName"] == "Latency"
    assert metrics["prompt"]["stat"] == "PR(:500)"
    assert metrics["requests"]["metricName"] == "Count"
    burnt = expression(graph, "fast-long")
    assert calculated(burnt, prompt=80, requests=1_000) == pytest.approx(20)
    assert calculated(burnt, prompt=100, requests=1_000) == 0


@pytest.mark.parametrize("percent", [99.99, 99.9, 99, 95])
@pytest.mark.parametrize("burn", BURNS, ids=lambda burn: burn.key)
def test_one_bad_request_alone_burns_no_budget_too_fast(percent: float, burn: Any) -> None:
    graph = plan(percent=percent)
    for length in ("long", "short"):
        burnt = expression(graph, f"{burn.key}-{length}")
        for requests in REQUESTS:
            rate = calculated(burnt, errors=1, requests=requests)
            assert rate is not None
            assert rate <= burn.rate


@pytest.mark.parametrize("percent", [99.99, 99.9, 99, 95])
def test_an_outage_burns_every_budget_too_fast(percent: float) -> None:
    graph = plan(percent=percent)
    for burn in BURNS:
        rate = calculated(expression(graph, f"{burn.key}-long"), errors=10**6, requests=10**6)
        assert rate is not None
        assert rate > burn.rate


@pytest.mark.parametrize("percent", [99.999, 99.95, 95.5])
def test_a_budget_is_written_as_a_decimal_number(percent: float) -> None:
    budget = expression(plan(percent=percent), "slow-long").rpartition("/ ")[2]
    assert re.fullmatch(r"0\.[0-9]*[1-9], 0\)", budget)


def described(graph: Graph) -> list[Resource]:
    return [*graph.of(COMPOSITE)]


def test_an_alarm_says_how_much_of_the_budget_is_at_stake_and_what_to_do() -> None:
    (fast,) = [item for item in described(plan()) if item.name == "api-fast-alarm"]
    assert fast.inputs["alarmDescription"] == (
        "The objective that 99.9 % of the requests are answered without an error of ours is at"
        " risk: over 1 hour, and still over the last 5 minutes, more than 14.4 times as many as it"
        " allows were not. At this rate the 1 hour alone use up 2 % of a month's budget. First:"
        " run the saved query 'failed' on the access log for the routes, and go back to the"
        " version before if it began with a release."
    )
    assert all(len(item.inputs["alarmDescription"]) <= 1_024 for item in described(plan()))


@pytest.mark.parametrize("percent", [94.9, 100])
def test_an_objective_without_a_budget_that_can_burn_is_refused(percent: float) -> None:
    with pytest.raises(
        ValueError, match=f"percent must be from 95 to less than 100, got {percent}"
    ):
        plan(percent=percent)


def test_an_indicator_counts_all_requests() -> None:
    with pytest.raises(ValueError, match="metrics must have requests, got "):
        Indicator(section="errors", promise="", bad_share="", metrics={}, first_action="")
