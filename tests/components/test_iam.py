import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.iam import Statement, policy_document, sid_for
from offline.engine import synthesise

ACCOUNT = "111122223333"
TABLE = f"arn:aws:dynamodb:eu-west-2:{ACCOUNT}:table/coupons"


def read_table(**changes: Any) -> Statement:
    given: dict[str, Any] = {
        "sid": "CouponsRead",
        "actions": ("dynamodb:GetItem", "dynamodb:Query"),
        "resources": (TABLE,),
    }
    return Statement(**{**given, **changes})


def describe_tables(**changes: Any) -> Statement:
    given: dict[str, Any] = {
        "sid": "TablesDescribe",
        "actions": ("dynamodb:DescribeTable",),
        "resources": ("*",),
    }
    return Statement(**{**given, **changes})


def statements(document: Callable[[], pulumi.Output[str]]) -> list[dict[str, Any]]:
    graph = synthesise(lambda: pulumi.export("document", document()))
    return list(json.loads(graph.exports["document"])["Statement"])


def test_a_statement_names_exactly_what_it_allows() -> None:
    assert statements(lambda: policy_document([read_table()])) == [
        {
            "Sid": "CouponsRead",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": [TABLE],
        }
    ]


def test_a_statement_keeps_its_conditions() -> None:
    conditions = {"StringEquals": {"dynamodb:LeadingKeys": ("a", "b")}}
    [statement] = statements(lambda: policy_document([read_table(conditions=conditions)]))
    assert statement["Condition"] == {"StringEquals": {"dynamodb:LeadingKeys": ["a", "b"]}}


