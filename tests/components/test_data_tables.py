from collections.abc import Callable
from typing import Any

import pytest

from components.data.tables import Attribute, Index, Table, TableArgs
from components.iam import Statement
from offline.graph import Resource
from tests.components.data_support import arn, built, granted, key, via

TABLE = "aws:dynamodb/table:Table"


def table(**changes: Any) -> Table:
    given: dict[str, Any] = {"partition_key": Attribute("order_id"), **changes}
    if "key" not in given:
        given["key"] = key()
    return Table("orders", TableArgs(**given))


def made(**changes: Any) -> Resource:
    return built(lambda: table(**changes)).one(TABLE, "orders-table")


def by_customer() -> dict[str, Index]:
    return {
        "by-customer": Index(
            partition_key=Attribute("customer"), sort_key=Attribute("placed_at", "N")
        )
    }


def test_a_table_is_paid_by_request_up_to_a_bound() -> None:
    inputs = made(max_read_units=20, max_write_units=10).inputs
    assert inputs["billingMode"] == "PAY_PER_REQUEST"
    assert inputs["onDemandThroughput"] == {"maxReadRequestUnits": 20, "maxWriteRequestUnits": 10}


def test_a_table_has_a_bound_without_being_asked() -> None:
    assert made().inputs["onDemandThroughput"] == {
        "maxReadRequestUnits": 1000,
        "maxWriteRequestUnits": 500,
    }


def test_a_table_is_encrypted_with_the_customer_key() -> None:
    graph = built(table)
    assert graph.one(TABLE, "orders-table").inputs["serverSideEncryption"] == {
        "enabled": True,
        "kmsKeyArn": arn(graph, "aws:kms/key:Key", "main-key"),
    }


def test_a_table_can_be_restored_to_any_second_of_the_given_days() -> None:
    assert made(point_in_time_recovery_days=7).inputs["pointInTimeRecovery"] == {
        "enabled": True,
        "recoveryPeriodInDays": 7,
    }


@pytest.mark.parametrize("protect", [True, False])
def test_protection_is_pulumis_and_dynamodbs(protect: bool) -> None:
    # Another key makes another table: Pulumi refuses that too, for what is protected.
    resource = made(protect=protect)
    assert resource.protect is protect
    assert resource.inputs["deletionProtectionEnabled"] is protect


def test_only_attributes_of_keys_are_declared() -> None:
    inputs = made(sort_key=Attribute("line", "N"), ttl_attribute="expires_at").inputs
    assert (inputs["hashKey"], inputs["rangeKey"]) == ("order_id", "line")
    assert inputs["attributes"] == [
        {"name": "order_id", "type": "S"},
        {"name": "line", "type": "N"},
    ]


def test_items_expire_by_the_given_attribute_only() -> None:
    assert made(ttl_attribute="expires_at").inputs["ttl"] == {
        "attributeName": "expires_at",
        "enabled": True,
    }
    assert "ttl" not in made().inputs


def test_an_index_has_its_keys_and_a_bound_of_its_own() -> None:
    inputs = made(indexes=by_customer(), max_read_units=20, max_write_units=10).inputs
    assert inputs["globalSecondaryIndexes"] == [
        {
            "name": "by-customer",
            "keySchemas": [
                {"attributeName": "customer", "keyType": "HASH"},
                {"attributeName": "placed_at", "keyType": "RANGE"},
            ],
            "projectionType": "ALL",
            "onDemandThroughput": {"maxReadRequestUnits": 20, "maxWriteRequestUnits": 10},
        }
    ]
    assert inputs["attributes"] == [
        {"name": "order_id", "type": "S"},
        {"name": "customer", "type": "S"},
        {"name": "placed_at", "type": "N"},
    ]


@pytest.mark.parametrize(
    ("attributes", "projection"),
    [
        (None, {"projectionType": "ALL"}),
        ((), {"projectionType": "KEYS_ONLY"}),
        (("total",), {"projectionType": "INCLUDE", "nonKeyAttributes": ["total"]}),
    ],
)
def test_an_index_holds_all_attributes_or_the_given_ones(
    attributes: tuple[str, ...] | None, projection: dict[str, Any]
) -> None:
    index = Index(partition_key=Attribute("customer"), attributes=attributes)
    (found,) = made(indexes={"by-customer": index}).inputs["globalSecondaryIndexes"]
    held = {"projectionType", "nonKeyAttributes"} & found.keys()
    assert {name: found[name] for name in held} == projection


