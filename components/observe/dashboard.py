"""A dashboard of what alarms look at, and of what explains them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import pulumi
import pulumi_aws as aws

from components.observe.composite import unique_name
from components.observe.metrics import Calculation, Metric, Section, Signal, Vital

_WIDTH, _HEIGHT = 24, 6
_COLUMNS = 2
_TITLES: Mapping[Section, str] = {
    "traffic": "Traffic: how much is asked for",
    "errors": "Errors: what goes wrong",
    "latency": "Latency: how long it takes",
    "saturation": "Saturation: how near the limits are",
    "cost": "Cost: what is paid for by use",
}
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
_MOST_ALARMS = 100
_PERIOD_SECONDS = 300
_Widget = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """What stands together on a dashboard: the vitals of one resource.

    Attributes:
        title: what the resource is called.
        region: where its metrics are.
    """

    title: str
    region: str
    vitals: tuple[Vital, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DashboardArgs:
    """Settings of a dashboard.

    Attributes:
        panels: what is drawn, each part in its section.
        alarm_arns: the alarms whose states stand at the top.
        region: where the dashboard is; it shows metrics of any.
    """

    panels: tuple[Panel, ...]
    alarm_arns: tuple[pulumi.Output[str], ...]
    region: str


class Dashboard(pulumi.ComponentResource):
    """A dashboard in five sections, after the states of the alarms."""

    dashboard_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:observe:Dashboard", name, None, opts)
        dashboard = aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=unique_name(name),
            dashboard_body=pulumi.Output.json_dumps({"widgets": _stacked(_rows(args))}),
            region=args.region,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.dashboard_name = dashboard.dashboard_name
        self.register_outputs({"dashboard_name": self.dashboard_name})


def _rows(args: DashboardArgs) -> Iterator[list[_Widget]]:
    """The widgets, row by row."""
    for start in range(0, len(args.alarm_arns), _MOST_ALARMS):
        alarms = args.alarm_arns[start : start + _MOST_ALARMS]
        yield [_widget("alarm", _WIDTH, 4, title="Alarms", alarms=list(alarms))]
    for section in get_args(Section):
        graphs = [graph for panel in args.panels for graph in _graphs(panel, section)]
        if graphs:
            yield [_widget("text", _WIDTH, 1, markdown=f"## {_TITLES[section]}")]
        for start in range(0, len(graphs), _COLUMNS):
            yield graphs[start : start + _COLUMNS]


def _graphs(panel: Panel, section: Section) -> Iterator[_Widget]:
    """A graph for each unit: bytes and per cent on one axis would show nothing of either."""
    vitals = [item for item in panel.vitals if item.section == section]
    for unit in dict.fromkeys(item.signal.unit for item in vitals):
        drawn = [item for item in vitals if item.signal.unit == unit]
        yield _widget(
            "metric",
            _WIDTH // _COLUMNS,
            _HEIGHT,
            title=f"{panel.title}: {section}" + ("" if unit == "count" else f", {unit}"),
            region=panel.region,
            view="timeSeries",
            period=_PERIOD_SECONDS,
            metrics=[
                line for index, item in enumerate(drawn) for line in _lines(index, item.signal)
            ],
            annotations={
                "horizontal": [
                    {"label": f"Alarm: {item.key}", "value": item.alarm.threshold}
                    for item in drawn
                    if item.alarm is not None
                ]
            },
        )


def _lines(index: int, signal: Signal) -> Iterator[list[Any]]:
    """A line a metric, and one for what is calculated; ids are unique in a graph."""
    if isinstance(signal, Metric):
        yield _line(signal, label=signal.label)
        return
    for metric_id, metric in signal.metrics.items():
        yield _line(metric, id=_unique(index, metric_id), visible=False)
    yield [{"expression": _renamed(index, signal), "id": f"e{index}", "label": signal.label}]


def _line(metric: Metric, **options: object) -> list[Any]:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    return [metric.namespace, metric.name, *dimensions, {"stat": metric.statistic, **options}]


def _unique(index: int, metric_id: str) -> str:
    return f"m{index}_{metric_id}"


def _renamed(index: int, calculation: Calculation) -> str:
    names = "|".join(map(re.escape, calculation.metrics))
    return re.sub(rf"\b({names})\b", lambda match: _unique(index, match[1]), calculation.expression)


def _widget(kind: str, width: int, height: int, **properties: object) -> _Widget:
    return {"type": kind, "width": width, "height": height, "properties": properties}


def _stacked(rows: Iterator[list[_Widget]]) -> list[_Widget]:
    """Put each widget in its place: rows below each other, widgets beside each other."""
    placed, top = [], 0
    for row in rows:
        left = 0
        for widget in row:
            placed.append({**widget, "x": left, "y": top})
            left += widget["width"]
        top += max(widget["height"] for widget in row)
    return placed
