"""The sections ``alerts``, ``objectives`` and ``budget``.

Nothing is listed here: each component says what it is made of, and each of those is watched.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.api.functions import Function
from components.observe.composite import Composite, CompositeArgs
from components.observe.dashboard import Dashboard, DashboardArgs, Panel
from components.observe.metrics import Metric, Vital
from components.observe.objectives import (
    Indicator,
    Objective,
    ObjectiveArgs,
    availability,
    latency,
)
from components.observe.queries import SavedQueries, SavedQueriesArgs
from components.observe.spending import Spending, SpendingArgs
from components.observe.topic import AlertTopic
from components.observe.tracing import Tracing, TracingArgs
from components.observe.watch import Watch, WatchArgs
from components.watched import EDGE_REGION, Watched, WatchedApi, WatchedFunction
from composition.alerts import make_slack, make_topics, page_name
from composition.api import Api
from composition.data import Stores
from composition.frontend import Front
from composition.keys import Keys
from settings import Settings

# AWS says what a month has cost so far in this region only, once billing alerts are switched on.
_BILL = Vital(
    key="bill",
    section="cost",
    signal=Metric(
        namespace="AWS/Billing",
        name="EstimatedCharges",
        dimensions={"Currency": "USD"},
        statistic="Maximum",
        label="This month so far",
        unit="USD",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What looks after the stack.

    Attributes:
        watches: the alarms of each resource.
        dashboard: what the alarms look at.
    """

    watches: tuple[Watch, ...]
    dashboard: Dashboard

    def alarm_names(self, items: Sequence[Watched]) -> tuple[pulumi.Output[str], ...]:
        """The alarms of some resources, such as those that stop a release."""
        return tuple(
            alarm.alarm_name
            for watch in self.watches
            if any(watch.item is item for item in items)
            for alarm in watch.alarms
        )


def make_observation(
    current: Settings,
    stores: Stores,
    api: Api | None,
    migrations: Function | None,
    front: Front,
    keys: Keys,
    platform: pulumi.ResourceOptions,
) -> Observation | None:
    """Alarms on all there is, and all that goes with them."""
    if current.alerts is None:
        return None
    items = tuple(_watched(stores, api, migrations, front))
    topics = make_topics(current, items, keys, platform)
    make_slack(current, topics, platform)
    items += tuple(item for topic in topics.values() for item in topic.watched)
    watches = tuple(
        Watch(
            f"{item.name}-{item.kind}",
            WatchArgs(item=item, topic=topics[item.region or current.region]),
            opts=platform,
        )
        for item in items
    )
    objectives = tuple(_make_objectives(current, items, topics[current.region], platform))
    _make_pages(topics, watches, objectives, platform)
    functions = [item.function_name for item in items if isinstance(item, WatchedFunction)]
    if functions:
        Tracing(
            "traces",
            TracingArgs(function_names=tuple(functions), region=current.region),
            opts=platform,
        )
    SavedQueries("queries", SavedQueriesArgs(items=items, region=current.region), opts=platform)
    return Observation(
        watches=watches, dashboard=_make_dashboard(current, watches, objectives, platform)
    )


def make_spending(current: Settings, platform: pulumi.ResourceOptions) -> None:
    """The budget of the account."""
    if current.budget is None:
        return
    Spending(
        "spending",
        SpendingArgs(
            limit_usd=current.budget.limit_usd,
            emails=current.budget.emails or (current.alerts.emails if current.alerts else ()),
            anomaly_monitor_arn=current.budget.anomaly_monitor_arn,
        ),
        opts=platform,
    )


def _watched(
    stores: Stores, api: Api | None, migrations: Function | None, front: Front
) -> Iterator[Watched]:
    for table in stores.tables.values():
        yield from table.watched
    if stores.database is not None:
        yield from stores.database.watched
    if api is not None:
        yield from api.function.watched
        yield from api.http.watched
        if api.guard is not None:
            yield from api.guard.watched
    if migrations is not None:
        yield from migrations.watched
    yield from front.watched


def _make_objectives(
    current: Settings,
    items: Sequence[Watched],
    topic: AlertTopic,
    platform: pulumi.ResourceOptions,
) -> Iterator[Objective]:
    objectives = current.objectives
    if objectives is None:
        return
    promises: dict[str, tuple[float, Indicator]] = {}
    for item in items:
        if not isinstance(item, WatchedApi):
            continue
        if objectives.availability_percent is not None:
            promises[f"{item.name}-availability"] = (
                objectives.availability_percent,
                availability(item),
            )
        if (within := objectives.latency) is not None:
            promises[f"{item.name}-latency"] = (
                within.percent,
                latency(item, within.milliseconds),
            )
    for name, (percent, indicator) in promises.items():
        yield Objective(
            name, ObjectiveArgs(indicator=indicator, percent=percent, topic=topic), opts=platform
        )


def _make_pages(
    topics: Mapping[str, AlertTopic],
    watches: Sequence[Watch],
    objectives: Sequence[Objective],
    platform: pulumi.ResourceOptions,
) -> None:
    """One alarm a region that calls somebody, whatever of what can't wait has gone off."""
    groups: tuple[Watch | Objective, ...] = (*watches, *objectives)
    for region, topic in topics.items():
        severe = tuple(
            alarm
            for group in groups
            if group.region == region
            for alarm in group.alarms
            if alarm.severity == "page"
        )
        if severe:
            Composite(
                page_name(region),
                CompositeArgs(
                    parts=severe,
                    when="any",
                    severity="page",
                    topic=topic,
                    description=(
                        "People who use the platform notice that something is wrong. First: see"
                        " which alarms this one consists of have gone off, and what they say to"
                        " do; the dashboard shows them at its top."
                    ),
                ),
                opts=platform,
            )


def _make_dashboard(
    current: Settings,
    watches: Sequence[Watch],
    objectives: Sequence[Objective],
    platform: pulumi.ResourceOptions,
) -> Dashboard:
    groups: tuple[Objective | Watch, ...] = (*objectives, *watches)
    promises = tuple(objective.vital for objective in objectives)
    return Dashboard(
        "overview",
        DashboardArgs(
            panels=(
                *(
                    (Panel(title="Objectives", region=current.region, vitals=promises),)
                    if promises
                    else ()
                ),
                *(
                    Panel(
                        title=f"{watch.item.name} ({watch.item.kind})",
                        region=watch.region,
                        vitals=watch.vitals,
                    )
                    for watch in watches
                ),
                Panel(title="Account", region=EDGE_REGION, vitals=(_BILL,)),
            ),
            alarm_arns=tuple(alarm.arn for group in groups for alarm in group.alarms),
            region=current.region,
        ),
        opts=platform,
    )
