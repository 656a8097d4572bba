"""Environments that are kept ready for a function: how many, and at which hours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

_NAMESPACE = "lambda"
_DIMENSION = "lambda:function:ProvisionedConcurrency"
# Minutes, hours, day of the month, month, day of the week, year; AWS checks what is inside.
_CRON = re.compile(r"\S+( \S+){5}")


@dataclass(frozen=True, kw_only=True, slots=True)
class WarmFrom:
    """From a moment on, these many environments are kept warm, until the next such moment.

    Attributes:
        cron: the moment, as the six fields of an AWS cron expression: ``0 8 ? * MON-FRI *``.
        timezone: of the moment, such as ``Europe/London``, which follows summer time.
        environments: 0 keeps none, and costs nothing.
    """

    cron: str
    timezone: str
    environments: int

    def __post_init__(self) -> None:
        if not _CRON.fullmatch(self.cron):
            raise ValueError(f"cron must have six fields, got {self.cron!r}")
        if self.environments < 0:
            raise ValueError(f"environments must be at least 0, got {self.environments}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """How fast the invocations of a function begin.

    Attributes:
        provisioned: environments that are kept warm at all hours, each paid for by the hour.
        schedule: by name, moments from which another number is kept warm; instead of
            `provisioned`, since two would undo each other's work. None is warm before the first.
        snap_start: restore new environments from a snapshot of an initialised one, in place of
            warm ones. Paid by the size of the snapshot as long as its version exists, and by
            each restoration.
    """

    provisioned: int | None = None
    schedule: Mapping[str, WarmFrom] = field(default_factory=dict)
    snap_start: bool = False

    def __post_init__(self) -> None:
        if self.provisioned is not None and self.provisioned < 1:
            raise ValueError(f"provisioned must be at least 1, got {self.provisioned}")
        if self.provisioned is not None and self.schedule:
            raise ValueError(f"provisioned must be None with a schedule, got {self.provisioned}")
        if self.snap_start and (self.provisioned is not None or self.schedule):
            # https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
            raise ValueError("snap_start must be False with warm environments, got True")

    @property
    def warmest(self) -> int:
        """The most environments that are kept warm at any hour."""
        return max([self.provisioned or 0, *(item.environments for item in self.schedule.values())])


def keep_warm(
    name: str, readiness: Readiness, alias: aws.lambda_.Alias, parent: pulumi.Resource
) -> None:
    """Keep environments of the alias warm, at all hours or by the schedule."""
    child = pulumi.ResourceOptions(parent=parent)
    if readiness.provisioned is not None:
        aws.lambda_.ProvisionedConcurrencyConfig(
            f"{name}-warm",
            function_name=alias.function_name,
            qualifier=alias.name,
            provisioned_concurrent_executions=readiness.provisioned,
            opts=child,
        )
    if not readiness.schedule:
        return
    target = aws.appautoscaling.Target(
        f"{name}-warm",
        service_namespace=_NAMESPACE,
        scalable_dimension=_DIMENSION,
        resource_id=pulumi.Output.concat("function:", alias.function_name, ":", alias.name),
        min_capacity=0,
        max_capacity=readiness.warmest,
        # Each moment moves both bounds to its own number; an update must not move them back.
        opts=pulumi.ResourceOptions(parent=parent, ignore_changes=["minCapacity", "maxCapacity"]),
    )
    for moment, warm in readiness.schedule.items():
        aws.appautoscaling.ScheduledAction(
            f"{name}-warm-{moment}",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            schedule=f"cron({warm.cron})",
            timezone=warm.timezone,
            scalable_target_action=aws.appautoscaling.ScheduledActionScalableTargetActionArgs(
                min_capacity=warm.environments, max_capacity=warm.environments
            ),
            opts=child,
        )
