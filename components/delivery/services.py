"""What it takes to look at, and to deploy, each service that a stack uses.

``actions.json`` beside this file says it, made by ``tools/delivery.py`` from AWS's own table of
actions; this module fills in whose resources are meant.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pulumi

from components.iam import Statement, sid_for

_TABLE = Path(__file__).with_name("actions.json")
_LOOKING = ("look", "read")
# Nobody can be held to resources, or to tags, where AWS knows neither.
_UNNAMED = "AWS makes up the ids of these kinds, so that a pattern can only name the kind"
_FREE = "AWS knows no resource that the action could be limited to, or hides some when it is"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Whose resources are meant: those of the current project and stack.

    Attributes:
        account_id: the account of twelve digits.
        region: the stack's region.
        zones: ids of the hosted zones that the stack writes records to.
    """

    account_id: str
    region: str
    zones: tuple[str, ...] = ()

    @property
    def prefix(self) -> str:
        """What the name of everything begins with."""
        return f"{pulumi.get_project()}-{pulumi.get_stack()}-"

    def tags(self, key: str) -> dict[str, str]:
        """A condition on what everything is tagged with, by ``aws:ResourceTag`` or another key."""
        return {
            f"{key}/project": pulumi.get_project(),
            f"{key}/environment": pulumi.get_stack(),
        }

    def arns(self, patterns: Iterable[str]) -> tuple[str, ...]:
        """Fill in what stands in braces; each pattern once, whatever the region."""
        filled = (
            pattern.format(
                region=self.region, account=self.account_id, prefix=self.prefix, zone=zone
            )
            for pattern in patterns
            for zone in (self.zones if "{zone}" in pattern else ("",))
        )
        return tuple(dict.fromkeys(filled))


def known_services() -> tuple[str, ...]:
    """The services of the table, by the prefix of their actions."""
    return tuple(_table())


def looking_statements(services: Iterable[str], scope: Scope) -> tuple[Statement, ...]:
    """Allow reading how the stack's resources are set up, and no more than the state holds."""
    return tuple(chain.from_iterable(_statements(item, scope, looks=True) for item in services))


def changing_statements(
    services: Iterable[str], scope: Scope, boundary: pulumi.Input[str]
) -> tuple[Statement, ...]:
    """Allow making, changing and deleting the stack's resources.

    Args:
        boundary: the ARN of the policy below which every role must stay.
    """
    return tuple(
        chain.from_iterable(
            _statements(item, scope, looks=False, boundary=boundary) for item in services
        )
    )


def _statements(
    service: str, scope: Scope, *, looks: bool, boundary: pulumi.Input[str] = ""
) -> Iterator[Statement]:
    # How each group of the table is held back, beside by its ARNs.
    conditions: Mapping[str, Mapping[str, Mapping[str, pulumi.Input[str]]]] = {
        "begin": {"StringEquals": scope.tags("aws:RequestTag")},
        "create": {"StringEquals": scope.tags("aws:RequestTag")},
        # Whoever may put the tags on could otherwise make anything the stack's own.
        "label": {
            "StringEquals": scope.tags("aws:RequestTag"),
            "Null": {"aws:ResourceTag/project": "true"},
        },
        "change": {"StringEquals": scope.tags("aws:ResourceTag")},
        "fenced": {"StringEquals": {"iam:PermissionsBoundary": boundary}},
    }
    for name, group in _of(service).items():
        if (name in _LOOKING) is not looks:
            continue
        bound = isinstance(group, dict)
        actions = group["actions"] if bound else group
        resources = scope.arns(group["resources"]) if bound else ("*",)
        if resources:
            yield Statement(
                sid=sid_for(service, name),
                actions=tuple(f"{service}:{action}" for action in actions),
                resources=resources,
                conditions=conditions.get(name, {}),
                unscoped_because=_why(resources) if bound else _FREE,
            )


def _why(resources: Iterable[str]) -> str | None:
    """Why a pattern is no longer than the name of a kind, where one is."""
    names_a_kind = any(re.search(r"[a-z]\*$", resource) for resource in resources)
    return _UNNAMED if names_a_kind else None


def _of(service: str) -> Mapping[str, Any]:
    if service not in _table():
        known = ", ".join(known_services())
        raise ValueError(f"services must be of {known}; got {service!r}")
    found: Mapping[str, Any] = _table()[service]
    return found


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table
