"""Names that the program leaves to the provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from offline import aws
from offline.provider_state import Folder
from offline.values import plain


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """How a resource is to be named if the program doesn't.

    Attributes:
        name: what the engine proposes.
        enforced: whether the name must be taken as it is.
        disabled: whether the program must give the name.
    """

    name: str
    enforced: bool = False
    disabled: bool = False


class Names:
    """Chooses names, and remembers which it chose."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._chosen: dict[str, Any] = {}

    def choose(
        self,
        kind: str,
        urn: str,
        *,
        new: Mapping[str, Any],
        old: Mapping[str, Any],
        proposal: Proposal,
    ) -> dict[str, Any]:
        """The input that is named automatically, where the program gives none.

        Args:
            old: the inputs as they were checked before; empty for a resource to be made.

        Raises:
            LookupError: for a type without a row.
            ValueError: when there is no name, or AWS would refuse it.
        """
        auto = aws.row(kind).name
        if auto is None or new.get(auto.property) is not None:
            self._chosen.pop(urn, None)
            return {}
        before = self._before(urn, auto.property, old)
        if before is not None:
            filled = {auto.property: before}
        elif proposal.disabled:
            raise ValueError(f"{auto.property} is required: automatic naming is disabled")
        elif proposal.enforced:
            filled = {auto.property: proposal.name}
        else:
            filled = aws.named(kind, proposal.name)
        self._chosen[urn] = plain(filled[auto.property])
        return filled

    def is_chosen(self, kind: str, urn: str, inputs: Mapping[str, Any]) -> bool:
        """Whether the name among these inputs was chosen here: only then may it change."""
        auto = aws.row(kind).name
        if auto is None or urn not in self._chosen:
            return False
        return bool(self._chosen[urn] == plain(inputs.get(auto.property)))

    def _before(self, urn: str, name: str, old: Mapping[str, Any]) -> Any:
        """The name that was chosen for this resource before, if it was."""
        if old.get(name) is None:
            left = self._folder.unclaimed(urn)
            return left.properties.get(name) if left is not None and left.named else None
        for record in self._folder.of(urn):
            if plain(record.properties.get(name)) == plain(old[name]):
                return old[name] if record.named else None
        # The engine's state came from elsewhere.
        return old[name]
