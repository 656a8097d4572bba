"""What the tests of functions and APIs build on."""

import json
from collections.abc import Callable
from typing import Any

import pulumi

from components.api.functions import Function, FunctionArgs
from components.api.origin import OriginGuard, OriginGuardArgs
from components.data.keys import Key, KeyArgs
from offline.engine import synthesise
from offline.graph import Graph

ACCOUNT = "111122223333"
REGION = "eu-west-2"

CODE = pulumi.AssetArchive({"handler.py": pulumi.StringAsset("def handler(event, context): ...")})


def key() -> Key:
    return Key(
        "main",
        KeyArgs(description="Logs", region=REGION, account_id=ACCOUNT, services=("logs",)),
    )


def function_args(**changes: Any) -> FunctionArgs:
    given: dict[str, Any] = {
        "code": CODE,
        "handler": "handler.handler",
        "account_id": ACCOUNT,
        "region": REGION,
        **changes,
    }
    if "key" not in given:
        given["key"] = key()
    return FunctionArgs(**given)


def function(**changes: Any) -> Function:
    return Function("orders", function_args(**changes))


def guard(shared: Key) -> OriginGuard:
    return OriginGuard(
        "origin", OriginGuardArgs(code=CODE, key=shared, account_id=ACCOUNT, region=REGION)
    )


def built(program: Callable[[], object], *, unknown: bool = False) -> Graph:
    graph = synthesise(program, unknown=unknown)
    assert graph.warnings == ()
    return graph


def statements(graph: Graph, policy: str) -> dict[str, dict[str, Any]]:
    """The statements of a role's policy by sid, each without its sid."""
    text = graph.one("aws:iam/rolePolicy:RolePolicy", policy).inputs["policy"]
    found = json.loads(text)["Statement"]
    return {item.pop("Sid"): item for item in found}
