import json
from typing import Any

import pytest

from components.data.buckets import Bucket, LogBucketArgs
from components.iam import ResourceStatement
from offline.graph import Graph
from tests.components.bucket_support import BUCKET, bucket, log_bucket
from tests.components.data_support import (
    ACCOUNT,
    REGION,
    after,
    arn,
    built,
    statements,
)

POLICY = "aws:s3/bucketPolicy:BucketPolicy"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
SIDE_RESOURCES = {
    "access-block": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "encryption": (
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    ),
    "lifecycle": LIFECYCLE,
    "ownership": "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "policy": POLICY,
    "versioning": "aws:s3/bucketVersioning:BucketVersioning",
}


def side(graph: Graph, name: str, role: str) -> dict[str, Any]:
    """One side resource's inputs, without the bucket that it belongs to."""
    found = dict(graph.one(SIDE_RESOURCES[role], f"{name}-{role}").inputs)
    assert found.pop("bucket") == graph.one(BUCKET, f"{name}-bucket").id
    return found


def rules(graph: Graph, name: str = "documents") -> dict[str, dict[str, Any]]:
    """Lifecycle rules by name; all are enabled and for every object."""
    found = side(graph, name, "lifecycle")["rules"]
    assert all((rule["status"], rule["filter"]) == ("Enabled", {}) for rule in found)
    return {
        rule["id"]: {
            name: value for name, value in rule.items() if name not in {"id", "status", "filter"}
        }
        for rule in found
    }


def tls_only(graph: Graph, name: str) -> dict[str, Any]:
    own = arn(graph, BUCKET, f"{name}-bucket")
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": [own, f"{own}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


@pytest.mark.parametrize("name", ["documents", "logs"])
def test_a_bucket_is_nobodys_but_its_owners_and_keeps_versions(name: str) -> None:
    graph = built(bucket)
    assert side(graph, name, "access-block") == {
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    assert side(graph, name, "ownership") == {"rule": {"objectOwnership": "BucketOwnerEnforced"}}
    assert side(graph, name, "versioning") == {"versioningConfiguration": {"status": "Enabled"}}


@pytest.mark.parametrize("name", ["documents", "logs"])
def test_nothing_is_said_inline_on_a_bucket(name: str) -> None:
    assert built(bucket).one(BUCKET, f"{name}-bucket").given.keys() == {"bucket", "forceDestroy"}


@pytest.mark.parametrize("protect", [True, False])
def test_only_an_unprotected_bucket_goes_with_all_that_is_in_it(protect: bool) -> None:
    graph = built(lambda: bucket(protect=protect, log_bucket=log_bucket(protect=protect)))
    for made in graph.of(BUCKET):
        assert made.protect is protect
        assert made.inputs["forceDestroy"] is not protect


def test_objects_are_encrypted_with_the_customer_key_and_no_other() -> None:
    graph = built(bucket)
    assert side(graph, "documents", "encryption") == {
        "rules": [
            {
                "applyServerSideEncryptionByDefault": {
                    "sseAlgorithm": "aws:kms",
                    "kmsMasterKeyId": arn(graph, "aws:kms/key:Key", "main-key"),
                },
                "bucketKeyEnabled": True,
                "blockedEncryptionTypes": ["SSE-C"],
            }
        ]
    }


def test_logs_are_encrypted_by_s3_since_log_delivery_cannot_use_a_customer_key() -> None:
    assert side(built(bucket), "logs", "encryption") == {
        "rules": [
            {
                "applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"},
                "blockedEncryptionTypes": ["SSE-C"],
            }
        ]
    }


def test_the_policy_of_a_bucket_only_requires_tls() -> None:
    graph = built(bucket)
    policy = side(graph, "documents", "policy")["policy"]
    assert statements(policy) == [tls_only(graph, "documents")]


@pytest.mark.parametrize("name", ["documents", "logs"])
def test_a_policy_waits_for_the_access_block(name: str) -> None:
    graph = built(bucket)
    assert f"{name}-access-block" in after(graph, graph.one(POLICY, f"{name}-policy"))


@pytest.mark.parametrize("name", ["documents", "logs"])
def test_lifecycle_rules_wait_for_versions(name: str) -> None:
    graph = built(bucket)
    assert f"{name}-versioning" in after(graph, graph.one(LIFECYCLE, f"{name}-lifecycle"))


