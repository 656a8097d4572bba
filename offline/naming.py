"""Physical names, by the patterns that Pulumi.yaml gives to Pulumi's auto-naming."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_RANDOM: Final = re.compile(r"\$\{(hex|alphanum|string|num)\((\d+)\)\}")
_ALPHABETS: Final = {
    "hex": "0123456789abcdef",
    "alphanum": "abcdefghijklmnopqrstuvwxyz0123456789",
    "string": "abcdefghijklmnopqrstuvwxyz",
    "num": "0123456789",
}
DEFAULT_PATTERN: Final = "${project}-${stack}-${name}-${hex(6)}"


def random_text(seed: str, alphabet: str, length: int) -> str:
    """Pick characters as if by chance: the same ones for the same seed."""
    digest = hashlib.shake_128(seed.encode()).digest(length)
    return "".join(alphabet[byte % len(alphabet)] for byte in digest)


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """The patterns of one project.

    Attributes:
        pattern: for every type without one of its own.
        types: patterns by type token.
    """

    pattern: str = DEFAULT_PATTERN
    types: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Naming":
        """Read ``pulumi:autonaming``: a pattern, and patterns by provider and by resource type."""
        types = {
            token: resource["pattern"]
            for provider in config.get("providers", {}).values()
            for token, resource in provider.get("resources", {}).items()
        }
        return cls(pattern=config.get("pattern", DEFAULT_PATTERN), types=types)

    def propose(self, kind: str, *, project: str, stack: str, name: str, urn: str) -> str:
        """The name that the engine would propose for a new resource."""
        filled = self.types.get(kind, self.pattern)
        for variable, value in {"project": project, "stack": stack, "name": name}.items():
            filled = filled.replace(f"${{{variable}}}", value)
        return _RANDOM.sub(lambda m: random_text(urn, _ALPHABETS[m[1]], int(m[2])), filled)
