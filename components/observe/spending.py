"""What the account costs: a budget for the month, and a watch for what is unlike other days."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

# https://docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html
_MOST_EMAILS = 10
# Actual spending is late by up to a day; the forecast is not.
_NOTIFICATIONS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))


@dataclass(frozen=True, kw_only=True, slots=True)
class SpendingArgs:
    """Settings of a budget.

    Attributes:
        limit_usd: what the account may cost in a month, in US dollars as AWS bills it.
        emails: who is told, at most ten; they need not confirm.
        anomaly_monitor_arn: the account's monitor of its services, where it has one: AWS allows
            one, and has made it in accounts of a certain age. ``None`` makes it.
        anomaly_percent: of the limit, from which an anomaly is worth telling.
    """

    limit_usd: int
    emails: tuple[str, ...]
    anomaly_monitor_arn: str | None = None
    anomaly_percent: int = 10

    def __post_init__(self) -> None:
        if self.limit_usd < 1:
            raise ValueError(f"limit_usd must be at least 1, got {self.limit_usd}")
        if not 1 <= len(self.emails) <= _MOST_EMAILS:
            raise ValueError(f"emails must be 1 to {_MOST_EMAILS}, got {len(self.emails)}")
        if not 1 <= self.anomaly_percent <= 100:
            raise ValueError(f"anomaly_percent must be from 1 to 100, got {self.anomaly_percent}")


class Spending(pulumi.ComponentResource):
    """A budget of the whole account, and a daily report of unusual costs."""

    budget_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: SpendingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:observe:Spending", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        budget = aws.budgets.Budget(
            f"{name}-budget",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(args.limit_usd),
            limit_unit="USD",
            notifications=[
                aws.budgets.BudgetNotificationArgs(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_email_addresses=list(args.emails),
                )
                for kind, percent in _NOTIFICATIONS
            ],
            opts=child,
        )
        self._watch_for_anomalies(name, args, child)
        self.budget_name = budget.name
        self.register_outputs({"budget_name": self.budget_name})

    def _watch_for_anomalies(
        self, name: str, args: SpendingArgs, child: pulumi.ResourceOptions
    ) -> None:
        monitor: pulumi.Input[str]
        if args.anomaly_monitor_arn is None:
            monitor = aws.costexplorer.AnomalyMonitor(
                f"{name}-anomalies",
                monitor_type="DIMENSIONAL",
                monitor_dimension="SERVICE",
                opts=child,
            ).arn
        else:
            monitor = args.anomaly_monitor_arn
        ce = aws.costexplorer
        ce.AnomalySubscription(
            f"{name}-anomaly-report",
            monitor_arn_lists=[monitor],
            # AWS sends single anomalies to a topic only, and to people once a day.
            frequency="DAILY",
            subscribers=[
                ce.AnomalySubscriptionSubscriberArgs(type="EMAIL", address=email)
                for email in args.emails
            ],
            threshold_expression=ce.AnomalySubscriptionThresholdExpressionArgs(
                dimension=ce.AnomalySubscriptionThresholdExpressionDimensionArgs(
                    key="ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    match_options=["GREATER_THAN_OR_EQUAL"],
                    values=[f"{args.limit_usd * args.anomaly_percent / 100:g}"],
                )
            ),
            opts=child,
        )
