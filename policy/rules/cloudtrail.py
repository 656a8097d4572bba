"""Rules for trails."""

from collections.abc import Iterator
from typing import Final

from rules.core.encryption import is_customer_key
from rules.core.findings import each
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule

TRAIL: Final = "aws:cloudtrail/trail:Trail"


@resource_rule(
    "trail-multi-region",
    TRAIL,
    severity=Severity.HIGH,
    why="Whoever is inside works in the region, or the service, that nobody watches.",
    fix="Set is_multi_region_trail=True; leave the other two on, as they are by default.",
    security_hub="CloudTrail.1",
    cis="3:3.1",
    checkov="CKV_AWS_67 CKV_AWS_251",
    remedy=setting(
        {"isMultiRegionTrail": True, "includeGlobalServiceEvents": True, "enableLogging": True}
    ),
)
def sees_everything(trail: Resource) -> Findings:
    """A trail is on, and logs every region and the global services."""

    def of_all_regions() -> Iterator[str]:
        if trail.flag("isMultiRegionTrail") is not True:
            yield "isMultiRegionTrail is not true"

    def is_on(path: str) -> Iterator[str]:
        # On by default.
        if trail.flag(path) is False:
            yield f"{path} is false"

    def others() -> Findings:
        return each(("includeGlobalServiceEvents", "enableLogging"), is_on)

    return each((of_all_regions, others), lambda judge: judge())


@resource_rule(
    "trail-kms",
    TRAIL,
    severity=Severity.MEDIUM,
    why="With S3's own key, whoever may read the bucket reads what everybody did.",
    fix="Give kms_key_id the ARN of a components.data.keys.Key.",
    security_hub="CloudTrail.2",
    cis="3:3.5",
    cdk_nag="NIST.800.53.R5-CloudTrailEncryptionEnabled",
    checkov="CKV_AWS_35",
)
def has_customer_key(trail: Resource) -> Findings:
    """A trail is encrypted with a customer key."""
    if not is_customer_key(trail, "kmsKeyId"):
        yield "kmsKeyId is not a customer key"


@resource_rule(
    "trail-validation",
    TRAIL,
    severity=Severity.MEDIUM,
    why="Without digests nobody can tell whether somebody took their own doings out of the log.",
    fix="Set enable_log_file_validation=True.",
    security_hub="CloudTrail.4",
    cis="3:3.2",
    cdk_nag="NIST.800.53.R5-CloudTrailLogFileValidationEnabled",
    checkov="CKV_AWS_36",
    remedy=setting({"enableLogFileValidation": True}),
)
def is_validated(trail: Resource) -> Findings:
    """A trail signs its log files, so that a change to them shows."""
    if trail.flag("enableLogFileValidation") is not True:
        yield "enableLogFileValidation is not true"
