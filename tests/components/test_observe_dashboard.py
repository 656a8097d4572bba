"""The dashboard, the saved queries and the traces."""

import json
import re
from typing import Any

import pulumi
import pytest

from components.observe.dashboard import Dashboard, DashboardArgs, Panel
from components.observe.metrics import Traffic, Vital
from components.observe.queries import SavedQueries, SavedQueriesArgs
from components.observe.tracing import Tracing, TracingArgs
from components.watched import WatchedQueue
from offline.engine import synthesise
from tests.components.observed import (
    REGION,
    built,
    condition,
    metric,
    watched_api,
    watched_function,
)

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
QUERY = "aws:cloudwatch/queryDefinition:QueryDefinition"
GROUP, RULE = "aws:xray/group:Group", "aws:xray/samplingRule:SamplingRule"

RATE = Traffic(name="requests", metric=metric("Invocations"), floor=10).share(
    "errors", metric("Errors"), label="Failed"
)
VITALS = (
    Vital(key="requests", section="traffic", signal=metric("Invocations", label="Requests")),
    Vital(key="errors", section="errors", signal=RATE, alarm=condition(threshold=2)),
    Vital(key="more", section="errors", signal=RATE),
    Vital(key="throttles", section="errors", signal=metric("Throttles", label="Throttles")),
)


def body(*, alarms: int = 1, panels: int = 1) -> list[dict[str, Any]]:
    """The widgets of a dashboard with some panels alike."""

    def program() -> None:
        Dashboard(
            "overview",
            DashboardArgs(
                panels=tuple(
                    Panel(title=f"orders-{number}", region="us-east-1", vitals=VITALS)
                    for number in range(panels)
                ),
                alarm_arns=tuple(
                    pulumi.Output.from_input(f"arn:{number}") for number in range(alarms)
                ),
                region=REGION,
            ),
        )

    made = built(program).one(DASHBOARD, "overview-dashboard").inputs
    assert (made["dashboardName"], made["region"]) == ("plinth-test-overview", REGION)
    widgets: list[dict[str, Any]] = json.loads(made["dashboardBody"])["widgets"]
    return widgets


def titles(widgets: list[dict[str, Any]]) -> list[str]:
    return [item["properties"].get("title") or item["properties"]["markdown"] for item in widgets]


def test_alarms_come_first_and_then_the_sections_that_have_something_to_show() -> None:
    assert titles(body()) == [
        "Alarms",
        "## Traffic: how much is asked for",
        "orders-0: traffic",
        "## Errors: what goes wrong",
        "orders-0: errors, %",
        "orders-0: errors",
    ]


def test_widgets_stand_beside_and_below_each_other() -> None:
    widgets = body(panels=3)
    taken = [
        (x, y)
        for item in widgets
        for x in range(item["x"], item["x"] + item["width"])
        for y in range(item["y"], item["y"] + item["height"])
    ]
    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) == 23


def test_a_graph_draws_what_the_alarm_calculates_and_where_it_is_set() -> None:
    (graph,) = [item for item in body() if item["properties"].get("title") == "orders-0: errors, %"]
    drawn = graph["properties"]
    assert drawn["region"] == "us-east-1"
    assert drawn["metrics"][:3] == [
        [
            *("AWS/Lambda", "Errors", "FunctionName", "orders"),
            {"stat": "Sum", "id": "m0_errors", "visible": False},
        ],
        [
            *("AWS/Lambda", "Invocations", "FunctionName", "orders"),
            {"stat": "Sum", "id": "m0_requests", "visible": False},
        ],
        [
            {
                "expression": "IF(m0_requests >= 10, 100 * FILL(m0_errors, 0) / m0_requests, 0)",
                "id": "e0",
                "label": "Failed",
            }
        ],
    ]
    assert drawn["annotations"] == {"horizontal": [{"label": "Alarm: errors", "value": 2}]}


def test_ids_are_unique_in_a_graph() -> None:
    for item in body():
        lines = item["properties"].get("metrics", [])
        ids = [line[-1]["id"] for line in lines if "id" in line[-1]]
        assert len(set(ids)) == len(ids)


def test_more_alarms_than_a_widget_takes_are_shared_out() -> None:
    widgets = [item for item in body(alarms=150) if item["type"] == "alarm"]
    assert [len(item["properties"]["alarms"]) for item in widgets] == [100, 50]


def queries(*items: Any) -> dict[str, dict[str, Any]]:
    """The saved queries by their names."""
    graph = built(
        lambda: SavedQueries(
            "queries", SavedQueriesArgs(items=tuple(make() for make in items), region=REGION)
        )
    )
    return {item.inputs["name"]: dict(item.inputs) for item in graph.of(QUERY)}


def test_queries_are_saved_for_the_logs_that_there_are() -> None:
    found = queries(watched_function, lambda: watched_function(name="b"), watched_api)
    assert {name.rpartition("/")[0] for name in found} == {
        "plinth/test/functions",
        "plinth/test/api",
    }
    assert len(found["plinth/test/functions/errors"]["logGroupNames"]) == 2
    assert found["plinth/test/api/failed"]["logGroupNames"] == ["plinth-http-log"]


def test_what_has_no_log_has_no_query() -> None:
    queue = lambda: WatchedQueue(  # noqa: E731
        name="q", queue_name=pulumi.Output.from_input("q"), dead_letters=True
    )
    assert queries(queue) == {}


def test_queries_ask_for_fields_that_the_access_log_has() -> None:
    from components.api.http_api import _ACCESS_LOG  # noqa: PLC0415

    given = {*_ACCESS_LOG, "requests", "reason", "authoriser", "addresses"}
    words = {"stats", "count", "as", "latest", "by", "sort", "desc", "filter", "and", "pct"}
    words |= {"count_distinct", "p50", "p95", "function_p95"}
    for name, query in queries(watched_api).items():
        used = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", query["queryString"]))
        assert used <= given | words, name


def tracing(name: str = "traces", **changes: Any) -> Any:
    def program() -> None:
        names = tuple(pulumi.Output.from_input(item) for item in ("orders", "worker"))
        Tracing(name, TracingArgs(**{"function_names": names, "region": REGION} | changes))

    return built(program)


def test_traces_of_the_functions_belong_together() -> None:
    group = tracing().one(GROUP, "traces-group").inputs
    assert group["groupName"] == "plinth-test-traces"
    assert group["filterExpression"] == 'service("orders") OR service("worker")'


def test_the_stacks_own_services_are_sampled_and_no_others() -> None:
    rule = dict(tracing(reservoir=2, rate=0.1).one(RULE, "traces-sampling").inputs)
    assert (rule["ruleName"], rule["serviceName"]) == ("plinth-test-traces", "plinth-test-*")
    assert (rule["reservoirSize"], rule["fixedRate"], rule["version"]) == (2, 0.1, 1)
    assert rule["priority"] < 10_000


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"function_names": ()}, "function_names must not be empty"),
        ({"rate": 1.5}, "rate must be from 0 to 1, got 1.5"),
        ({"reservoir": -1}, "reservoir must be at least 0, got -1"),
    ],
)
def test_traces_that_can_not_be_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tracing(**changes)


def test_a_name_that_is_too_long_for_x_ray_is_refused() -> None:
    def program() -> None:
        names = (pulumi.Output.from_input("orders"),)
        Tracing("traces", TracingArgs(function_names=names, region=REGION))

    with pytest.raises(ValueError, match="name must make one of at most 32 characters, got"):
        synthesise(program, stack="a-stack-with-a-long-name")
