"""Policy documents, in every spelling that AWS takes."""

import json
from typing import Any

import pytest

from rules.core.documents import Principal, Statement, statements_of
from rules.core.globs import arns_overlap, overlap
from rules.core.principals import is_open
from rules.core.privileges import is_broad
from rules.core.values import UNKNOWN, NotKnown, Unreadable


def one(**elements: Any) -> Statement:
    (found,) = statements_of(json.dumps({"Statement": elements}), "policy")
    return found


def condition(operator: str, values: Any, key: str = "aws:SourceAccount") -> Statement:
    return one(Effect="Allow", Condition={operator: {key: values}})


def test_text_list_single_statement_and_case_are_read_alike() -> None:
    spelled = [
        {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}},
        {"statement": [{"effect": "ALLOW", "action": ["s3:GetObject"], "resource": ["*"]}]},
    ]
    for document in (*spelled, *(json.dumps(item) for item in spelled)):
        (found,) = statements_of(document, "policy")
        assert found.allows
        assert (*found.actions(), *found.resources()) == ("s3:GetObject", "*")


def test_principals_of_every_form_are_known() -> None:
    found = one(Principal={"AWS": ["111122223333", "*"], "Service": "sqs.amazonaws.com"})
    assert list(found.principals()) == [
        Principal("aws", "111122223333"),
        Principal("aws", "*"),
        Principal("service", "sqs.amazonaws.com"),
    ]
    assert [item.is_everyone for item in found.principals()] == [False, True, False]
    (everyone,) = one(Principal="*").principals()
    assert everyone.is_everyone


@pytest.mark.parametrize(
    ("value", "account"),
    [
        ("111122223333", "111122223333"),
        ("arn:aws:iam::111122223333:root", "111122223333"),
        ("arn:aws:iam::*:role/x", "*"),
        ("AIDAEXAMPLE", ""),
    ],
)
def test_the_account_of_a_principal_is_known(value: str, account: str) -> None:
    assert Principal("aws", value).account == account


@pytest.mark.parametrize(
    ("operator", "values", "holds"),
    [
        ("StringEquals", "111122223333", True),
        ("StringLike", ["111122223333"], True),
        ("ForAnyValue:StringEquals", "111122223333", True),
        ("ForAllValues:StringEquals", "111122223333", False),
        ("StringEqualsIfExists", "111122223333", False),
        ("StringNotEquals", "111122223333", False),
        ("StringLike", "*", False),
        ("StringLike", ["111122223333", "*"], False),
        ("Null", "false", False),
        ("StringEquals", [], False),
        ("IpAddress", "0.0.0.0/0", False),
        ("IpAddress", "10.0.0.0/7", False),
        ("IpAddress", "10.0.0.0/8", True),
        ("IpAddress", "::/0", False),
        ("ArnLike", "arn:aws:sns:*:*:*", False),
        ("ArnLike", "arn:aws:sns:*:111122223333:*", True),
        ("ArnLike", "arn:aws:s3:::orders", True),
        ("ArnLike", "arn:aws:s3:::*", False),
    ],
)
def test_a_condition_holds_back_only_when_it_names_something(
    operator: str, values: Any, holds: bool
) -> None:
    assert condition(operator, values).is_held_back_by("AWS:sourceaccount") is holds


def test_a_condition_on_another_key_holds_back_nothing() -> None:
    assert not condition("StringEquals", "x", "aws:Other").is_held_back_by("aws:SourceAccount")
    assert condition("StringEquals", "x", "kms:EncryptionContext:a").is_held_back_by(
        "kms:EncryptionContext:*"
    )


def test_what_is_unknown_in_a_document_is_told_after_what_is_known() -> None:
    raw = {"Effect": "Allow", "Action": ["s3:GetObject", UNKNOWN], "Principal": {"AWS": UNKNOWN}}
    (found,) = statements_of({"Statement": [raw]}, "policy")
    actions = found.actions()
    assert next(actions) == "s3:GetObject"
    with pytest.raises(NotKnown, match="policy"):
        next(actions)
    with pytest.raises(NotKnown):
        is_open(found)


def test_a_document_with_a_sentinel_in_a_text_is_partly_unknown() -> None:
    sentinel = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    found = one(Effect="Allow", Resource=[f"arn:aws:s3:::{sentinel}/*"])
    with pytest.raises(NotKnown):
        list(found.resources())
    with pytest.raises(NotKnown):
        statements_of(f'{{"Statement": {sentinel}}}', "policy")


def test_a_statement_of_which_nothing_is_known_is_no_statement_that_allows() -> None:
    (found,) = statements_of({"Statement": [UNKNOWN]}, "policy")
    with pytest.raises(NotKnown):
        assert found.allows


@pytest.mark.parametrize("value", ["{", "text", "[]", "3", ["x"], 3, {"Statement": "x"}, {"x": 1}])
def test_what_is_no_document_is_said(value: Any) -> None:
    with pytest.raises(Unreadable):
        statements_of(value, "policy")


@pytest.mark.parametrize("value", [None, ""])
def test_no_document_has_no_statements(value: Any) -> None:
    assert statements_of(value, "policy") == ()


@pytest.mark.parametrize(
    ("resource", "broad"),
    [
        ("*", True),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::*/*", True),
        ("arn:aws:s3:::orders/*", False),
        ("arn:aws:dynamodb:eu-west-2:111122223333:table/*", True),
        ("arn:aws:dynamodb:eu-west-2:*:table/orders", True),
        ("arn:aws:dynamodb:*:111122223333:table/orders", False),
        ("arn:aws:logs:eu-west-2:111122223333:log-group:/app:*", False),
        ("arn:aws:logs:eu-west-2:111122223333:log-group:*", True),
        ("arn:aws:sqs:eu-west-2:111122223333:orders", False),
        ("arn:aws:iam::111122223333:role/plinth-*", False),
        ("arn:aws:s3:::home/${aws:username}/*", False),
        ("arn:aws:s3:::${aws:username}", False),
        ("arn:*:*:*:*:*", True),
        ("arn:aws:ec2:eu-west-2:111122223333:vpc/vpc-1", False),
        ("arn:aws:ec2:eu-west-2:111122223333:vpc*", True),
        ("arn:aws:kms:eu-west-2:111122223333:key*", True),
        ("arn:aws:sns:eu-west-2:111122223333:orders-*", False),
        ("arn:aws:iam::111122223333:root", False),
        ("arn:aws:codepipeline:eu-west-2:111122223333:orders-*", False),
    ],
)
def test_a_resource_is_broad_when_it_stands_for_all_of_a_kind(resource: str, broad: bool) -> None:
    assert is_broad(resource) is broad


@pytest.mark.parametrize(
    ("one_pattern", "other", "expected"),
    [
        ("a*c", "abc", True),
        ("a*c", "ab*", True),
        ("a*c", "b*c", False),
        ("a*b", "a*c", False),
        ("a?c", "abc", True),
        ("abc", "abd", False),
        ("*", "", True),
    ],
)
def test_patterns_overlap_when_one_text_fits_both(
    one_pattern: str, other: str, expected: bool
) -> None:
    assert overlap(one_pattern, other) is expected
    assert overlap(other, one_pattern) is expected


def test_arns_overlap_part_by_part() -> None:
    assert not arns_overlap("arn:*:s3:::*", "arn:aws:sqs:eu-west-2:111122223333:orders")
    assert arns_overlap("arn:*:sqs:*:*:*", "arn:aws:sqs:eu-west-2:111122223333:orders")
