"""What AWS says of each action: ``policy/actions.json``, by ``policy/generate/actions.py``."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from rules.core.globs import arns_overlap, is_glob, matches

# Prefixes of two services of AWS: of an action that both have, the table holds one's resources.
_SHARED: Final = frozenset({"apigateway"})
_TABLE: Final = Path(__file__).resolve().parent.parent.parent / "actions.json"


@dataclass(frozen=True, slots=True)
class Action:
    """One action.

    Attributes:
        name: as AWS writes it, ``s3:GetObject``.
        access: ``L`` list, ``R`` read, ``W`` write, ``P`` permissions, ``T`` tagging.
        types: the resource types that it can be limited to; none when it takes only ``*``.
        keys: the condition keys that AWS gives with it, beside the global ones, in lower case; a
            ``*`` stands for a tag's name.
    """

    name: str
    access: str
    types: tuple[str, ...]
    arns: tuple[str, ...]
    keys: tuple[str, ...]
    arn_keys: frozenset[str]

    @property
    def has_resources(self) -> bool:
        """Whether it can be limited to particular resources."""
        return bool(self.types)

    def takes_key(self, key: str) -> bool:
        """Whether a condition on a key, in lower case, is ever true of it."""
        return key in self.keys or any(matches(own, key) for own in self.keys if "*" in own)

    def takes_resource(self, resource: str) -> bool:
        """Whether a resource, or some that a pattern stands for, is of a type that it acts on."""
        if not self.types:
            return resource == "*"
        return any(
            _fits(kind, arn, resource) for kind, arn in zip(self.types, self.arns, strict=True)
        )

    def names_resource(self, key: str) -> bool:
        """Whether a condition on a key picks particular resources: by tag, by ARN or by id.

        What is yet to be made is picked by the tags that it is made with.
        """
        if not self.takes_key(key):
            return False
        ids = {f"{kind.replace('-', '')}id" for kind in self.types}
        by_tag = "resourcetag/" in key or key.startswith("aws:requesttag/")
        return by_tag or key in self.arn_keys or key.partition(":")[2] in ids


def _fits(kind: str, arn: str, resource: str) -> bool:
    if kind == "bucket" and "/" in resource.split(":", 5)[-1]:
        # A bucket's name has no slash: what has one is an object.
        return False
    return arns_overlap(arn, resource)


@cache
def _lines() -> dict[str, str]:
    """The line of each service: parsing all of them would cost more than the rules do."""
    found = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        name, _, rest = line.partition(":")
        found[name.strip('"')] = rest.rstrip(",")
    return found


@cache
def _prefixes() -> frozenset[str]:
    return frozenset(json.loads(_lines()["prefixes"]))


@dataclass(frozen=True, slots=True)
class _Service:
    """One line of the table, with its actions by their name in lower case."""

    names: dict[str, str]
    actions: dict[str, Any]
    types: list[str]
    keys: list[str]
    arns: dict[str, str]
    arn_keys: frozenset[str]


_NONE: Final = _Service({}, {}, [], [], {}, frozenset())


@cache
def _service(prefix: str) -> _Service:
    line = _lines().get(prefix)
    if line is None or prefix not in _prefixes():
        return _NONE
    raw: dict[str, Any] = json.loads(line)
    actions = raw["actions"]
    return _Service(
        names={name.lower(): name for name in actions},
        actions=actions,
        types=raw["types"],
        keys=raw["keys"],
        arns=raw["arns"],
        arn_keys=frozenset(raw["arn_keys"]),
    )


@lru_cache(maxsize=4096)
def _action(prefix: str, lowered: str) -> Action:
    service = _service(prefix)
    name = service.names[lowered]
    access, kinds, keys = service.actions[name]
    types = tuple(kind.rstrip("!") for kind in service.types[kinds].split("|") if kind)
    arns = tuple(service.arns[kind] for kind in types)
    if types and prefix in _SHARED:
        types, arns = (*types, "of the other"), (*arns, f"arn:*:{prefix}:*:*:*")
    return Action(
        name=f"{prefix}:{name}",
        access=access,
        types=types,
        arns=arns,
        keys=tuple(key for key in service.keys[keys].split("|") if key),
        arn_keys=service.arn_keys,
    )


def is_service(prefix: str) -> bool:
    """Whether AWS has a service of this prefix."""
    return prefix in _prefixes()


def is_listed(prefix: str) -> bool:
    """Whether the table holds the actions of a service."""
    return is_service(prefix) and prefix in _lines()


def split(text: str) -> tuple[str, str]:
    """The service and the name of an action, in lower case."""
    prefix, _, name = text.lower().partition(":")
    return prefix, name


def find(text: str) -> Action | None:
    """An action by its name, in any case."""
    prefix, name = split(text)
    return _action(prefix, name) if name in _service(prefix).names else None


@lru_cache(maxsize=2048)
def expanded(text: str) -> tuple[Action, ...]:
    """The actions of listed services that a name or pattern stands for."""
    prefix, name = ("*", "*") if text == "*" else split(text)
    if not is_glob(text):
        found = find(text)
        return () if found is None else (found,)
    services = [item for item in listed() if matches(prefix, item)] if is_glob(prefix) else [prefix]
    return tuple(
        _action(service, own)
        for service in services
        for own in _service(service).names
        if matches(name, own)
    )


def listed() -> Iterator[str]:
    """The services of the table."""
    return (prefix for prefix in _lines() if prefix in _prefixes())


def covers(pattern: str, action: str) -> bool:
    """Whether a name or pattern in a statement stands for an action, whatever the case."""
    return matches(pattern.lower(), action.lower())