@pytest.mark.parametrize(
    "action", ["*", "dynamodb:*", "dynamodb:Get*", "dynamodb:GetIte?", "GetItem", "dynamodb:"]
)
def test_an_action_that_is_not_named_in_full_is_refused(action: str) -> None:
    with pytest.raises(ValueError, match="actions of CouponsRead must each be named in full"):
        read_table(actions=("dynamodb:GetItem", action))


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::*/*",
        "arn:aws:dynamodb:*:*:table/coupons",
        "arn:aws:dynamodb:eu-west-2:*:table/coupons",
        "arn:aws:*:eu-west-2:111122223333:table/coupons",
        "arn:*:dynamodb:eu-west-2:111122223333:table/coupons",
        "arn:aws:dynamodb:eu-west-2:111122223333:*",
        "arn:aws:dynamodb:eu-west-2:111122223333:table/*",
        "arn:aws:lambda:eu-west-2:111122223333:function:*",
        "arn:aws:lambda:eu-west-2:111122223333:function:?*",
        "arn:aws:ec2:eu-west-2:????????????:network-interface/eni-1",
    ],
)
def test_every_resource_of_a_kind_is_refused_without_a_reason(resource: str) -> None:
    with pytest.raises(ValueError, match="unscoped_because of TablesDescribe must say why"):
        describe_tables(resources=(resource,))
    describe_tables(resources=(resource,), unscoped_because="the service names no resource")


@pytest.mark.parametrize(
    "action", ["dynamodb:GetItem", "kms:Decrypt", "s3:GetObject", "secretsmanager:GetSecretValue"]
)
def test_no_reason_is_good_enough_to_read_everything(action: str) -> None:
    with pytest.raises(ValueError, match="resources of TablesDescribe must be named for"):
        describe_tables(actions=("dynamodb:DescribeTable", action), unscoped_because="it is easier")


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:s3:::documents",
        "arn:aws:s3:::documents/*",
        "arn:aws:dynamodb:eu-west-2:111122223333:table/coupons/index/*",
        "arn:aws:dynamodb:*:111122223333:table/coupons",
        "arn:aws:logs:eu-west-2:111122223333:log-group:/aws/lambda/api:*",
        "arn:aws:execute-api:eu-west-2:111122223333:abc123/*",
    ],
)
def test_a_wildcard_within_one_resource_needs_no_reason(resource: str) -> None:
    assert read_table(resources=(resource,)).resources == (resource,)


def test_all_of_a_kind_needs_a_reason_or_a_condition_whatever_stands_before_the_wildcard() -> None:
    kind = ("arn:aws:dynamodb:eu-west-2:111122223333:table*",)
    tagged = {"StringEquals": {"aws:ResourceTag/project": "plinth"}}

    with pytest.raises(ValueError, match="unscoped_because of TablesDescribe must say why"):
        describe_tables(resources=kind)
    describe_tables(resources=kind, unscoped_because="AWS makes up the names")
    describe_tables(resources=kind, conditions=tagged)
    with pytest.raises(ValueError, match="resources of TablesDescribe must be named for"):
        describe_tables(
            resources=kind, actions=("dynamodb:GetItem",), unscoped_because="it is easier"
        )


@pytest.mark.parametrize("resource", ["", "coupons", "arn:aws:s3", "https://sqs/queue"])
def test_a_resource_that_is_no_arn_is_refused(resource: str) -> None:
    with pytest.raises(ValueError, match="resources of CouponsRead must be ARNs"):
        read_table(resources=(resource,))


@pytest.mark.parametrize("sid", ["", "couponsRead", "Coupons Read", "Coupons-Read", "1Coupons"])
def test_a_sid_that_is_not_pascal_case_is_refused(sid: str) -> None:
    with pytest.raises(ValueError, match="sid must be PascalCase letters and digits"):
        read_table(sid=sid)


@pytest.mark.parametrize("element", ["actions", "resources"])
def test_an_empty_element_is_refused(element: str) -> None:
    with pytest.raises(ValueError, match=f"{element} of CouponsRead must not be empty"):
        read_table(**{element: ()})


def test_a_blank_reason_is_no_reason() -> None:
    with pytest.raises(ValueError, match="unscoped_because of TablesDescribe must give a reason"):
        describe_tables(unscoped_because=" ")


def test_passing_a_role_says_to_which_service() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/task"
    to_tasks = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    for conditions in ({}, {"StringEqualsIfExists": to_tasks}):
        with pytest.raises(ValueError, match="must bind iam:PassedToService"):
            read_table(actions=("iam:PassRole",), resources=(role,), conditions=conditions)
    read_table(actions=("iam:PassRole",), resources=(role,), conditions={"StringEquals": to_tasks})


def test_a_resource_that_turns_out_to_be_everything_is_refused() -> None:
    def program() -> None:
        wide = describe_tables(resources=(pulumi.Output.concat("arn:aws:s3:::", "*"),))
        pulumi.export("document", policy_document([wide]))

    with pytest.raises(ValueError, match="unscoped_because of TablesDescribe must say why"):
        synthesise(program)


def test_a_statement_given_twice_stands_in_a_document_once() -> None:
    assert len(statements(lambda: policy_document([read_table(), read_table()]))) == 1


def test_two_statements_of_one_sid_are_refused() -> None:
    with pytest.raises(ValueError, match="sid must be unique in a document, got CouponsRead twice"):
        policy_document([read_table(), read_table(actions=("dynamodb:PutItem",))])


def test_an_empty_document_is_refused() -> None:
    with pytest.raises(ValueError, match="statements must not be empty"):
        policy_document([])


def test_an_inline_policy_longer_than_iam_takes_is_refused() -> None:
    many = [
        read_table(sid=f"Read{number}", resources=(f"{TABLE}-{number}-{'x' * 200}",))
        for number in range(40)
    ]
    with pytest.raises(ValueError, match="an inline policy must have at most 10240 characters"):
        synthesise(lambda: pulumi.export("document", policy_document(many)))


@pytest.mark.parametrize(
    ("parts", "sid"),
    [
        (("orders-placed", "read"), "OrdersPlacedRead"),
        (("coupons", "KeyDecrypt"), "CouponsKeyDecrypt"),
        (("api_v2",), "ApiV2"),
    ],
)
def test_a_sid_is_made_of_names(parts: tuple[str, ...], sid: str) -> None:
    assert sid_for(*parts) == sid
