"""The budget, the watch for anomalies, and the channel in Slack."""

import json
from typing import Any

import pytest

from components.observe.slack import SlackChannel, SlackChannelArgs
from components.observe.spending import Spending, SpendingArgs
from offline.graph import Graph
from tests.components.observed import ACCOUNT, EDGE, built, statements, topic

BUDGET = "aws:budgets/budget:Budget"
MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
REPORT = "aws:costexplorer/anomalySubscription:AnomalySubscription"
CHANNEL = "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration"
EMAILS = ("a@example.com", "b@example.com")


def spending(**changes: Any) -> Graph:
    given: dict[str, Any] = {"limit_usd": 500, "emails": EMAILS}
    return built(lambda: Spending("spending", SpendingArgs(**given | changes)))


def test_people_are_told_at_eighty_and_a_hundred_per_cent_and_when_more_is_forecast() -> None:
    budget = spending().one(BUDGET, "spending-budget").inputs
    assert (budget["limitAmount"], budget["limitUnit"]) == ("500", "USD")
    assert (budget["budgetType"], budget["timeUnit"]) == ("COST", "MONTHLY")
    assert [
        (item["notificationType"], item["threshold"], item["thresholdType"])
        for item in budget["notifications"]
    ] == [
        ("ACTUAL", 80, "PERCENTAGE"),
        ("ACTUAL", 100, "PERCENTAGE"),
        ("FORECASTED", 100, "PERCENTAGE"),
    ]
    for item in budget["notifications"]:
        assert item["subscriberEmailAddresses"] == list(EMAILS)
        assert item["comparisonOperator"] == "GREATER_THAN"


def test_anomalies_of_every_service_are_reported_once_a_day() -> None:
    graph = spending()
    monitor = graph.one(MONITOR, "spending-anomalies")
    assert (monitor.inputs["monitorType"], monitor.inputs["monitorDimension"]) == (
        "DIMENSIONAL",
        "SERVICE",
    )
    report = graph.one(REPORT, "spending-anomaly-report").inputs
    assert report["monitorArnLists"] == [monitor.outputs["arn"]]
    assert report["frequency"] == "DAILY"
    assert report["subscribers"] == [{"type": "EMAIL", "address": email} for email in EMAILS]
    assert report["thresholdExpression"] == {
        "dimension": {
            "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            "matchOptions": ["GREATER_THAN_OR_EQUAL"],
            "values": ["50"],
        }
    }


def test_an_account_that_has_a_monitor_gets_no_second_one() -> None:
    arn = f"arn:aws:ce::{ACCOUNT}:anomalymonitor/00000000-0000-4000-a000-000000000000"
    graph = spending(anomaly_monitor_arn=arn)
    assert graph.of(MONITOR) == ()
    assert graph.one(REPORT, "spending-anomaly-report").inputs["monitorArnLists"] == [arn]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"limit_usd": 0}, "limit_usd must be at least 1, got 0"),
        ({"emails": ()}, "emails must be 1 to 10, got 0"),
        ({"emails": EMAILS * 6}, "emails must be 1 to 10, got 12"),
        ({"anomaly_percent": 0}, "anomaly_percent must be from 1 to 100, got 0"),
    ],
)
def test_a_budget_that_can_not_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        spending(**changes)


def slack() -> Graph:
    def program() -> None:
        topics = (topic(), topic("alerts-edge", EDGE))
        SlackChannel(
            "alerts",
            SlackChannelArgs(
                workspace_id="T0123ABCD",
                channel_id="C0123ABCD",
                topics=topics,
                account_id=ACCOUNT,
            ),
        )

    return built(program)


LOOK = {
    "SeeAlarms": {
        "Effect": "Allow",
        "Action": ["cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms"],
        "Resource": [f"arn:aws:cloudwatch:*:{ACCOUNT}:alarm:plinth-test-*"],
    },
    "SeeMetrics": {
        "Effect": "Allow",
        "Action": [
            "cloudwatch:GetMetricData",
            "cloudwatch:GetMetricStatistics",
            "cloudwatch:GetMetricWidgetImage",
            "cloudwatch:ListMetrics",
        ],
        "Resource": ["*"],
    },
}


def test_the_channel_hears_of_the_topics_of_all_regions() -> None:
    graph = slack()
    channel = graph.one(CHANNEL, "alerts-slack").inputs
    assert channel["snsTopicArns"] == [
        graph.one("aws:sns/topic:Topic", name).outputs["arn"]
        for name in ("alerts-topic", "alerts-edge-topic")
    ]
    assert (channel["slackTeamId"], channel["slackChannelId"]) == ("T0123ABCD", "C0123ABCD")
    # The service has no endpoint in the stack's own region.
    assert channel["region"] == "eu-west-1"


def test_the_channel_may_look_at_alarms_and_nothing_else() -> None:
    graph = slack()
    role = graph.one("aws:iam/role:Role", "alerts-channel-role")
    assert graph.one(CHANNEL, "alerts-slack").inputs["iamRoleArn"] == role.outputs["arn"]
    policy = graph.one("aws:iam/rolePolicy:RolePolicy", "alerts-channel-policy")
    assert statements(policy.inputs["policy"]) == LOOK
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust == {
        "Effect": "Allow",
        "Principal": {"Service": "chatbot.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }


def test_nobody_in_the_channel_may_do_more_whatever_their_role() -> None:
    graph = slack()
    guardrail = graph.one("aws:iam/policy:Policy", "alerts-guardrail")
    assert statements(guardrail.inputs["policy"]) == LOOK
    channel = graph.one(CHANNEL, "alerts-slack").inputs
    assert channel["guardrailPolicyArns"] == [guardrail.outputs["arn"]]


def test_a_channel_that_would_hear_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="topics must not be empty"):
        SlackChannelArgs(workspace_id="T1", channel_id="C1", topics=(), account_id=ACCOUNT)
