"""Rules for repositories of images."""

import json
from typing import Any, Final

from rules.core.findings import some
from rules.core.principals import open_to_all
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.links import Link, sources

REPOSITORY: Final = "aws:ecr/repository:Repository"
LIFECYCLE: Final = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
POLICY: Final = "aws:ecr/repositoryPolicy:RepositoryPolicy"
REGISTRY_POLICY: Final = "aws:ecr/registryPolicy:RegistryPolicy"

A_REPOSITORY: Final = Link(
    REPOSITORY,
    by=("id", "name", "arn"),
    through={POLICY: "repository"},
    read=lambda text: text.partition(":repository/")[2] or text,
)


@resource_rule(
    "ecr-scan",
    REPOSITORY,
    severity=Severity.MEDIUM,
    why="An image nobody looks at goes live with holes that everybody else knows of.",
    fix="Set image_scanning_configuration with scan_on_push=True.",
    security_hub="ECR.1",
    checkov="CKV_AWS_163",
    remedy=setting({"imageScanningConfiguration.scanOnPush": True}),
)
def is_scanned(repository: Resource) -> Findings:
    """A repository scans each image as it is pushed.

    Where the registry's own configuration scans all of them, ECR takes no notice of this one: it
    does no harm to say it here too.
    """
    if repository.flag("imageScanningConfiguration.scanOnPush") is not True:
        yield "imageScanningConfiguration.scanOnPush is not true"


def _fix_tags(repository: Resource) -> Changes:
    changes: dict[str, Any] = {"imageTagMutability": "IMMUTABLE"}
    # ECR takes filters only where it is told to leave some tags out.
    if repository.is_set("imageTagMutabilityExclusionFilters"):
        changes["imageTagMutabilityExclusionFilters"] = []
    return changes


@resource_rule(
    "ecr-immutable",
    REPOSITORY,
    severity=Severity.MEDIUM,
    why="With a tag that may move, what runs tomorrow is not what was tested today.",
    fix='Set image_tag_mutability="IMMUTABLE".',
    security_hub="ECR.2",
    checkov="CKV_AWS_51",
    remedy=_fix_tags,
)
def is_immutable(repository: Resource) -> Findings:
    """A tag stays on the image that it was given to; some may be left out, but not all."""
    mutability = repository.text("imageTagMutability").upper()
    if not mutability.startswith("IMMUTABLE"):
        yield "imageTagMutability is not IMMUTABLE"
    elif mutability != "IMMUTABLE" and some(
        repository.views("imageTagMutabilityExclusionFilters"),
        lambda item: bool(item.text("filter")) and not item.text("filter").strip("*"),
    ):
        yield "imageTagMutabilityExclusionFilters leaves every tag out"


@stack_rule(
    "ecr-lifecycle",
    REPOSITORY,
    reads=(LIFECYCLE, POLICY),
    severity=Severity.LOW,
    why="A repository without a lifecycle keeps, and bills, every image that was ever pushed.",
    fix="Add an aws.ecr.LifecyclePolicy that expires untagged and old images.",
    security_hub="ECR.3",
)
def has_lifecycle(repository: Resource, stack: Stack) -> Findings:
    """A repository has a lifecycle policy."""
    policies = sources(stack, repository, LIFECYCLE, "repository", A_REPOSITORY)
    if not some(policies, _has_rules):
        yield "the repository has no lifecycle policy"


def _has_rules(lifecycle: Resource) -> bool:
    if not lifecycle.is_known("policy"):
        return True
    policy = lifecycle.get("policy")
    if type(policy) is str:
        try:
            policy = json.loads(policy)
        except (ValueError, RecursionError):
            return False
    return type(policy) is dict and bool(policy.get("rules"))


@resource_rule(
    "ecr-policy-not-public",
    POLICY,
    REGISTRY_POLICY,
    severity=Severity.CRITICAL,
    why="A policy for everybody hands the images, and all that is baked into them, to anybody.",
    fix="Name the account or the role as principal; inside the account none is needed.",
    cdk_nag="AwsSolutions-ECR1",
    checkov="CKV_AWS_32",
)
def is_not_public(policy: Resource) -> Findings:
    """No policy of a repository, or of the registry, lets everybody in without a condition."""
    return open_to_all(policy.statements("policy"))
