"""What is looked at in each kind of resource, and when it is bad."""

from collections.abc import Mapping
from typing import Any, get_args

import pulumi
import pytest

from components.observe.metrics import Calculation, Condition, Section, Vital
from components.observe.thresholds import Thresholds
from components.observe.vitals import vitals_of
from components.observe.watch import Watch, WatchArgs
from components.watched import (
    Watched,
    WatchedCertificate,
    WatchedCluster,
    WatchedDistribution,
    WatchedFirewall,
    WatchedQueue,
    WatchedServer,
    WatchedTable,
)
from tests.components.observed import (
    ALARM,
    EDGE,
    built,
    calculated,
    topic,
    watched_api,
    watched_function,
)

GIB = 1024**3


def text(value: str) -> pulumi.Output[str]:
    return pulumi.Output.from_input(value)


def server() -> WatchedServer:
    return WatchedServer(
        name="database",
        identifier=text("db"),
        log_group_name=text("db-log"),
        max_connections=400,
        memory_bytes=4 * GIB,
        storage_bytes=20 * GIB,
    )


def cluster(*, pauses: bool = False, has_readers: bool = True) -> WatchedCluster:
    return WatchedCluster(
        name="database",
        identifier=text("db"),
        log_group_name=text("db-log"),
        max_connections=800,
        pauses=pauses,
        has_readers=has_readers,
    )


def table(*indexes: str) -> WatchedTable:
    return WatchedTable(name="coupons", table_name=text("coupons"), indexes=indexes)


def queue(*, dead_letters: bool) -> WatchedQueue:
    return WatchedQueue(name="orders", queue_name=text("orders"), dead_letters=dead_letters)


# Made where there is an event loop, which outputs need.
ITEMS: Mapping[str, Any] = {
    "function": watched_function,
    "api": watched_api,
    "table": lambda: table("newest"),
    "server": server,
    "cluster": cluster,
    "distribution": lambda: WatchedDistribution(name="site", distribution_id=text("E1")),
    "firewall": lambda: WatchedFirewall(name="firewall", metric_name="plinth-test-firewall"),
    "certificate": lambda: WatchedCertificate(
        name="tls", region=EDGE, certificate_arn=text("arn:aws:acm:…")
    ),
    "queue": lambda: queue(dead_letters=False),
    "dead-letters": lambda: queue(dead_letters=True),
}


def vitals(make: Any, limits: Thresholds | None = None) -> dict[str, Vital]:
    """The vitals of a resource by their keys."""
    found: list[Vital] = []
    built(lambda: found.extend(vitals_of(make(), limits or Thresholds())))
    assert len({item.key for item in found}) == len(found)
    return {item.key: item for item in found}


def alarms(make: Any, limits: Thresholds | None = None) -> dict[str, Condition]:
    return {key: item.alarm for key, item in vitals(make, limits).items() if item.alarm}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("function", {"errors", "throttles", "duration", "concurrency"}),
        ("api", {"client-errors", "server-errors", "latency"}),
        ("table", {"throttles", "throttles-newest", "system-errors"}),
        ("server", {"cpu", "connections", "memory", "storage"}),
        ("cluster", {"cpu", "connections", "capacity", "lag"}),
        ("distribution", {"server-errors", "hits"}),
        ("firewall", {"blocked"}),
        ("certificate", {"expiry"}),
        ("queue", {"age"}),
        ("dead-letters", {"messages"}),
    ],
)
def test_each_kind_has_its_alarms(kind: str, expected: set[str]) -> None:
    assert alarms(ITEMS[kind]).keys() == expected


@pytest.mark.parametrize("kind", ITEMS)
def test_an_alarm_says_what_it_means_and_what_to_do_first(kind: str) -> None:
    for condition in alarms(ITEMS[kind]).values():
        assert condition.meaning.endswith(".")
        assert condition.first_action[0].islower()
        assert condition.first_action.endswith(".")
        assert len(condition.description) > 80


@pytest.mark.parametrize("kind", ITEMS)
def test_what_is_looked_at_is_in_a_section_of_the_dashboard(kind: str) -> None:
    assert {item.section for item in vitals(ITEMS[kind]).values()} <= set(get_args(Section))


def ratio(kind: str, key: str) -> Calculation:
    signal = vitals(ITEMS[kind])[key].signal
    assert isinstance(signal, Calculation)
    return signal


@pytest.mark.parametrize(
    ("kind", "key", "bad", "all_of_them"),
    [
        ("function", "errors", "errors", "invocations"),
        ("api", "client-errors", "errors", "requests"),
        ("api", "server-errors", "errors", "requests"),
    ],
)
def test_one_error_at_night_is_no_alarm(kind: str, key: str, bad: str, all_of_them: str) -> None:
    rate = ratio(kind, key).expression
    threshold = alarms(ITEMS[kind])[key].threshold
    assert calculated(rate, **{bad: 1, all_of_them: 1}) == 0
    assert calculated(rate, **{bad: 100, all_of_them: 100}) == 100 > threshold


def test_a_function_of_which_every_call_is_turned_away_is_an_alarm() -> None:
    rate = ratio("function", "throttles").expression
    assert calculated(rate, throttles=50, invocations=None) == 100


