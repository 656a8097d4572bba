"""Writes a graph as a Pulumi deployment: the format of ``pulumi stack export``."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from graphlib import TopologicalSorter
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from offline.constructs import CONSTRUCTORS
from offline.graph import PROVIDER_PREFIX, STACK_TYPE, Graph, Resource
from offline.naming import random_text
from offline.values import (
    ARCHIVE,
    ASSET,
    SECRET,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_SENTINEL,
    Archive,
    Asset,
    Reference,
    Secret,
    encode,
)

# A plan has no clock: the same program gives the same bytes.
_TIME: Final = "0001-01-01T00:00:00Z"
# What the CLI encrypts the placeholders of secrets with when it imports a plan: without a provider
# of secrets it can't. There is nothing to hide, and the salt is one that it made for this.
PASSPHRASE: Final = "offline"  # noqa: S105
_SECRETS_PROVIDER: Final = {
    "type": "passphrase",
    "state": {"salt": "v1:TN3vk7hYJMc=:v1:j58PE1mElQD3bskT:GBMD3ZjN41akzLjhbK+P1XZjXn7H8A=="},
}


def deployment(graph: Graph, root: Path) -> dict[str, Any]:
    """The deployment that ``pulumi stack import`` and ``pulumi policy analyze --file`` read.

    Secrets stand as ``[secret]``, for the passphrase ``offline``. Archives are hashed, so the files
    they name must exist.
    """
    stack_urn = (
        f"urn:pulumi:{graph.stack}::{graph.project}::{STACK_TYPE}::{graph.project}-{graph.stack}"
    )
    stack = {
        "urn": stack_urn,
        "custom": False,
        "type": STACK_TYPE,
        "outputs": {key: _written(value, root) for key, value in graph.exports.items()},
    }
    resources = [_resource(item, graph, root) for item in _ordered(_completed(graph))]
    secret = _holds_secret([stack, *resources])
    return {
        "version": 3,
        "deployment": {
            "manifest": {"time": _TIME, "magic": "", "version": ""},
            **({"secrets_providers": _SECRETS_PROVIDER} if secret else {}),
            "resources": [stack, *resources],
            "metadata": {},
        },
    }


def _holds_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return value.get(SIGNATURE) == SECRET or any(map(_holds_secret, value.values()))
    return isinstance(value, list) and any(map(_holds_secret, value))


def _completed(graph: Graph) -> Iterator[Resource]:
    """The resources that the program declares, with what the engine adds of its own."""
    for item in graph.resources:
        if not item.type.startswith(PROVIDER_PREFIX):
            yield item
            continue
        version = {"version": metadata.version(f"pulumi-{item.type.removeprefix(PROVIDER_PREFIX)}")}
        yield replace(
            item,
            inputs={"__internal": {}, **item.inputs, **version},
            outputs={**item.outputs, **version},
        )
    if any(item.type in CONSTRUCTORS for item in graph.resources):
        # A program looks its component's children up, and the engine makes a provider for that.
        kind = f"{PROVIDER_PREFIX}pulumi"
        urn = f"urn:pulumi:{graph.stack}::{graph.project}::{kind}::default"
        yield Resource(
            urn=urn,
            type=kind,
            name="default",
            parent="",
            custom=True,
            inputs={},
            outputs={},
            id=str(UUID(hex=random_text(urn, "0123456789abcdef", 32), version=4)),
        )


def _ordered(resources: Iterable[Resource]) -> list[Resource]:
    """Each resource after all it needs, otherwise by URN."""
    by_urn = {item.urn: item for item in resources}
    sorter = TopologicalSorter(
        {
            urn: [need for need in _needs(item) if need in by_urn]
            for urn, item in sorted(by_urn.items())
        }
    )
    return [by_urn[urn] for urn in sorter.static_order()]


def _needs(item: Resource) -> list[str]:
    provider = item.provider.rpartition("::")[0]
    return sorted({item.parent, provider, item.deleted_with, *item.dependencies} - {""})


def _resource(item: Resource, graph: Graph, root: Path) -> dict[str, Any]:
    outputs = item.outputs if item.custom else graph.outputs.get(item.urn, {})
    record = {
        "urn": item.urn,
        "custom": item.custom,
        "id": UNKNOWN_SENTINEL if item.id is UNKNOWN else item.id,
        "type": item.type,
        "inputs": {key: _written(value, root) for key, value in item.inputs.items()},
        "outputs": {key: _written(value, root) for key, value in outputs.items()},
        "parent": item.parent,
        "protect": item.protect,
        "dependencies": list(item.dependencies),
        "provider": item.provider,
        "propertyDependencies": {
            key: list(urns) for key, urns in sorted(item.property_dependencies.items())
        },
        "additionalSecretOutputs": list(item.additional_secret_outputs),
        "customTimeouts": dict(item.custom_timeouts),
        "retainOnDelete": item.retain_on_delete,
        "deletedWith": item.deleted_with,
        "ignoreChanges": list(item.ignore_changes),
        "replaceOnChanges": list(item.replace_on_changes),
    }
    kept = {"urn", "custom", "type"}
    return {key: value for key, value in record.items() if key in kept or value}


def _written(value: Any, root: Path) -> Any:
    if isinstance(value, Secret):
        # The engine reads the plaintext of a secret as JSON.
        return {SIGNATURE: SECRET, "plaintext": '"[secret]"'}
    if isinstance(value, Asset | Archive):
        signature = ASSET if isinstance(value, Asset) else ARCHIVE
        return {**encode(value), SIGNATURE: signature, "hash": _hash(value, root)}
    if isinstance(value, Reference):
        return encode(value)
    if isinstance(value, Mapping):
        return {key: _written(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [_written(item, root) for item in value]
    return encode(value)


def _hash(value: Asset | Archive, root: Path) -> str:
    if isinstance(value, Archive) and value.assets is not None:
        parts = (f"{name}:{_hash(item, root)}" for name, item in sorted(value.assets.items()))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
    if value.path is not None:
        return hashlib.sha256((root / value.path).read_bytes()).hexdigest()
    text = value.text if isinstance(value, Asset) and value.text is not None else value.uri
    return hashlib.sha256((text or "").encode()).hexdigest()
