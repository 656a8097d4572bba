"""Secrets that come with a stack's configuration, and never become part of `Settings`.

They are for what has to hand a value itself to AWS: an integration's address, a token that is
needed once. Each stands encrypted in the stack file, in a namespace of its own; Pulumi hands it
over as an output, and encrypts it wherever it goes. What the platform itself reads while it runs
belongs into Secrets Manager instead, and its ARN into the settings.
"""

from typing import Final

import pulumi
from pulumi.runtime import config as runtime

from settings.problems import MISSING, Problem, SettingsError

_PAGERDUTY: Final = ("pagerduty", "endpoint")


def sealed(namespace: str, name: str) -> pulumi.Output[str] | None:
    """One secret of the current stack, if there is one.

    Raises:
        SettingsError: it stands in the stack file for everybody to read.
    """
    config = pulumi.Config(namespace)
    secret = config.get_secret(name)
    if secret is not None and not runtime.is_config_secret(config.full_key(name)):
        raise SettingsError(
            [
                Problem(
                    f"{namespace}:{name}",
                    f"must be encrypted: revoke it, and use `{command(namespace, name)}`",
                )
            ]
        )
    return secret


def command(namespace: str, name: str) -> str:
    """How to set a secret."""
    return f"pulumi config set --secret {namespace}:{name}"


def pagerduty_endpoint() -> pulumi.Output[str]:
    """The address of PagerDuty's integration for CloudWatch. Who knows it can call people out.

    An SNS subscription takes the address itself and no reference to one, so that it has to come
    from here: a look-up in Secrets Manager would be made in every preview, by everybody who may
    preview.

    Raises:
        SettingsError: it is missing, or not encrypted.
    """
    endpoint = sealed(*_PAGERDUTY)
    if endpoint is None:
        problem = f"{MISSING}, but alerts.pagerduty is true: use `{command(*_PAGERDUTY)}`"
        raise SettingsError([Problem(":".join(_PAGERDUTY), problem)])
    return endpoint
