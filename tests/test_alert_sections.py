"""The sections ``alerts``, ``objectives`` and ``budget`` of a whole stack, on and off."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from offline.graph import Graph
from offline.values import Secret, masked
from settings import SettingsError
from tests import stacks
from tests.alarms import ALARM, COMPOSITE, DASHBOARD
from tests.settings.examples import MINIMAL

ENDPOINT = "https://events.pagerduty.com/integration/0f1e2d3c4b5a69788796a5b4c3d2e1f0/enqueue"
EMAILS = {"emails": ["team@example.com"]}
# Something to measure in each region; more makes a plan longer, and no test stronger.
BASE: dict[str, Any] = {**MINIMAL, "api": {}, "site": {}}
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TOPIC = "aws:sns/topic:Topic"
KEY = "aws:kms/key:Key"


def plan(*, secrets: Mapping[str, str] | None = None, **sections: Any) -> Graph:
    """A stack with an API and a site, and with these sections; `None` for none of its own."""
    return stacks.of_sections({**BASE, **sections}, secrets=secrets)


def observed(graph: Graph) -> set[str]:
    """The types of the components that look after the stack."""
    return {
        item.type.rpartition(":")[2]
        for item in graph.resources
        if item.type.startswith("plinth:observe:")
    }


def test_without_the_sections_nothing_looks_after_the_stack_and_nothing_costs() -> None:
    graph = plan()
    assert observed(graph) == set()
    kinds = ("alarm", "sns/", "sqs/", "budgets/", "costexplorer/", "xray/", "chatbot/", "dashboard")
    assert not [item.type for item in graph.managed if any(part in item.type for part in kinds)]
    services = [item.inputs["policy"] for item in graph.of(KEY)]
    assert not [policy for policy in services if "cloudwatch.amazonaws.com" in policy]


def test_a_budget_alone_is_a_budget_alone() -> None:
    graph = plan(budget={"limit_usd": 100, **EMAILS})
    assert observed(graph) == {"Spending"}


def test_a_budget_tells_those_whom_alerts_tell() -> None:
    graph = plan(alerts=EMAILS, budget={"limit_usd": 100})
    (budget,) = graph.of("aws:budgets/budget:Budget")
    assert budget.inputs["notifications"][0]["subscriberEmailAddresses"] == EMAILS["emails"]


def test_alerts_bring_alarms_a_dashboard_queries_and_traces() -> None:
    graph = plan(alerts=EMAILS)
    assert observed(graph) == {
        "Alarm",
        "AlertTopic",
        "Composite",
        "Dashboard",
        "SavedQueries",
        "Tracing",
        "Watch",
    }
    assert graph.exports["dashboard"] == graph.of(DASHBOARD)[0].inputs["dashboardName"]


def test_objectives_add_to_what_calls_somebody() -> None:
    def called(graph: Graph) -> str:
        rule: str = graph.one(COMPOSITE, "page-eu-west-2-alarm").inputs["alarmRule"]
        return rule

    before, after = plan(alerts=EMAILS), plan(alerts=EMAILS, objectives={})
    assert observed(after) - observed(before) == {"Objective"}
    added = set(called(after).split(" OR ")) - set(called(before).split(" OR "))
    assert added == {
        f'ALARM("plinth-dev-http-{promise}-{burn}")'
        for promise in ("availability", "latency")
        for burn in ("fast", "steady")
    }


@pytest.mark.parametrize(
    ("objectives", "promised"),
    [
        ({"latency": None}, {"http-availability"}),
        ({"availability_percent": None}, {"http-latency"}),
        ({}, {"http-availability", "http-latency"}),
    ],
)
def test_each_promise_may_be_left_out(objectives: dict[str, Any], promised: set[str]) -> None:
    graph = plan(alerts=EMAILS, objectives=objectives)
    assert {item.name for item in graph.of("plinth:observe:Objective")} == promised


def test_there_is_a_topic_with_a_key_wherever_something_is_measured() -> None:
    graph = plan(alerts=EMAILS)
    topics = {item.name: item.inputs["region"] for item in graph.of(TOPIC)}
    assert topics == {"alerts-topic": "eu-west-2", "alerts-edge-topic": "us-east-1"}
    keys = {item.outputs["arn"]: item.inputs["region"] for item in graph.of(KEY)}
    for topic in graph.of(TOPIC):
        assert keys[topic.inputs["kmsMasterKeyId"]] == topic.inputs["region"]


def test_without_a_site_there_is_nothing_in_another_region() -> None:
    graph = plan(site=None, alerts=EMAILS)
    assert [item.inputs["region"] for item in graph.of(TOPIC)] == ["eu-west-2"]
    assert {item.inputs["region"] for item in graph.of(ALARM)} == {"eu-west-2"}


@pytest.mark.parametrize("encryption", [None, {"customer_keys": "per-store"}])
def test_the_key_of_a_topic_lets_alarms_use_it_shared_or_not(encryption: Any) -> None:
    graph = plan(encryption=encryption, alerts=EMAILS)
    policies = {item.outputs["arn"]: json.loads(item.inputs["policy"]) for item in graph.of(KEY)}
    assert len(graph.of(TOPIC)) == 2
    for topic in graph.of(TOPIC):
        users = {
            service
            for statement in policies[topic.inputs["kmsMasterKeyId"]]["Statement"]
            for service in statement["Principal"].get("Service", ())
        }
        assert users >= {"cloudwatch.amazonaws.com", "sns.amazonaws.com"}


def test_slack_hears_of_all_topics() -> None:
    slack = {"workspace_id": "T0123ABCD", "channel_id": "C0123ABCD"}
    graph = plan(alerts={"slack": slack})
    (channel,) = graph.of("aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration")
    assert sorted(channel.inputs["snsTopicArns"]) == sorted(
        item.outputs["arn"] for item in graph.of(TOPIC)
    )
    # Slack subscribes by itself, so that there is nothing to redeliver from here.
    assert graph.of(SUBSCRIPTION) == graph.of("aws:sqs/queue:Queue") == ()


def test_a_pager_is_called_by_the_alarm_of_its_region_and_its_address_is_never_shown() -> None:
    graph = plan(alerts={"pagerduty": True}, secrets={"pagerduty:endpoint": ENDPOINT})
    pages = {item.inputs["region"]: item.inputs["alarmName"] for item in graph.of(COMPOSITE)}
    assert pages == {
        "eu-west-2": "plinth-dev-page-eu-west-2",
        "us-east-1": "plinth-dev-page-us-east-1",
    }
    for item in graph.of(SUBSCRIPTION):
        assert item.inputs["endpoint"] == Secret(ENDPOINT)
        assert json.loads(item.inputs["filterPolicy"]) == {
            "AlarmName": [pages[item.inputs["region"]]]
        }
    shown = json.dumps([masked({**item.outputs, **item.inputs}) for item in graph.resources])
    assert "0f1e2d3c" not in shown


def test_a_pager_without_an_address_is_refused_with_the_command_that_sets_it() -> None:
    with pytest.raises(SettingsError, match="pulumi config set --secret pagerduty:endpoint"):
        plan(alerts={"pagerduty": True})
