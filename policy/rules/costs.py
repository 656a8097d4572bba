"""Rules for what a stack costs."""

from typing import Annotated, Final

from rules.core.findings import some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit, Production
from rules.core.types import STACK
from rules.core.values import NotKnown
from rules.core.view import View
from rules.estimates import COSTS

BUDGET: Final = "aws:budgets/budget:Budget"
# How many of the dearest resources a message names.
NAMED: Final = 3
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


@stack_rule(
    "stack-cost-ceiling",
    STACK,
    reads=tuple(COSTS),
    severity=Severity.MEDIUM,
    why="A size too large, or a copy too many, costs the year's budget before the first bill.",
    fix="Choose smaller sizes in the settings, or raise most_a_month in policy/config.",
)
def stays_below_ceiling(
    _root: Resource,
    stack: Stack,
    *,
    most_a_month: Annotated[float, Limit("The ceiling, in dollars a month.", 1)] = 5_000,
) -> Findings:
    """What stands in a stack, used or not, costs no more a month than the ceiling.

    An estimate from policy/prices.json, on demand and without tax: servers, databases, caches,
    search and streams by class and number, NAT, endpoints, balancers, disks, kept capacity, keys,
    secrets, alarms and firewalls. What is paid by use counts as nothing (requests, traffic, bytes
    kept), serverless capacity as its least; so do licences and types that the table doesn't have.
    """
    costs: list[tuple[float, str]] = []
    missing: NotKnown | None = None
    for item in stack.of(*COSTS):
        try:
            costs.append((COSTS[item.type](item, stack), item.name))
        except NotKnown as error:
            missing = missing or NotKnown(f"{error.path} of {item.name}")
    total = sum(cost for cost, _ in costs)
    if total > most_a_month:
        dearest = sorted(costs, key=lambda pair: -pair[0])[:NAMED]
        most = ", ".join(f"{name} {cost:,.0f}" for cost, name in dearest)
        yield f"about {total:,.0f} dollars a month, over {most_a_month:,.0f}: most for {most}"
    elif missing is not None:
        raise missing
