"""A rule for permissions that never take effect, by AWS's own table of actions."""

from rules.core import actions
from rules.core.actions import Action
from rules.core.documents import Statement
from rules.core.findings import each
from rules.core.globs import is_glob
from rules.core.privileges import identity_statements
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.iam import IDENTITY_POLICIES


@resource_rule(
    "iam-valid-actions",
    *IDENTITY_POLICIES,
    severity=Severity.MEDIUM,
    why="A permission that never takes effect fails in production, and hides what was meant.",
    fix="Correct the name, the ARN or the condition key by AWS's Service Authorization Reference.",
)
def takes_effect(policy: Resource) -> Findings:
    """Each action exists, and the statement's resources and condition keys are such as it takes."""
    return each(identity_statements(policy), _ineffective)


def _ineffective(statement: Statement) -> Findings:
    def exists(text: str) -> Findings:
        service, name = actions.split(text)
        if text == "*" or is_glob(service):
            return
        unlisted = actions.is_service(service) and not actions.is_listed(service)
        if not name or not (unlisted or actions.expanded(text)):
            yield f"{statement.label} has {text}, which is no action of AWS"

    def is_effective(text: str) -> Findings:
        yield from exists(text)
        found = None if is_glob(text) else actions.find(text)
        if found is not None:
            yield from _unmet(found, statement)

    if not (statement.has("Action") or statement.has("NotAction")):
        yield f"{statement.label} has no Action"
    yield from each(statement.actions(), is_effective)
    yield from each(statement.not_actions(), exists)


def _unmet(action: Action, statement: Statement) -> Findings:
    """What of a statement keeps an action from ever taking effect."""
    if not statement.allows:
        return
    if not statement.has("NotResource"):
        reason = (
            "acts on none of its resources" if action.has_resources else "takes only Resource *"
        )
        if not any(action.takes_resource(resource) for resource in statement.resources()):
            yield f"{statement.label} has {action.name}, which {reason}"
    for condition in statement.conditions:
        service = condition.key.partition(":")[0]
        if (
            condition.holds_back
            and actions.is_listed(service)
            and not action.takes_key(condition.key)
        ):
            yield f"{statement.label} has {action.name}, which never comes with {condition.key}"
