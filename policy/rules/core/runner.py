"""Runs rules on resources, whoever asks: with levels, thresholds, waivers, and failing closed."""

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from rules.core.configuration import Configuration
from rules.core.remedies import changed
from rules.core.resource import Resource
from rules.core.rule import Kind, Level, Remedy, Rule
from rules.core.stack import Stack
from rules.core.types import Group
from rules.core.values import NotKnown, Unreadable
from rules.core.waivers import Waiver

_PACK: Final = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Active:
    """A rule that a configuration leaves on, with what it says of it."""

    rule: Rule
    level: Level
    values: Mapping[str, Any]
    waivers: tuple[Waiver, ...]

    @property
    def effect(self) -> Level:
        """What a violation leads to: one that its remedy left is as bad as any other."""
        return Level.MANDATORY if self.level is Level.REMEDIATE else self.level


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule says of one resource.

    Attributes:
        missing: the property that it would need to know, or empty.
        broken: whether the rule itself failed.
        waiver: what excuses the messages.
    """

    active: Active
    resource: Resource
    messages: tuple[str, ...] = ()
    missing: str = ""
    broken: bool = False
    waiver: Waiver | None = None


@dataclass(slots=True)
class Runner:
    """The rules of a pack under one configuration.

    Attributes:
        used: the waivers that excused something so far.
        unsure: rule and URN wherever a rule had no answer yet.
    """

    rules: Mapping[str, Rule]
    configuration: Configuration
    waivers: tuple[Waiver, ...]
    today: date
    used: set[Waiver] = field(default_factory=set)
    unsure: set[tuple[str, str]] = field(default_factory=set)
    _active: dict[str, Active] = field(default_factory=dict)
    _named: dict[str, list[Active]] = field(default_factory=dict)
    _grouped: list[tuple[Group, Active]] = field(default_factory=list)
    _remedies: bool = False
    _by_type: dict[tuple[str, Kind], tuple[Active, ...]] = field(default_factory=dict)
    # What went wrong with the remedy of a rule, by rule and URN.
    _failed: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rule in self.rules.values():
            level = self.configuration.level(rule)
            if level is not Level.DISABLED:
                waivers = tuple(
                    item
                    for item in self.waivers
                    if item.rule == rule.id and item.is_in_force(self.today)
                )
                active = Active(rule, level, self.configuration.values(rule), waivers)
                self._active[rule.id] = active
                for kind in rule.types:
                    if isinstance(kind, Group):
                        self._grouped.append((kind, active))
                    else:
                        self._named.setdefault(kind, []).append(active)

        self._remedies = any(item.level is Level.REMEDIATE for item in self._active.values())

    def of(self, kind: str, rules: Kind) -> tuple[Active, ...]:
        """The rules of a kind that judge resources of a type."""
        found = self._by_type.get((kind, rules))
        if found is None:
            every = self._named.get(kind, []) + [
                active for group, active in self._grouped if group.holds(kind)
            ]
            unique = {item.rule.id: item for item in every if item.rule.kind is rules}
            found = self._by_type[kind, rules] = tuple(unique[name] for name in sorted(unique))
        return found

    def active(self, rule_id: str) -> Active | None:
        """One rule, unless it is switched off."""
        return self._active.get(rule_id)

    def judge(self, resource: Resource, stack: Stack | None = None) -> Iterable[Outcome]:
        """What every rule that has anything to say, says of a resource."""
        kind = Kind.RESOURCE if stack is None else Kind.STACK
        for active in self.of(resource.type, kind):
            outcome = self.run(active, resource, stack)
            if outcome is not None:
                yield outcome

    def remedy(self, resource: Resource) -> Iterable[tuple[Active, Mapping[str, Any]]]:
        """The changes that set a resource right, rule by rule, each seeing those before it.

        The caller's resource is changed with them.
        """
        for active in self.of(resource.type, Kind.RESOURCE) if self._remedies else ():
            remedy = active.rule.remedy
            if active.level is not Level.REMEDIATE or remedy is None:
                continue
            self._failed.pop((active.rule.id, resource.urn), None)
            outcome = self.run(active, resource)
            if outcome is None or not outcome.messages or outcome.broken or outcome.waiver:
                continue
            change = self._change(active, remedy, resource)
            if change is not None:
                changes, properties = change
                resource.replace(properties)
                yield active, changes

    def _change(
        self, active: Active, remedy: Remedy, resource: Resource
    ) -> tuple[Mapping[str, Any], dict[str, Any]] | None:
        """What a remedy sets, and the properties with it; ``None`` when it can't help.

        What it leaves wrong stays a violation, with what went wrong.
        """
        key = (active.rule.id, resource.urn)
        try:
            changes = remedy(resource, **active.values)
            return (changes, changed(resource.data, changes)) if changes else None
        except NotKnown:
            return None
        except Unreadable as error:
            self._failed[key] = f"{error.path} is not {error.expected}: not remedied"
        except Exception as error:  # noqa: BLE001 a remedy that breaks must not let its resource pass
            self._failed[key] = _breakage(active.rule, error, "the resource was not remedied")
        return None

    def run(self, active: Active, resource: Resource, stack: Stack | None = None) -> Outcome | None:
        """What one rule says of a resource; ``None`` when it has nothing to say."""
        messages: list[str] = []
        missing, broken = "", False
        given = (resource,) if stack is None else (resource, stack)
        try:
            messages.extend(active.rule.check(*given, **active.values))
        except NotKnown as error:
            missing = error.path or "a value"
            self.unsure.add((active.rule.id, resource.urn))
        except Unreadable as error:
            messages.append(f"{error.path} is not {error.expected}")
        except Exception as error:  # noqa: BLE001 a rule that breaks must not let its resource pass
            messages, broken = [_breakage(active.rule, error, "the resource was not judged")], True
        failed = self._failed.get((active.rule.id, resource.urn))
        if failed is not None and failed not in messages:
            messages.append(failed)
        if not messages and not missing:
            return None
        if broken:
            return Outcome(active, resource, tuple(messages), broken=True)
        masked = tuple(resource.masked(message) for message in messages)
        waiver = self._waiver(active, resource) if messages else None
        return Outcome(active, resource, masked, missing, waiver=waiver)

    def _waiver(self, active: Active, resource: Resource) -> Waiver | None:
        for waiver in active.waivers:
            if waiver.covers(resource):
                self.used.add(waiver)
                return waiver
        return None

    def try_waivers(self, resources: Iterable[Resource]) -> None:
        """Judge again what waivers cover, where a runner may not have judged everything."""
        known = tuple(resources)
        for waiver in self.waivers:
            active = self.active(waiver.rule)
            if waiver in self.used or active is None or active.rule.kind is not Kind.RESOURCE:
                continue
            for resource in known:
                if active.rule.judges(resource.type) and waiver.covers(resource):
                    self.run(active, resource)

    def problems_of_waivers(self, resources: Iterable[Resource], stack: str) -> Iterable[str]:
        """What is wrong with the waivers themselves, once everything is judged."""
        known = tuple(resources)
        for waiver in self.waivers:
            problem = waiver.problem(self.today)
            if problem is not None:
                yield problem
            elif self._is_idle(waiver, known, stack):
                yield f"{waiver} waives nothing"

    def _is_idle(self, waiver: Waiver, resources: tuple[Resource, ...], stack: str) -> bool:
        if waiver in self.used or not waiver.is_for(stack) or self.active(waiver.rule) is None:
            return False
        # Before an update settles it, nobody can tell.
        return not any(
            (waiver.rule, item.urn) in self.unsure and waiver.covers(item) for item in resources
        )


def _breakage(rule: Rule, error: Exception, result: str) -> str:
    """Name the rule and where it broke; never what the exception says, which may quote a secret."""
    place = ""
    # The first frame is this module's own.
    for frame in traceback.extract_tb(error.__traceback__)[1:]:
        if Path(frame.filename).is_relative_to(_PACK):
            place = f" at {Path(frame.filename).relative_to(_PACK)}:{frame.lineno}"
    return f"rule {rule.id} broke with {type(error).__name__}{place}: {result}"
