"""Rules for who may invoke a function."""

from collections.abc import Iterator
from typing import Final

from rules.core.documents import Condition, Principal, Statement
from rules.core.findings import each
from rules.core.principals import is_open
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule
from rules.core.values import UNKNOWN

PERMISSION: Final = "aws:lambda/permission:Permission"
RESOURCE_POLICY: Final = "aws:lambda/resourcePolicy:ResourcePolicy"
FUNCTION_URL: Final = "aws:lambda/functionUrl:FunctionUrl"

# What of a permission ties its caller to an account or an organisation, and the key that Lambda
# makes of it.
TIES: Final = (
    ("principalOrgId", "aws:PrincipalOrgID"),
    ("sourceAccount", "aws:SourceAccount"),
    ("sourceArn", "aws:SourceArn"),
)
SOURCE_TIES: Final = TIES[1:]
CALLER_KEYS: Final = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
)
SOURCE_KEYS: Final = (
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    # What a skill of Alexa has instead.
    "lambda:EventSourceToken",
)
_SERVICES: Final = (".amazonaws.com", ".amazonaws.com.cn", ".amazon.com")


def _is_tied(permission: Resource, ties: tuple[tuple[str, str], ...]) -> bool:
    """Whether any of these properties lets only some callers through; one still to come does."""
    for path, key in ties:
        if permission.is_set(path):
            value = permission.text(path) if permission.is_known(path) else UNKNOWN
            test = Condition(
                operator="arnlike",
                qualifier="",
                if_exists=False,
                key=key.lower(),
                values=(value,),
            )
            if test.holds_back:
                return True
    return False


def is_service(principal: str) -> bool:
    """Whether a principal is a service of AWS rather than an account, a role or everybody."""
    return principal.lower().endswith(_SERVICES)


def service(principal: str) -> str:
    """The name of a service, whatever its partition or region; empty for any other principal."""
    return principal.lower().partition(".")[0] if is_service(principal) else ""


@resource_rule(
    "lambda-policy-not-public",
    PERMISSION,
    RESOURCE_POLICY,
    severity=Severity.CRITICAL,
    why="A function that everybody may invoke runs, and acts with its role, for everybody.",
    fix="Name the principal; components.api.http_api.HttpApi lets in its own routes alone.",
    security_hub="Lambda.1",
    cis="7:2.21",
    cdk_nag="NIST.800.53.R5-LambdaFunctionPublicAccessProhibited",
    checkov="CKV_AWS_301",
)
def not_public(policy: Resource) -> Findings:
    """No permission or policy of a function lets in everybody of any account or organisation.

    An address that asks for AWS_IAM is as public where the principal is everybody: any account has
    somebody to sign with.
    """
    if policy.type == RESOURCE_POLICY:
        return each(policy.statements("policy"), _open)
    return _opens(policy)


def _open(statement: Statement) -> Iterator[str]:
    if is_open(statement, *CALLER_KEYS, *SOURCE_KEYS[:-1]):
        yield f"{statement.label} lets everybody in"
    elif _is_bound(statement):
        return
    elif any(item.kind == "service" and _is_s3(item.value) for item in statement.principals()):
        yield f"{statement.label} lets the buckets of every account in"


def _is_bound(statement: Statement) -> bool:
    return not statement.allows or statement.is_held_back_by(*SOURCE_KEYS)


def _opens(permission: Resource) -> Iterator[str]:
    if _is_tied(permission, TIES):
        return
    principal = permission.text("principal")
    if Principal("aws", principal).is_everyone:
        yield "principal is everybody"
    elif _is_s3(principal):
        yield "the buckets of every account may invoke it"


def _is_s3(principal: str) -> bool:
    # The one service whose events Security Hub takes for public: a name says no account.
    return service(principal) == "s3"


@resource_rule(
    "lambda-permission-source",
    PERMISSION,
    RESOURCE_POLICY,
    severity=Severity.HIGH,
    why="A service acts for all its customers: any of them could have it invoke the function.",
    fix="Set source_arn, as components.api.http_api.HttpApi does; for S3, source_account as well.",
    checkov="CKV_AWS_364",
)
def names_source(policy: Resource) -> Findings:
    """A service may invoke a function only for a particular resource or account."""
    if policy.type == RESOURCE_POLICY:
        return each(policy.statements("policy"), _unbound)
    return _untied(policy)


def _untied(permission: Resource) -> Iterator[str]:
    if _is_tied(permission, SOURCE_TIES) or permission.is_set("eventSourceToken"):
        return
    principal = permission.text("principal")
    if is_service(principal):
        yield f"{principal} may invoke it whoever it acts for"


def _unbound(statement: Statement) -> Iterator[str]:
    if _is_bound(statement):
        return
    for principal in statement.principals():
        if principal.kind == "service":
            yield f"{statement.label} lets {principal.value} in whoever it acts for"


@resource_rule(
    "lambda-url-auth",
    FUNCTION_URL,
    severity=Severity.CRITICAL,
    why="Without it the address is open to the whole internet.",
    fix='Set authorization_type="AWS_IAM", or serve it by components.api.http_api.HttpApi.',
    cdk_nag="LambdaFunctionUrlAuth",
    checkov="CKV_AWS_258",
    remedy=setting({"authorizationType": "AWS_IAM"}),
)
def asks_for_signature(address: Resource) -> Findings:
    """The address of a function takes only requests that are signed."""
    if address.text("authorizationType") != "AWS_IAM":
        yield "authorizationType is not AWS_IAM"
