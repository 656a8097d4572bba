"""Rules for what a stack costs."""

from typing import Annotated, Final

from rules.core.findings import some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit, Production
from rules.core.types import STACK
from rules.core.view import View

BUDGET: Final = "aws:budgets/budget:Budget"
# How many months the limit of a budget is for.
MONTHS: Final = {"DAILY": 12 / 365, "MONTHLY": 1, "QUARTERLY": 3, "ANNUALLY": 12}


@stack_rule(
    "budget-exists",
    STACK,
    reads=(BUDGET,),
    severity=Severity.LOW,
    why="What nobody is told of costs on until the bill comes.",
    fix="Set spending in the settings: components.observe.spending.Spending makes the budget.",
)
def has_budget(
    _root: Resource,
    stack: Stack,
    *,
    most_a_month: Annotated[float, Limit("The highest limit, in dollars a month.", 1)] = (10_000),
    production: Production = True,
) -> Findings:
    """A stack of production has a budget of costs that tells somebody, within a limit."""
    if not production or not any(item.type.startswith("aws:") for item in stack.resources):
        return
    if not some(stack.of(BUDGET), lambda item: _holds(item, most_a_month)):
        yield f"no budget of costs up to {most_a_month:g} dollars a month has an alert"


def _holds(budget: Resource, most: float) -> bool:
    if budget.text("budgetType").upper() != "COST":
        return False
    limit = budget.number("limitAmount")
    months = MONTHS.get(budget.text("timeUnit").upper())
    if limit is None or months is None or not 0 < limit / months <= most:
        return False
    return some(budget.views("notifications"), _tells)


def _tells(notification: View) -> bool:
    names = ("subscriberEmailAddresses", "subscriberSnsTopicArns")
    return any(notification.is_set(name) for name in names)
