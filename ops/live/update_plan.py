"""Reads the plan that `pulumi preview --save-plan` writes, for people to review."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from offline.graph import STACK_TYPE

# What people look for first comes first.
ORDER: Final = ("delete", "replace", "update", "create", "import", "read", "other")
HARMLESS: Final = frozenset({"same", "read"})
# A violation stands among the resources, its message below it from the first column on.
_PROBLEM: Final = re.compile(
    r"^ *\S+@v\S+ \[mandatory\].*(?:\n[^\s+~-].*)*|^ *error: .+", re.MULTILINE
)
LONGEST_TABLE: Final = 20
LONGEST_OUTPUT: Final = 200_000


@dataclass(frozen=True, slots=True)
class Planned:
    """What will be done to one resource.

    Attributes:
        operation: one of ORDER, or ``same``.
        properties: the inputs that change, by name; values may be secret.
    """

    operation: str
    type: str
    name: str
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdatePlan:
    """All that an update will do.

    Attributes:
        outputs: the stack's outputs that change, by name.
    """

    resources: tuple[Planned, ...]
    outputs: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether applying it does anything."""
        return bool(self.outputs) or any(item.operation not in HARMLESS for item in self.resources)


def read(path: Path) -> UpdatePlan:
    """Read a plan file."""
    listed: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))["resourcePlans"]
    resources: list[Planned] = []
    outputs: tuple[str, ...] = ()
    for urn, plan in listed.items():
        planned = _planned(urn, plan)
        if planned.type == STACK_TYPE:
            outputs = _names((plan.get("goal") or {}).get("outputDiff") or {})
        else:
            resources.append(planned)
    resources.sort(key=lambda item: (item.type, item.name))
    return UpdatePlan(tuple(resources), outputs)


def markdown(stack: str, plan: UpdatePlan, output: str) -> str:
    """The plan as people review it, with what the CLI printed folded below."""
    counts = Counter(item.operation for item in plan.resources)
    lines = [f"## Plan of {stack}", "", _counted(counts), ""]
    for operation in ORDER:
        found = [item for item in plan.resources if item.operation == operation]
        if found:
            lines += _table(operation, found)
    if plan.outputs:
        lines += [f"Outputs that change: {_quoted(plan.outputs)}", ""]
    return "\n".join([*lines, *_folded(output)])


def failure(stack: str, output: str) -> str:
    """What people read of a preview that failed: why, with what the CLI printed folded below."""
    listed = [f"- {' '.join(problem.split())}" for problem in problems(output)]
    return "\n".join([f"## The preview of {stack} failed", "", *listed, "", *_folded(output)])


def problems(output: str) -> list[str]:
    """What the pack refuses and what went wrong, of all that a preview prints."""
    return [found.strip() for found in _PROBLEM.findall(output)]


def _folded(output: str) -> Iterator[str]:
    yield "<details><summary>What the preview printed</summary>"
    yield ""
    yield "````diff"
    yield from output[-LONGEST_OUTPUT:].splitlines()
    yield "````"
    yield ""
    yield "</details>"
    yield ""


def _counted(counts: Mapping[str, int]) -> str:
    said = [f"{counts[name]} to {name}" for name in ORDER if counts.get(name)]
    same = f"{counts.get('same', 0)} unchanged"
    return f"**{', '.join(said) or 'No changes'}**, {same}"


def _table(operation: str, found: list[Planned]) -> Iterator[str]:
    # Of what is new everything is new, and in a first deployment all is.
    folded = operation == "create" and len(found) > LONGEST_TABLE
    if folded:
        yield f"<details><summary>The {len(found)} to create</summary>"
        yield ""
    yield f"| {operation} | type | properties |"
    yield "|---|---|---|"
    for item in found:
        yield f"| `{item.name}` | `{item.type}` | {_quoted(item.properties)} |"
    yield ""
    if folded:
        yield "</details>"
        yield ""


def _planned(urn: str, plan: Mapping[str, Any]) -> Planned:
    # urn:pulumi:<stack>::<project>::<parents>$<type>::<name>; a name may hold anything.
    _, _, types, name = urn.split("::", 3)
    operation = _operation(plan.get("steps") or [])
    # Of what is new everything is new.
    changed = operation in {"update", "replace"}
    difference = (plan.get("goal") or {}).get("inputDiff") or {}
    return Planned(operation, types.rsplit("$", 1)[-1], name, _names(difference) if changed else ())


def _operation(steps: Iterable[str]) -> str:
    # The steps of a replacement are several, and each has the word in its name.
    names = {"replace" if "replace" in step else step for step in steps} - HARMLESS
    known = [name for name in ORDER if name in names]
    if known:
        return known[0]
    if names:
        return "other"
    return "read" if "read" in steps else "same"


def _names(difference: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        sorted({*difference.get("adds", ()), *difference.get("updates", ()),
                *difference.get("deletes", ())})
    )  # fmt: skip


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
