"""IAM policy documents, in one form whatever their spelling."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from rules.core.globs import is_particular
from rules.core.values import (
    UNKNOWN,
    NotKnown,
    Unknown,
    Unreadable,
    holds_sentinel,
    plain,
    revealed,
)

_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_EXPECTED: Final = "a policy document in JSON"

Part = str | Unknown


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a statement speaks of.

    Attributes:
        kind: ``aws``, ``service``, ``federated`` or ``canonicaluser``.
        value: an ARN, account, service or ``*``.
    """

    kind: str
    value: str

    @property
    def is_everyone(self) -> bool:
        """Whether anybody at all is meant."""
        if self.kind == "aws":
            return self.value == "*" or self.account == "*"
        return self.value == "*"

    @property
    def account(self) -> str:
        """The twelve digits of the account, ``*`` for all of them, or empty when it has none."""
        if self.kind != "aws":
            return ""
        if _ACCOUNT.fullmatch(self.value):
            return self.value
        parts = self.value.split(":", 5)
        if len(parts) == 6 and parts[0] == "arn":
            return parts[4] if _ACCOUNT.fullmatch(parts[4]) else "*" if "*" in parts[4] else ""
        return ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One test: an operator, a key and the values that satisfy it.

    Attributes:
        operator: in lower case, without its qualifier and ``IfExists``.
        qualifier: ``forallvalues``, ``foranyvalue`` or empty.
        if_exists: whether a request without the key passes.
        key: in lower case.
    """

    operator: str
    qualifier: str
    if_exists: bool
    key: str
    values: tuple[Part, ...]

    @property
    def holds_back(self) -> bool:
        """Whether it lets only some requests through: a positive test that a missing key fails.

        A value that is not known yet is taken for a particular one.
        """
        if self.if_exists or self.qualifier == "forallvalues" or self.operator == "null":
            return False
        if "not" in self.operator or not self.values:
            return False
        return all(
            type(value) is Unknown or is_particular(self.key, str(value)) for value in self.values
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    The tuples may hold ``UNKNOWN``: read them through the methods of the same name, which give what
    is known first and then raise ``NotKnown``.
    """

    path: str
    sid: str
    effect: Part
    _actions: tuple[Part, ...]
    _not_actions: tuple[Part, ...]
    _resources: tuple[Part, ...]
    _principals: tuple[Principal | Unknown, ...]
    conditions: tuple[Condition, ...]
    names: frozenset[str]

    @property
    def allows(self) -> bool:
        """Whether it allows rather than denies."""
        if type(self.effect) is Unknown:
            raise NotKnown(self.path)
        return str(self.effect).lower() == "allow"

    @property
    def denies(self) -> bool:
        """Whether it denies."""
        return not self.allows and str(self.effect).lower() == "deny"

    def actions(self) -> Iterator[str]:
        """The actions as written."""
        return _known(self._actions, self.path)

    def not_actions(self) -> Iterator[str]:
        """The actions left out."""
        return _known(self._not_actions, self.path)

    def resources(self) -> Iterator[str]:
        """The resources as written."""
        return _known(self._resources, self.path)

    def principals(self) -> Iterator[Principal]:
        """Whom it speaks of."""
        return _known(self._principals, self.path)

    @property
    def label(self) -> str:
        """How a message calls it."""
        return f"statement {self.sid}" if self.sid else "a statement without a Sid"

    def has(self, element: str) -> bool:
        """Whether the statement has an element, such as ``NotAction``, even if it is unknown."""
        return element.lower() in self.names

    def condition(self, *keys: str) -> Iterator[Condition]:
        """The tests of any of these keys; a key that ends in ``*`` is a prefix."""
        exact = {key.lower() for key in keys if not key.endswith("*")}
        prefixes = tuple(key.lower()[:-1] for key in keys if key.endswith("*"))
        for item in self.conditions:
            if item.key in exact or (prefixes and item.key.startswith(prefixes)):
                yield item

    def is_held_back_by(self, *keys: str) -> bool:
        """Whether a condition on any of these keys lets only some requests through."""
        return any(item.holds_back for item in self.condition(*keys))


def _known(parts: tuple[Any, ...], path: str) -> Iterator[Any]:
    unknown = False
    for part in parts:
        if type(part) is Unknown:
            unknown = True
        else:
            yield part
    if unknown:
        raise NotKnown(path)


def statements_of(value: Any, path: str) -> tuple[Statement, ...]:
    """The statements of a document given as JSON or as data.

    Raises:
        Unreadable: when it is neither.
    """
    if value is None or value == "":
        return ()
    if type(value) is str:
        return _parsed(value, path)
    return _statements(revealed(value), path)


# Twelve rules read each document, and a stack repeats many: the trust of a service, say.
@lru_cache(maxsize=1024)
def _parsed(text: str, path: str) -> tuple[Statement, ...]:
    try:
        return _statements(plain(json.loads(text)), path)
    except (ValueError, RecursionError) as error:
        if holds_sentinel(text):
            raise NotKnown(path) from error
        raise Unreadable(path, _EXPECTED) from error


def _statements(document: Any, path: str) -> tuple[Statement, ...]:
    if type(document) is not dict:
        raise Unreadable(path, _EXPECTED)
    found = _lowered(document).get("statement")
    if found is UNKNOWN:
        raise NotKnown(path)
    given = found if type(found) is list else [found]
    if not all(type(item) in (dict, Unknown) for item in given):
        raise Unreadable(path, _EXPECTED)
    return tuple(_statement(item if type(item) is dict else _UNKNOWN, path) for item in given)


def _statement(raw: Mapping[str, Any], path: str) -> Statement:
    fields = _lowered(raw)
    sid = fields.get("sid")
    effect = (*_parts(fields.get("effect")), "")[0]
    return Statement(
        path=path,
        sid=sid if type(sid) is str else "",
        effect=effect,
        _actions=_parts(fields.get("action")),
        _not_actions=_parts(fields.get("notaction")),
        _resources=_parts(fields.get("resource")),
        _principals=_principals(fields.get("principal")),
        conditions=tuple(_conditions(fields.get("condition"))),
        names=frozenset(fields),
    )


# What stands for a statement of which nothing is known.
_UNKNOWN: Final[Mapping[str, Any]] = dict.fromkeys(
    ("effect", "action", "resource", "principal"), UNKNOWN
)


def _lowered(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in raw.items()}


def _parts(value: Any) -> tuple[Part, ...]:
    given = value if type(value) is list else [value]
    return tuple(
        _part(item) for item in given if item is not None and type(item) not in (dict, list)
    )


def _part(item: Any) -> Part:
    if type(item) is Unknown:
        return item
    text = str(item)
    # A name with an unknown inside: an ARN made of an account and an id still to come.
    return UNKNOWN if holds_sentinel(text) else text


def _principals(value: Any) -> tuple[Principal | Unknown, ...]:
    if type(value) is dict:
        return tuple(
            part if type(part) is Unknown else Principal(str(kind).lower(), str(part))
            for kind, given in value.items()
            for part in _parts(given)
        )
    return tuple(
        part if type(part) is Unknown else Principal("aws", str(part)) for part in _parts(value)
    )


def _conditions(value: Any) -> Iterator[Condition]:
    if type(value) is not dict:
        return
    for operator, tests in value.items():
        qualifier, _, name = str(operator).lower().rpartition(":")
        bare = name.removesuffix("ifexists")
        if type(tests) is not dict:
            # Only that there is a test is known.
            yield Condition(bare, qualifier, bare != name, "", ())
            continue
        for key, given in tests.items():
            yield Condition(bare, qualifier, bare != name, str(key).lower(), _parts(given))
