"""What AWS computes for alarms, and for whom and what they tell."""

from collections.abc import Mapping
from typing import Any, Final

from offline.aws.table import AutoName, Type

_UUID: Final = "{hex8}-{hex4}-4{hex3}-a{hex3}-{hex12}"

_MESSAGES: Final[Mapping[str, Type]] = {
    "aws:sns/topic:Topic": Type(
        id="arn:aws:sns:{region}:{account}:{name}",
        name=AutoName("name", 256),
        computed={"arn": "{id}", "beginningArchiveTime": "", "owner": "{account}"},
    ),
    "aws:sns/topicPolicy:TopicPolicy": Type(id="{arn}", computed={"owner": "{account}"}),
    "aws:sns/topicSubscription:TopicSubscription": Type(
        id=f"{{topic}}:{_UUID}",
        computed={
            "arn": "{id}",
            "confirmationWasAuthenticated": False,
            "ownerId": "{account}",
            "pendingConfirmation": True,
        },
    ),
    "aws:sqs/queue:Queue": Type(
        id="https://sqs.{region}.amazonaws.com/{account}/{name}",
        name=AutoName("name", 80),
        computed={
            "arn": "arn:aws:sqs:{region}:{account}:{name}",
            "kmsDataKeyReusePeriodSeconds": 300,
            "url": "{id}",
        },
    ),
    "aws:sqs/queuePolicy:QueuePolicy": Type(id="{queueUrl}"),
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": Type(
        id=("arn:aws:chatbot::{account}:chat-configuration/slack-channel/{configurationName}"),
        computed={"chatConfigurationArn": "{id}", "slackChannelName": "alerts"},
    ),
}

_ALARM_ARN: Final = "arn:aws:cloudwatch:{region}:{account}:alarm"
_ALARMS: Final[Mapping[str, Type]] = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": Type(
        id="{name}",
        name=AutoName("name", 255),
        computed={"arn": f"{_ALARM_ARN}:{{name}}"},
    ),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": Type(
        id="{alarmName}", computed={"arn": f"{_ALARM_ARN}:{{alarmName}}"}
    ),
    "aws:cloudwatch/dashboard:Dashboard": Type(
        id="{dashboardName}",
        computed={"dashboardArn": "arn:aws:cloudwatch::{account}:dashboard/{dashboardName}"},
    ),
    "aws:cloudwatch/queryDefinition:QueryDefinition": Type(
        id=_UUID,
        name=AutoName("name", 255),
        computed={
            "arn": "arn:aws:logs:{region}:{account}:query-definition:{id}",
            "queryDefinitionId": "{id}",
        },
        imported="{arn}",
    ),
    "aws:cloudfront/monitoringSubscription:MonitoringSubscription": Type(id="{distributionId}"),
    "aws:xray/group:Group": Type(
        id="arn:aws:xray:{region}:{account}:group/{groupName}/{upper26}",
        computed={"arn": "{id}"},
    ),
    "aws:xray/samplingRule:SamplingRule": Type(
        id="{ruleName}",
        computed={"arn": "arn:aws:xray:{region}:{account}:sampling-rule/{ruleName}"},
    ),
}

_COSTS: Final[Mapping[str, Type]] = {
    "aws:budgets/budget:Budget": Type(
        id="{account}:{name}",
        name=AutoName("name", 100),
        computed={"accountId": "{account}", "arn": "arn:aws:budgets::{account}:budget/{name}"},
    ),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": Type(
        id=f"arn:aws:ce::{{account}}:anomalymonitor/{_UUID}",
        name=AutoName("name", 1024),
        computed={"arn": "{id}"},
    ),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": Type(
        id=f"arn:aws:ce::{{account}}:anomalysubscription/{_UUID}",
        name=AutoName("name", 1024),
        computed={"accountId": "{account}", "arn": "{id}"},
    ),
}

TYPES: Final[Mapping[str, Type]] = {**_MESSAGES, **_ALARMS, **_COSTS}
INVOKES: Final[Mapping[str, Mapping[str, Any]]] = {}
