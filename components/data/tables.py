"""DynamoDB tables."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

import pulumi
import pulumi_aws as aws

from components.data.keys import Key
from components.iam import Statement, sid_for
from components.watched import Watched, WatchedTable

AttributeType: TypeAlias = Literal["S", "N", "B"]

_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that is part of a key.

    Attributes:
        name: as it stands in each item.
        type: ``S`` text, ``N`` number, ``B`` bytes.
    """

    name: str
    type: AttributeType = "S"

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.encode()) <= 255:
            raise ValueError(f"name must have 1 to 255 bytes, got {self.name!r}")
        if self.type not in get_args(AttributeType):
            raise ValueError(f"type must be one of S, N, B; got {self.type!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """A global secondary index.

    Attributes:
        partition_key: what a query must give.
        sort_key: what it may give a range of.
        attributes: what the index holds beside keys; everything if ``None``. Another choice makes
            the index anew, and queries fail until it is filled.
    """

    partition_key: Attribute
    sort_key: Attribute | None = None
    attributes: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TableArgs:
    """Settings of a table.

    Attributes:
        partition_key: with `sort_key`, what an item is known by. DynamoDB can't change either:
            another key makes another, empty table, which `protect` refuses.
        key: encrypts the table, its indexes and its backups.
        sort_key: what orders the items of one partition.
        indexes: global secondary indexes by name.
        ttl_attribute: number attribute that says when an item expires, in seconds since 1970. Left
            out later, it goes on: the provider can't switch it off, so do that in DynamoDB.
        point_in_time_recovery_days: how far back the table can be restored, 1 to 35.
        max_read_units: read units a second at which table and each index start to refuse.
        max_write_units: the same for writes. On demand has no other bound on what it costs.
        protect: refuse to delete the table, in Pulumi and in AWS.
    """

    partition_key: Attribute
    key: Key
    sort_key: Attribute | None = None
    indexes: Mapping[str, Index] = field(default_factory=dict)
    ttl_attribute: str | None = None
    point_in_time_recovery_days: int = 35
    max_read_units: int = 1_000
    max_write_units: int = 500
    protect: bool = True

    def __post_init__(self) -> None:
        for name in self.indexes:
            if not _NAME.fullmatch(name):
                raise ValueError(f"indexes must be named by 3 to 255 of A-Za-z0-9_.-, got {name!r}")
        if len(self.indexes) > 20:
            raise ValueError(f"indexes must be at most 20, got {len(self.indexes)}")
        if not 1 <= self.point_in_time_recovery_days <= 35:
            raise ValueError(
                "point_in_time_recovery_days must be from 1 to 35, "
                f"got {self.point_in_time_recovery_days}"
            )
        if self.max_read_units < 1:
            raise ValueError(f"max_read_units must be at least 1, got {self.max_read_units}")
        if self.max_write_units < 1:
            raise ValueError(f"max_write_units must be at least 1, got {self.max_write_units}")
        self.key_attributes()

    def key_attributes(self) -> Mapping[str, AttributeType]:
        """The attributes that DynamoDB must know the type of, by name."""
        types: dict[str, AttributeType] = {}
        for attribute in self._keys():
            if types.setdefault(attribute.name, attribute.type) != attribute.type:
                raise ValueError(
                    f"type of {attribute.name} must be the same in every key, "
                    f"got {types[attribute.name]} and {attribute.type}"
                )
        return types

    def _keys(self) -> Iterator[Attribute]:
        owners: tuple[TableArgs | Index, ...] = (self, *self.indexes.values())
        for owner in owners:
            yield owner.partition_key
            if owner.sort_key is not None:
                yield owner.sort_key


class Table(pulumi.ComponentResource):
    """An on-demand table with a bound on its cost, encrypted and restorable to any second."""

    arn: pulumi.Output[str]
    table_name: pulumi.Output[str]
    watched: tuple[Watched, ...]

    def __init__(
        self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:data:Table", name, None, opts)
        self._name = name
        self._key = args.key
        table = aws.dynamodb.Table(
            f"{name}-table",
            billing_mode="PAY_PER_REQUEST",
            on_demand_throughput=aws.dynamodb.TableOnDemandThroughputArgs(
                max_read_request_units=args.max_read_units,
                max_write_request_units=args.max_write_units,
            ),
            hash_key=args.partition_key.name,
            range_key=None if args.sort_key is None else args.sort_key.name,
            attributes=[
                aws.dynamodb.TableAttributeArgs(name=attribute, type=type_)
                for attribute, type_ in args.key_attributes().items()
            ],
            global_secondary_indexes=[
                _index(index_name, index, args) for index_name, index in args.indexes.items()
            ],
            ttl=None
            if args.ttl_attribute is None
            else aws.dynamodb.TableTtlArgs(attribute_name=args.ttl_attribute, enabled=True),
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(
                enabled=True, recovery_period_in_days=args.point_in_time_recovery_days
            ),
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(
                enabled=True, kms_key_arn=args.key.arn
            ),
            deletion_protection_enabled=args.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self.arn = table.arn
        self.table_name = table.name
        self.watched = (
            WatchedTable(name=name, table_name=table.name, indexes=tuple(args.indexes)),
        )
        self._indexes = tuple(
            pulumi.Output.concat(self.arn, f"/index/{index}") for index in args.indexes
        )
        self.register_outputs({"arn": self.arn, "table_name": self.table_name})

    def grant_read(self) -> tuple[Statement, ...]:
        """Allow reading items by key and by query, of the table and its indexes, but no scan."""
        actions = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
        return self._grant("read", actions, self._indexes)

    def grant_scan(self) -> tuple[Statement, ...]:
        """Allow reading the table or an index from end to end, which reads and bills every item."""
        return self._grant("scan", ("dynamodb:Scan",), self._indexes)

    def grant_write(self) -> tuple[Statement, ...]:
        """Allow creating and changing items one by one or in a transaction, but no deleting.

        Batches are left out: who may write by batch may also delete by batch.
        """
        actions = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem")
        return self._grant("write", actions)

    def grant_delete(self) -> tuple[Statement, ...]:
        """Allow deleting items."""
        return self._grant("delete", ("dynamodb:DeleteItem",))

    def _grant(
        self, verb: str, actions: tuple[str, ...], indexes: tuple[pulumi.Output[str], ...] = ()
    ) -> tuple[Statement, ...]:
        return (
            Statement(
                sid=sid_for(self._name, "table", verb),
                actions=actions,
                resources=(self.arn, *indexes),
            ),
            # To serve any caller, of a write too, DynamoDB decrypts the table's own key with the
            # caller's rights; what creates keys it does with grants of its own:
            # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
            *self._key.grant_decrypt("dynamodb"),
        )


def _index(name: str, index: Index, args: TableArgs) -> aws.dynamodb.TableGlobalSecondaryIndexArgs:
    keys = {"HASH": index.partition_key, "RANGE": index.sort_key}
    return aws.dynamodb.TableGlobalSecondaryIndexArgs(
        name=name,
        key_schemas=[
            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(
                attribute_name=attribute.name, key_type=key_type
            )
            for key_type, attribute in keys.items()
            if attribute is not None
        ],
        projection_type=_projection(index.attributes),
        non_key_attributes=list(index.attributes) if index.attributes else None,
        # An index has a bound of its own: it doesn't come under the table's.
        on_demand_throughput=aws.dynamodb.TableGlobalSecondaryIndexOnDemandThroughputArgs(
            max_read_request_units=args.max_read_units,
            max_write_request_units=args.max_write_units,
        ),
    )


def _projection(attributes: tuple[str, ...] | None) -> str:
    if attributes is None:
        return "ALL"
    return "INCLUDE" if attributes else "KEYS_ONLY"
