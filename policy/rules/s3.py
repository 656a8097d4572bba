"""Rules for buckets and what is set on them, each by itself."""

from itertools import chain
from typing import Final

from rules.core import actions
from rules.core.documents import Statement
from rules.core.findings import each
from rules.core.principals import ACCOUNT_KEYS, foreign_principals, is_open, open_to_all
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.thresholds import Production, TrustedAccounts
from rules.core.view import View

BUCKET: Final = "aws:s3/bucket:Bucket"
ACL: Final = "aws:s3/bucketAcl:BucketAcl"
OWNERSHIP: Final = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
PUBLIC_ACCESS_BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
WEBSITE: Final = "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration"

BLOCKS: Final = (
    "blockPublicAcls",
    "blockPublicPolicy",
    "ignorePublicAcls",
    "restrictPublicBuckets",
)
PUBLIC_ACLS: Final = frozenset({"public-read", "public-read-write", "authenticated-read"})
PUBLIC_GROUPS: Final = ("/global/AllUsers", "/global/AuthenticatedUsers")
# What narrows a public policy of a bucket, beside what narrows any.
POINT_KEYS: Final = ("s3:DataAccessPointAccount", "s3:DataAccessPointArn")
# By the name of version 7, and the one that the tokens with V2 have.
DEPRECATED: Final = (
    "accelerationStatus",
    "acl",
    "corsRules",
    "grants",
    "lifecycleRules",
    "logging",
    "loggings",
    "objectLockConfiguration",
    "policy",
    "replicationConfiguration",
    "replicationConfigurations",
    "requestPayer",
    "serverSideEncryptionConfiguration",
    "serverSideEncryptionConfigurations",
    "versioning",
    "versionings",
    "website",
    "websites",
)


@resource_rule(
    "s3-bpa-all-four-true",
    PUBLIC_ACCESS_BLOCK,
    severity=Severity.HIGH,
    why="Each flag left off leaves one way to make the bucket's objects public.",
    fix="Make the bucket with components.data.buckets.Bucket, which blocks all four.",
    security_hub="S3.8",
    cis="3:2.1.4",
    cdk_nag="AwsSolutions-S2",
    checkov="CKV_AWS_53 CKV_AWS_54 CKV_AWS_55 CKV_AWS_56",
    remedy=setting(dict.fromkeys(BLOCKS, True)),
)
def blocks_all(block: Resource) -> Findings:
    """A public access block blocks all four kinds of public access."""

    def is_on(name: str) -> Findings:
        if block.flag(name) is not True:
            yield f"{name} is not true"

    return each(BLOCKS, is_on)


@resource_rule(
    "s3-no-public-acl",
    ACL,
    BUCKET,
    severity=Severity.CRITICAL,
    why="An access list for all users gives every object away, whatever the bucket policy says.",
    fix="Drop the access list: components.data.buckets.Bucket has the owner enforced and none.",
    security_hub="S3.2 S3.3",
    cdk_nag="PCI.DSS.321-S3BucketPublicReadProhibited",
    checkov="CKV_AWS_20 CKV_AWS_57 CKV_AWS_375 CKV2_AWS_43",
)
def no_public_acl(bucket: Resource) -> Findings:
    """No access list lets all users, or all users of AWS, in."""
    return each((_canned, _grants, _policy_grants), lambda judge: judge(bucket))


def _canned(bucket: Resource) -> Findings:
    if bucket.text("acl").lower() in PUBLIC_ACLS:
        yield f"acl is {bucket.text('acl')}"


def _grants(bucket: Resource) -> Findings:
    return each(bucket.views("grants"), lambda grant: _public_grant(grant, "uri"))


def _policy_grants(bucket: Resource) -> Findings:
    grants = bucket.views("accessControlPolicy.grants")
    return each(grants, lambda grant: _public_grant(grant, "grantee.uri"))


def _public_grant(grant: View, path: str) -> Findings:
    if grant.text(path).endswith(PUBLIC_GROUPS):
        yield f"a grant is to {grant.text(path).rpartition('/')[2]}"


@resource_rule(
    "s3-ownership-enforced",
    OWNERSHIP,
    severity=Severity.MEDIUM,
    why="With access lists on, whoever writes an object owns it and may give it away.",
    fix="Make the bucket with components.data.buckets.Bucket, which enforces its owner.",
    security_hub="S3.12",
    checkov="CKV2_AWS_65",
    remedy=setting({"rule.objectOwnership": "BucketOwnerEnforced"}),
)
def owner_enforced(controls: Resource) -> Findings:
    """A bucket's owner owns every object in it: access lists are off."""
    if controls.text("rule.objectOwnership") != "BucketOwnerEnforced":
        yield "rule.objectOwnership is not BucketOwnerEnforced"


