"""What the components make to look after the stack: see ``tools.delivery``."""

from collections.abc import Mapping
from typing import Final

from tools.delivery_kinds import HERE, MINE, Service, both

# Who looks after the stack, and at what it costs.
WATCHING: Final[Mapping[str, Service]] = {
    "application-autoscaling": Service(
        actions=(
            r"(Register|Deregister)ScalableTarget|(Put|Delete)ScheduledAction|(Tag|Untag)Resource"
            r"|Describe(ScalableTargets|ScheduledActions)|ListTagsForResource"
        ),
        tagged={
            "ScalableTarget": (f"arn:aws:application-autoscaling:{HERE}:scalable-target*",),
        },
        expected=("RegisterScalableTarget", "PutScheduledAction"),
    ),
    "budgets": Service(
        actions=r"(Modify|View)Budget|(Tag|Untag|ListTagsFor)Resource",
        named={"budget": (f"arn:aws:budgets::{{account}}:budget/{MINE}",)},
        expected=("ModifyBudget", "ViewBudget"),
    ),
    "ce": Service(
        actions=(
            r"(Create|Update|Delete)Anomaly(Monitor|Subscription)|GetAnomaly(Monitors|Subscriptions)"
            r"|(Tag|Untag|ListTagsFor)Resource"
        ),
        tagged={
            kind: (f"arn:aws:ce::{{account}}:{kind}*",)
            for kind in ("anomalymonitor", "anomalysubscription")
        },
        expected=("CreateAnomalyMonitor", "CreateAnomalySubscription"),
    ),
    "cloudwatch": Service(
        actions=(
            r"Put(MetricAlarm|CompositeAlarm|Dashboard)|Delete(Alarms|Dashboards)|DescribeAlarms"
            r"|GetDashboard|(Tag|Untag|ListTagsFor)Resource"
        ),
        named={
            "alarm": both("cloudwatch", f"alarm:{MINE}"),
            "dashboard": (f"arn:aws:cloudwatch::{{account}}:dashboard/{MINE}",),
        },
        # Allowed on less it finds no composite alarm: a refresh would take them all for deleted.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
        whole=("DescribeAlarms",),
        expected=("PutMetricAlarm", "PutDashboard", "DeleteAlarms"),
    ),
    "codedeploy": Service(
        actions=(
            r"(Create|Get|Update|Delete)(Application|DeploymentGroup|DeploymentConfig)"
            r"|(Create|Get|Stop)Deployment|(Get|Register)ApplicationRevision"
            r"|(Tag|Untag|ListTagsFor)Resource"
        ),
        named={
            kind: (f"arn:aws:codedeploy:{HERE}:{kind}:{MINE}",)
            for kind in ("application", "deploymentconfig", "deploymentgroup")
        },
        expected=("CreateApplication", "CreateDeploymentGroup", "CreateDeployment"),
    ),
    "sns": Service(
        actions=(
            r"(Create|Delete)Topic|(Get|Set)(Topic|Subscription)Attributes|Subscribe|Unsubscribe"
            r"|(Tag|Untag|ListTagsFor)Resource"
        ),
        named={"topic": both("sns", MINE)},
        expected=("CreateTopic", "Subscribe", "SetTopicAttributes"),
    ),
    "sqs": Service(
        actions=r"(Create|Delete)Queue|(Get|Set)QueueAttributes|(Tag|Untag)Queue|ListQueueTags",
        named={"queue": both("sqs", MINE)},
        expected=("CreateQueue", "SetQueueAttributes"),
    ),
    "xray": Service(
        actions=(
            r"(Create|Update|Delete)(Group|SamplingRule)|GetGroup|GetSamplingRules"
            r"|(Tag|Untag|ListTagsFor)Resource"
        ),
        named={
            kind: (f"arn:aws:xray:{HERE}:{kind}/{MINE}",) for kind in ("group", "sampling-rule")
        },
        expected=("CreateGroup", "CreateSamplingRule"),
    ),
}
