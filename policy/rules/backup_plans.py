"""Rules for what plans of backups select."""

from fnmatch import fnmatchcase
from typing import Annotated, Final

from rules.core.findings import some
from rules.core.globs import arns_overlap, matches
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit, Production
from rules.core.values import UNKNOWN, NotKnown, revealed
from rules.core.view import View
from rules.links import Link, targets
from rules.rds import CLUSTER, INSTANCE, is_replica

PLAN: Final = "aws:backup/plan:Plan"
SELECTION: Final = "aws:backup/selection:Selection"
TABLE: Final = "aws:dynamodb/table:Table"
BUCKET: Final = "aws:s3/bucket:Bucket"

A_PLAN: Final = Link(PLAN, by=("id", "arn"))
# How a condition says that it is about a tag.
TAG_PREFIX: Final = "aws:resourcetag/"
SHORTEST_RETENTION: Final = 7
# The property with the name that an ARN ends in, and what stands before it: known before the ARN.
_NAMES: Final = {
    BUCKET: ("bucket", "s3:*:*:"),
    CLUSTER: ("clusterIdentifier", "rds:*:*:cluster:"),
    INSTANCE: ("identifier", "rds:*:*:db:"),
    TABLE: ("name", "dynamodb:*:*:table/"),
}
# The tests of a condition, and the answer that shuts a resource out.
_TESTS: Final = {
    "stringEquals": False,
    "stringLikes": False,
    "stringNotEquals": True,
    "stringNotLikes": True,
}


@stack_rule(
    "backup-plan-coverage",
    INSTANCE,
    CLUSTER,
    TABLE,
    BUCKET,
    reads=(PLAN, SELECTION),
    severity=Severity.MEDIUM,
    why="Data with no backup apart from itself is lost with it, to a mistake or to blackmail.",
    fix=(
        "Select it in an aws.backup.Selection, by tag, ARN or *; name what can be made anew in "
        "not_kept; a stack that keeps nothing says production: false in its configuration."
    ),
    security_hub="SH:RDS.26 SH:DynamoDB.4",
    cdk_nag="NIST.800.53.R5-RDSInBackupPlan",
    checkov="CKV2_AWS_8",
)
def is_covered(
    resource: Resource,
    stack: Stack,
    *,
    minimum_days: Annotated[
        int, Limit("How long backups are kept at least, in days.", 1, 36_500)
    ] = SHORTEST_RETENTION,
    not_kept: Annotated[
        tuple[str, ...],
        Limit("Names, or patterns of names, of what can be made anew, such as a site's files."),
    ] = (),
    production: Production = True,
) -> Findings:
    """A database, table or bucket of production is in a plan of backups that keeps them.

    A replica is a copy itself, and not asked. A plan that isn't of this stack is taken for a good
    one.
    """
    if not production or any(fnmatchcase(resource.name, pattern) for pattern in not_kept):
        return
    if resource.type == INSTANCE and is_replica(resource):
        return

    def covers(selection: Resource) -> bool:
        return _selects(selection, resource, stack) and _keeps(selection, stack, minimum_days)

    if not some(stack.of(SELECTION), covers):
        yield f"no plan of backups that are kept for {minimum_days} days selects it"


def _keeps(selection: Resource, stack: Stack, days: int) -> bool:
    def is_long_enough(rule: View) -> bool:
        kept = rule.number("lifecycle.deleteAfter")
        # What is not said is for ever.
        return not kept or kept >= days

    plans = targets(stack, selection, "planId", A_PLAN)
    return not plans or some(plans, lambda plan: some(plan.views("rules"), is_long_enough))


def _selects(selection: Resource, resource: Resource, stack: Stack) -> bool:
    if _names(selection, "notResources", resource, stack):
        return False
    if some(selection.views("selectionTags"), lambda test: _has_tag(resource, test)):
        return True
    return _names(selection, "resources", resource, stack) and _fulfils(selection, resource)


def _names(selection: Resource, path: str, resource: Resource, stack: Stack) -> bool:
    if not selection.is_set(path):
        return False

    def is_meant(pattern: str) -> bool:
        if pattern == "*":
            return True
        if resource.is_set("arn") and resource.is_known("arn"):
            return matches(pattern, resource.text("arn"))
        name, before = _NAMES[resource.type]
        if resource.is_set(name) and resource.is_known(name):
            return arns_overlap(pattern, f"arn:*:{before}{resource.text(name)}")
        if arns_overlap(pattern, f"arn:*:{before}*"):
            raise NotKnown("arn")
        return False

    link = Link(resource.type, by=("arn",))
    if selection.property_dependencies.get(path) and resource in targets(
        stack, selection, path, link
    ):
        return True
    return some(selection.texts(path), is_meant)


def _tag(resource: Resource, key: str) -> str | None:
    for path in ("tagsAll", "tags"):
        tags = resource.get(path) if resource.is_known(path) else None
        if type(tags) is dict and key in tags:
            value = revealed(tags[key])
            if value is UNKNOWN:
                raise NotKnown(path)
            return str(value)
    if not (resource.is_known("tagsAll") and resource.is_known("tags")):
        raise NotKnown("tagsAll")
    return None


def _has_tag(resource: Resource, test: View) -> bool:
    return _tag(resource, test.text("key")) == test.text("value")


def _fulfils(selection: Resource, resource: Resource) -> bool:
    """Whether a resource meets every condition of a selection: they are about its tags."""

    def fails(block: View) -> bool:
        return any(
            some(block.views(name), lambda test: _meets(test, resource, name) is wrong)  # noqa: B023 asked at once
            for name, wrong in _TESTS.items()
        )

    return not some(selection.views("conditions"), fails)


def _meets(test: View, resource: Resource, name: str) -> bool:
    key = test.text("key")
    if key.lower().startswith(TAG_PREFIX):
        key = key[len(TAG_PREFIX) :]
    value = _tag(resource, key)
    if name.endswith("Likes"):
        return value is not None and matches(test.text("value"), value)
    return value == test.text("value")
