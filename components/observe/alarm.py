"""Alarms on a metric, or on a calculation with several."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.observe.metrics import Calculation, Condition, Metric, Severity, Signal
from components.observe.topic import AlertTopic

_OPERATORS = {"over": "GreaterThanThreshold", "under": "LessThanThreshold"}
_STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
_RESULT = "result"


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmArgs:
    """Settings of an alarm.

    Attributes:
        signal: what it looks at. A percentile must be calculated, with a floor on traffic.
        condition: when it goes off, and what it says.
        topic: hears when it goes off and when it is over. The metrics are in the topic's region.
        tells: off for a part of a composite alarm: the whole tells, a part means nothing yet.
    """

    signal: Signal
    condition: Condition
    topic: AlertTopic
    tells: bool = True

    def __post_init__(self) -> None:
        if isinstance(self.signal, Metric) and self.signal.statistic not in _STATISTICS:
            raise ValueError(
                f"signal must have one of the statistics {', '.join(_STATISTICS)}, or be "
                f"calculated; got {self.signal.statistic}"
            )


class Alarm(pulumi.ComponentResource):
    """An alarm with its metric, in the region of the topic that it tells."""

    arn: pulumi.Output[str]
    # What a composite alarm knows it by.
    alarm_name: pulumi.Output[str]
    severity: Severity

    def __init__(
        self, name: str, args: AlarmArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:observe:Alarm", name, None, opts)
        metric = args.signal if isinstance(args.signal, Metric) else None
        condition = args.condition
        alarm = aws.cloudwatch.MetricAlarm(
            f"{name}-alarm",
            alarm_description=condition.description,
            namespace=None if metric is None else metric.namespace,
            metric_name=None if metric is None else metric.name,
            dimensions=None if metric is None else metric.dimensions,
            statistic=None if metric is None else metric.statistic,
            period=None if metric is None else condition.period_seconds,
            metric_queries=_queries(args.signal, condition.period_seconds),
            comparison_operator=_OPERATORS[condition.comparison],
            threshold=condition.threshold,
            evaluation_periods=condition.periods,
            datapoints_to_alarm=condition.breaches,
            treat_missing_data=condition.missing,
            alarm_actions=[args.topic.arn] if args.tells else None,
            ok_actions=[args.topic.arn] if args.tells else None,
            region=args.topic.region,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = alarm.arn
        self.alarm_name = alarm.name
        self.severity = condition.severity
        self.register_outputs({"arn": self.arn, "alarm_name": self.alarm_name})


def _queries(
    signal: Signal, period_seconds: int
) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgs] | None:
    """The metrics that are calculated with, and the calculation."""
    if not isinstance(signal, Calculation):
        return None
    queries = [
        aws.cloudwatch.MetricAlarmMetricQueryArgs(
            id=metric_id,
            metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=metric.dimensions,
                stat=metric.statistic,
                period=period_seconds,
            ),
            return_data=False,
        )
        for metric_id, metric in signal.metrics.items()
    ]
    result = aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=_RESULT, expression=signal.expression, label=signal.label, return_data=True
    )
    return [*queries, result]
