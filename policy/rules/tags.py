"""Rules for tags."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from rules.core.findings import each
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule
from rules.core.thresholds import Limit
from rules.core.types import TAGGABLE
from rules.core.values import UNKNOWN, NotKnown, revealed
from rules.core.view import View

REQUIRED: Final = ("environment", "project", "owner", "cost-centre", "managed-by")
# A missing tag is only certain when all of these are known.
SOURCES: Final = ("tags", "tagsAll")

Names = tuple[str, ...]
Texts = Mapping[str, str]
NONE: Final[Texts] = MappingProxyType({})


def _tags(view: View, path: str) -> tuple[Mapping[str, Any], bool]:
    """The tags at a path, and whether there may be more."""
    try:
        value = view.get(path)
    except NotKnown:
        return {}, True
    return (value, False) if type(value) is dict else ({}, False)


def _all_tags(resource: Resource) -> tuple[dict[str, Any], bool]:
    """A resource's tags with its provider's, as AWS will have them; whether there may be more."""
    found, unknown = _tags(resource.provider, "defaultTags.tags")
    tags = dict(found)
    for path in SOURCES:
        own, more = _tags(resource, path)
        tags |= own
        unknown = unknown or more
    return tags, unknown


def _complete(resource: Resource, *, required: Names, patterns: Texts, fallbacks: Texts) -> Changes:
    """Add what the stack itself can tell, and what the configuration says."""
    del patterns
    told = {"environment": resource.stack, "project": resource.project, "managed-by": "pulumi"}
    known = {**told, **fallbacks}
    tags, unknown = _all_tags(resource)
    if unknown:
        return {}
    added = {name: known[name] for name in required if not tags.get(name) and known.get(name)}
    if not added:
        return {}
    # The engine does not ask the provider again after this, so both must say the same.
    return {path: {**_tags(resource, path)[0], **added} for path in SOURCES}


@resource_rule(
    "tags-required",
    TAGGABLE,
    severity=Severity.MEDIUM,
    why=(
        "What nobody can trace to an owner, a bill or a program is never cleaned up, nor charged "
        "right."
    ),
    fix=(
        "Leave tagging to the provider's default_tags, which __main__.py sets from the stack's "
        "settings."
    ),
    remedy=_complete,
)
def has_tags(
    resource: Resource,
    *,
    required: Annotated[Names, Limit("The tags that every resource has.")] = REQUIRED,
    patterns: Annotated[
        Texts, Limit("What the values of tags match, by tag.", patterns=True)
    ] = NONE,
    fallbacks: Annotated[
        Texts, Limit("Values to add where a tag is missing and the rule remediates, by tag.")
    ] = NONE,
) -> Findings:
    """Every resource that takes tags has the required ones, with values that are allowed."""
    del fallbacks
    tags, unknown = _all_tags(resource)
    missing = [name for name in required if tags.get(name) in (None, "")]
    if missing and not unknown:
        yield f"missing: {', '.join(missing)}"

    def is_allowed(name: str) -> Findings:
        value = revealed(tags[name])
        if value is UNKNOWN:
            raise NotKnown(f"tags.{name}")
        if re.fullmatch(patterns[name], str(value)) is None:
            yield f"tag {name} does not match {patterns[name]}, got {value}"

    yield from each([name for name in patterns if tags.get(name)], is_allowed)
    if missing and unknown:
        raise NotKnown(f"tags.{missing[0]}")
