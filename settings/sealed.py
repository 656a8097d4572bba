"""Secrets that only a deployment may see: they never become `Settings`, which people print.

They stand encrypted in the stack file, in a namespace of their own, and Pulumi hands them over as
outputs that it encrypts wherever they go::

    pulumi config set --secret plinth-secrets:pagerduty_endpoint

What the platform itself reads while it runs belongs into Secrets Manager instead.
"""

from typing import Final

import pulumi

_NAMESPACE: Final = "plinth-secrets"


def sealed(name: str) -> pulumi.Output[str]:
    """One secret of the current stack.

    Raises:
        pulumi.ConfigMissingError: how to set it.
    """
    return pulumi.Config(_NAMESPACE).require_secret(name)
