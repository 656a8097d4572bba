"""The section ``alerts``: whom alarms tell. ``composition/observe.py`` makes the alarms."""

from collections.abc import Mapping, Sequence

import pulumi

from components.data.keys import Key, KeyArgs
from components.observe.composite import unique_name
from components.observe.slack import SlackChannel, SlackChannelArgs
from components.observe.topic import AlertTopic, AlertTopicArgs, Pager
from components.watched import EDGE_REGION, Watched
from composition.keys import Keys
from settings import Settings
from settings.sealed import pagerduty_endpoint


def page_name(region: str) -> str:
    """Name of the alarm that calls somebody, of which there is one in each region."""
    return f"page-{region}"


def make_topics(
    current: Settings, items: Sequence[Watched], keys: Keys, platform: pulumi.ResourceOptions
) -> Mapping[str, AlertTopic]:
    """A topic, by its region, wherever something is measured: alarms tell none elsewhere."""
    home = keys.of("alerts", "what alarms say", "cloudwatch", "sns")
    topics: dict[str, AlertTopic] = {
        current.region: _topic("alerts", current, current.region, home, platform)
    }
    if EDGE_REGION not in topics and any(item.region == EDGE_REGION for item in items):
        edge = _edge_key(current, platform)
        topics[EDGE_REGION] = _topic("alerts-edge", current, EDGE_REGION, edge, platform)
    return topics


def make_slack(
    current: Settings, topics: Mapping[str, AlertTopic], platform: pulumi.ResourceOptions
) -> None:
    """The channel that hears of all topics."""
    if current.alerts is None or current.alerts.slack is None:
        return
    SlackChannel(
        "alerts",
        SlackChannelArgs(
            workspace_id=current.alerts.slack.workspace_id,
            channel_id=current.alerts.slack.channel_id,
            topics=tuple(topics.values()),
            account_id=current.account_id,
        ),
        opts=platform,
    )


def _topic(
    name: str, current: Settings, region: str, key: Key, platform: pulumi.ResourceOptions
) -> AlertTopic:
    alerts = current.alerts
    return AlertTopic(
        name,
        AlertTopicArgs(
            key=key,
            region=region,
            account_id=current.account_id,
            emails=alerts.emails if alerts else (),
            pager=(
                Pager(
                    endpoint=pagerduty_endpoint(),
                    alarm_name=unique_name(page_name(region)),
                )
                if alerts and alerts.pagerduty
                else None
            ),
        ),
        opts=platform,
    )


def _edge_key(current: Settings, platform: pulumi.ResourceOptions) -> Key:
    # A key serves its own region only, so that none of the stack's others can be shared.
    return Key(
        "alerts-edge",
        KeyArgs(
            description="Encrypts what alarms on the site say",
            region=EDGE_REGION,
            account_id=current.account_id,
            services=("cloudwatch", "sns"),
            protect=current.encryption.protect,
        ),
        opts=platform,
    )
