import pytest

from offline.references import wrong_references
from offline.schema import is_taggable, problems_of
from offline.values import UNKNOWN, Secret

BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup"


def test_an_input_name_that_the_sdk_does_not_know_is_a_problem() -> None:
    [problem] = problems_of(BUCKET, {"force_destroy": True})
    assert problem.startswith("force_destroy is not an input; choose from acceleration")


def test_a_missing_input_is_a_problem_however_deep_it_is_missing() -> None:
    rules = [{"status": "Enabled", "transitions": [{"days": 3}]}]
    assert list(problems_of(LIFECYCLE, {"rules": rules, "bucket": UNKNOWN})) == [
        "rules[0].id is required",
        "rules[0].transitions[0].storageClass is required",
    ]


def test_a_value_that_is_not_yet_known_counts_as_given() -> None:
    assert list(problems_of(SUBNET_GROUP, {"subnetIds": UNKNOWN})) == []
    assert list(problems_of(SUBNET_GROUP, {})) == ["subnetIds is required"]


def test_the_users_own_keys_are_not_taken_for_inputs() -> None:
    assert list(problems_of(BUCKET, {"tags": {"any-Key": "x"}})) == []


def test_a_type_that_the_sdk_does_not_have_is_a_problem() -> None:
    assert list(problems_of("aws:s3/buckett:Buckett", {})) == [
        "the SDK has no resource type aws:s3/buckett:Buckett"
    ]


def test_the_sdk_says_which_types_take_tags() -> None:
    assert is_taggable(BUCKET)
    assert not is_taggable("aws:s3/bucketVersioning:BucketVersioning")


@pytest.mark.parametrize(
    ("kind", "inputs", "problem"),
    [
        (
            SUBNET_GROUP,
            {"subnetIds": ["subnet-1", "vpc-1"]},
            "subnetIds must be ids of subnets; got 'vpc-1'",
        ),
        (
            "aws:lambda/function:Function",
            {"role": "a-name"},
            "role must be the ARN of a role; got 'a-name'",
        ),
        (
            "aws:lambda/function:Function",
            {"vpcConfig": {"securityGroupIds": ["subnet-1"]}},
            "vpcConfig.securityGroupIds must be ids of security groups; got 'subnet-1'",
        ),
        (
            "aws:s3/bucketPolicy:BucketPolicy",
            {"bucket": "arn:aws:s3:::b"},
            "bucket must be the name of a bucket; got 'arn:aws:s3:::b'",
        ),
    ],
)
def test_a_reference_to_something_of_another_kind_is_a_problem(
    kind: str, inputs: dict[str, object], problem: str
) -> None:
    assert list(wrong_references(kind, inputs)) == [problem]


def test_a_reference_of_the_right_kind_or_not_yet_known_is_fine() -> None:
    inputs = {"subnetIds": ["subnet-1", UNKNOWN], "vpcId": UNKNOWN}
    assert list(wrong_references(SUBNET_GROUP, inputs)) == []


def test_a_wrong_secret_is_reported_without_its_value() -> None:
    found = list(wrong_references(SUBNET_GROUP, {"vpcId": Secret("planted")}))
    assert found == ["vpcId has a secret value of the wrong form"]
