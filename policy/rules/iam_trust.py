"""Rules for who may take on a role."""

import re
from typing import Final

from rules.core.documents import Condition, Principal, Statement
from rules.core.findings import each
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.values import Unknown
from rules.iam import ROLE
from rules.iam_identities import AUDIENCES

GITHUB: Final = "token.actions.githubusercontent.com"
# One repository, and a branch, a tag or an environment of it.
PINNED_SUBJECT: Final = re.compile(
    r"repo:[^*?/:]+/[^*?/:]+:(environment:[^*?]+|ref:refs/(heads|tags)/[^*?]+[*?]?)"
)
# What tells one caller in an account from the rest of it.
CALLER_KEYS: Final = (
    "sts:ExternalId",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
)
SOURCE_KEYS: Final = ("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths")
# Services that say for whose resource they act when they take on a role.
TELLING_SERVICES: Final = frozenset(
    {
        "amplify",
        "appsync",
        "backup",
        "bedrock",
        "budgets",
        "cloudtrail",
        "codebuild",
        "codedeploy",
        "codepipeline",
        "cognito-idp",
        "config",
        "dms",
        "ecs-tasks",
        "events",
        "firehose",
        "glue",
        "monitoring.rds",
        "pipes",
        "sagemaker",
        "scheduler",
        "ssm",
        "states",
        "transfer",
        "vpc-flow-logs",
    }
)


@resource_rule(
    "iam-trust-not-open",
    ROLE,
    severity=Severity.CRITICAL,
    why=(
        "A role that anybody, or a whole account, may take on is only as safe as its weakest "
        "caller."
    ),
    fix=(
        "Name the role or service that takes it on; for an account, add sts:ExternalId or "
        "aws:PrincipalOrgID."
    ),
    checkov="CKV_AWS_60 CKV_AWS_61",
)
def not_open(role: Resource) -> Findings:
    """No role trusts everybody, nor a whole account without a condition on the caller."""

    def is_narrow(statement: Statement) -> Findings:
        if not statement.allows:
            return
        if statement.has("NotPrincipal"):
            yield f"{statement.label} trusts everybody but some"
        for principal in statement.principals():
            if principal.is_everyone:
                yield f"{statement.label} trusts everybody"
            elif _is_whole_account(principal) and not statement.is_held_back_by(*CALLER_KEYS):
                yield f"{statement.label} trusts the whole of account {principal.account}"

    return each(role.statements("assumeRolePolicy"), is_narrow)


def _is_whole_account(principal: Principal) -> bool:
    return (
        principal.kind == "aws"
        and bool(principal.account)
        and (principal.value == principal.account or principal.value.endswith(":root"))
    )


@resource_rule(
    "iam-trust-confused-deputy",
    ROLE,
    severity=Severity.MEDIUM,
    why="Without it, somebody else's resource can have the service act with our role.",
    fix="Give components.iam.WorkloadRole its source_account.",
)
def names_source(role: Resource) -> Findings:
    """A role for a service that tells for whom it acts is bound to an account or a resource."""

    def is_bound(statement: Statement) -> Findings:
        if not statement.allows or statement.is_held_back_by(*SOURCE_KEYS):
            return
        for principal in statement.principals():
            if principal.kind == "service" and _service(principal.value) in TELLING_SERVICES:
                yield f"{statement.label} trusts {principal.value} whoever it acts for"

    return each(role.statements("assumeRolePolicy"), is_bound)


def _service(principal: str) -> str:
    """The service of a principal, without the region that some have in it."""
    name = principal.lower().split(".amazonaws.com")[0]
    return re.sub(r"\.[a-z]{2}(-[a-z]+)+-[0-9]$", "", name)


@resource_rule(
    "iam-oidc-trust-scoped",
    ROLE,
    severity=Severity.CRITICAL,
    why="Without the subject, every repository on GitHub can take on the role.",
    fix=(
        "Pin aud to sts.amazonaws.com, and sub to repo:<owner>/<name>:environment:<name> or "
        ":ref:<ref>."
    ),
    checkov="CKV_AWS_393 CKV_AWS_358",
)
def pins_subject(role: Resource) -> Findings:
    """A role for GitHub pins audience, repository, and ref or environment; others their subject."""

    def is_pinned(statement: Statement) -> Findings:
        if not statement.allows:
            return
        for principal in statement.principals():
            if principal.kind == "federated":
                issuer = principal.value.partition("oidc-provider/")[2] or principal.value
                if issuer.startswith(GITHUB):
                    yield from _unpinned(statement, issuer)
                elif not statement.is_held_back_by(*_claims(issuer)):
                    yield f"{statement.label} trusts {issuer} for any subject and audience"

    return each(role.statements("assumeRolePolicy"), is_pinned)


def _claims(issuer: str) -> tuple[str, ...]:
    """What tells a token of ours from the issuer's others; two issuers say app_id for it."""
    return (*(f"{issuer}:{claim}" for claim in ("aud", "sub", "app_id")), "saml:aud", "saml:sub")


def _unpinned(statement: Statement, issuer: str) -> Findings:
    if not any(_is_exactly(item, AUDIENCES) for item in statement.condition(f"{issuer}:aud")):
        yield f"{statement.label} does not pin {issuer}:aud to sts.amazonaws.com"
    subjects = [item for item in statement.condition(f"{issuer}:sub") if item.holds_back]
    if not any(_is_pinned(item) for item in subjects):
        yield f"{statement.label} does not pin {issuer}:sub to a repository's ref or environment"


def _is_exactly(condition: Condition, expected: frozenset[str]) -> bool:
    return condition.holds_back and all(
        type(value) is Unknown or value in expected for value in condition.values
    )


def _is_pinned(condition: Condition) -> bool:
    return all(
        type(value) is Unknown or PINNED_SUBJECT.fullmatch(str(value)) for value in condition.values
    )