def reader(made: Bucket) -> ResourceStatement:
    return ResourceStatement(
        sid="Read",
        services=("cloudfront.amazonaws.com",),
        actions=("s3:GetObject",),
        resources=(made.arn.apply(lambda arn: f"{arn}/*"),),
        conditions={
            "StringEquals": {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"}
        },
    )


def test_an_owner_may_attach_the_policy_and_tls_stays_required() -> None:
    def program() -> None:
        made = bucket(policy_follows=True)
        made.attach_policy((reader(made),))

    graph = built(program)
    denied, allowed = statements(side(graph, "documents", "policy")["policy"])
    assert denied == tls_only(graph, "documents")
    assert allowed["Sid"] == "Read"


@pytest.mark.parametrize("follows", [True, False])
def test_a_bucket_has_one_policy(follows: bool) -> None:
    def program() -> None:
        made = bucket(policy_follows=follows)
        if follows:
            made.attach_policy(())
        made.attach_policy((reader(made),))

    with pytest.raises(ValueError, match="documents must have one policy, got another"):
        built(program)


def test_requests_are_logged_under_the_name_of_the_bucket_once_delivery_is_allowed() -> None:
    graph = built(bucket)
    logging = graph.one("aws:s3/bucketLogging:BucketLogging", "documents-logging")
    assert logging.inputs == {
        "bucket": graph.one(BUCKET, "documents-bucket").id,
        "targetBucket": graph.one(BUCKET, "logs-bucket").id,
        "targetPrefix": "s3/documents/",
    }
    assert "logs-policy" in after(graph, logging)


def test_the_log_bucket_takes_logs_of_its_own_account_only() -> None:
    graph = built(log_bucket)
    own = arn(graph, BUCKET, "logs-bucket")
    assert statements(side(graph, "logs", "policy")["policy"]) == [
        tls_only(graph, "logs"),
        {
            "Sid": "ServerAccessLogs",
            "Effect": "Allow",
            "Principal": {"Service": ["logging.s3.amazonaws.com"]},
            "Action": ["s3:PutObject"],
            "Resource": [f"{own}/s3/*"],
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        },
        {
            "Sid": "AWSLogDeliveryWrite",
            "Effect": "Allow",
            "Principal": {"Service": ["delivery.logs.amazonaws.com"]},
            "Action": ["s3:PutObject"],
            "Resource": [f"{own}/AWSLogs/{ACCOUNT}/*"],
            "Condition": {
                "StringEquals": {
                    "s3:x-amz-acl": "bucket-owner-full-control",
                    "aws:SourceAccount": ACCOUNT,
                },
                "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-source:*"},
            },
        },
    ]


def test_logs_go_after_their_retention() -> None:
    assert rules(built(lambda: log_bucket(retention_days=90)), "logs") == {
        "abort-uploads": {"abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}},
        "expire": {
            "expiration": {"days": 90},
            "noncurrentVersionExpiration": {"noncurrentDays": 1},
        },
    }


def test_a_bucket_keeps_objects_for_ever_but_not_what_was_deleted() -> None:
    assert rules(built(bucket)) == {
        "abort-uploads": {"abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}},
        "expire": {
            "expiration": {"expiredObjectDeleteMarker": True},
            "noncurrentVersionExpiration": {"noncurrentDays": 30},
        },
    }


def test_objects_are_archived_and_expire_when_asked() -> None:
    found = rules(
        built(lambda: bucket(archive_after_days=30, expire_after_days=400, noncurrent_days=7))
    )
    assert found["archive"] == {"transitions": [{"days": 30, "storageClass": "GLACIER_IR"}]}
    assert found["expire"] == {
        "expiration": {"days": 400},
        "noncurrentVersionExpiration": {"noncurrentDays": 7},
    }


def test_a_bucket_shows_its_names() -> None:
    graph = built(bucket)
    made = graph.one(BUCKET, "documents-bucket")
    (component,) = graph.of("plinth:data:Bucket")
    assert made.id.startswith("plinth-test-documents-bucket-")
    assert graph.outputs[component.urn] == {
        "arn": f"arn:aws:s3:::{made.id}",
        "bucket_name": made.id,
        "regional_domain_name": f"{made.id}.s3.{REGION}.amazonaws.com",
    }


def test_a_preview_leaves_the_arn_of_a_bucket_open_and_still_plans() -> None:
    graph = built(lambda: bucket(archive_after_days=30), unknown=True)
    assert len(graph.of(POLICY)) == 2
    assert json.dumps(side(graph, "documents", "lifecycle"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"noncurrent_days": 0}, "noncurrent_days must be at least 1, got 0"),
        ({"archive_after_days": 0}, "archive_after_days must be at least 1, got 0"),
        ({"expire_after_days": 0}, "expire_after_days must be at least 1, got 0"),
        (
            {"archive_after_days": 30, "expire_after_days": 30},
            "expire_after_days must be at least 31, got 30",
        ),
    ],
)
def test_what_s3_would_refuse_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        built(lambda: bucket(**changes))


def test_logs_are_kept_for_a_day_at_least() -> None:
    with pytest.raises(ValueError, match="retention_days must be at least 1, got 0"):
        LogBucketArgs(account_id=ACCOUNT, retention_days=0)
