"""Metrics, and calculations with them: said once, compared by an alarm and drawn on a dashboard."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pulumi

Unit: TypeAlias = Literal["count", "%", "ms", "s", "bytes", "days", "USD", "times"]
Section: TypeAlias = Literal["traffic", "errors", "latency", "saturation", "cost"]
Severity: TypeAlias = Literal["page", "notify"]
Missing: TypeAlias = Literal["breaching", "ignore", "notBreaching"]
Comparison: TypeAlias = Literal["over", "under"]

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
# The most that an alarm may calculate with, and the longest calculation.
_MOST_METRICS = 10
_LONGEST_EXPRESSION = 1024
_DAY_SECONDS = 86_400
# Alarms say what they mean and what to do first, in at most so many characters.
_LONGEST_DESCRIPTION = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """One metric of one resource.

    Attributes:
        statistic: how the values of a period become one: ``Sum``, ``Average``, ``Maximum``,
            ``Minimum``, or a percentile such as ``p95``.
        label: what a dashboard calls it.
        unit: what can be drawn in one graph with it.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: str
    label: str
    unit: Unit = "count"


@dataclass(frozen=True, slots=True)
class Source:
    """What one resource's metrics have in common.

    Attributes:
        dimensions: by which CloudWatch knows the resource.
    """

    namespace: str
    dimensions: Mapping[str, pulumi.Input[str]]

    def metric(
        self, name: str, statistic: str, label: str, unit: Unit = "count", **further: str
    ) -> Metric:
        """One of them; `further` dimensions narrow it."""
        return Metric(
            namespace=self.namespace,
            name=name,
            dimensions={**self.dimensions, **further},
            statistic=statistic,
            label=label,
            unit=unit,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Calculation:
    """A value calculated from several metrics of one region.

    Attributes:
        expression: in CloudWatch's metric maths, over the ids of `metrics`.
        metrics: by id, at most ten, which is what an alarm takes.
        label: what a dashboard calls the result.
        unit: of the result.
    """

    expression: str
    metrics: Mapping[str, Metric]
    label: str
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= len(self.metrics) <= _MOST_METRICS:
            raise ValueError(f"metrics must be 1 to {_MOST_METRICS}, got {len(self.metrics)}")
        if len(self.expression) > _LONGEST_EXPRESSION:
            raise ValueError(
                f"expression must have at most {_LONGEST_EXPRESSION} characters, "
                f"got {len(self.expression)}"
            )
        # Functions are in capitals, so that whatever begins small is an id.
        used = set(re.findall(r"\b[a-z]\w*", self.expression))
        if used != set(self.metrics) or not all(map(_ID.fullmatch, self.metrics)):
            raise ValueError(
                f"metrics must be those of the expression, {', '.join(sorted(used))}; "
                f"got {', '.join(sorted(self.metrics))}"
            )


Signal: TypeAlias = Metric | Calculation


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """When a signal means that somebody has to act.

    Attributes:
        comparison: whether values ``over`` or ``under`` the threshold are bad.
        missing: what a period without data is taken for: mostly nothing happens, and all is well.
        meaning: what is wrong, in a sentence.
        first_action: what to do first, in a sentence.
        severity: ``page`` calls somebody at any hour, ``notify`` can wait for the morning.
        period_seconds: what one value stands for.
        periods: how many values are looked at.
        breaches: how many of them must be bad.
    """

    threshold: float
    meaning: str
    first_action: str
    missing: Missing = "notBreaching"
    comparison: Comparison = "over"
    severity: Severity = "notify"
    period_seconds: int = 300
    periods: int = 3
    breaches: int = 2

    def __post_init__(self) -> None:
        if self.period_seconds < 60 or self.period_seconds % 60:
            raise ValueError(f"period_seconds must be a multiple of 60, got {self.period_seconds}")
        if not 1 <= self.breaches <= self.periods:
            raise ValueError(f"breaches must be from 1 to {self.periods}, got {self.breaches}")
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        longest = 7 * _DAY_SECONDS if self.period_seconds >= 3600 else _DAY_SECONDS
        if self.period_seconds * self.periods > longest:
            raise ValueError(
                f"periods must span at most {longest} s with periods of {self.period_seconds} s, "
                f"got {self.periods}"
            )
        if len(self.description) > _LONGEST_DESCRIPTION:
            raise ValueError(
                f"meaning and first_action must have at most {_LONGEST_DESCRIPTION} characters "
                f"together, got {len(self.description)}"
            )

    @property
    def description(self) -> str:
        """What whoever gets the alarm reads."""
        return f"{self.meaning} First: {self.first_action}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Vital:
    """One thing worth looking at, and worth an alarm or not.

    Attributes:
        key: its name among those of the same resource; it ends the alarm's name.
        section: where it stands on a dashboard.
        alarm: when it is bad; ``None`` when it only explains the others.
    """

    key: str
    section: Section
    signal: Signal
    alarm: Condition | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Traffic:
    """How much there is to do, against which what goes wrong is held.

    Attributes:
        name: its id in calculations.
        metric: counts it.
        floor: the least in a period for which a share or a percentile means anything: with one
            request a night, one error would be a hundred per cent.
    """

    name: str
    metric: Metric
    floor: int

    def share(self, bad: str, metric: Metric, *, label: str, beside: bool = False) -> Calculation:
        """Calculate how many per cent are bad, and 0 where there is little traffic.

        Args:
            bad: id of the metric that counts what is bad.
            beside: whether the traffic is counted without what is bad.
        """
        # Where nothing is bad, or nothing good, AWS often says nothing at all instead of 0.
        whole = f"(FILL({self.name}, 0) + FILL({bad}, 0))" if beside else self.name
        return Calculation(
            expression=f"IF({whole} >= {self.floor}, 100 * FILL({bad}, 0) / {whole}, 0)",
            metrics={bad: metric, self.name: self.metric},
            label=label,
            unit="%",
        )

    def enough_for(self, value: str, metric: Metric, *, otherwise: int = 0) -> Calculation:
        """Take a metric as it is, and `otherwise`, which is good, where there is little traffic."""
        return Calculation(
            expression=f"IF({self.name} >= {self.floor}, {value}, {otherwise})",
            metrics={value: metric, self.name: self.metric},
            label=metric.label,
            unit=metric.unit,
        )


def total(metrics: Mapping[str, Metric], *, label: str) -> Calculation:
    """Add metrics up. A metric that says nothing counts as 0, even if all of them are silent."""
    return Calculation(
        expression=" + ".join(f"FILL({name}, 0)" for name in metrics),
        metrics=metrics,
        label=label,
        unit="count",
    )
