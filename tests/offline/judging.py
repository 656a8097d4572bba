"""A small stack with something wrong, something waived and something unknown in it."""

from dataclasses import replace
from datetime import date
from typing import Any

import rules
from offline.graph import Graph, Position, Resource
from offline.values import UNKNOWN
from rules.core.configuration import parse
from rules.core.waivers import Waiver

TODAY = date(2026, 1, 15)
PREFIX = "urn:pulumi:test::plinth"
COMPONENT = f"{PREFIX}::plinth:data:Key::shared"
WAIVER = Waiver("kms-key-rotation", "waived-*", "It is rolled by hand.", "platform", TODAY)


def key(name: str, inputs: dict[str, Any], line: int | None = None, parent: str = "") -> Resource:
    kind = "aws:kms/key:Key"
    return Resource(
        urn=f"{PREFIX}::{kind}::{name}",
        type=kind,
        name=name,
        parent=parent,
        custom=True,
        inputs=inputs,
        outputs={**inputs, "arn": f"arn:{name}"},
        position=None if line is None else Position("components/data/keys.py", line),
    )


COMPONENT_RESOURCE = Resource(
    urn=COMPONENT,
    type="plinth:data:Key",
    name="shared",
    parent="",
    custom=False,
    inputs={},
    outputs={},
)
GRAPH = Graph(
    project="plinth",
    stack="test",
    resources=(
        COMPONENT_RESOURCE,
        key("short", {"deletionWindowInDays": 7, "enableKeyRotation": True}, 12, COMPONENT),
        key("waived-one", {"enableKeyRotation": False}, 30),
        key("unknown", {"deletionWindowInDays": 30, "enableKeyRotation": UNKNOWN}, 40),
        key("nowhere", {"deletionWindowInDays": 8, "enableKeyRotation": True}),
    ),
    outputs={},
    exports={},
)


def report(graph: Graph = GRAPH, **levels: Any) -> rules.Report:
    """What two rules of keys say of the stack; further levels and thresholds by rule."""
    entries = dict.fromkeys(rules.RULES, "disabled")
    own = {"kms_deletion_window": "mandatory", "kms_key_rotation": "mandatory", **levels}
    entries |= {name.replace("_", "-"): level for name, level in own.items()}
    return rules.judge(graph.resources, parse(entries, rules.RULES), (WAIVER,), TODAY)


def with_key(name: str, inputs: dict[str, Any]) -> Graph:
    """The stack with one key only."""
    return replace(GRAPH, resources=(COMPONENT_RESOURCE, key(name, inputs, 5, COMPONENT)))
