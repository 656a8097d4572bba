"""What both runners make of a resource: what they refuse, and the tags that AWS reports."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from offline.aws import Place
from offline.references import missing_files, wrong_references
from offline.schema import is_taggable, problems_of
from offline.values import UNKNOWN, Secret, holds_secret, plain


def refusals(kind: str, inputs: Mapping[str, Any], root: Path) -> Iterator[str]:
    """Say why no update could make a resource with these inputs.

    Args:
        root: the folder that the paths of packages are relative to.
    """
    yield from problems_of(kind, inputs)
    yield from wrong_references(kind, inputs)
    yield from missing_files(inputs, root)


def outputs(
    kind: str, inputs: Mapping[str, Any], computed: Mapping[str, Any], place: Place
) -> dict[str, Any]:
    """What is reported of a resource: its inputs, what AWS computes, and all its tags.

    What comes of a secret input is as secret as that.
    """
    found = {**computed, **all_tags(kind, inputs, place)}
    sources = {"tagsAll": "tags"}
    kept = {
        name: Secret(plain(value)) if holds_secret(inputs.get(sources.get(name, name))) else value
        for name, value in found.items()
    }
    return {**inputs, **kept}


def all_tags(kind: str, inputs: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The output that holds a resource's own tags and the provider's, where the type has it."""
    if not is_taggable(kind):
        return {}
    own = plain(inputs.get("tags"))
    return {"tagsAll": own if own is UNKNOWN else {**place.tags, **(own or {})}}
