"""The containers of a task, in one form whatever their spelling."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from rules.core.findings import each
from rules.core.resource import Resource
from rules.core.rule import Findings
from rules.core.values import UNKNOWN, NotKnown, Unreadable, holds_sentinel, plain, revealed
from rules.core.view import View

TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"
# A service that has no task definition in the program: it says itself what it runs.
EXPRESS: Final = "aws:ecs/expressGatewayService:ExpressGatewayService"
PATH: Final = "containerDefinitions"
_KEPT: Final = "containers"
# What task definitions call it, by what such a service does.
_RENAMED: Final = {"environments": "environment", "commands": "command"}
_EXPECTED: Final = "a list of containers in JSON"


def containers(task: Resource) -> Iterator[View]:
    """The containers of a task, with all names in lower case: AWS takes any case.

    Raises:
        NotKnown: after those that are known, when the list or one of them is unknown.
        Unreadable: when it is no list of containers.
    """
    found = task.memo.get(_KEPT)
    if found is None:
        found = _primary(task) if task.type == EXPRESS else _parsed(task.get(PATH))
        task.memo[_KEPT] = found
    return View({PATH: found}).views(PATH)


def each_container(task: Resource, judge: Callable[[View], Findings]) -> Findings:
    """Judge every container; what is unknown of one hides nothing of the next."""
    return each(containers(task), judge)


def label_of(container: View) -> str:
    """How a message calls a container."""
    name = container.text("name") if container.is_known("name") else ""
    return f"container {name}" if name else "a container without a name"


def _primary(service: Resource) -> list[Any]:
    given = _lowered(revealed(service.view("primaryContainer").data))
    return [{_RENAMED.get(name, name): value for name, value in given.items()}]


def _parsed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    if type(value) is str:
        try:
            value = plain(json.loads(value))
        except (ValueError, RecursionError) as error:
            if holds_sentinel(value):
                raise NotKnown(PATH) from error
            raise Unreadable(PATH, _EXPECTED) from error
    given = _lowered(revealed(value))
    if given is UNKNOWN:
        raise NotKnown(PATH)
    if type(given) is not list or not all(type(item) is dict or item is UNKNOWN for item in given):
        raise Unreadable(PATH, _EXPECTED)
    return given


def _lowered(value: Any) -> Any:
    if type(value) is dict:
        return {str(name).lower(): _lowered(item) for name, item in value.items()}
    return [_lowered(item) for item in value] if type(value) is list else value
