"""`plinth bootstrap` against a real emulator of AWS."""

import json
from typing import Any

import boto3
import pytest
import yaml

import settings
from ops.bootstrap import run
from ops.bootstrap.parts import BootstrapError
from ops.coordinates import Coordinates, coordinates
from tests.ops.emulator import ACCOUNT, REGION, ROOT, Emulator

BUCKET = f"plinth-state-{ACCOUNT}-{REGION}"
ALIAS = "alias/plinth-state"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
HERE = {"Bucket": BUCKET}


@pytest.fixture
def where() -> Coordinates:
    return coordinates(ROOT, "dev")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls that reach AWS, in their order."""
    made: list[str] = []

    class Watched(boto3.Session):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.events.register("before-call", lambda model, **_: made.append(model.name))

    monkeypatch.setattr(boto3, "Session", Watched)
    return made


def bootstrap(where: Coordinates, *, dry_run: bool = False) -> list[str]:
    said: list[str] = []
    run.bootstrap(where, said.append, dry_run=dry_run)
    return [" ".join(line.split()) for line in said]


def changes(said: list[str]) -> list[str]:
    return [line for line in said if line.startswith(("created", "updated", "unchanged", "would"))]


def test_an_empty_account_gets_all_that_pulumi_needs(aws: Emulator, where: Coordinates) -> None:
    said = bootstrap(where)
    assert said == [
        f"account {ACCOUNT}, {REGION}, as arn:aws:iam::{ACCOUNT}:root",
        f"created key {ALIAS}",
        f"created bucket {BUCKET}",
        "created provider token.actions.githubusercontent.com",
        "Next:",
        f"pulumi login 's3://{BUCKET}?region={REGION}'",
        f"pulumi stack init dev --secrets-provider='awskms://{ALIAS}?region={REGION}'",
        "make preview-live STACK=dev",
        "For the pipelines, in plinth:delivery of Pulumi.dev.yaml:",
        f"provider_arn: {PROVIDER}",
        "state:",
        f"bucket: {BUCKET}",
        f"key_arn: {aws.client('kms').describe_key(KeyId=ALIAS)['KeyMetadata']['Arn']}",
    ]


def test_what_it_says_of_the_pipelines_is_a_section_of_the_settings(
    aws: Emulator, where: Coordinates
) -> None:
    lines: list[str] = []
    run.bootstrap(where, lines.append)
    said = yaml.safe_load("\n".join(lines[lines.index(delivery_of(where)) + 1 :]))
    jobs = {"environment": "staging"}, {"environment": "staging-preview"}
    section = {"repository": "a/b", "deploy": jobs[0], "preview": jobs[1], **said}
    required = {"account_id": ACCOUNT, "region": REGION, "owner": "a", "cost_centre": "b"}
    parsed = settings.parse({**required, "delivery": section})
    assert parsed.delivery is not None


def delivery_of(where: Coordinates) -> str:
    return f"For the pipelines, in plinth:delivery of {where.config_file.name}:"


def test_the_bucket_keeps_every_version_encrypted_and_private(
    aws: Emulator, where: Coordinates
) -> None:
    bootstrap(where)
    s3 = aws.client("s3")
    key = aws.client("kms").describe_key(KeyId=ALIAS)["KeyMetadata"]
    (encryption,) = s3.get_bucket_encryption(**HERE)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption == {
        "ApplyServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": key["Arn"],
        },
        "BucketKeyEnabled": True,
    }
    assert s3.get_bucket_versioning(**HERE)["Status"] == "Enabled"
    closed = s3.get_public_access_block(**HERE)["PublicAccessBlockConfiguration"]
    assert closed == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    (ownership,) = s3.get_bucket_ownership_controls(**HERE)["OwnershipControls"]["Rules"]
    assert ownership == {"ObjectOwnership": "BucketOwnerEnforced"}
    (rule,) = s3.get_bucket_lifecycle_configuration(**HERE)["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert rule["Expiration"] == {"ExpiredObjectDeleteMarker": True}
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(**HERE)["TagSet"]}
    assert tags == {
        "project": "plinth",
        "managed-by": "plinth-bootstrap",
        "owner": "platform-team",
        "cost-centre": "web-platform",
        "environment": "shared",
    }


def test_the_key_rotates_and_is_administered_by_the_account(
    aws: Emulator, where: Coordinates
) -> None:
    bootstrap(where)
    kms = aws.client("kms")
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    assert policy["Statement"] == [
        {
            "Sid": "AccountAdministers",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]


def test_the_identity_provider_is_github_for_aws(aws: Emulator, where: Coordinates) -> None:
    bootstrap(where)
    provider = aws.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)
    assert provider["ClientIDList"] == ["sts.amazonaws.com"]


def test_a_repetition_changes_nothing(aws: Emulator, where: Coordinates, calls: list[str]) -> None:
    bootstrap(where)
    calls.clear()
    assert changes(bootstrap(where)) == [
        f"unchanged key {ALIAS}",
        f"unchanged bucket {BUCKET}",
        "unchanged provider token.actions.githubusercontent.com",
    ]
    assert [
        call for call in calls if not call.startswith(("Get", "List", "Head", "Describe"))
    ] == []


def test_a_dry_run_only_reads(aws: Emulator, where: Coordinates, calls: list[str]) -> None:
    said = bootstrap(where, dry_run=True)
    assert said[1:] == [
        f"would create key {ALIAS}",
        f"would create bucket {BUCKET}",
        "would create provider token.actions.githubusercontent.com",
        "Nothing was changed: run it without --dry-run to do so.",
    ]
    assert [
        call for call in calls if not call.startswith(("Get", "List", "Head", "Describe"))
    ] == []
    assert aws.client("s3").list_buckets()["Buckets"] == []


def test_a_dry_run_says_what_it_would_put_right(aws: Emulator, where: Coordinates) -> None:
    bootstrap(where)
    s3 = aws.client("s3")
    s3.put_bucket_versioning(**HERE, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_policy(**HERE)
    said = changes(bootstrap(where, dry_run=True))
    assert said[1] == f"would update bucket {BUCKET} (versions, policy)"
    assert s3.get_bucket_versioning(**HERE)["Status"] == "Suspended"


def test_what_was_changed_by_hand_is_put_right(aws: Emulator, where: Coordinates) -> None:
    bootstrap(where)
    s3, kms = aws.client("s3"), aws.client("kms")
    s3.delete_public_access_block(**HERE)
    s3.put_bucket_versioning(**HERE, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_lifecycle(**HERE)
    kms.disable_key_rotation(KeyId=kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"])
    assert changes(bootstrap(where)) == [
        f"updated key {ALIAS} (rotation)",
        f"updated bucket {BUCKET} (public access, versions, lifecycle)",
        "unchanged provider token.actions.githubusercontent.com",
    ]
    assert {line.split()[0] for line in changes(bootstrap(where))} == {"unchanged"}


def test_what_a_team_has_added_stays(aws: Emulator, where: Coordinates) -> None:
    bootstrap(where)
    s3 = aws.client("s3")
    policy = json.loads(s3.get_bucket_policy(**HERE)["Policy"])
    ours = policy["Statement"]
    theirs = {**ours[-1], "Sid": "Theirs"}
    s3.put_bucket_policy(**HERE, Policy=json.dumps({**policy, "Statement": [*ours[1:], theirs]}))
    rules = s3.get_bucket_lifecycle_configuration(**HERE)["Rules"]
    added = {
        "ID": "theirs",
        "Status": "Enabled",
        "Filter": {"Prefix": "x"},
        "Expiration": {"Days": 9},
    }
    s3.put_bucket_lifecycle_configuration(**HERE, LifecycleConfiguration={"Rules": [added]})
    s3.put_bucket_tagging(
        **HERE,
        Tagging={"TagSet": [{"Key": "team", "Value": "b"}, {"Key": "owner", "Value": "others"}]},
    )
    bootstrap(where)
    assert json.loads(s3.get_bucket_policy(**HERE)["Policy"])["Statement"] == [*ours, theirs]
    assert s3.get_bucket_lifecycle_configuration(**HERE)["Rules"] == [*rules, added]
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(**HERE)["TagSet"]}
    assert tags["team"] == "b"
    assert tags["owner"] == "others"


def test_a_run_that_was_interrupted_leaves_no_second_key(aws: Emulator, where: Coordinates) -> None:
    bootstrap(where)
    kms = aws.client("kms")
    first = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    kms.delete_alias(AliasName=ALIAS)
    assert changes(bootstrap(where))[0] == f"created key {ALIAS}"
    assert kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"] == first
    assert len(kms.list_keys()["Keys"]) == 1


def test_a_key_that_will_be_deleted_is_not_used(aws: Emulator, where: Coordinates) -> None:
    bootstrap(where)
    kms = aws.client("kms")
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    with pytest.raises(BootstrapError, match=f"cancel-key-deletion --key-id {key}"):
        bootstrap(where)


def test_a_key_that_is_disabled_is_not_used(aws: Emulator, where: Coordinates) -> None:
    bootstrap(where)
    kms = aws.client("kms")
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    with pytest.raises(BootstrapError, match=f"enable-key --key-id {key}"):
        bootstrap(where)


def test_another_account_is_left_alone(
    aws: Emulator, where: Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "999900001111")
    with pytest.raises(BootstrapError) as caught:
        bootstrap(where)
    assert str(caught.value) == (
        "these credentials are of account 999900001111 (arn:aws:iam::999900001111:root), and stack"
        " dev belongs to 111122223333 (Pulumi.dev.yaml: plinth:account_id)"
    )
