"""Objectives, and alarms on how fast their error budgets burn.

An objective of 99.9 % allows one request in a thousand to be bad: that is its budget. A burn rate
of 1 uses it up in just the time that the objective is for, 30 days; one of 14.4 in two days. Each
alarm looks at two windows: the long one says that it matters, the short one that it still goes on.
https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts

CloudWatch calculates with metrics of one period at a time, so that each window is an alarm of its
own, whose period is the window, and a composite alarm joins the two. A period may be as long as
seven days: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.observe.alarm import Alarm, AlarmArgs
from components.observe.composite import Composite, CompositeArgs
from components.observe.metrics import (
    Calculation,
    Condition,
    Metric,
    Section,
    Severity,
    Vital,
)
from components.observe.topic import AlertTopic
from components.observe.vitals_api import api_source
from components.watched import WatchedApi

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Burn:
    """How fast a budget may not burn, and over which windows that is looked at.

    Attributes:
        key: ends the alarm's name.
        rate: times the rate that just uses the budget up.
    """

    key: str
    rate: float
    long_seconds: int
    short_seconds: int
    severity: Severity

    @property
    def budget_percent(self) -> float:
        """How much of a 30 days' budget is gone when the long window burns at this rate."""
        return 100 * self.rate * self.long_seconds / (30 * _DAY)


BURNS = (
    Burn(key="fast", rate=14.4, long_seconds=_HOUR, short_seconds=5 * _MINUTE, severity="page"),
    Burn(key="steady", rate=6, long_seconds=6 * _HOUR, short_seconds=30 * _MINUTE, severity="page"),
    Burn(key="slow", rate=1, long_seconds=3 * _DAY, short_seconds=6 * _HOUR, severity="notify"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Indicator:
    """What an objective is about.

    Attributes:
        promise: what the objective says that requests are, for people.
        bad_share: part of the requests that break it, from 0 to 1, in metric maths.
        metrics: by the ids in `bad_share`, and ``requests``, which counts all of them.
        first_action: what to do when too many break it.
        section: where it stands on a dashboard.
    """

    section: Section
    promise: str
    bad_share: str
    metrics: Mapping[str, Metric]
    first_action: str

    def __post_init__(self) -> None:
        if "requests" not in self.metrics:
            raise ValueError(f"metrics must have requests, got {', '.join(self.metrics)}")


def availability(api: WatchedApi) -> Indicator:
    """Requests are answered, and not with an error of ours."""
    return Indicator(
        section="errors",
        promise="answered without an error of ours",
        bad_share="FILL(errors, 0) / requests",
        metrics={
            "errors": _metric(api, "5xx", "Sum"),
            "requests": _metric(api, "Count", "Sum"),
        },
        first_action=(
            "run the saved query 'failed' on the access log for the routes, and go back to the"
            " version before if it began with a release."
        ),
    )


def latency(api: WatchedApi, milliseconds: int) -> Indicator:
    """Requests are answered in time."""
    return Indicator(
        section="latency",
        promise=f"answered within {milliseconds} ms",
        bad_share="(100 - prompt) / 100",
        metrics={
            # How many per cent of the values are no larger.
            "prompt": _metric(api, "Latency", f"PR(:{milliseconds})"),
            "requests": _metric(api, "Count", "Sum"),
        },
        first_action=(
            "run the saved query 'slow' on the access log for the routes, and open their slowest"
            " traces."
        ),
    )


def _metric(api: WatchedApi, name: str, statistic: str) -> Metric:
    return api_source(api).metric(name, statistic, name)


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectiveArgs:
    """Settings of an objective.

    Attributes:
        indicator: what it is about.
        percent: how many requests keep the promise, over 30 days: 95 to less than 100. Without a
            budget nothing could burn, and with a larger one not even an outage would burn fast.
        topic: is told when the budget burns; in the region of the metrics.
        least_requests: requests in a window below which it means nothing.
    """

    indicator: Indicator
    percent: float
    topic: AlertTopic
    least_requests: int = 20

    def __post_init__(self) -> None:
        if not 95 <= self.percent < 100:
            raise ValueError(f"percent must be from 95 to less than 100, got {self.percent}")


class Objective(pulumi.ComponentResource):
    """An objective: an alarm for each rate at which its budget may burn."""

    region: str
    alarms: tuple[Composite, ...]
    vital: Vital

    def __init__(
        self, name: str, args: ObjectiveArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:observe:Objective", name, None, opts)
        self._name = name
        self._args = args
        self._budget = (100 - args.percent) / 100
        self.region = args.topic.region
        self.alarms = tuple(self._alarm(burn) for burn in BURNS)
        self.vital = Vital(key=name, section=args.indicator.section, signal=self._rate(BURNS[0]))
        self.register_outputs({"alarms": [alarm.arn for alarm in self.alarms]})

    def _alarm(self, burn: Burn) -> Composite:
        indicator = self._args.indicator
        windows = tuple(
            Alarm(
                f"{self._name}-{burn.key}-{window}",
                AlarmArgs(
                    signal=self._rate(burn),
                    condition=Condition(
                        threshold=burn.rate,
                        missing="notBreaching",
                        severity=burn.severity,
                        period_seconds=seconds,
                        periods=1,
                        breaches=1,
                        meaning=(
                            f"The budget of {self._name} burnt at more than {burn.rate:g} times"
                            f" its rate in the last {_length(seconds)}."
                        ),
                        first_action=f"nothing: it is one half of {self._name}-{burn.key}.",
                    ),
                    topic=self._args.topic,
                    tells=False,
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )
            for window, seconds in (("long", burn.long_seconds), ("short", burn.short_seconds))
        )
        return Composite(
            f"{self._name}-{burn.key}",
            CompositeArgs(
                parts=windows,
                when="all",
                severity=burn.severity,
                topic=self._args.topic,
                description=(
                    f"The objective that {self._args.percent:g} % of the requests are"
                    f" {indicator.promise} is at risk: over {_length(burn.long_seconds)}, and"
                    f" still over the last {_length(burn.short_seconds)}, more than"
                    f" {burn.rate:g} times as many as it allows were not. At this rate the"
                    f" {_length(burn.long_seconds)} alone use up {burn.budget_percent:.0f} % of a"
                    f" month's budget. First: {indicator.first_action}"
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rate(self, burn: Burn) -> Calculation:
        """Times the budget's rate; 0 while one bad request alone would make it reach `burn`."""
        one_alone = math.floor(1 / (burn.rate * self._budget))
        floor = max(one_alone + 1, self._args.least_requests)
        # Without the rest that a binary fraction has, and never as 5e-05.
        budget = f"{self._budget:.6f}".rstrip("0")
        return Calculation(
            expression=f"IF(requests >= {floor}, {self._args.indicator.bad_share} / {budget}, 0)",
            metrics=self._args.indicator.metrics,
            label=f"{self._name}: times the rate that uses the budget up",
            unit="times",
        )


def _length(seconds: int) -> str:
    for unit, size in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    raise ValueError(f"seconds must be whole minutes, got {seconds}")
