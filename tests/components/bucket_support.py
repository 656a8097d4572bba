"""The buckets that tests look at."""

from typing import Any

from components.data.buckets import Bucket, BucketArgs, LogBucket, LogBucketArgs
from tests.components.data_support import ACCOUNT, key

BUCKET = "aws:s3/bucket:Bucket"


def log_bucket(**changes: Any) -> LogBucket:
    given: dict[str, Any] = {"account_id": ACCOUNT}
    return LogBucket("logs", LogBucketArgs(**given | changes))


def bucket(**changes: Any) -> Bucket:
    given: dict[str, Any] = {"key": key(), **changes}
    if "log_bucket" not in given:
        given["log_bucket"] = log_bucket()
    return Bucket("documents", BucketArgs(**given))
