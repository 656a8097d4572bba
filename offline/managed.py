"""What both runners make of a resource: what is checked, what is refused, and what is reported."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from offline.aws import Place
from offline.lifecycle import filled_in, is_write_only
from offline.references import missing_files, wrong_references
from offline.schema import is_taggable, problems_of
from offline.values import UNKNOWN, Secret, holds_secret, plain


def refusals(kind: str, inputs: Mapping[str, Any], root: Path) -> Iterator[str]:
    """Say why no update could make a resource with these inputs.

    Args:
        inputs: as the program gives them, with the name.
        root: the folder that the paths of packages are relative to.
    """
    yield from problems_of(kind, inputs)
    yield from wrong_references(kind, inputs)
    yield from missing_files(inputs, root)


def checked(kind: str, inputs: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The inputs as the real provider's Check returns them: what policies judge, and what is kept.

    Raises:
        LookupError: for a type without a row.
    """
    return {**filled_in(kind, inputs), **_all_tags(kind, inputs, place)}


def outputs(inputs: Mapping[str, Any], computed: Mapping[str, Any]) -> dict[str, Any]:
    """What is reported of a resource: its inputs, and what AWS computes.

    What comes of a secret input is as secret as that; what is only written is not reported.
    """
    kept = {
        name: Secret(plain(value)) if holds_secret(inputs.get(name)) else value
        for name, value in computed.items()
    }
    sent = {name: value for name, value in inputs.items() if not is_write_only((name,))}
    return {**sent, **kept}


def _all_tags(kind: str, inputs: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The input that holds a resource's own tags and the provider's, where the type has it."""
    if not is_taggable(kind):
        return {}
    given = inputs.get("tags")
    own = plain(given)
    found = own if own is UNKNOWN else {**place.tags, **(own or {})}
    return {"tagsAll": Secret(found) if holds_secret(given) else found}
