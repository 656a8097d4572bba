"""The sections `alerts`, `objectives` and `budget`."""

from collections.abc import Iterator
from typing import Annotated, TypeAlias

from pydantic import Field

from settings.kinds import Flag, ListOf, Said, Section, Text, Whole
from settings.problems import Problem

Email: TypeAlias = Annotated[
    str,
    Text(
        "an e-mail address such as team@example.com",
        r"^[A-Za-z0-9._%+-]+@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
        longest=100,
    ),
]
# As many as AWS takes for a budget, and for a report of anomalies.
_MOST_EMAILS = 10


class SlackSettings(Section):
    """A channel in Slack."""

    workspace_id: Annotated[
        str, Text("the id of a Slack workspace such as T0123ABCD", r"^T[A-Z0-9]{6,20}$")
    ] = Field(
        description=(
            "The Slack workspace, such as T0123ABCD: in the address of Slack in a browser. Let AWS"
            " into it once, in the console of Amazon Q Developer in chat applications."
        )
    )
    channel_id: Annotated[
        str, Text("the id of a Slack channel such as C0123ABCD", r"^[CG][A-Z0-9]{6,20}$")
    ] = Field(
        description=(
            "The channel, such as C0123ABCD: at the end of its link. A private one must invite"
            " @Amazon Q."
        )
    )


class AlertSettings(Section):
    """Who is told when something goes wrong."""

    emails: ListOf[Email] = Field(
        (),
        description=(
            "Addresses that are told of every alarm, such as [team@example.com]. Each gets a"
            " message first, and must confirm."
        ),
    )
    slack: SlackSettings | None = Field(
        None,
        description="A Slack channel that is told of every alarm, free of charge; null for none.",
    )
    pagerduty: Flag = Field(
        default=False,
        description=(
            "Call whoever is on duty by PagerDuty, for what can't wait until morning. The address"
            " of its integration is a secret: `pulumi config set --secret pagerduty:endpoint`."
        ),
    )


class LatencySettings(Section):
    """How many requests are answered in which time."""

    percent: Annotated[
        float, Field(ge=95, le=99.99), Said("a number from 95 to 99.99, in per cent")
    ] = Field(99, description="How many requests in a hundred are answered in time, 95 to 99.99.")
    milliseconds: Annotated[int, Whole(10, 29_000)] = Field(
        1_000, description="The time within which they are, 10 to 29000 milliseconds."
    )


class ObjectiveSettings(Section):
    """What the API promises, over 30 days; each objective costs as six alarms and three more."""

    availability_percent: (
        Annotated[float, Field(ge=95, le=99.99), Said("a number from 95 to 99.99, in per cent")]
        | None
    ) = Field(
        99.9,
        description=(
            "How many requests in a hundred are answered without an error of ours, 95 to 99.99;"
            " null promises nothing."
        ),
    )
    latency: LatencySettings | None = Field(
        default_factory=LatencySettings,
        description="How many requests are answered in which time; null promises nothing.",
    )


class BudgetSettings(Section):
    """What the account may cost. AWS charges nothing for it."""

    limit_usd: Annotated[int, Whole(1, 1_000_000)] = Field(
        description=(
            "What the whole account may cost in a month, 1 to 1000000 US dollars, in which AWS"
            " bills. Told at 80 % and 100 %, and when the forecast is higher; nothing is stopped."
        )
    )
    emails: ListOf[Email] = Field(
        (),
        description=(
            "Addresses that are told, at most 10, without having to confirm. Left out: those of"
            " alerts."
        ),
    )
    anomaly_monitor_arn: (
        Annotated[
            str,
            Text(
                "the ARN of a cost anomaly monitor",
                r"^arn:aws:ce::[0-9]{12}:anomalymonitor/[0-9a-f-]{36}$",
            ),
        ]
        | None
    ) = Field(
        None,
        description=(
            "The account's cost anomaly monitor for AWS services, where it has one: AWS allows one"
            " in an account, and gives it to new accounts by itself. null makes it."
        ),
    )


def alert_contradictions(alerts: AlertSettings) -> Iterator[Problem]:
    """What is wrong between the settings of alerts."""
    if not (alerts.emails or alerts.slack or alerts.pagerduty):
        yield Problem(
            "alerts",
            "must tell somebody: give emails, slack or pagerduty",
            because=("alerts.emails", "alerts.slack", "alerts.pagerduty"),
        )


def objective_contradictions(
    objectives: ObjectiveSettings, *, alerts: bool, api: bool
) -> Iterator[Problem]:
    """What is wrong between the objectives and what they need."""
    if objectives.availability_percent is None and objectives.latency is None:
        yield Problem(
            "objectives",
            "must promise something: give availability_percent or latency, or leave it out",
            because=("objectives.availability_percent", "objectives.latency"),
        )
    if not alerts:
        yield Problem(
            "objectives", "must be told to somebody: add a section alerts", because=("alerts",)
        )
    if not api:
        yield Problem("objectives", "must be of an API: add a section api", because=("api",))


def budget_contradictions(
    budget: BudgetSettings, alerts: AlertSettings | None, account_id: str
) -> Iterator[Problem]:
    """What is wrong with whom the budget is told to."""
    told = budget.emails or (alerts.emails if alerts else ())
    if not 1 <= len(told) <= _MOST_EMAILS:
        yield Problem(
            "budget.emails",
            f"must be 1 to {_MOST_EMAILS} addresses, or those of alerts be; got {len(told)}",
            because=("alerts.emails",),
        )
    arn = budget.anomaly_monitor_arn
    if arn is not None and arn.split(":")[4] != account_id:
        yield Problem(
            "budget.anomaly_monitor_arn",
            f"must be of the stack's account {account_id}, got {arn!r}",
            because=("account_id",),
        )
