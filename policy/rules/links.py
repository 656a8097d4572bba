"""What refers to what, also by way of others: a permission by an alias, a mapping by a stage.

In a preview ids are unknown. Pulumi records which resources each property was made from, so that
they can be joined all the same; where it didn't, values are compared.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rules.core.resource import Resource
from rules.core.stack import Stack
from rules.core.values import UNKNOWN, NotKnown, revealed

# A function by name or ARN, whole or in part, with what may follow: a version or alias, or the rest
# of API Gateway's own form of the ARN.
_FUNCTION: Final = re.compile(
    r"(?:.*:function:)?(?P<name>[A-Za-z0-9_-]+)(?::(?P<qualifier>[$\w-]+))?(?:/invocations)?"
)
# A bucket by name, by the host that serves it, or by ARN, with a path that may follow.
_BUCKET: Final = re.compile(
    r"(?:arn:[a-z-]+:s3:::)?(?P<name>[\w.-]+?)(?:\.s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?)?(?:/.*)?"
)
_DEEPEST: Final = 3


def _itself(text: str) -> str:
    return text


def function_name(text: str) -> str:
    """The name of the function that a name or an ARN stands for; empty when it is neither."""
    found = _FUNCTION.fullmatch(text)
    return found["name"] if found else ""


def function_qualifier(text: str) -> str:
    """The version or alias that a name or an ARN has at its end, or empty."""
    found = _FUNCTION.fullmatch(text)
    return (found["qualifier"] or "") if found else ""


def bucket_name(text: str) -> str:
    """The name of the bucket that a name, a host or an ARN stands for; empty when it is none."""
    found = _BUCKET.fullmatch(text)
    return found["name"] if found else ""


@dataclass(frozen=True)
class Link:
    """How others refer to resources of a type.

    Attributes:
        kind: the type.
        by: the properties that the others may say.
        through: the types that stand for it, with the property by which they refer to it.
        read: what of a text tells which resource is meant.
    """

    kind: str
    by: tuple[str, ...]
    through: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[str], str] = _itself


@dataclass(slots=True)
class _Sides:
    """Who refers by a property to resources of one type.

    Attributes:
        by_target: by the URN of what is referred to.
        unknown: the names of those that nobody can tell of yet.
        of_nobody: whether one says a name that no resource is known to go by.
    """

    by_target: dict[str, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    unknown: list[str] = field(default_factory=list)
    of_nobody: bool = False


# What nobody can write down before there is the resource.
_MADE_BY_AWS: Final = ("id", "arn", "arnSuffix")

FUNCTION: Final = Link(
    "aws:lambda/function:Function",
    by=("id", "name", "arn"),
    through={
        "aws:lambda/alias:Alias": "functionName",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "functionName",
        "aws:lambda/functionUrl:FunctionUrl": "functionName",
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": "functionName",
    },
    read=function_name,
)
API: Final = Link(
    "aws:apigatewayv2/api:Api",
    by=("id", "arn"),
    through={
        "aws:apigatewayv2/deployment:Deployment": "apiId",
        "aws:apigatewayv2/route:Route": "apiId",
        "aws:apigatewayv2/stage:Stage": "apiId",
    },
)
SECRET: Final = Link(
    "aws:secretsmanager/secret:Secret",
    by=("id", "arn", "name"),
    through={
        "aws:secretsmanager/secretPolicy:SecretPolicy": "secretArn",
        "aws:secretsmanager/secretVersion:SecretVersion": "secretId",
    },
)
BUCKET: Final = Link(
    "aws:s3/bucket:Bucket",
    by=("id", "arn", "bucket"),
    through={
        f"aws:s3/{name[0].lower()}{name[1:]}:{name}": "bucket"
        for name in (
            "BucketAcl",
            "BucketOwnershipControls",
            "BucketPolicy",
            "BucketPublicAccessBlock",
            "BucketServerSideEncryptionConfiguration",
            "BucketVersioning",
        )
    },
    read=bucket_name,
)
QUEUE: Final = Link(
    "aws:sqs/queue:Queue",
    by=("id", "arn", "name"),
    through={
        "aws:sqs/queuePolicy:QueuePolicy": "queueUrl",
        "aws:sqs/redrivePolicy:RedrivePolicy": "queueUrl",
    },
    read=lambda text: text.rpartition(":")[2].rpartition("/")[2],
)


def targets(stack: Stack, source: Resource, path: str, link: Link) -> tuple[Resource, ...]:
    """The resources that a property refers to: by what it says, or else by what it was made from.

    Raises:
        NotKnown: when it is not known yet, and was made from none of them.
    """
    return _targets(stack, source, path, link, _DEEPEST)


def _targets(
    stack: Stack, source: Resource, path: str, link: Link, depth: int
) -> tuple[Resource, ...]:
    texts, unknown = said(source, path)
    named = _named(stack, link)
    found = {
        item.urn: item
        for text in texts
        for name in (text, link.read(text))
        for item in named.get(name, ())
    }
    made_from = tuple(source.property_dependencies.get(path.split(".", maxsplit=1)[0], ()))
    for urn in made_from:
        item = stack.find(urn)
        # A block is made from many: where what the property says is known, only that counts.
        if item is None or not (unknown or _may_be(item, texts, link)):
            continue
        if item.type == link.kind:
            found[item.urn] = item
        elif item.type in link.through and depth:
            further = _targets(stack, item, link.through[item.type], link, depth - 1)
            found |= {other.urn: other for other in further}
    if unknown and not found:
        may_lead = _may_lead_to(stack, made_from, link.kind, _DEEPEST)
        if may_lead or _is_named_after(stack, made_from, link):
            raise NotKnown(path)
    return tuple(found.values())


def _is_named_after(stack: Stack, made_from: Iterable[str], link: Link) -> bool:
    """Whether a resource that could be meant has its own name from one of these."""
    origins = set(made_from)
    return any(
        not origins.isdisjoint(item.property_dependencies.get(path, ()))
        for item in stack.of(link.kind)
        for path in link.by
    )


def _may_lead_to(stack: Stack, made_from: Iterable[str], kind: str, depth: int) -> bool:
    """Whether what is made from these resources could name one of a type."""
    items = [stack.find(urn) for urn in made_from]
    if not items or depth == 0:
        return True
    for item in items:
        if item is None or item.type == kind:
            return True
        further = {urn for urns in item.property_dependencies.values() for urn in urns}
        if further and _may_lead_to(stack, further, kind, depth - 1):
            return True
    return False


def sources(
    stack: Stack, target: Resource, kind: str, path: str, link: Link, *, least: int = 1
) -> tuple[Resource, ...]:
    """The resources of a type that refer to a resource by a property.

    Raises:
        NotKnown: when fewer than `least` are known to, but others could.
    """
    sides = _sources(stack, kind, path, link)
    found = sides.by_target.get(target.urn, ())
    if len(found) < least and sides.unknown:
        raise NotKnown(f"{path} of {sides.unknown[0]}")
    if len(found) < least and sides.of_nobody:
        # It may turn out to be the name of just this one.
        for name in link.by:
            if name not in _MADE_BY_AWS and not target.is_known(name):
                raise NotKnown(name)
    return tuple(found)


def _sources(stack: Stack, kind: str, path: str, link: Link) -> _Sides:
    key = f"sources {kind} {path} {link.kind}"
    kept = stack.root.memo.get(key)
    if kept is None:
        kept = stack.root.memo[key] = _Sides()
        for item in stack.of(kind):
            try:
                referred = targets(stack, item, path, link)
            except NotKnown:
                kept.unknown.append(item.name)
                continue
            for found in referred:
                kept.by_target[found.urn].append(item)
            if not referred and said(item, path)[0]:
                kept.of_nobody = True
    result: _Sides = kept
    return result


def _named(stack: Stack, link: Link) -> Mapping[str, list[Resource]]:
    key = f"named {link.kind}"
    kept = stack.root.memo.get(key)
    if kept is None:
        kept = stack.root.memo[key] = defaultdict(list)
        for item in stack.of(link.kind):
            for name in dict.fromkeys(_identities(item, link)):
                kept[name].append(item)
    named: Mapping[str, list[Resource]] = kept
    return named


def _identities(item: Resource, link: Link) -> Iterator[str]:
    for path in link.by if item.type == link.kind else ("id", "arn", "name"):
        value = item.get(path) if item.is_known(path) else None
        if type(value) is str and value:
            yield from filter(None, (value, link.read(value)))


def _may_be(item: Resource, texts: list[str], link: Link) -> bool:
    """Whether a resource goes by one of these names, or by none that is known yet."""
    own = set(_identities(item, link))
    return not own or any(name in own for text in texts for name in (text, link.read(text)))


def said(source: Resource, path: str) -> tuple[list[str], bool]:
    """The texts that a property says, in lists too, and whether any is still to come."""
    *within, last = path.split(".")
    blocks: list[Any] = [source.data]
    unknown = False
    for key in (*within, last):
        found: list[Any] = []
        for block in blocks:
            value = revealed(block.get(key)) if type(block) is dict else None
            found.extend(value if type(value) is list else [value])
        unknown = unknown or UNKNOWN in found
        blocks = [item for item in found if item is not UNKNOWN]
    return [item for item in blocks if type(item) is str and item], unknown
