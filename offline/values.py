"""Property values as plain data, and back to Pulumi's wire format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

SIGNATURE: Final = rpc._special_sig_key  # noqa: SLF001 the wire format has no public names
SECRET: Final = rpc._special_secret_sig  # noqa: SLF001
ASSET: Final = rpc._special_asset_sig  # noqa: SLF001
ARCHIVE: Final = rpc._special_archive_sig  # noqa: SLF001
RESOURCE: Final = rpc._special_resource_sig  # noqa: SLF001
UNKNOWN_SENTINEL: Final = rpc.UNKNOWN


class Unknown:
    """A value that only an update would settle."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[unknown]"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must never be shown."""

    value: Any = field(repr=False)

    def __repr__(self) -> str:
        return "[secret]"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file's worth of content: exactly one of ``path``, ``text`` and ``uri``.

    Attributes:
        hash: of the content, where the engine has worked it out.
    """

    path: str | None = None
    text: str | None = None
    uri: str | None = None
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """A collection of files: exactly one of ``path``, ``uri`` and ``assets``.

    Attributes:
        hash: of the content, where the engine has worked it out.
    """

    path: str | None = None
    uri: str | None = None
    assets: "Mapping[str, Asset | Archive] | None" = None
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A resource given as a value. ``id`` is empty for a component and unknown in a preview."""

    urn: str
    id: Any = ""


def decode(value: struct_pb2.Value) -> Any:
    """Read one wire value. Whole numbers become ``int``: the wire has only floats."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text == UNKNOWN_SENTINEL else text
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _decode_struct(value.struct_value)
    return None


def decode_properties(properties: struct_pb2.Struct) -> dict[str, Any]:
    """Read the properties of a resource, by wire name."""
    return {name: decode(value) for name, value in properties.fields.items()}


def _decode_struct(struct: struct_pb2.Struct) -> Any:
    fields = struct.fields
    if SIGNATURE not in fields:
        return {name: decode(value) for name, value in fields.items()}
    signature = fields[SIGNATURE].string_value
    parts = {name: decode(value) for name, value in fields.items() if name != SIGNATURE}
    if signature == SECRET:
        return Secret(parts["value"])
    if signature == RESOURCE:
        return Reference(parts["urn"], parts.get("id", ""))
    if signature in {ASSET, ARCHIVE}:
        kind = Asset if signature == ASSET else Archive
        return kind(**parts)
    raise ValueError(
        f"a property has the signature {signature}, which offline/values.py must learn"
    )


def encode(value: Any) -> Any:
    """Write plain data in the wire's form, as ``Struct.update`` takes it."""
    if value is UNKNOWN:
        return UNKNOWN_SENTINEL
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET, "value": encode(value.value)}
    if isinstance(value, Reference):
        return {SIGNATURE: RESOURCE, "urn": value.urn, "id": encode(value.id)}
    if isinstance(value, Asset | Archive):
        parts: dict[str, Any] = {"path": value.path, "uri": value.uri, "hash": value.hash}
        parts |= {"text": value.text} if isinstance(value, Asset) else {"assets": value.assets}
        signature = ASSET if isinstance(value, Asset) else ARCHIVE
        given = {name: encode(part) for name, part in parts.items() if part is not None}
        return {SIGNATURE: signature, **given}
    if isinstance(value, Mapping):
        return {name: encode(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [encode(item) for item in value]
    return value


def plain(value: Any) -> Any:
    """Take the wrappers off: what AWS would be sent. Unknown stays ``UNKNOWN``."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def masked(value: Any) -> Any:
    """Make plain data that may be shown: secrets as ``[secret]``, unknowns as ``[unknown]``."""
    if isinstance(value, Secret | Unknown):
        return repr(value)
    if isinstance(value, Reference):
        return value.urn
    if isinstance(value, Asset | Archive):
        return value.path or value.uri or ("[text]" if isinstance(value, Asset) else "[archive]")
    if isinstance(value, Mapping):
        return {name: masked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def holds_unknown(value: Any) -> bool:
    """Whether any part of a value is unknown."""
    if isinstance(value, Secret):
        return holds_unknown(value.value)
    if isinstance(value, Mapping):
        return any(holds_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(holds_unknown(item) for item in value)
    return value is UNKNOWN


def holds_secret(value: Any) -> bool:
    """Whether any part of a value is secret."""
    if isinstance(value, Mapping):
        return any(holds_secret(item) for item in value.values())
    if isinstance(value, list):
        return any(holds_secret(item) for item in value)
    return isinstance(value, Secret)
