"""Judges a whole stack at once, as the offline plan does."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from rules.core.configuration import Configuration
from rules.core.remedies import changed
from rules.core.report import NotYetKnown, Remediated, Report, Subject, Violation, Waived
from rules.core.resource import Given, Judged, Resource
from rules.core.rule import Kind, Rule, Severity, Standards
from rules.core.runner import Outcome, Runner
from rules.core.stack import Stack
from rules.core.types import STACK
from rules.core.values import Secret, plain
from rules.core.view import View
from rules.core.waivers import Waiver

_PROVIDERS: Final = "pulumi:providers:"


def _no_findings(_root: Resource, _stack: Stack) -> Iterable[str]:
    # Whether a waiver is needed is known only after all other rules:
    # ``Runner.problems_of_waivers``.
    return ()


WAIVERS: Final = Rule(
    id="waivers-current",
    kind=Kind.STACK,
    types=(STACK,),
    severity=Severity.MEDIUM,
    title="Every waiver is needed, has not expired, and ends within 90 days.",
    why="An exemption that nobody looks at again becomes the rule.",
    fix=(
        "Mend the resource and remove the waiver from policy/waivers.yaml, or renew it with its "
        "reason."
    ),
    standards=Standards(),
    check=_no_findings,
)


def root_of(resources: Sequence[Judged]) -> Judged:
    """The resource that stands for the stack: the engine's own, or one made from a URN."""
    for item in resources:
        if item.type == STACK:
            return item
    parts = resources[0].urn.split("::") if resources else []
    if len(parts) < 4:
        return Given(urn="", type=STACK, name="")
    stack, project = parts[0].removeprefix("urn:pulumi:"), parts[1]
    name = f"{project}-{stack}"
    urn = f"urn:pulumi:{stack}::{project}::{STACK}::{name}"
    return Given(urn=urn, type=STACK, name=name)


def providers_of(resources: Iterable[Judged]) -> dict[str, View]:
    """The inputs of each provider, by URN."""
    return {
        item.urn: decoded_provider(item.inputs)
        for item in resources
        if item.type.startswith(_PROVIDERS)
    }


def decoded_provider(inputs: Mapping[str, Any]) -> View:
    """A provider's inputs: on the wire, what is more than a text is JSON in one."""
    return View({name: _unfolded(value) for name, value in plain(inputs).items()}, "provider.")


def _unfolded(value: Any) -> Any:
    if type(value) is Secret:
        return Secret(_unfolded(value.value))
    if type(value) is str and value.startswith(("{", "[")):
        try:
            return plain(json.loads(value))
        except ValueError:
            return value
    return value


def judge(
    resources: Iterable[Judged],
    rules: Mapping[str, Rule],
    configuration: Configuration,
    waivers: tuple[Waiver, ...],
    today: date,
) -> Report:
    """Judge every resource by itself and with the others."""
    given = tuple(resources)
    return _Judgement(Runner(rules, configuration, waivers, today), given).report()


class _Judgement:
    """One stack being judged."""

    def __init__(self, runner: Runner, given: tuple[Judged, ...]) -> None:
        self._runner = runner
        self._given = given
        self._providers = providers_of(given)
        self._by_urn = {item.urn: item for item in given}
        self._violations: list[Violation] = []
        self._unknown: list[NotYetKnown] = []
        self._waived: list[Waived] = []
        self._remediated: list[Remediated] = []
        self._changes: dict[str, dict[str, Any]] = {}

    def report(self) -> Report:
        for item in self._given:
            resource = Resource(item, item.inputs, self._provider(item))
            self._remedy(resource)
            self._keep(self._runner.judge(resource))
        root = root_of(self._given)
        members = [self._merged(item) for item in self._given]
        stack = Stack(members, self._merged(root))
        judged = members if root.urn in self._by_urn else [*members, stack.root]
        for resource in judged:
            self._keep(self._runner.judge(resource, stack))
        self._judge_waivers(stack)
        return Report(
            violations=tuple(self._violations),
            not_yet_known=tuple(self._unknown),
            waived=tuple(self._waived),
            remediated=tuple(self._remediated),
            judged=len(self._given),
        )

    def _provider(self, item: Judged) -> View | None:
        return self._providers.get(item.provider.rpartition("::")[0])

    def _merged(self, item: Judged) -> Resource:
        """A resource as an update leaves it: outputs over inputs, and remedies over both."""
        properties = {**item.inputs, **item.outputs}
        identifier: Any = getattr(item, "id", None)
        if identifier and "id" not in properties:
            properties["id"] = identifier
        resource = Resource(item, properties, self._provider(item))
        changes = self._changes.get(item.urn)
        if changes:
            resource.replace(changed(resource.data, changes))
        return resource

    def _remedy(self, resource: Resource) -> None:
        for active, changes in self._runner.remedy(resource):
            self._remediated.append(Remediated(active.rule, self._subject(resource), changes))
            self._changes.setdefault(resource.urn, {}).update(changes)

    def _keep(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            active, subject = outcome.active, self._subject(outcome.resource)
            for message in outcome.messages:
                if outcome.waiver is not None:
                    self._waived.append(Waived(active.rule, subject, message, outcome.waiver))
                else:
                    self._violations.append(
                        Violation(active.rule, subject, message, active.effect, outcome.broken)
                    )
            if outcome.missing:
                self._unknown.append(NotYetKnown(active.rule, subject, outcome.missing))

    def _judge_waivers(self, stack: Stack) -> None:
        active = self._runner.active(WAIVERS.id)
        if active is None:
            return
        subject = self._subject(stack.root)
        for problem in self._runner.problems_of_waivers(stack.resources, stack.root.stack):
            self._violations.append(Violation(WAIVERS, subject, problem, active.effect))

    def _subject(self, resource: Resource) -> Subject:
        item = self._by_urn.get(resource.urn)
        return Subject(
            urn=resource.urn,
            type=resource.token,
            name=resource.name,
            parent=resource.parent,
            position=getattr(item, "position", None),
        )
