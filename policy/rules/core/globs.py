"""Patterns of IAM: ``*`` is any text, ``?`` any character."""

import re
from functools import lru_cache
from typing import Final

# A variable of a policy stands for one value, which nobody knows when the policy is written.
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")

# Address ranges that hold a good part of the internet.
_BROAD_RANGE: Final = re.compile(r"[0-9.]+/[0-7]|[0-9a-fA-F:]+/([0-9]|1[0-5])")
# What the caller brings along, so that it is always equal to itself.
_OF_CALLER: Final = re.compile(r"(?i)\$\{aws:(principal|source)")
# Every organisation, network or endpoint of AWS.
_ANY_ID: Final = re.compile(r"(o|vpc|vpce)-[*?]")


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"([*?])", pattern)
    text = "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts)
    return re.compile(text, re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether a text is one that a pattern stands for."""
    if pattern == "*":
        return True
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    return _compiled(pattern).fullmatch(text) is not None


def is_glob(text: str) -> bool:
    """Whether a text stands for more than itself."""
    return "*" in text or "?" in text


@lru_cache(maxsize=4096)
def overlap(one: str, other: str) -> bool:
    """Whether two patterns have a text in common."""
    one, other = _VARIABLE.sub("*", one), _VARIABLE.sub("*", other)
    if not is_glob(one):
        return matches(other, one)
    if not is_glob(other):
        return matches(one, other)
    if "*" not in one or "*" not in other:
        # One of a fixed length: its `?` may be anything, which is near enough to themselves.
        return matches(other, one) or matches(one, other)
    # Whatever stands between the outermost stars can be put one after the other.
    head, tail = _ends(one), _ends(other)
    return (_agree(head[0], tail[0])) and _agree(head[1][::-1], tail[1][::-1])


def _ends(pattern: str) -> tuple[str, str]:
    return pattern.split("*", 1)[0], pattern.rsplit("*", 1)[1]


def _agree(one: str, other: str) -> bool:
    return all(a == b or "?" in (a, b) for a, b in zip(one, other, strict=False))


def arns_overlap(one: str, other: str) -> bool:
    """Whether two patterns of ARNs, or ``*``, have an ARN in common, part by part."""
    if "*" in (one, other):
        return True
    left, right = _split(one), _split(other)
    if left is None or right is None:
        return overlap(one, other)
    return all(overlap(a, b) for a, b in zip(left, right, strict=True))


def _split(arn: str) -> list[str] | None:
    parts = _VARIABLE.sub("*", arn).split(":", 5)
    return parts if len(parts) == 6 else None


@lru_cache(maxsize=4096)
def is_particular(key: str, text: str) -> bool:
    """Whether a value of a condition, on a key in lower case, stands for some only.

    What begins with a wildcard ends as anybody may name his own; a tag is nobody's name.
    """
    if not text.strip("*?") or _BROAD_RANGE.fullmatch(text) or _ANY_ID.match(text):
        return False
    if "tag/" not in key and _OF_CALLER.search(text):
        return False
    if text.startswith("arn:"):
        _, _, service, _, account, name = (*text.split(":", 5), *[""] * 5)[:6]
        # An ARN that leaves the account open names nobody, unless its service has none in it.
        if account and service != "s3":
            return not is_glob(account)
        return not is_glob(service) and bool(name.strip("*?/:"))
    if key.endswith("account"):
        return not is_glob(text)
    return "tag/" in key or text[0] not in "*?"
