"""One resource as rules see it, whoever runs them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from rules.core.documents import Statement, statements_of
from rules.core.types import canonical
from rules.core.values import plain, secrets
from rules.core.view import View

_NOTHING: Final[Mapping[str, Any]] = {}
# Shorter values would take half of every message with them.
_SHORTEST_SECRET: Final = 3


class Judged(Protocol):
    """What a runner hands over: a resource with its properties by wire name.

    ``outputs`` may be empty where none are known yet. ``provider`` is the reference the engine
    makes, ``urn::id``, and ``parent`` a URN, each empty when there is none.
    """

    @property
    def type(self) -> str:
        """The type token."""

    @property
    def name(self) -> str:
        """The name in the program."""

    @property
    def urn(self) -> str:
        """The URN."""

    @property
    def parent(self) -> str:
        """The URN of the parent, or empty."""

    @property
    def provider(self) -> str:
        """The engine's reference to the provider, ``urn::id``, or empty."""

    @property
    def protect(self) -> bool:
        """Whether Pulumi refuses to delete it."""

    @property
    def ignore_changes(self) -> Iterable[str]:
        """The properties whose changes are ignored."""

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The inputs, by wire name."""

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The outputs, by wire name; empty where none are known yet."""

    @property
    def dependencies(self) -> Iterable[str]:
        """The URNs that it depends on."""

    @property
    def property_dependencies(self) -> Mapping[str, Iterable[str]]:
        """The URNs that each input was made from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A resource to judge, where a runner has no object of its own for it."""

    urn: str
    type: str
    name: str
    parent: str = ""
    provider: str = ""
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Resource(View):
    """The properties of a resource, and what Pulumi knows of it.

    Attributes:
        type: its one name, whatever token the program used.
        token: the type token that the program used.
        provider: the inputs of its provider; an empty view when they are not to be had.
        memo: where rules that read the same thing keep it; gone with the resource.
    """

    __slots__ = (
        "_raw",
        "dependencies",
        "ignore_changes",
        "memo",
        "name",
        "parent",
        "property_dependencies",
        "protect",
        "provider",
        "token",
        "type",
        "urn",
    )

    def __init__(
        self,
        judged: Judged,
        properties: Mapping[str, Any],
        provider: View | None = None,
    ) -> None:
        self._raw: Mapping[str, Any] | None = properties
        self._within = ""
        self.token = judged.type
        self.type = canonical(judged.type)
        self.name = judged.name
        self.urn = judged.urn
        self.parent = judged.parent
        self.protect = judged.protect
        self.ignore_changes = judged.ignore_changes
        self.dependencies = judged.dependencies
        self.property_dependencies = judged.property_dependencies
        self.provider = provider or View(_NOTHING)
        self.memo: dict[str, Any] = {}

    @property
    def data(self) -> Mapping[str, Any]:
        """The properties in the one form, brought into it when a rule first asks."""
        if self._raw is not None:
            self._data = plain(self._raw)
            self._raw = None
        return self._data

    def replace(self, properties: Mapping[str, Any]) -> None:
        """Go on with other properties, after a remedy; what rules kept of the old ones goes."""
        self._raw = None
        self._data = properties
        self.memo.clear()

    @property
    def stack(self) -> str:
        """The stack's name, from the URN; empty when it has none."""
        return self.urn.split("::")[0].removeprefix("urn:pulumi:")

    @property
    def project(self) -> str:
        """The project's name, from the URN; empty when it has none."""
        parts = self.urn.split("::")
        return parts[1] if len(parts) > 2 else ""

    def statements(self, path: str) -> tuple[Statement, ...]:
        """The statements of the policy document at a path; none when there is no document.

        Raises:
            NotKnown: when the document is unknown. One with unknown parts is read: see
                ``Statement``.
            Unreadable: when it is no policy document.
        """
        found = self.memo.get(path)
        if found is None:
            found = self.memo[path] = statements_of(self.get(path), path)
        return found

    def masked(self, message: str) -> str:
        """A message without anything that stands in a secret of this resource or its provider."""
        hidden = {*secrets(self.data), *secrets(self.provider.data)}
        for text in sorted(hidden, key=len, reverse=True):
            if len(text) >= _SHORTEST_SECRET:
                message = re.sub(re.escape(text), "[secret]", message, flags=re.IGNORECASE)
        return message
