"""Rules for how a program declares resources: where, with what rights, and how well kept."""

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Final

from rules.core.findings import each
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.thresholds import Limit, Production
from rules.core.types import ANY, PROVIDER, STATEFUL
from rules.governed import BY_TYPE, EVERYWHERE

# Properties that say in which other regions a resource keeps copies.
COPIES: Final = ("regionName", "region")
CREDENTIALS: Final = ("accessKey", "secretKey", "token")
_FIRST_NAME: Final = re.compile(r"""[\["']*([A-Za-z0-9_*]+)""")


@resource_rule(
    "regions-allowed",
    ANY,
    PROVIDER,
    severity=Severity.HIGH,
    why="Where nobody looks, nothing is watched, and data may be where the law won't have it.",
    fix=(
        "Leave region to the provider, which has the stack's; us-east-1 is for what CloudFront "
        "asks for there."
    ),
)
def is_in_allowed_region(
    resource: Resource,
    *,
    allowed: Annotated[
        tuple[str, ...], Limit("The regions that resources may be in.", matching="[a-z0-9-]+")
    ] = ("eu-west-2", "eu-west-1", "us-east-1"),
) -> Findings:
    """Providers and resources, and copies of them, are in regions that the configuration names."""
    # Every resource is asked, and nearly all leave it to the provider.
    if not resource.is_set("region") and not resource.is_set("replicas"):
        return

    def is_allowed(region: str) -> Findings:
        if region and region.lower() not in allowed:
            yield f"region {region} is not one of {', '.join(allowed)}"

    def at(regions: Callable[[Resource], Iterator[str]]) -> Findings:
        return each(regions(resource), is_allowed)

    yield from each((_own_region, _regions_of_copies), at)


def _own_region(resource: Resource) -> Iterator[str]:
    yield resource.text("region")


def _regions_of_copies(resource: Resource) -> Iterator[str]:
    for copy in resource.views("replicas"):
        for path in COPIES:
            yield copy.text(path)


@resource_rule(
    "provider-no-static-creds",
    PROVIDER,
    severity=Severity.CRITICAL,
    why="Keys in a program or its state work for whoever reads them, until somebody notices.",
    fix="Sign in by single sign-on or OIDC; the provider finds such credentials by itself.",
    checkov="CKV_AWS_41",
)
def has_no_keys(provider: Resource) -> Findings:
    """A provider is given no keys: it takes them from its surroundings."""
    for name in CREDENTIALS:
        if provider.is_set(name):
            yield f"{name} is set"


@resource_rule(
    "protect-stateful",
    STATEFUL,
    severity=Severity.MEDIUM,
    why="A rename, a move or a destroy by mistake deletes what it kept.",
    fix=(
        "Leave protect of the component on; a stack that keeps nothing says production: false "
        "in its configuration."
    ),
)
def is_protected(resource: Resource, *, production: Production = True) -> Findings:
    """What keeps data in production is protected by Pulumi; a database's replica keeps none."""
    if production and not resource.protect and not resource.is_set("replicateSourceDb"):
        yield "protect is not set in the resource's options"


@resource_rule(
    "no-ignored-security-props",
    ANY,
    severity=Severity.MEDIUM,
    why="What is ignored may be changed by hand, and no update ever sets it right.",
    fix="Drop the property from ignore_changes, and let the program say what it is.",
)
def ignores_nothing_governed(resource: Resource) -> Findings:
    """No property that a rule of security governs is left out of updates by ignore_changes.

    Tags, sizes and counts may be: other programs rightly change them.
    """
    for path in resource.ignore_changes:
        name = _property(path)
        if name == "*":
            yield "ignore_changes is for every property"
        elif name in EVERYWHERE or name in BY_TYPE.get(resource.type, ()):
            yield f"ignore_changes has {name}"


def _property(path: str) -> str:
    """The outermost property of a path, by its wire name."""
    found = _FIRST_NAME.match(path)
    first, *rest = (found[1] if found else "").split("_")
    return first + "".join(part.capitalize() for part in rest)
