"""All alarms of one resource."""

from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.observe.alarm import Alarm, AlarmArgs
from components.observe.metrics import Vital
from components.observe.thresholds import Thresholds
from components.observe.topic import AlertTopic
from components.observe.vitals import vitals_of
from components.watched import Watched, WatchedDistribution


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchArgs:
    """What to watch.

    Attributes:
        item: the resource, as its component shows it.
        topic: is told; it must be in the region of the resource's metrics.
        limits: where the alarms are set.
    """

    item: Watched
    topic: AlertTopic
    limits: Thresholds = field(default_factory=Thresholds)

    def __post_init__(self) -> None:
        if self.item.region not in {None, self.topic.region}:
            raise ValueError(
                f"topic must be in {self.item.region}, where the metrics of {self.item.name} are; "
                f"got {self.topic.region}"
            )


class Watch(pulumi.ComponentResource):
    """The alarms of one resource."""

    item: Watched
    region: str
    vitals: tuple[Vital, ...]
    alarms: tuple[Alarm, ...]

    def __init__(
        self, name: str, args: WatchArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:observe:Watch", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.item = args.item
        self.region = args.topic.region
        self.vitals = vitals_of(args.item, args.limits)
        if isinstance(args.item, WatchedDistribution):
            _more_metrics(f"{name}-metrics", args.item, child)
        self.alarms = tuple(
            Alarm(
                f"{name}-{vital.key}",
                AlarmArgs(signal=vital.signal, condition=vital.alarm, topic=args.topic),
                opts=child,
            )
            for vital in self.vitals
            if vital.alarm is not None
        )
        self.register_outputs({"alarms": [alarm.arn for alarm in self.alarms]})


def _more_metrics(name: str, item: WatchedDistribution, opts: pulumi.ResourceOptions) -> None:
    """Switch on what CloudFront doesn't measure by itself, such as hits; paid by the month."""
    cf = aws.cloudfront
    cf.MonitoringSubscription(
        name,
        distribution_id=item.distribution_id,
        monitoring_subscription=cf.MonitoringSubscriptionMonitoringSubscriptionArgs(
            realtime_metrics_subscription_config=cf.MonitoringSubscriptionMonitoringSubscriptionRealtimeMetricsSubscriptionConfigArgs(
                realtime_metrics_subscription_status="Enabled"
            )
        ),
        opts=opts,
    )
