"""Rules for events, logs and alarms."""

import re
from bisect import bisect_left
from typing import Annotated, Final

from rules.core.encryption import is_customer_key
from rules.core.findings import some
from rules.core.principals import open_to_all
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit

TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"
BUS_POLICY: Final = "aws:cloudwatch/eventBusPolicy:EventBusPolicy"
PERMISSION: Final = "aws:cloudwatch/eventPermission:EventPermission"
LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
COMPOSITE: Final = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"

SHORTEST: Final = 30
LONGEST: Final = 3653
# What CloudWatch takes, in days.
TAKEN: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, LONGEST),
)


@resource_rule(
    "events-target-dlq",
    TARGET,
    severity=Severity.MEDIUM,
    why="An event that can't be delivered is dropped after a day, and nobody learns of it.",
    fix="Set dead_letter_config with the ARN of a queue.",
    cdk_nag="Serverless-EventBusDLQ",
)
def keeps_undelivered(target: Resource) -> Findings:
    """A target keeps the events that could not be delivered in a dead-letter queue."""
    if not target.is_set("deadLetterConfig.arn"):
        yield "deadLetterConfig.arn is not set"


@resource_rule(
    "events-bus-policy",
    BUS_POLICY,
    PERMISSION,
    severity=Severity.HIGH,
    why="Anybody could put events on the bus, and set off whatever listens.",
    fix="Name the account, or narrow everybody by aws:PrincipalOrgID.",
    security_hub="EventBridge.3",
    cis="7:2.21",
    cdk_nag="AwsSolutions-EVB1",
)
def bus_not_open(policy: Resource) -> Findings:
    """An event bus lets nobody in by Principal * without a condition that narrows it."""
    if policy.type == PERMISSION:
        # Of conditions it takes only one: the organisation.
        if policy.text("principal") == "*" and not policy.is_set("condition.value"):
            yield "principal is * without a condition"
        return
    yield from open_to_all(policy.statements("policy"))


def _kept(group: Resource, *, minimum_days: int, maximum_days: int) -> Changes:
    """The nearest number of days that CloudWatch takes."""
    days = group.number("retentionInDays") or LONGEST
    if days < minimum_days:
        return {"retentionInDays": TAKEN[bisect_left(TAKEN, minimum_days)]}
    return {"retentionInDays": max(item for item in TAKEN if item <= maximum_days)}


@resource_rule(
    "logs-retention",
    LOG_GROUP,
    severity=Severity.MEDIUM,
    why="Lines gone too soon can't explain what happened; lines kept for ever are paid for ever.",
    fix="Set retention_in_days, as the log_retention_days of the components do.",
    security_hub="SH:CloudWatch.16",
    cdk_nag="Serverless-CloudWatchLogGroupRetentionPeriod",
    checkov="CKV_AWS_66 CKV_AWS_338",
    remedy=_kept,
)
def is_kept(
    group: Resource,
    *,
    minimum_days: Annotated[int, Limit("The shortest time, in days.", 1, LONGEST)] = SHORTEST,
    maximum_days: Annotated[int, Limit("The longest time, in days.", 1, LONGEST)] = LONGEST,
) -> Findings:
    """A log group keeps its lines for a set time, neither too short nor too long.

    Groups of the class DELIVERY keep theirs for two days, whatever they say.
    """
    days = group.number("retentionInDays") or 0
    if minimum_days <= days <= maximum_days:
        return
    if group.text("logGroupClass").upper() == "DELIVERY":
        return
    if not days:
        yield "retentionInDays is not set: lines are kept for ever"
    else:
        yield f"retentionInDays is {days}, not from {minimum_days} to {maximum_days}"


@resource_rule(
    "logs-kms",
    LOG_GROUP,
    severity=Severity.LOW,
    why="With CloudWatch's own key, whoever may read the group reads it: no key policy refuses.",
    fix="Set kms_key_id to a components.data.keys.Key that serves logs.",
    cdk_nag="NIST.800.53.R5-CloudWatchLogGroupEncrypted",
    checkov="CKV_AWS_158",
)
def has_key(group: Resource) -> Findings:
    """A log group is encrypted with a customer key."""
    if not is_customer_key(group, "kmsKeyId"):
        yield "kmsKeyId is not a customer key"


@stack_rule(
    "alarm-actions",
    ALARM,
    reads=(COMPOSITE,),
    severity=Severity.MEDIUM,
    why="An alarm that tells nobody goes off unheard.",
    fix="Set alarm_actions to the topic of components.observe, and leave actions_enabled on.",
    security_hub="SH:CloudWatch.15 SH:CloudWatch.17",
    cdk_nag="NIST.800.53.R5-CloudWatchAlarmAction",
    checkov="CKV_AWS_319",
)
def tells_somebody(alarm: Resource, stack: Stack) -> Findings:
    """An alarm has actions, and they are enabled; so has, for a part of it, a composite alarm.

    A part without actions of its own is there so that the whole can tell somebody.
    """
    if _acts(alarm):
        return
    if some(stack.of(COMPOSITE), lambda whole: _is_part(alarm, whole) and _acts(whole)):
        return
    if alarm.flag("actionsEnabled") is False:
        yield "actionsEnabled is false"
    else:
        yield "alarmActions is empty"


def _acts(alarm: Resource) -> bool:
    if not alarm.is_set("alarmActions"):
        return False
    if alarm.is_known("alarmActions") and alarm.get("alarmActions") in ([""], [None]):
        return False
    return alarm.flag("actionsEnabled") is not False


def _is_part(alarm: Resource, whole: Resource) -> bool:
    made_from = whole.property_dependencies.get("alarmRule", ())
    if alarm.urn in made_from:
        return True
    if not whole.is_known("alarmRule") and made_from:
        return False
    rule = whole.text("alarmRule")
    names = [alarm.text(path) for path in ("name", "arn") if alarm.is_known(path)]
    if any(name and re.search(rf"[(\"']{re.escape(name)}[)\"']", rule) for name in names):
        return True
    if made_from:
        return False
    # A rule that is written out may mean it by the name that it is to have.
    alarm.get("name")
    return False
