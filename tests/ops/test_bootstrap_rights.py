"""Who may do what to the state, and what is said to those who may not."""

import json
import re
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from ops.aws_errors import explain
from ops.bootstrap import run
from ops.bootstrap.bucket import StateBucket
from ops.bootstrap.identity_provider import IdentityProvider
from ops.bootstrap.parts import BootstrapError, Change, Outcome, Tags, bring
from ops.coordinates import coordinates
from tests.ops.emulator import ACCOUNT, REGION, ROOT, Emulator

BUCKET = f"plinth-state-{ACCOUNT}-{REGION}"
TLS = {"TlsOnly", "RecentTlsOnly"}


def user(account: Emulator, *actions: str) -> dict[str, str]:
    """The credentials of a user who may do this."""
    iam = account.client("iam")
    iam.create_user(UserName="somebody")
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="somebody", PolicyName="rights", PolicyDocument=document)
    key = iam.create_access_key(UserName="somebody")["AccessKey"]
    return account.environment(key["AccessKeyId"], key["SecretAccessKey"])


def s3_of(account: Emulator, credentials: dict[str, str]) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=account.url,
        aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
    )


def bootstrapped(account: Emulator) -> Any:
    """The bucket as bootstrap leaves it, and somebody who may do everything to it by IAM."""
    run.bootstrap(coordinates(ROOT, "dev"), lambda _: None)
    return s3_of(account, user(account, "s3:*", "kms:*"))


def without_tls_statements(account: Emulator) -> None:
    """The emulator speaks plain HTTP, which the policy refuses before anything else."""
    s3 = account.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    policy["Statement"] = [item for item in policy["Statement"] if item["Sid"] not in TLS]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))


def test_the_state_is_refused_without_tls(guarded_aws: Emulator) -> None:
    s3 = bootstrapped(guarded_aws)
    with pytest.raises(ClientError, match="explicit deny"):
        s3.put_object(Bucket=BUCKET, Key="state", Body=b"")
    with pytest.raises(ClientError, match="explicit deny"):
        s3.list_objects_v2(Bucket=BUCKET)


def test_pulumi_can_write_state_and_delete_its_locks(guarded_aws: Emulator) -> None:
    s3 = bootstrapped(guarded_aws)
    without_tls_statements(guarded_aws)
    s3.put_object(Bucket=BUCKET, Key=".pulumi/locks/a", Body=b"")
    s3.delete_object(Bucket=BUCKET, Key=".pulumi/locks/a")
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)


def test_nobody_deletes_the_past(guarded_aws: Emulator) -> None:
    s3 = bootstrapped(guarded_aws)
    without_tls_statements(guarded_aws)
    version = s3.put_object(Bucket=BUCKET, Key="state", Body=b"1")["VersionId"]
    with pytest.raises(ClientError, match="explicit deny"):
        s3.delete_object(Bucket=BUCKET, Key="state", VersionId=version)
    with pytest.raises(ClientError, match="explicit deny"):
        s3.delete_bucket(Bucket=BUCKET)


def test_nothing_is_stored_under_another_kind_of_key(guarded_aws: Emulator) -> None:
    s3 = bootstrapped(guarded_aws)
    without_tls_statements(guarded_aws)
    with pytest.raises(ClientError, match="explicit deny"):
        s3.put_object(Bucket=BUCKET, Key="state", Body=b"", ServerSideEncryption="AES256")


def test_a_missing_right_is_named(guarded_aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    rights = user(guarded_aws, "sts:GetCallerIdentity", "kms:DescribeKey", "tag:GetResources")
    for name, value in rights.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ClientError) as caught:
        run.bootstrap(coordinates(ROOT, "dev"), lambda _: None)
    said = explain(caught.value)
    assert said.startswith("these credentials lack the right to kms:CreateKey: ")
    assert "\n" not in said


