"""Composite alarms: several alarms that mean one thing together."""

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.observe.alarm import Alarm
from components.observe.metrics import Severity
from components.observe.topic import AlertTopic

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
_MOST_PARTS = 100


def unique_name(name: str) -> str:
    """Name what Pulumi doesn't name, so that stacks can share an account."""
    return f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CompositeArgs:
    """Settings of a composite alarm.

    Attributes:
        parts: the alarms it is made of, all in the topic's region.
        when: whether ``all`` of them must have gone off, or ``any``.
        description: what it means and what to do first.
        severity: whether it pages.
        topic: hears when it goes off and when it is over.
    """

    parts: "tuple[Alarm | Composite, ...]"
    when: Literal["all", "any"]
    description: str
    severity: Severity
    topic: AlertTopic

    def __post_init__(self) -> None:
        if not 1 <= len(self.parts) <= _MOST_PARTS:
            raise ValueError(f"parts must be 1 to {_MOST_PARTS}, got {len(self.parts)}")


class Composite(pulumi.ComponentResource):
    """An alarm on the states of others."""

    arn: pulumi.Output[str]
    alarm_name: pulumi.Output[str]
    severity: Severity

    def __init__(
        self, name: str, args: CompositeArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:observe:Composite", name, None, opts)
        states = [pulumi.Output.concat('ALARM("', part.alarm_name, '")') for part in args.parts]
        joint = {"all": " AND ", "any": " OR "}[args.when]
        alarm = aws.cloudwatch.CompositeAlarm(
            f"{name}-alarm",
            alarm_name=unique_name(name),
            alarm_description=args.description,
            alarm_rule=pulumi.Output.all(*states).apply(joint.join),
            alarm_actions=[args.topic.arn],
            ok_actions=[args.topic.arn],
            region=args.topic.region,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = alarm.arn
        self.alarm_name = alarm.alarm_name
        self.severity = args.severity
        self.register_outputs({"arn": self.arn, "alarm_name": self.alarm_name})