@resource_rule(
    "s3-policy-no-public-principal",
    POLICY,
    BUCKET,
    severity=Severity.CRITICAL,
    why="A policy for everybody makes the bucket readable, or writable, from the whole internet.",
    fix=(
        "Name the principal; for CloudFront, components.data.buckets.Bucket lets its service in "
        "by SourceArn."
    ),
    security_hub="S3.2 S3.3",
    cis="7:2.21",
    cdk_nag="AwsSolutions-S5",
    checkov="CKV_AWS_70",
)
def policy_not_public(policy: Resource) -> Findings:
    """A bucket policy lets nobody in by Principal * without a condition that narrows it."""
    return open_to_all(policy.statements("policy"), *POINT_KEYS)


@resource_rule(
    "s3-policy-cross-account-restricted",
    POLICY,
    BUCKET,
    severity=Severity.HIGH,
    why=(
        "Another account that may write or administer the bucket can plant, delete or publish "
        "what is in it."
    ),
    fix=(
        "Drop the write and admin actions, or name the account in trusted_accounts of the "
        "configuration."
    ),
    security_hub="S3.6",
)
def policy_keeps_accounts_out(
    policy: Resource, *, trusted_accounts: TrustedAccounts = ()
) -> Findings:
    """A bucket policy lets no foreign account, unless it is trusted, write or administer.

    The stack's own accounts are those that its provider allows. Everybody is foreign, and so is
    everybody of an organisation or behind an endpoint: only a condition on the account helps.
    """
    own = frozenset((*policy.provider.texts("allowedAccountIds"), *trusted_accounts))

    def is_restricted(statement: Statement) -> Findings:
        if not statement.allows:
            return
        whom = foreign_principals(statement, own)
        if is_open(statement, *ACCOUNT_KEYS):
            whom = chain(("everybody",), whom)

        def may(account: str) -> Findings:
            for action in statement.actions():
                if _is_more_than_reading(action):
                    yield f"{statement.label} lets {account} do {action}"
            if statement.has("NotAction"):
                yield f"{statement.label} lets {account} do all but what it leaves out"

        yield from each(whom, may)

    return each(policy.statements("policy"), is_restricted)


def _is_more_than_reading(action: str) -> bool:
    found = actions.expanded(action)
    return action == "*" or not found or any(item.access not in {"L", "R"} for item in found)


@resource_rule(
    "s3-no-force-destroy",
    BUCKET,
    severity=Severity.MEDIUM,
    why=(
        "A bucket that may be emptied on its way out takes every object and version along by one "
        "mistake."
    ),
    fix=(
        "Leave force_destroy off; a stack that keeps nothing says production: false in its "
        "configuration."
    ),
    remedy=setting({"forceDestroy": False}),
)
def not_emptied(bucket: Resource, *, production: Production = True) -> Findings:
    """A bucket of production is not emptied when it is destroyed."""
    if production and bucket.flag("forceDestroy") is True:
        yield "forceDestroy is true"


@resource_rule(
    "s3-no-website-hosting",
    WEBSITE,
    BUCKET,
    severity=Severity.MEDIUM,
    why="A website endpoint has no TLS and needs public objects.",
    fix="Serve it with components.frontend.site.Site: a private bucket behind CloudFront.",
    cdk_nag="AwsSolutions-S5",
)
def no_website(bucket: Resource) -> Findings:
    """No bucket is a website of its own."""
    if bucket.type == WEBSITE:
        yield "a bucket is made a website"
    elif bucket.is_set("website") or bucket.is_set("websites"):
        yield "website is set"


@resource_rule(
    "s3-no-deprecated-inline-config",
    BUCKET,
    severity=Severity.LOW,
    why=(
        "Inline settings fight with the resources that replaced them: each update undoes the other."
    ),
    fix="Use the resource of its own for each setting, as components.data.buckets.Bucket does.",
)
def no_inline_configuration(bucket: Resource) -> Findings:
    """A bucket has its settings in resources of their own, none inline."""
    for name in DEPRECATED:
        if bucket.is_set(name):
            yield f"{name} is set inline"