def refusal(code: str, message: str = "Refused.", call: str = "HeadBucket") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, call)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refusal("ExpiredToken"), "the AWS credentials have expired: sign in"),
        (refusal("ExpiredTokenException"), "the AWS credentials have expired: sign in"),
        (refusal("InvalidClientTokenId"), "AWS doesn't know these credentials"),
        (refusal("SignatureDoesNotMatch"), "AWS refuses the signature"),
        (refusal("AccessDenied", "", "PutBucketPolicy"), "these credentials lack the right to Put"),
        (refusal("Throttling", "Rate\nexceeded"), "HeadBucket failed: Throttling: Rate exceeded"),
        (exceptions.NoCredentialsError(), "there are no AWS credentials here: sign in"),
        (exceptions.ProfileNotFound(profile="x"), "The config profile (x) could not be found: set"),
        (
            exceptions.UnauthorizedSSOTokenError(),
            "the AWS credentials can't be renewed: sign in",
        ),
        (
            exceptions.TokenRetrievalError(provider="sso", error_msg="Token has expired"),
            "the AWS credentials can't be renewed: sign in",
        ),
        (exceptions.EndpointConnectionError(endpoint_url="u"), "AWS can't be reached: "),
    ],
)
def test_an_error_of_aws_is_one_line_that_says_what_to_do(
    error: exceptions.BotoCoreError | ClientError, said: str
) -> None:
    assert explain(error).startswith(said)
    assert "\n" not in explain(error)


def closed_bucket() -> tuple[StateBucket, Stubber]:
    s3 = boto3.client("s3", region_name=REGION)
    tags = Tags(fixed={}, given={})
    bucket = StateBucket(
        s3, name=BUCKET, account_id=ACCOUNT, region=REGION, key_arn=None, tags=tags
    )
    return bucket, Stubber(s3)


def test_a_bucket_of_another_account_is_not_used() -> None:
    bucket, s3 = closed_bucket()
    asked = {"Bucket": BUCKET, "ExpectedBucketOwner": ACCOUNT}
    s3.add_client_error("head_bucket", "403", "Forbidden", 403, expected_params=asked)
    with s3, pytest.raises(BootstrapError, match="another account has taken its name"):
        bucket.find()


def test_a_name_that_is_taken_is_said_to_be() -> None:
    bucket, s3 = closed_bucket()
    s3.add_client_error("create_bucket", "BucketAlreadyExists", "", 409)
    with s3, pytest.raises(BootstrapError, match=f"another account has a bucket named {BUCKET}"):
        bucket.create()


def test_a_provider_that_others_use_gets_our_audience_beside_theirs() -> None:
    iam = boto3.client("iam")
    name = "token.actions.githubusercontent.com"
    arn = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}"
    answers = Stubber(iam)
    asked = {"OpenIDConnectProviderArn": arn}
    for _ in range(2):
        answers.add_response(
            "get_open_id_connect_provider", {"ClientIDList": ["theirs"]}, expected_params=asked
        )
    answers.add_response(
        "add_client_id_to_open_id_connect_provider",
        {},
        expected_params={**asked, "ClientID": "sts.amazonaws.com"},
    )
    provider = IdentityProvider(iam, account_id=ACCOUNT, tags=Tags(fixed={}, given={}))
    with answers:
        outcome = bring(provider, dry_run=False)
    assert outcome == Outcome("provider", name, Change.UPDATED, ("audience",))
    answers.assert_no_pending_responses()


def test_the_documented_rights_suffice(
    guarded_aws: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = (ROOT / "docs" / "first-deployment.md").read_text()
    (policy,) = re.findall(r"```json\n(.+?)```", guide, re.DOTALL)
    # The emulator knows the resource of few calls of KMS and IAM: the actions are what it judges.
    actions = [name for item in json.loads(policy)["Statement"] for name in item["Action"]]
    for name, value in user(guarded_aws, *actions).items():
        monkeypatch.setenv(name, value)
    said: list[str] = []
    run.bootstrap(coordinates(ROOT, "dev"), said.append)
    assert [line.split()[0] for line in said[1:4]] == ["created"] * 3
