"""What the tests of keys, tables, buckets and databases build on."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi

from components.data.keys import Key, KeyArgs, KeyService
from components.iam import Statement, policy_document
from offline.engine import synthesise
from offline.graph import Graph, Resource
from offline.values import Secret

ACCOUNT = "111122223333"
REGION = "eu-west-2"


def key(name: str = "main", services: tuple[KeyService, ...] = ("logs",), **changes: Any) -> Key:
    given: dict[str, Any] = {
        "description": "Encrypts the tests",
        "region": REGION,
        "account_id": ACCOUNT,
        "services": services,
    }
    return Key(name, KeyArgs(**given | changes))


def built(program: Callable[[], object], *, unknown: bool = False) -> Graph:
    graph = synthesise(program, unknown=unknown)
    assert graph.warnings == ()
    return graph


def granted(grant: Callable[[], Sequence[Statement]]) -> tuple[Graph, list[dict[str, Any]]]:
    """What the program declares, and the identity policy made of what it grants."""

    def program() -> None:
        pulumi.export("policy", policy_document(grant()))

    graph = built(program)
    return graph, statements(graph.exports["policy"])


def statements(policy: str) -> list[dict[str, Any]]:
    document = json.loads(policy)
    assert document["Version"] == "2012-10-17"
    found: list[dict[str, Any]] = document["Statement"]
    return found


def via(graph: Graph, service: str, action: str, *, sid: str, name: str = "main") -> dict[str, Any]:
    """The statement that lets a caller use a key through one service."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": [action],
        "Resource": [arn(graph, "aws:kms/key:Key", f"{name}-key")],
        "Condition": {"StringEquals": {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}},
    }


def arn(graph: Graph, kind: str, name: str) -> str:
    found: str = graph.one(kind, name).outputs["arn"]
    return found


def after(graph: Graph, resource: Resource) -> set[str]:
    """The names of what a resource is made after."""
    names = {item.urn: item.name for item in graph.resources}
    return {names[urn] for urn in resource.dependencies if urn in names}


def secrets(value: object) -> bool:
    """Whether a secret stands anywhere in a value."""
    if isinstance(value, Secret):
        return True
    if isinstance(value, Mapping):
        return any(secrets(item) for item in value.values())
    return isinstance(value, list | tuple) and any(secrets(item) for item in value)