def test_a_slow_call_at_night_is_no_alarm() -> None:
    slow = ratio("function", "duration").expression
    assert calculated(slow, duration=9_999, invocations=1) == 0
    assert calculated(slow, duration=9_999, invocations=100) == 9_999
    assert calculated(ratio("api", "latency").expression, latency=9_999, requests=1) == 0


def test_a_site_that_nobody_visits_has_every_page_at_the_edge() -> None:
    hits = ratio("distribution", "hits").expression
    assert calculated(hits, hits=0, requests=1) == 100
    assert calculated(hits, hits=79, requests=1_000) == 79
    condition = alarms(ITEMS["distribution"])["hits"]
    assert (condition.comparison, condition.threshold) == ("under", 80)


@pytest.mark.parametrize(
    ("timeout", "reserved", "duration", "concurrency"),
    [(10, None, 8_000, 800), (900, 50, 720_000, 40)],
)
def test_a_function_is_measured_by_its_own_limits(
    timeout: int, reserved: int | None, duration: float, concurrency: float
) -> None:
    found = alarms(lambda: watched_function(timeout_seconds=timeout, reserved_concurrency=reserved))
    assert found["duration"].threshold == duration
    assert found["concurrency"].threshold == concurrency


def test_a_server_is_measured_by_its_size() -> None:
    found = alarms(server)
    assert found["connections"].threshold == 320
    assert (found["memory"].comparison, found["memory"].threshold) == ("under", 0.05 * 4 * GIB)
    assert (found["storage"].comparison, found["storage"].threshold) == ("under", 2 * GIB)


def test_a_server_that_says_nothing_is_down_unless_it_may_pause() -> None:
    assert alarms(server)["cpu"].missing == "breaching"
    assert alarms(lambda: cluster(pauses=False))["cpu"].missing == "breaching"
    assert alarms(lambda: cluster(pauses=True))["cpu"].missing == "notBreaching"


def test_lag_is_looked_at_where_there_are_readers() -> None:
    assert "lag" in alarms(lambda: cluster(has_readers=True))
    assert "lag" not in alarms(lambda: cluster(has_readers=False))


def test_any_message_among_dead_letters_is_one_too_many() -> None:
    (condition,) = alarms(lambda: queue(dead_letters=True)).values()
    assert (condition.comparison, condition.threshold, condition.breaches) == ("over", 0, 1)


def test_what_wakes_somebody_is_what_people_notice() -> None:
    waking = {
        (kind, key)
        for kind, make in ITEMS.items()
        for key, condition in alarms(make).items()
        if condition.severity == "page"
    }
    assert waking == {
        ("api", "server-errors"),
        ("distribution", "server-errors"),
        ("server", "connections"),
        ("server", "storage"),
        ("cluster", "connections"),
    }


def test_thresholds_are_arguments() -> None:
    limits = Thresholds(api_latency_ms=300, function_error_percent=0.5, least_requests=77)
    assert alarms(watched_api, limits)["latency"].threshold == 300
    assert alarms(watched_function, limits)["errors"].threshold == 0.5
    signal = vitals(watched_api, limits)["server-errors"].signal
    assert isinstance(signal, Calculation)
    assert "requests >= 77" in signal.expression


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("api_latency_ms", 0, "api_latency_ms must be more than 0, got 0"),
        (
            "function_error_percent",
            101,
            "function_error_percent must be more than 0 and at most 100, got 101",
        ),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(field: str, value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Thresholds(**{field: value})  # type: ignore[arg-type]


def watch(make: Any, region: str) -> Any:
    return built(lambda: Watch("site-x", WatchArgs(item=make(), topic=topic(region=region))))


@pytest.mark.parametrize("kind", ITEMS)
def test_a_resource_gets_an_alarm_for_each_condition(kind: str) -> None:
    region = EDGE if kind in {"distribution", "firewall", "certificate"} else "eu-west-2"
    graph = watch(ITEMS[kind], region)
    names = {item.name for item in graph.of(ALARM)}
    assert names == {f"site-x-{key}-alarm" for key in alarms(ITEMS[kind])}


@pytest.mark.parametrize("kind", ["distribution", "firewall", "certificate"])
def test_what_is_measured_in_another_region_is_not_told_to_a_topic_here(kind: str) -> None:
    with pytest.raises(ValueError, match=r"topic must be in us-east-1, where .*; got eu-west-2"):
        watch(ITEMS[kind], "eu-west-2")


def test_hits_are_measured_because_they_are_looked_at() -> None:
    graph = watch(ITEMS["distribution"], EDGE)
    (more,) = graph.of("aws:cloudfront/monitoringSubscription:MonitoringSubscription")
    assert more.inputs == {
        "distributionId": "E1",
        "monitoringSubscription": {
            "realtimeMetricsSubscriptionConfig": {"realtimeMetricsSubscriptionStatus": "Enabled"}
        },
    }


def test_every_kind_of_resource_is_tried_here() -> None:
    made: list[Watched] = []
    built(lambda: made.extend(make() for make in ITEMS.values()))
    assert {type(item) for item in made} == set(get_args(Watched))
