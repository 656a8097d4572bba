"""What each provider of a program was configured with: its region, its tags, and its account."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pulumi.runtime.proto import provider_pb2 as pb

from offline import aws
from offline.values import decode_properties, holds_unknown, plain

_OLD_PREFIX: Final = "aws:config:"


class Places:
    """The places of all connections: each provider of a program has one of its own.

    Args:
        account: the account that all of them stand for.
    """

    def __init__(self, account: str) -> None:
        self._account = account
        self._by_peer: dict[str, aws.Place] = {}
        self._last: aws.Place | None = None

    def configure(self, peer: str, request: pb.ConfigureRequest) -> None:
        """Note what a provider is configured with.

        Raises:
            ValueError: when it is meant for another account.
        """
        given = _given(request)
        self._refuse_other_accounts(given)
        region = given.get("region")
        tags = (given.get("defaultTags") or {}).get("tags") or {}
        self._last = self._by_peer[peer] = aws.Place(
            account=self._account,
            region=region if isinstance(region, str) else aws.DEFAULT_REGION,
            tags={key: value for key, value in tags.items() if not holds_unknown(value)},
        )

    def of(self, peer: str) -> aws.Place:
        """The place of a connection; of one that was made anew, the last that was configured.

        Raises:
            LookupError: when no provider was configured.
        """
        place = self._by_peer.get(peer, self._last)
        if place is None:
            raise LookupError("the provider aws is not configured yet")
        return place

    def _refuse_other_accounts(self, given: Mapping[str, Any]) -> None:
        allowed = given.get("allowedAccountIds") or [self._account]
        forbidden = given.get("forbiddenAccountIds") or []
        if not holds_unknown(allowed) and self._account not in allowed:
            raise ValueError(
                f"AWS account ID not allowed: {self._account}; allowed: {', '.join(allowed)}"
            )
        if not holds_unknown(forbidden) and self._account in forbidden:
            raise ValueError(f"AWS account ID not allowed: {self._account} is forbidden")


def _given(request: pb.ConfigureRequest) -> dict[str, Any]:
    """The configuration by wire name, as the engine sends it now and as it sent it before."""
    old = {name.removeprefix(_OLD_PREFIX): text for name, text in request.variables.items()}
    new = {name: plain(value) for name, value in decode_properties(request.args).items()}
    return {name: _parsed(value) for name, value in {**old, **new}.items()}


def _parsed(value: Any) -> Any:
    """The engine gives a provider everything but text as JSON."""
    return json.loads(value) if isinstance(value, str) and value[:1] in {"[", "{"} else value
