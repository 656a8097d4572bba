"""A Slack channel that alarms are told to, through Amazon Q in chat applications.

Somebody has to let AWS into the Slack workspace once, in the console; that can't be automated.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.iam import Statement, WorkloadRole, WorkloadRoleArgs, policy_document
from components.observe.composite import unique_name
from components.observe.topic import AlertTopic

# The service has an endpoint in four regions, this one of them in Europe; it serves topics of all:
# https://docs.aws.amazon.com/general/latest/gr/chatbot.html
_REGION = "eu-west-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackChannelArgs:
    """Settings of a channel.

    Attributes:
        workspace_id: of the Slack workspace, ``T…``.
        channel_id: of the channel, ``C…``; a private one must invite ``@Amazon Q``.
        topics: what is told there.
        account_id: whose alarms its members may look at, twelve digits.
    """

    workspace_id: str
    channel_id: str
    topics: tuple[AlertTopic, ...]
    account_id: str

    def __post_init__(self) -> None:
        if not self.topics:
            raise ValueError("topics must not be empty")


class SlackChannel(pulumi.ComponentResource):
    """A channel that hears of alarms, and whose members may look at them and nothing else."""

    def __init__(
        self, name: str, args: SlackChannelArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:observe:SlackChannel", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        permissions = _look(args.account_id)
        role = WorkloadRole(
            f"{name}-channel",
            WorkloadRoleArgs(service="chatbot.amazonaws.com", permissions=permissions),
            opts=child,
        )
        # Holds for whoever writes in the channel, whatever role they choose to write as; without
        # it AWS would let them do everything.
        guardrail = aws.iam.Policy(
            f"{name}-guardrail",
            description="The most that members of the channel may do from there",
            policy=policy_document(permissions),
            opts=child,
        )
        channel = aws.chatbot.SlackChannelConfiguration(
            f"{name}-slack",
            configuration_name=unique_name(name),
            slack_team_id=args.workspace_id,
            slack_channel_id=args.channel_id,
            sns_topic_arns=[topic.arn for topic in args.topics],
            iam_role_arn=role.arn,
            guardrail_policy_arns=[guardrail.arn],
            logging_level="ERROR",
            region=_REGION,
            opts=child,
        )
        self.register_outputs({"chat_configuration_arn": channel.chat_configuration_arn})


def _look(account_id: str) -> tuple[Statement, ...]:
    """What it takes to show an alarm with its graph."""
    return (
        Statement(
            sid="SeeAlarms",
            # Composite alarms, which have no graph, are shown only to who may see all alarms.
            actions=("cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms"),
            resources=(f"arn:aws:cloudwatch:*:{account_id}:alarm:{unique_name('*')}",),
        ),
        Statement(
            sid="SeeMetrics",
            actions=(
                "cloudwatch:GetMetricData",
                "cloudwatch:GetMetricStatistics",
                "cloudwatch:GetMetricWidgetImage",
                "cloudwatch:ListMetrics",
            ),
            resources=("*",),
            unscoped_because="CloudWatch limits these actions to no metric",
        ),
    )
