"""Each rule as a policy of the SDK, under its own name, level, severity and configuration.

``rules.core.engine`` serves them at once; they also work one by one, wherever the SDK's policies
do.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pulumi_policy import (
    Policy,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.deserialize import serialize_properties

from rules.core.configuration import LEVEL, parse
from rules.core.judge import decoded_provider
from rules.core.remedies import changed_on_the_wire
from rules.core.resource import Given, Resource
from rules.core.rule import Kind, Level, Rule
from rules.core.runner import Outcome, Runner
from rules.core.stack import Stack
from rules.core.types import STACK
from rules.core.waivers import Waiver


def policy_of(rule: Rule, waivers: tuple[Waiver, ...], today: date) -> Policy:
    """A rule as the SDK's own kind of policy."""
    # No defaults in the schema: the engine would fill them in, and what the configuration says of
    # all rules would be lost beneath them.
    properties = {name: threshold.schema for name, threshold in rule.thresholds.items()}
    common: dict[str, Any] = {
        "name": rule.id,
        "description": rule.title,
        "severity": Severity(rule.severity.value),
        "remediation_steps": rule.fix,
        "tags": list(rule.standards.all),
        "config_schema": PolicyConfigSchema(properties) if properties else None,
    }
    if rule.kind is Kind.STACK:
        return StackValidationPolicy(validate=_stack_validation(rule, waivers, today), **common)
    return ResourceValidationPolicy(
        validate=_validation(rule, waivers, today),
        remediate=_remediation(rule, waivers, today) if rule.remediable else None,
        **common,
    )


def _runner(
    rule: Rule, waivers: tuple[Waiver, ...], today: date, level: Level, config: Mapping[str, Any]
) -> Runner:
    rules = {rule.id: rule}
    return Runner(rules, parse({rule.id: {LEVEL: level.value, **config}}, rules), waivers, today)


def _validation(rule: Rule, waivers: tuple[Waiver, ...], today: date) -> Any:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        runner = _runner(rule, waivers, today, Level.MANDATORY, args.get_config())
        missing = list(_reported(runner.judge(_resource(args)), report))
        if missing:
            args.not_applicable("; ".join(missing))

    return validate


def _stack_validation(rule: Rule, waivers: tuple[Waiver, ...], today: date) -> Any:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        runner = _runner(rule, waivers, today, Level.MANDATORY, args.get_config())
        members = [_member(item) for item in args.resources]
        root = next((item for item in members if item.type == STACK), None)
        stack = Stack(members, root or Resource(Given(urn="", type=STACK, name=""), {}))
        missing = [
            reason
            for resource in members
            for reason in _reported(runner.judge(resource, stack), report)
        ]
        if missing:
            args.not_applicable("; ".join(missing))

    return validate


def _remediation(rule: Rule, waivers: tuple[Waiver, ...], today: date) -> Any:
    def remediate(args: ResourceValidationArgs) -> Mapping[str, Any] | None:
        runner = _runner(rule, waivers, today, Level.REMEDIATE, args.get_config())
        for _active, changes in runner.remedy(_resource(args)):
            # In the engine's form secrets stay secret, and files stay files.
            properties = dict(serialize_properties(args.props))
            changed_on_the_wire(properties, changes)
            return properties
        return None

    return remediate


def _reported(outcomes: Iterable[Outcome], report: ReportViolation) -> Iterable[str]:
    """Report violations; yield what is not known yet."""
    for outcome in outcomes:
        for message in outcome.messages:
            if outcome.waiver is None:
                report(message, outcome.resource.urn)
        if outcome.missing and not outcome.messages:
            yield f"{outcome.resource.name}: {outcome.missing} is not known yet"


def _resource(args: ResourceValidationArgs | PolicyResource) -> Resource:
    given = Given(
        type=args.resource_type,
        name=args.name,
        urn=args.urn,
        parent=args.opts.parent or "",
        protect=args.opts.protect,
        ignore_changes=tuple(args.opts.ignore_changes),
    )
    provider = None if args.provider is None else decoded_provider(args.provider.props)
    return Resource(given, args.props, provider)


def _member(item: PolicyResource) -> Resource:
    resource = _resource(item)
    resource.dependencies = tuple(found.urn for found in item.dependencies)
    resource.property_dependencies = {
        name: tuple(target.urn for target in found)
        for name, found in item.property_dependencies.items()
    }
    return resource
