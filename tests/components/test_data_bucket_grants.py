from collections.abc import Callable

import pytest

from components.data.buckets import Bucket
from components.iam import Statement
from tests.components.bucket_support import BUCKET, bucket
from tests.components.data_support import arn, granted, via


def test_reading_is_of_objects_and_needs_the_key() -> None:
    graph, policy = granted(lambda: bucket().grant_read())
    assert policy == [
        {
            "Sid": "DocumentsBucketRead",
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": [f"{arn(graph, BUCKET, 'documents-bucket')}/*"],
        },
        via(graph, "s3", "kms:Decrypt", sid="MainDecryptViaS3"),
    ]


def test_writing_needs_the_key_both_ways_for_uploads_in_parts() -> None:
    graph, policy = granted(lambda: bucket().grant_write())
    assert policy == [
        {
            "Sid": "DocumentsBucketWrite",
            "Effect": "Allow",
            "Action": ["s3:PutObject", "s3:AbortMultipartUpload"],
            "Resource": [f"{arn(graph, BUCKET, 'documents-bucket')}/*"],
        },
        via(graph, "s3", "kms:GenerateDataKey", sid="MainEncryptViaS3"),
        via(graph, "s3", "kms:Decrypt", sid="MainDecryptViaS3"),
    ]


@pytest.mark.parametrize(
    ("grant", "sid", "action", "suffix"),
    [
        (Bucket.grant_delete, "DocumentsBucketDelete", "s3:DeleteObject", "/*"),
        (Bucket.grant_list, "DocumentsBucketList", "s3:ListBucket", ""),
    ],
)
def test_deleting_and_listing_need_no_key(
    grant: Callable[[Bucket], tuple[Statement, ...]], sid: str, action: str, suffix: str
) -> None:
    graph, policy = granted(lambda: grant(bucket()))
    assert policy == [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Action": [action],
            "Resource": [f"{arn(graph, BUCKET, 'documents-bucket')}{suffix}"],
        }
    ]


def test_reading_and_writing_fit_in_one_policy() -> None:
    def both() -> tuple[Statement, ...]:
        made = bucket()
        return (*made.grant_read(), *made.grant_write(), *made.grant_read())

    _, policy = granted(both)
    assert [statement["Sid"] for statement in policy] == [
        "DocumentsBucketRead",
        "MainDecryptViaS3",
        "DocumentsBucketWrite",
        "MainEncryptViaS3",
    ]