def test_reading_is_by_key_or_query_of_the_table_and_its_indexes() -> None:
    graph, policy = granted(lambda: table(indexes=by_customer()).grant_read())
    orders = arn(graph, TABLE, "orders-table")
    assert policy == [
        {
            "Sid": "OrdersTableRead",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"],
            "Resource": [orders, f"{orders}/index/by-customer"],
        },
        via(graph, "dynamodb", "kms:Decrypt", sid="MainDecryptViaDynamodb"),
    ]


@pytest.mark.parametrize(
    ("grant", "sid", "actions"),
    [
        (Table.grant_scan, "OrdersTableScan", ["dynamodb:Scan"]),
        (
            Table.grant_write,
            "OrdersTableWrite",
            ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem"],
        ),
        (Table.grant_delete, "OrdersTableDelete", ["dynamodb:DeleteItem"]),
    ],
)
def test_each_verb_is_granted_apart_and_needs_the_key(
    grant: Callable[[Table], tuple[Statement, ...]], sid: str, actions: list[str]
) -> None:
    graph, policy = granted(lambda: grant(table()))
    assert policy == [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Action": actions,
            "Resource": [arn(graph, TABLE, "orders-table")],
        },
        via(graph, "dynamodb", "kms:Decrypt", sid="MainDecryptViaDynamodb"),
    ]


def test_writing_never_reaches_an_index() -> None:
    graph, policy = granted(lambda: table(indexes=by_customer()).grant_write())
    assert policy[0]["Resource"] == [arn(graph, TABLE, "orders-table")]


def test_all_verbs_fit_in_one_policy_with_the_key_once() -> None:
    def everything() -> tuple[Statement, ...]:
        orders = table()
        return (
            *orders.grant_read(),
            *orders.grant_scan(),
            *orders.grant_write(),
            *orders.grant_delete(),
            *orders.grant_read(),
        )

    _, policy = granted(everything)
    assert [statement["Sid"] for statement in policy] == [
        "OrdersTableRead",
        "MainDecryptViaDynamodb",
        "OrdersTableScan",
        "OrdersTableWrite",
        "OrdersTableDelete",
    ]


def test_a_table_shows_its_arn_and_physical_name() -> None:
    graph = built(table)
    resource = graph.one(TABLE, "orders-table")
    (component,) = graph.of("plinth:data:Table")
    assert resource.inputs["name"].startswith("plinth-test-orders-table-")
    assert graph.outputs[component.urn] == {
        "arn": resource.outputs["arn"],
        "table_name": resource.inputs["name"],
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"point_in_time_recovery_days": 0}, "point_in_time_recovery_days must be from 1 to 35"),
        ({"point_in_time_recovery_days": 36}, "point_in_time_recovery_days must be from 1 to 35"),
        ({"max_read_units": 0}, "max_read_units must be at least 1, got 0"),
        ({"max_write_units": 0}, "max_write_units must be at least 1, got 0"),
        ({"indexes": {"by": Index(partition_key=Attribute("a"))}}, "indexes must be named by 3"),
        (
            {"indexes": {f"by-{n}": Index(partition_key=Attribute("a")) for n in range(100, 121)}},
            "indexes must be at most 20, got 21",
        ),
        (
            {"indexes": {"by-order": Index(partition_key=Attribute("order_id", "N"))}},
            "type of order_id must be the same in every key, got S and N",
        ),
    ],
)
def test_what_dynamodb_would_refuse_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        built(lambda: table(**changes))


def test_an_attribute_has_a_name_and_a_type() -> None:
    with pytest.raises(ValueError, match="name must have 1 to 255 bytes, got ''"):
        Attribute("")
    with pytest.raises(ValueError, match="type must be one of S, N, B; got 'BOOL'"):
        Attribute("paid", "BOOL")  # type: ignore[arg-type]
