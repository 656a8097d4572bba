"""Parts of the section `api`: how a release goes out, and how many environments wait for calls."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from settings.cron import is_cron
from settings.kinds import OneOf, Section, Text, Whole
from settings.problems import Problem

# Of CodeDeploy, for all steps together: two days.
_LONGEST_MINUTES: Final = 2_880
# https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
_WITHOUT_SNAPSHOTS: Final = ("ap-east-2", "ap-southeast-6")


class WarmFromSettings(Section):
    """From a moment on, these many environments are kept warm, until the next moment."""

    cron: Annotated[
        str,
        Text(
            "the six fields of an AWS cron expression such as 0 8 ? * MON-FRI * (minute, hour, day"
            " of the month, month, day of the week, year), each within its bounds, with ? for one"
            " of the two days",
            r"^[0-9*,/-]+ [0-9*,/-]+ [0-9?*,/LW-]+ [0-9A-Z*,/-]+ [0-9A-Z?*,/#-]+ [0-9*,/-]+$",
            longest=100,
            check=is_cron,
        ),
    ] = Field(
        description=(
            "The moment: minute, hour, day of the month, month, day of the week and year, such as"
            " 0 8 ? * MON-FRI * for each working day at 8."
        )
    )
    timezone: Annotated[
        str,
        Text(
            "a time zone by its area and place such as Europe/London, or UTC",
            r"^(UTC|(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian"
            r"|Pacific)(/[A-Z][A-Za-z0-9_+-]*){1,2})$",
            longest=64,
        ),
    ] = Field(
        "Etc/UTC", description="The moment's time zone, such as Europe/London with its summer time."
    )
    environments: Annotated[int, Whole(0, 1_000)] = Field(
        description=(
            "Environments kept warm from then on; each costs by the hour, used or not. 0 keeps"
            " none."
        )
    )


class RolloutSettings(Section):
    """How callers move to a new version of the function, and back when an alarm goes off."""

    kind: Annotated[Literal["canary", "linear"], OneOf()] = Field(
        "canary",
        description=(
            "`canary`: a part of the callers goes ahead, all others follow at once. `linear`: one"
            " part follows the other."
        ),
    )
    percent: Annotated[int, Whole(1, 99)] = Field(
        10, description="The size of a part, in percent of the callers."
    )
    minutes: Annotated[int, Whole(1, _LONGEST_MINUTES)] = Field(
        5,
        description=(
            "Minutes between two steps, in which the function's alarms can undo the release. All"
            " steps together take two days at most."
        ),
    )


def rollout_contradictions(rollout: RolloutSettings) -> Iterator[Problem]:
    """What is wrong between the settings of a rollout."""
    steps = 1 if rollout.kind == "canary" else -(-100 // rollout.percent) - 1
    most = _LONGEST_MINUTES // steps
    if rollout.minutes > most:
        yield Problem(
            "api.rollout.minutes",
            f"must be at most {most}, since CodeDeploy takes two days for all {steps} steps; got"
            f" {rollout.minutes}",
            because=("api.rollout.kind", "api.rollout.percent"),
        )


def readiness_contradictions(
    provisioned: int | None,
    schedule: Mapping[str, WarmFromSettings],
    reserved: int | None,
    *,
    snap_start: bool,
    region: str,
) -> Iterator[Problem]:
    """What is wrong between the settings against slow starts."""
    if provisioned is not None and schedule:
        yield Problem(
            "api.provisioned_concurrency",
            f"must be left out beside a concurrency_schedule, which would undo it; got"
            f" {provisioned}",
            because=("api.concurrency_schedule",),
        )
    for name, warm in schedule.items():
        if reserved is not None and warm.environments > reserved:
            yield Problem(
                f"api.concurrency_schedule.{name}.environments",
                f"must be at most reserved_concurrency, {reserved}; got {warm.environments}",
                because=("api.reserved_concurrency",),
            )
    if snap_start and (provisioned is not None or schedule):
        yield Problem(
            "api.snap_start",
            "must be false where environments are kept warm: Lambda takes one of the two; got true",
            because=("api.provisioned_concurrency", "api.concurrency_schedule"),
        )
    if snap_start and region in _WITHOUT_SNAPSHOTS:
        yield Problem(
            "api.snap_start",
            f"must be false in {region}, where Lambda has no SnapStart; got true",
            because=("region",),
        )
