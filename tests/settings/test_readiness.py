"""The API's settings against slow starts, and for its releases."""

from typing import Any

import pytest

from settings import parse
from settings.readiness import RolloutSettings, rollout_contradictions
from tests.settings.examples import MINIMAL, problems

MORNING: dict[str, Any] = {"cron": "0 8 ? * MON-FRI *", "environments": 5}


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        (
            {"provisioned_concurrency": 5, "concurrency_schedule": {"morning": MORNING}},
            (
                "api.provisioned_concurrency must be left out beside a concurrency_schedule, which"
                " would undo it; got 5"
            ),
        ),
        (
            {"reserved_concurrency": 4, "concurrency_schedule": {"morning": MORNING}},
            (
                "api.concurrency_schedule.morning.environments must be at most"
                " reserved_concurrency, 4; got 5"
            ),
        ),
        (
            {"provisioned_concurrency": 5, "snap_start": True},
            (
                "api.snap_start must be false where environments are kept warm: Lambda takes one of"
                " the two; got true"
            ),
        ),
        (
            {"concurrency_schedule": {"morning": MORNING}, "snap_start": True},
            (
                "api.snap_start must be false where environments are kept warm: Lambda takes one of"
                " the two; got true"
            ),
        ),
        (
            {"rollout": {}},
            "api.rollout must be left out without a section alerts, whose alarms watch each step",
        ),
    ],
)
def test_what_lambda_takes_one_of_is_not_given_twice(api: Any, expected: str) -> None:
    assert problems({**MINIMAL, "api": api}) == [expected]


def test_a_region_without_snapshots_is_told() -> None:
    raw = {**MINIMAL, "region": "ap-southeast-6", "api": {"snap_start": True}}

    assert problems(raw) == [
        "api.snap_start must be false in ap-southeast-6, where Lambda has no SnapStart; got true"
    ]


@pytest.mark.parametrize(
    "cron",
    ["0 8 * * MON-FRI", "0 8 * * MON-FRI *", "0 8 ? * ? *", "cron(0 8 ? * MON *)", "@daily"],
)
def test_a_moment_that_aws_would_not_read_is_refused(cron: str) -> None:
    schedule = {"morning": {**MORNING, "cron": cron}}
    (problem,) = problems({**MINIMAL, "api": {"concurrency_schedule": schedule}})

    assert problem.startswith("api.concurrency_schedule.morning.cron must be the six fields of")


def test_nothing_is_warm_layered_or_staged_unless_asked() -> None:
    api = parse({**MINIMAL, "api": {}}).api

    assert api is not None
    assert (api.libraries, api.snap_start, api.rollout) == ("bundled", False, None)
    assert dict(api.concurrency_schedule) == {}


@pytest.mark.parametrize(
    ("rollout", "wrong"),
    [
        ({"minutes": 2_880}, False),
        ({"kind": "linear", "percent": 10, "minutes": 320}, False),
        ({"kind": "linear", "percent": 10, "minutes": 321}, True),
        ({"kind": "linear", "percent": 1, "minutes": 30}, True),
    ],
)
def test_a_release_takes_two_days_at_most(rollout: dict[str, Any], wrong: bool) -> None:
    found = list(rollout_contradictions(RolloutSettings(**rollout)))

    assert [problem.path for problem in found] == ["api.rollout.minutes"] * wrong


@pytest.mark.parametrize(
    "cron",
    [
        "0 8 ? * MON-FRI *",
        "*/15 0-6,22 L JAN,7 ? 2030",
        "5/10 * 15W * ? *",
        "0 0 ? 12 6#2 2026-2030",
        "0 20 ? * SAT-SUN *",
        "59 23 31 DEC ? *",
    ],
)
def test_a_moment_may_be_any_that_aws_takes(cron: str) -> None:
    assert parse({**MINIMAL, "api": {"concurrency_schedule": {"m": {**MORNING, "cron": cron}}}})


@pytest.mark.parametrize(
    "cron",
    [
        "0 8 * * *",
        "cron(0 8 ? * MON *)",
        "0 8 * * MON *",
        "0 8 ? * ? *",
        "60 8 ? * MON *",
        "0 24 ? * MON *",
        "0 8 0 * ? *",
        "0 8 32 * ? *",
        "0 8 ? 13 MON *",
        "0 8 ? * 0 *",
        "0 8 ? * MONDAY *",
        "0 8 ? * MON#6 *",
        "0/0 8 ? * MON *",
        "0 8- ? * MON *",
        "0 8 ? * MON 1969",
    ],
)
def test_a_moment_that_never_comes_is_told(cron: str) -> None:
    (problem,) = problems(
        {**MINIMAL, "api": {"concurrency_schedule": {"m": {**MORNING, "cron": cron}}}}
    )
    assert problem == (
        "api.concurrency_schedule.m.cron must be the six fields of an AWS cron expression such as"
        " 0 8 ? * MON-FRI * (minute, hour, day of the month, month, day of the week, year), each"
        f" within its bounds, with ? for one of the two days; got {cron!r}"
    )


@pytest.mark.parametrize("timezone", ["London", "GMT+1", "europe/london", "Mars/Olympus"])
def test_a_time_zone_has_its_area(timezone: str) -> None:
    morning = {**MORNING, "timezone": timezone}
    assert problems({**MINIMAL, "api": {"concurrency_schedule": {"m": morning}}}) == [
        (
            "api.concurrency_schedule.m.timezone must be a time zone by its area and place such as"
            f" Europe/London, or UTC; got {timezone!r}"
        )
    ]
