"""Rules for how services of ECS are run, and how much they may take."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Final

from rules.containers import EXPRESS, TASK, containers
from rules.core.findings import each
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.thresholds import Limit
from rules.core.values import Unreadable
from rules.core.view import View
from rules.ecs import SERVICE

UNITS: Final = 1024
_SIZE: Final = re.compile(r"(?i)\s*([0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})\s*(vcpu|gb)?\s*")
_BREAKER: Final = ("deploymentCircuitBreaker.enable", "deploymentCircuitBreaker.rollback")


@resource_rule(
    "ecs-circuit-breaker",
    SERVICE,
    severity=Severity.LOW,
    why="Without it a broken version is started over and over until somebody notices.",
    fix="Set deployment_circuit_breaker with enable=True and rollback=True.",
    remedy=setting(dict.fromkeys(_BREAKER, True)),
)
def rolls_back(service: Resource) -> Findings:
    """A service that ECS itself deploys gives a failing deployment up, and rolls it back.

    Other controllers, CODE_DEPLOY and EXTERNAL, refuse the setting: they are not asked.
    """
    missing = [path for path in _BREAKER if service.flag(path) is not True]
    if missing and service.text("deploymentController.type", "ECS").upper() in {"", "ECS"}:
        for path in missing:
            yield f"{path} is not true"


def _size(view: View, path: str) -> float | None:
    """CPU units or MiB; what has a unit of its own is brought into these."""
    number = view.number(path)
    if number is not None:
        return number
    text = view.text(path)
    if not text:
        return None
    found = _SIZE.fullmatch(text)
    if found is None:
        raise Unreadable(path, "a number of CPU units or MiB, or one with vCPU or GB")
    return float(found[1]) * (UNITS if found[2] else 1)


def _total(task: Resource, path: str) -> float:
    """What a task takes: by its own word, or by those of its containers."""
    return _size(task, path) or sum(_taken(container, path) for container in containers(task))


def _taken(container: View, path: str) -> float:
    # A reservation may be exceeded, but is all that is said where there is no limit.
    reserved = _size(container, "memoryreservation") if path == "memory" else None
    return _size(container, path) or reserved or 0


@resource_rule(
    "ecs-size-cap",
    TASK,
    SERVICE,
    EXPRESS,
    severity=Severity.LOW,
    why="One digit too many in a size is paid for by every task, every hour.",
    fix="Keep cpu, memory and desired_count within the caps, or raise them in policy/config.",
)
def is_small_enough(
    item: Resource,
    *,
    maximum_vcpu: Annotated[float, Limit("The most CPUs that a task may have.", 0.25, 192)] = 4,
    maximum_memory_gb: Annotated[
        float, Limit("The most memory that a task may have, in GB.", 0.5, 32_768)
    ] = 16,
    maximum_tasks: Annotated[int, Limit("The most tasks of a service.", 0, 5_000)] = 100,
) -> Findings:
    """A task is no larger, and a service has no more tasks, than the configuration allows.

    A task that has no size of its own is as large as its containers together.
    """

    def has_few(at: tuple[View, str]) -> Iterator[str]:
        view, path = at
        count = view.number(path)
        if count is not None and count > maximum_tasks:
            yield f"{path} is {count:g}, more than {maximum_tasks}"

    if item.type == SERVICE:
        yield from has_few((item, "desiredCount"))
        return
    caps: Mapping[str, float] = {"cpu": maximum_vcpu, "memory": maximum_memory_gb}

    def is_within(cap: tuple[str, float]) -> Iterator[str]:
        path, most = cap
        total = _total(item, path) / UNITS
        if total > most:
            yield f"{path} is {total:g} {'vCPU' if path == 'cpu' else 'GB'}, more than {most:g}"

    targets = ((view, "maxTaskCount") for view in item.views("scalingTargets"))
    parts: tuple[Callable[[], Findings], ...] = (
        lambda: each(caps.items(), is_within),
        lambda: each(targets, has_few),
    )
    yield from each(parts, lambda part: part())
