import json
from typing import Final

import pytest

from offline.differences import Change, differences
from offline.values import UNKNOWN, Archive, Secret

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "A", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"},
        {"Sid": "B", "Action": "s3:Put*", "Condition": {"StringEquals": {"k": ["1", "2"]}}},
    ],
}
REORDERED = {
    "Statement": [
        {"Condition": {"StringEquals": {"k": ["2", "1"]}}, "Sid": "B", "Action": ["s3:Put*"]},
        {"Resource": ["*"], "Sid": "A", "Action": ["s3:List*", "s3:Get*"]},
    ],
    "Version": "2012-10-17",
}
SETS: Final = {"ingress", "securityGroups", "subnetIds"}


def changes(old: object, new: object) -> dict[str, Change]:
    found = differences({"x": old}, {"x": new}, lambda names: names[-1] in SETS)
    return {item.path: item.change for item in found}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("same", "same"),
        (1, 1.0),
        (None, []),
        ({}, None),
        (Secret("same"), "same"),
        ('{"a": 1, "b": [1, 2]}', '{"b": [1,2], "a": 1}'),
        (json.dumps(POLICY), json.dumps(REORDERED)),
        ({"subnetIds": ["a", "b", "a"]}, {"subnetIds": ["a", "a", "b"]}),
        (
            {"ingress": [{"securityGroups": ["1", "2"]}, {"fromPort": 1}]},
            {"ingress": [{"fromPort": 1}, {"securityGroups": ["2", "1"]}]},
        ),
        (Archive(path="old.zip", hash="same"), Archive(path="new.zip", hash="same")),
    ],
)
def test_what_aws_sees_as_the_same_is_no_difference(old: object, new: object) -> None:
    assert changes(old, new) == {}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("a", "b", {"x": Change.CHANGED}),
        (None, "b", {"x": Change.ADDED}),
        ("a", None, {"x": Change.REMOVED}),
        ("a", UNKNOWN, {"x": Change.CHANGED}),
        (Secret("a"), Secret("b"), {"x": Change.CHANGED}),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, {"x.a.b": Change.CHANGED}),
        ({"a.b": 1}, {}, {"x": Change.REMOVED}),
        ({"a.b": 1, "c": 1}, {"c": 1}, {'x["a.b"]': Change.REMOVED}),
        (["a", "b"], ["b", "a"], {"x[0]": Change.CHANGED, "x[1]": Change.CHANGED}),
        (["a"], ["a", "b"], {"x[1]": Change.ADDED}),
        (["a", "b"], ["a"], {"x[1]": Change.REMOVED}),
        ({"subnetIds": ["a"]}, {"subnetIds": ["b", "a"]}, {"x.subnetIds[0]": Change.ADDED}),
        ('{"b": [1, 2]}', '{"b": [2, 1]}', {"x": Change.CHANGED}),
        (json.dumps(POLICY), json.dumps({**POLICY, "Statement": []}), {"x": Change.CHANGED}),
        ("{not", "{json", {"x": Change.CHANGED}),
        (Archive(path="a.zip", hash="1"), Archive(path="a.zip", hash="2"), {"x": Change.CHANGED}),
    ],
)
def test_what_aws_sees_as_different_is_named_by_its_path(
    old: object, new: object, found: dict[str, Change]
) -> None:
    assert changes(old, new) == found
