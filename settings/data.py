"""The sections `tables` and `buckets`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, GetJsonSchemaHandler
from pydantic import GetCoreSchemaHandler as Handler
from pydantic_core import CoreSchema, core_schema

from settings.kinds import Flag, Frozen, Named, OneOf, Section, Text, Whole, nothing_named
from settings.problems import Problem

_ATTRIBUTE = r"^[A-Za-z_][A-Za-z0-9_.-]*$"
AttributeName: TypeAlias = Annotated[
    str,
    Text(
        "an attribute's name of letters, digits and _ . - that starts with a letter or _ and has"
        " at most 255 characters",
        _ATTRIBUTE,
        longest=255,
    ),
]


class KeyAttribute(Section):
    """An attribute that items are found by."""

    name: AttributeName = Field(description="The attribute's name, at most 255 characters.")
    type: Annotated[Literal["S", "N", "B"], OneOf()] = Field(
        "S", description="What the attribute holds: S text, N a number, B bytes."
    )


@dataclass(frozen=True, slots=True)
class Shorthand:
    """A name stands for an attribute of text."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_attribute, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        name = {"type": "string", "pattern": _ATTRIBUTE, "maxLength": 255}
        return {"anyOf": [name, handler(schema)]}


def _attribute(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Key: TypeAlias = Annotated[KeyAttribute, Shorthand()]


class IndexSettings(Section):
    """A second way to find a table's items; it holds a copy of them, paid for like the table."""

    partition_key: Key = Field(
        description=(
            "The attribute that the index's items are found by: a name (of text), or"
            " {name: …, type: S|N|B}."
        )
    )
    sort_key: Key | None = Field(
        None, description="The attribute that the items of one partition are ordered by, or null."
    )


# DynamoDB takes 255, but so does CloudWatch for alarms, which are named after table and index.
IndexName: TypeAlias = Annotated[
    str,
    Text(
        "an index's name of 3 to 128 letters, digits and characters of _ . -",
        r"^[A-Za-z0-9_.-]{3,128}$",
    ),
]


class TableSettings(Section):
    """A DynamoDB table, paid by request, encrypted by a customer key."""

    partition_key: Key = Field(
        description=(
            "The attribute that items are found by: a name (of text), or {name: …, type: S|N|B}. It"
            " can't change without a new, empty table."
        )
    )
    sort_key: Key | None = Field(
        None,
        description=(
            "The attribute that the items of one partition are ordered by, or null. It can't"
            " change without a new, empty table."
        ),
    )
    indexes: Annotated[Mapping[IndexName, IndexSettings], Field(max_length=20), Frozen()] = Field(
        default_factory=nothing_named,
        description="Global secondary indexes by name, at most 20. Each adds the cost of a write.",
    )
    ttl_attribute: AttributeName | None = Field(
        None,
        description=(
            "The attribute that holds the second (Unix time, a number) after which DynamoDB deletes"
            " an item, free of charge; null keeps items."
        ),
    )
    point_in_time_recovery_days: Annotated[int, Whole(1, 35)] = Field(
        35,
        description=(
            "Days back to which the table can be restored, 1 to 35. Costs by the gigabyte kept, the"
            " same for any number of days."
        ),
    )
    max_read_units: Annotated[int, Whole(1, 40_000)] = Field(
        1_000,
        description=(
            "Reads a second (4 KB each) at which the table and each index start to refuse, 1 to"
            " 40000: bounds the cost."
        ),
    )
    max_write_units: Annotated[int, Whole(1, 40_000)] = Field(
        500,
        description=(
            "Writes a second (1 KB each) at which the table and each index start to refuse, 1 to"
            " 40000: bounds the cost."
        ),
    )
    protect: Flag = Field(
        default=True, description="Refuse to delete the table, in Pulumi and in DynamoDB."
    )


class BucketSettings(Section):
    """A private, versioned S3 bucket, encrypted by a customer key."""

    expire_after_days: Annotated[int, Whole(1, 36_500)] | None = Field(
        None, description="Age in days at which objects are deleted; null keeps them."
    )
    archive_after_days: Annotated[int, Whole(1, 36_500)] | None = Field(
        None,
        description=(
            "Age in days at which objects move to Glacier Instant Retrieval, which costs less to"
            " keep (90 days at least) and more to read; null leaves them where they are."
        ),
    )
    noncurrent_days: Annotated[int, Whole(1, 36_500)] = Field(
        30,
        description=(
            "Days for which a replaced or deleted version can still be brought back; each costs as"
            " much to keep as the object."
        ),
    )
    protect: Flag = Field(
        default=True, description="Refuse to delete the bucket, and keep what is in it."
    )


def data_contradictions(
    tables: Named[TableSettings], buckets: Named[BucketSettings]
) -> Iterator[Problem]:
    """What is wrong between the settings of one table or one bucket."""
    for name, table in tables.items():
        yield from _keys(f"tables.{name}", table)
    for name, bucket in buckets.items():
        expire, archive = bucket.expire_after_days, bucket.archive_after_days
        if expire is not None and archive is not None and expire <= archive:
            yield Problem(
                f"buckets.{name}.expire_after_days",
                f"must be more than archive_after_days, {archive}; got {expire}",
                because=(f"buckets.{name}.archive_after_days",),
            )


def _keys(where: str, table: TableSettings) -> Iterator[Problem]:
    types: dict[str, tuple[str, str]] = {}
    for path, keys in _schemas(where, table):
        if keys.sort_key is not None and keys.sort_key.name == keys.partition_key.name:
            yield Problem(
                f"{path}.sort_key",
                f"must be another attribute than partition_key, got {keys.sort_key.name!r}",
                because=(f"{path}.partition_key",),
            )
            continue
        for role, key in (("partition_key", keys.partition_key), ("sort_key", keys.sort_key)):
            if key is None:
                continue
            first, kind = types.setdefault(key.name, (f"{path}.{role}", key.type))
            if kind != key.type:
                yield Problem(
                    f"{path}.{role}",
                    f"must give {key.name!r} the same type as {first}, {kind}; got {key.type}",
                    because=(first,),
                )
    ttl = table.ttl_attribute
    if ttl is not None and ttl in types and types[ttl][1] != "N":
        first, kind = types[ttl]
        yield Problem(
            f"{where}.ttl_attribute",
            f"must be an attribute that holds a number; {ttl!r} has type {kind} by {first}",
            because=(first,),
        )


def _schemas(
    where: str, table: TableSettings
) -> Iterator[tuple[str, TableSettings | IndexSettings]]:
    yield where, table
    for name, index in table.indexes.items():
        yield f"{where}.indexes.{name}", index
