"""The sections `alerts`, `objectives` and `budget`, and the secret that goes with them."""

import json
from typing import Any

import pulumi
import pytest

from offline.engine import synthesise
from offline.values import Secret
from settings import SettingsError, parse
from settings.sealed import pagerduty_endpoint, sealed
from tests.settings.examples import MINIMAL, problems

EMAIL = "team@example.com"
ALERTS: dict[str, Any] = {"emails": [EMAIL]}
API: dict[str, Any] = {"api": {}, "alerts": ALERTS}
ENDPOINT = "https://events.pagerduty.com/integration/0f1e2d3c4b5a69788796a5b4c3d2e1f0/enqueue"
REFUSED = "must not be a secret, nor hold one: use `pulumi config set --secret pagerduty:endpoint`"


def test_left_out_nobody_is_told_of_anything() -> None:
    current = parse(MINIMAL)
    assert (current.alerts, current.objectives, current.budget) == (None, None, None)


def test_the_defaults_are_careful() -> None:
    current = parse(
        {**MINIMAL, "api": {}, "alerts": ALERTS, "objectives": {}, "budget": {"limit_usd": 500}}
    )
    assert current.alerts is not None
    assert (current.alerts.slack, current.alerts.pagerduty) == (None, False)
    assert current.objectives is not None
    assert current.objectives.availability_percent == 99.9
    assert current.objectives.latency is not None
    assert current.objectives.latency.percent == 99
    assert current.objectives.latency.milliseconds == 1_000
    assert current.budget is not None
    assert (current.budget.emails, current.budget.anomaly_monitor_arn) == ((), None)


ABROAD = "arn:aws:ce::999999999999:anomalymonitor/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "told to nobody": (
        {"alerts": {}},
        "alerts must tell somebody: give emails, slack or pagerduty",
    ),
    "no address": (
        {"alerts": {"emails": ["team"]}},
        "alerts.emails[0] must be an e-mail address such as team@example.com, got 'team'",
    ),
    "an address twice": (
        {"alerts": {"emails": [EMAIL, EMAIL]}},
        f"alerts.emails must have each entry once, got '{EMAIL}' twice",
    ),
    "a channel's name": (
        {"alerts": {"slack": {"workspace_id": "T0123ABCD", "channel_id": "#a"}}},
        "alerts.slack.channel_id must be the id of a Slack channel such as C0123ABCD, got '#a'",
    ),
    "a promise without alerts": (
        {"objectives": {}, "api": {}},
        "objectives must be told to somebody: add a section alerts",
    ),
    "a promise of nothing there": (
        {"objectives": {}, "alerts": ALERTS},
        "objectives must be of an API: add a section api",
    ),
    "no promise": (
        {"objectives": {"availability_percent": None, "latency": None}, **API},
        "objectives must promise something: give availability_percent or latency, or leave it out",
    ),
    "perfection": (
        {"objectives": {"availability_percent": 100}, **API},
        "objectives.availability_percent must be a number from 95 to 99.99, in per cent; got 100",
    ),
    "a budget for nobody": (
        {"budget": {"limit_usd": 100}},
        "budget.emails must be 1 to 10 addresses, or those of alerts be; got 0",
    ),
    "a budget for too many": (
        {"budget": {"limit_usd": 100, "emails": [f"p{n}@example.com" for n in range(11)]}},
        "budget.emails must be 1 to 10 addresses, or those of alerts be; got 11",
    ),
    "another account's monitor": (
        {
            "budget": {
                "limit_usd": 100,
                "emails": [EMAIL],
                "anomaly_monitor_arn": ABROAD,
            }
        },
        f"budget.anomaly_monitor_arn must be of the stack's account 111122223333, got '{ABROAD}'",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said(case: str) -> None:
    sections, expected = WRONG[case]
    assert problems({**MINIMAL, **sections}) == [expected]


@pytest.mark.parametrize("where", ["pagerduty", "pagerduty_endpoint"])
def test_the_address_of_a_pager_does_not_belong_into_the_settings(where: str) -> None:
    found = problems({**MINIMAL, "alerts": {**ALERTS, where: ENDPOINT}})
    assert found[0] == f"alerts.{where} {REFUSED}"
    assert not [line for line in found if "0f1e2d3c" in line]


def with_config(
    config: dict[str, str], secret_keys: tuple[str, ...], ask: Any = pagerduty_endpoint
) -> Any:
    """What a program gets that asks for a secret."""
    graph = synthesise(lambda: pulumi.export("got", ask()), config=config, secret_keys=secret_keys)
    return graph.exports.get("got")


def test_a_secret_comes_encrypted_from_a_namespace_of_its_own() -> None:
    got = with_config({"pagerduty:endpoint": ENDPOINT}, ("pagerduty:endpoint",))
    assert got == Secret(ENDPOINT)


def test_a_secret_that_is_missing_says_how_to_set_it() -> None:
    with pytest.raises(SettingsError, match="pulumi config set --secret pagerduty:endpoint"):
        with_config({}, ())


def test_a_secret_that_anybody_can_read_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError, match="pagerduty:endpoint must be encrypted") as caught:
        with_config({"pagerduty:endpoint": ENDPOINT}, ())
    assert "0f1e2d3c" not in str(caught.value)


def test_a_secret_may_be_left_out_where_nothing_needs_it() -> None:
    assert with_config({}, (), lambda: json.dumps(sealed("amplify", "access_token"))) == "null"
