"""The topic that alarms tell, and the people and machines that listen to it.

An alarm can tell only a topic of its own region, so there is one in each region with alarms: the
stack's, and us-east-1 where there is a distribution.
"""

import re
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.data.keys import Key
from components.iam import Deny, ResourceStatement, resource_policy, tls_only
from components.watched import Watched, WatchedQueue

# The longest that SQS keeps a message: time to find out why nobody could be told.
_RETENTION_SECONDS = 14 * 24 * 60 * 60
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pager:
    """A service such as PagerDuty that calls whoever is on duty.

    Attributes:
        endpoint: its HTTPS address. Who knows it can raise alerts, so it is a secret.
        alarm_name: the only alarm that it hears of.
    """

    endpoint: pulumi.Output[str]
    alarm_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertTopicArgs:
    """Settings of a topic for alarms.

    Attributes:
        key: encrypts what is said; it must serve ``cloudwatch`` and ``sns``, in the same region.
        region: whose alarms it takes.
        account_id: whose alarms it takes, twelve digits.
        emails: addresses that are told of everything, once they have confirmed.
        pager: is told of what can't wait.
    """

    key: Key
    region: str
    account_id: str
    emails: tuple[str, ...] = ()
    pager: Pager | None = None

    def __post_init__(self) -> None:
        missing = {"cloudwatch", "sns"} - set(self.key.services)
        if missing:
            raise ValueError(f"key must serve cloudwatch and sns, got {self.key.services}")
        for email in self.emails:
            if not _EMAIL.fullmatch(email):
                raise ValueError(f"emails must be addresses, got {email!r}")


class AlertTopic(pulumi.ComponentResource):
    """An encrypted topic to which nobody but the account's alarms may publish."""

    arn: pulumi.Output[str]
    region: str
    watched: tuple[Watched, ...]

    def __init__(
        self, name: str, args: AlertTopicArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:observe:AlertTopic", name, None, opts)
        self._name = name
        self._args = args
        child = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(
            f"{name}-topic", kms_master_key_id=args.key.arn, region=args.region, opts=child
        )
        aws.sns.TopicPolicy(
            f"{name}-policy",
            arn=topic.arn,
            policy=resource_policy(_only_alarms(topic.arn, args)),
            region=args.region,
            opts=child,
        )
        self.arn = topic.arn
        self.region = args.region
        self.watched = ()
        if args.emails or args.pager is not None:
            self._subscribe(self._undelivered())
        self.register_outputs({"arn": self.arn})

    def _subscribe(self, undelivered: aws.sqs.Queue) -> None:
        redrive = pulumi.Output.json_dumps({"deadLetterTargetArn": undelivered.arn})
        child = pulumi.ResourceOptions(parent=self)
        for email in self._args.emails:
            aws.sns.TopicSubscription(
                f"{self._name}-email-{email}",
                topic=self.arn,
                protocol="email",
                endpoint=email,
                redrive_policy=redrive,
                region=self.region,
                opts=child,
            )
        if self._args.pager is not None:
            endpoint: pulumi.Output[str] = pulumi.Output.secret(self._args.pager.endpoint)
            aws.sns.TopicSubscription(
                f"{self._name}-pager",
                topic=self.arn,
                protocol="https",
                endpoint=endpoint,
                endpoint_auto_confirms=True,
                filter_policy_scope="MessageBody",
                filter_policy=pulumi.Output.json_dumps(
                    {"AlarmName": [self._args.pager.alarm_name]}
                ),
                redrive_policy=redrive,
                region=self.region,
                opts=child,
            )

    def _undelivered(self) -> aws.sqs.Queue:
        """Make the queue of messages that a subscriber would not take."""
        child = pulumi.ResourceOptions(parent=self)
        queue = aws.sqs.Queue(
            f"{self._name}-undelivered",
            kms_master_key_id=self._args.key.arn,
            message_retention_seconds=_RETENTION_SECONDS,
            region=self.region,
            opts=child,
        )
        aws.sqs.QueuePolicy(
            f"{self._name}-undelivered-policy",
            queue_url=queue.url,
            policy=resource_policy(
                (
                    ResourceStatement(
                        sid="UndeliveredAlerts",
                        services=("sns.amazonaws.com",),
                        actions=("sqs:SendMessage",),
                        resources=(queue.arn,),
                        conditions={"ArnEquals": {"aws:SourceArn": self.arn}},
                    ),
                    tls_only((queue.arn,), ("sqs:*",)),
                )
            ),
            region=self.region,
            opts=child,
        )
        self.watched = (
            WatchedQueue(
                name=f"{self._name}-undelivered",
                queue_name=queue.name,
                dead_letters=True,
                region=self.region,
            ),
        )
        return queue


def _only_alarms(
    topic_arn: pulumi.Output[str], args: AlertTopicArgs
) -> tuple[ResourceStatement | Deny, ...]:
    alarms = f"arn:aws:cloudwatch:{args.region}:{args.account_id}:alarm:*"
    return (
        ResourceStatement(
            sid="AlarmsPublish",
            services=("cloudwatch.amazonaws.com",),
            actions=("sns:Publish",),
            resources=(topic_arn,),
            conditions={
                "StringEquals": {"aws:SourceAccount": args.account_id},
                "ArnLike": {"aws:SourceArn": alarms},
            },
        ),
        # The account's own people and roles may have the right from IAM; what they would say here
        # would look like an alarm.
        Deny(
            sid="NobodyElsePublishes",
            actions=("sns:Publish",),
            resources=(topic_arn,),
            conditions={"ArnNotLike": {"aws:SourceArn": alarms}},
        ),
        tls_only((topic_arn,), ("sns:Publish",)),
    )
