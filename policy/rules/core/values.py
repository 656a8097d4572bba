"""Property values of every runner in one form: plain data, ``UNKNOWN`` and ``Secret``."""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final

# How the engine writes what it does not know yet, by the type that it will have.
SENTINELS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
_SENTINEL_LENGTH: Final = 36
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 the mark of one, on the wire
_REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


# The one that a text can have inside: the others never become part of a text.
TEXT_SENTINEL: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


# Where the SDK's policies get their properties from.
_PROXIES: Final = "pulumi_policy.proxy"
_SECRET_PROXIES: Final = "pulumi_policy.secret"  # noqa: S105


class Unknown:
    """A value that only an update will settle."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[unknown]"


UNKNOWN: Final = Unknown()


class Secret:
    """A value that no message may show."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "[secret]"


class Opaque:
    """A file, an archive or another value that rules don't look into."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[file]"


OPAQUE: Final = Opaque()


class NotKnown(Exception):  # noqa: N818 not an error: the rule's answer for now
    """A rule asked for a value that is not known yet.

    Attributes:
        path: the property, as the rule named it.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Unreadable(Exception):  # noqa: N818 the property's fault, not the rule's
    """A property holds what AWS could not read either, such as a policy that is no JSON.

    Attributes:
        path: the property, as the rule named it.
        expected: what it should have been.
    """

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(path)
        self.path = path
        self.expected = expected


_SCALARS: Final = frozenset({bool, int, float, type(None), Unknown, Secret, Opaque})


def plain(value: Any) -> Any:
    """Bring a value of any runner into the one form.

    It takes the engine's wire format, the SDK's proxies, and objects of the offline plan, which it
    knows by their shape: a secret has a ``value``, a resource given as a value an ``id``, a file a
    ``path`` or a ``uri``.
    """
    kind = type(value)
    if kind is str:
        return UNKNOWN if len(value) == _SENTINEL_LENGTH and value in SENTINELS else value
    if kind in _SCALARS:
        return value
    if kind is dict:
        if SIGNATURE in value:
            return _signed(value)
        return {name: plain(item) for name, item in value.items()}
    if kind is list:
        return [plain(item) for item in value]
    return _foreign(value)


def holds_sentinel(text: str) -> bool:
    """Whether a text was made with something unknown in it."""
    return TEXT_SENTINEL in text


def _signed(value: Mapping[str, Any]) -> Any:
    signature = value[SIGNATURE]
    if signature == SECRET:
        return Secret(plain(value.get("value")))
    if signature == _OUTPUT:
        settled = plain(value["value"]) if "value" in value else UNKNOWN
        return Secret(settled) if value.get("secret") is True else settled
    if signature == _REFERENCE:
        return plain(value.get("id"))
    return OPAQUE


def _foreign(value: Any) -> Any:
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return plain(str(value))
    if hasattr(value, "value"):
        return Secret(plain(value.value))
    if isinstance(value, Mapping | Sequence):
        return _collected(value)
    if hasattr(value, "urn"):
        return plain(getattr(value, "id", None))
    # Of a file or an archive of files, one of these says where it is.
    places = ("path", "uri", "text", "assets")
    return OPAQUE if any(hasattr(value, name) for name in places) else UNKNOWN


def _collected(value: Mapping[Any, Any] | Sequence[Any]) -> Any:
    if type(value).__module__ == _PROXIES or type(value).__module__ == _SECRET_PROXIES:
        # Reading through a proxy raises on what is unknown; what it wraps can be read.
        return plain(value["__target"])  # type: ignore[call-overload]
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    return UNKNOWN if isinstance(value, bytes | bytearray) else [plain(item) for item in value]


def revealed(value: Any) -> Any:
    """Take the wrappers of secrets off, at every depth: to compare, never for a message."""
    kind = type(value)
    if kind is Secret:
        return revealed(value.value)
    if kind is dict:
        return {name: revealed(item) for name, item in value.items()}
    if kind is list:
        return [revealed(item) for item in value]
    return value


def secrets(value: Any) -> Iterator[str]:
    """Every text and number that stands in a secret, however deep."""
    kind = type(value)
    if kind is Secret:
        yield from _texts(value.value)
    elif kind is dict:
        for item in value.values():
            yield from secrets(item)
    elif kind is list:
        for item in value:
            yield from secrets(item)


def _texts(value: Any) -> Iterator[str]:
    kind = type(value)
    if kind is Secret:
        yield from _texts(value.value)
    elif kind is dict:
        for name, item in value.items():
            yield name
            yield from _texts(item)
    elif kind is list:
        for item in value:
            yield from _texts(item)
    elif kind is str:
        yield value
        if value.startswith(("{", "[")):
            yield from _texts_of_json(value)
    elif kind is int:
        yield str(value)
    elif kind is float:
        # Rules write whole numbers without a fraction.
        yield f"{value:g}"
        yield str(value)


# What every policy document has: to hide these words would hide what is wrong and nothing else.
_GRAMMAR: Final = frozenset(
    {"Statement", "Effect", "Allow", "Deny", "Action", "Resource", "Principal"}
)


def _texts_of_json(text: str) -> Iterator[str]:
    """What a rule that reads a secret document could name: any part of it."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from (part for part in _texts(document) if part not in _GRAMMAR)
