"""The setting ``rollout`` of the section ``api``."""

import pulumi

from components.api.rollout import Rollout, RolloutArgs
from composition.api import Api
from composition.observe import Observation
from settings import Settings


def make_rollout(
    current: Settings,
    api: Api | None,
    observation: Observation | None,
    platform: pulumi.ResourceOptions,
) -> Rollout | None:
    """Releases of the API's function in steps, each watched by the function's own alarms."""
    if current.api is None or current.api.rollout is None or api is None or observation is None:
        return None
    rollout = current.api.rollout
    return Rollout(
        "api-rollout",
        RolloutArgs(
            function=api.function,
            kind=rollout.kind,
            percent=rollout.percent,
            minutes=rollout.minutes,
            alarm_names=observation.alarm_names(api.function.watched),
            account_id=current.account_id,
            region=current.region,
        ),
        opts=platform,
    )
