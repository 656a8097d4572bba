"""What a program declared, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_PREFIX: Final = "pulumi:providers:"


@dataclass(frozen=True, slots=True)
class Position:
    """A line of the program, its file relative to the project where it lies inside."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """One resource as the program declared it.

    Attributes:
        inputs: by wire name; secrets, unknowns, assets and references as in ``offline.values``.
            As the engine keeps them and policies see them: with what the provider's Check adds.
        given: the inputs without that: what the program says, and the name.
        outputs: what an update would record: the inputs, and what AWS computes.
        id: the physical id; unknown in a preview, empty for a component.
        position: the line that made the resource; ``None`` outside a file.
        trace: the lines that led there, innermost first, without those of libraries.
    """

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    given: Mapping[str, Any] = field(default_factory=dict)
    id: Any = ""
    provider: str = ""
    protect: bool = False
    retain_on_delete: bool = False
    delete_before_replace: bool | None = None
    deleted_with: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    custom_timeouts: Mapping[str, str] = field(default_factory=dict)
    position: Position | None = None
    trace: tuple[Position, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """Everything a program declared, ordered by URN.

    Attributes:
        outputs: what each component registered, by its URN.
        exports: the stack's own outputs.
        warnings: what Pulumi would have told the user.
    """

    project: str
    stack: str
    resources: tuple[Resource, ...]
    outputs: Mapping[str, Mapping[str, Any]]
    exports: Mapping[str, Any]
    warnings: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[Resource, ...]:
        """The resources of one type."""
        return tuple(item for item in self.resources if item.type == kind)

    def one(self, kind: str, name: str) -> Resource:
        """The only resource with this type and name.

        Raises:
            LookupError: with the names that the program did declare.
        """
        found = [item for item in self.of(kind) if item.name == name]
        if len(found) != 1:
            names = ", ".join(item.name for item in self.of(kind)) or "none"
            raise LookupError(f"expected one {kind} called {name}; the program declared: {names}")
        return found[0]

    @property
    def managed(self) -> tuple[Resource, ...]:
        """The resources that AWS would hold: no components and no providers."""
        return tuple(
            item
            for item in self.resources
            if item.custom and not item.type.startswith(PROVIDER_PREFIX)
        )
