"""Customer keys: one that all stores share, or one a store."""

import pulumi

from components.data.keys import Key, KeyArgs, KeyService
from settings import Settings


class Keys:
    """Hands out the key of each store, as the settings want it."""

    def __init__(self, current: Settings, platform: pulumi.ResourceOptions) -> None:
        self._current = current
        self._platform = platform
        self._shared: Key | None = None
        self._logs: Key | None = None

    def of(self, store: str, purpose: str, *services: KeyService) -> Key:
        """The key of one store, asked for once by each.

        Args:
            store: names the key when the store has one of its own.
            purpose: what it encrypts, for people.
            services: the AWS services that use it in their own name.
        """
        if self._current.encryption.customer_keys == "per-store":
            return self._make(store, purpose, services)
        if self._shared is None:
            # The services of all that may share it: a key's policy is written once.
            self._shared = self._make("shared", "all that the stack stores", self._all_services())
        return self._shared

    @property
    def logs(self) -> Key:
        """The key of every log group."""
        if self._logs is None:
            self._logs = self.of("logs", "logs", "logs")
        return self._logs

    def _all_services(self) -> tuple[KeyService, ...]:
        current = self._current
        # A database of the stack's own comes with a network.
        logs = any((current.network, current.api))
        return (
            *(("logs",) if logs else ()),
            *(("cloudfront",) if current.every_site() else ()),
            *(("cloudwatch", "sns") if current.alerts else ()),
        )

    def _make(self, name: str, purpose: str, services: tuple[KeyService, ...]) -> Key:
        return Key(
            name,
            KeyArgs(
                description=f"Encrypts {purpose}",
                region=self._current.region,
                account_id=self._current.account_id,
                services=services,
                protect=self._current.encryption.protect,
            ),
            opts=self._platform,
        )
