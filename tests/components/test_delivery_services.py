from typing import Any

import pytest

from components.delivery.services import (
    Scope,
    changing_statements,
    known_services,
    looking_statements,
)
from components.iam import Statement
from offline.engine import synthesise

ZONES = ("Z0123456789ABCDEFGHIJ", "Z9876543210")
BOUNDARY = "arn:aws:iam::111122223333:policy/delivery/bounds"


def said(make: Any, *services: str, region: str = "eu-west-2", **more: Any) -> dict[str, Statement]:
    """The statements by their sid, as a stack of the project plinth called test gets them."""
    found: list[Statement] = []

    def program() -> None:
        scope = Scope(account_id="111122223333", region=region, zones=ZONES)
        found.extend(make(services, scope, **more))

    synthesise(program)
    return {item.sid: item for item in found}


def changing(*services: str, **more: Any) -> dict[str, Statement]:
    return said(changing_statements, *services, boundary=BOUNDARY, **more)


def test_what_has_our_name_in_its_arn_is_held_to_it() -> None:
    assert changing("dynamodb") == {
        "DynamodbOwn": Statement(
            sid="DynamodbOwn",
            actions=(
                "dynamodb:CreateTable",
                "dynamodb:DeleteTable",
                "dynamodb:TagResource",
                "dynamodb:UntagResource",
                "dynamodb:UpdateContinuousBackups",
                "dynamodb:UpdateTable",
                "dynamodb:UpdateTimeToLive",
            ),
            resources=("arn:aws:dynamodb:eu-west-2:111122223333:table/plinth-test-*",),
        )
    }


def test_what_has_an_id_of_awss_is_held_to_its_tags() -> None:
    keys = changing("kms")
    tags = {"project": "plinth", "environment": "test"}
    assert keys["KmsBegin"].actions == ("kms:CreateKey",)
    assert keys["KmsBegin"].conditions == {
        "StringEquals": {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    }
    assert "kms:ScheduleKeyDeletion" in keys["KmsChange"].actions
    assert keys["KmsChange"].conditions == {
        "StringEquals": {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    }


def test_nobody_makes_somebody_elses_resource_his_own_by_tagging_it() -> None:
    label = changing("ec2")["Ec2Label"]
    assert label.actions == ("ec2:CreateTags",)
    assert label.conditions["Null"] == {"aws:ResourceTag/project": "true"}
    assert "ec2:DeleteTags" not in label.actions


def test_a_role_is_made_and_changed_only_below_the_boundary() -> None:
    roles = changing("iam")
    assert roles["IamFenced"].resources == ("arn:aws:iam::111122223333:role/plinth-test-*",)
    assert roles["IamFenced"].conditions == {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
    assert {"iam:CreateRole", "iam:PutRolePolicy"} <= {*roles["IamFenced"].actions}
    allowed = {action for item in roles.values() for action in item.actions}
    assert not allowed & {
        "iam:AttachRolePolicy",
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:CreateUser",
        "iam:DeleteRolePermissionsBoundary",
        "iam:PassRole",
    }


def test_records_are_written_to_the_stacks_zones_only() -> None:
    assert changing("route53")["Route53Own"].resources == tuple(
        f"arn:aws:route53:::hostedzone/{zone}" for zone in ZONES
    )


def test_what_stands_beside_cloudfront_is_meant_too_and_once() -> None:
    arns = changing("acm")["AcmChange"].resources
    assert arns == (
        "arn:aws:acm:eu-west-2:111122223333:certificate*",
        "arn:aws:acm:us-east-1:111122223333:certificate*",
    )
    there = changing("acm", region="us-east-1")["AcmChange"].resources
    assert there == ("arn:aws:acm:us-east-1:111122223333:certificate*",)


def test_composite_alarms_are_seen_which_aws_shows_only_to_who_may_see_all_alarms() -> None:
    looks = said(looking_statements, "cloudwatch")
    assert looks["CloudwatchLook"].actions == ("cloudwatch:DescribeAlarms",)
    assert looks["CloudwatchLook"].resources == ("*",)
    assert "cloudwatch:DescribeAlarms" not in looks["CloudwatchRead"].actions


@pytest.mark.parametrize("service", known_services())
def test_looking_and_changing_share_no_statement(service: str) -> None:
    looks, changes = said(looking_statements, service), changing(service)
    assert changes
    assert not looks.keys() & changes.keys()
    assert all(sid.endswith(("Look", "Read")) for sid in looks)


def test_an_unknown_service_is_named() -> None:
    with pytest.raises(ValueError, match=r"^services must be of acm, .*; got 'glue'$"):
        changing("glue")
