"""Rules for user pools and identity pools."""

from typing import Annotated, Final

from rules.core.findings import each
from rules.core.remedies import setting
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule
from rules.core.thresholds import Limit

USER_POOL: Final = "aws:cognito/userPool:UserPool"
IDENTITY_POOL: Final = "aws:cognito/identityPool:IdentityPool"

CLASSES: Final = ("requireLowercase", "requireUppercase", "requireNumbers", "requireSymbols")
# Cognito's own, where a pool says nothing or zero.
DEFAULT_DAYS: Final = 7


@resource_rule(
    "cognito-mfa",
    USER_POOL,
    severity=Severity.HIGH,
    why="A password alone is guessed, reused or given away; then the account is somebody else's.",
    fix='Set mfa_configuration="ON", and software_token_mfa_configuration.',
    security_hub="SH:Cognito.5",
    cdk_nag="AwsSolutions-COG2",
)
def asks_for_second_factor(
    pool: Resource,
    *,
    allow_optional: Annotated[
        bool, Limit("Whether users may decide for themselves: OPTIONAL is enough then.")
    ] = False,
) -> Findings:
    """A user pool asks for a second factor."""
    wanted = ("ON", "OPTIONAL") if allow_optional else ("ON",)
    if pool.text("mfaConfiguration").upper() not in wanted:
        yield f"mfaConfiguration is not {' or '.join(wanted)}"


def _strengthen(pool: Resource, *, minimum_length: int, temporary_days: int) -> Changes:
    changes: dict[str, object] = {
        f"passwordPolicy.{name}": True for name in CLASSES if not _is_required(pool, name)
    }
    if _length(pool) < minimum_length:
        changes["passwordPolicy.minimumLength"] = minimum_length
    if _days(pool) > temporary_days:
        changes["passwordPolicy.temporaryPasswordValidityDays"] = temporary_days
    return changes


def _is_required(pool: Resource, name: str) -> bool:
    return pool.flag(f"passwordPolicy.{name}") is True


def _length(pool: Resource) -> float:
    return pool.number("passwordPolicy.minimumLength") or 0


def _days(pool: Resource) -> float:
    return pool.number("passwordPolicy.temporaryPasswordValidityDays") or DEFAULT_DAYS


@resource_rule(
    "cognito-password-policy",
    USER_POOL,
    severity=Severity.MEDIUM,
    why="A short password of one kind of character is found by trying.",
    fix="Set password_policy: 12 characters of all four kinds, temporary ones for at most 7 days.",
    security_hub="Cognito.3",
    cdk_nag="AwsSolutions-COG1",
    remedy=_strengthen,
)
def has_strong_passwords(
    pool: Resource,
    *,
    minimum_length: Annotated[int, Limit("The shortest password.", 6, 99)] = 12,
    temporary_days: Annotated[
        int, Limit("How long a temporary password is good, in days.", 1, 365)
    ] = DEFAULT_DAYS,
) -> Findings:
    """A user pool wants long passwords of four kinds of character, temporary ones not for long."""

    def judge(part: str) -> Findings:
        if part == "length" and _length(pool) < minimum_length:
            yield f"passwordPolicy.minimumLength is not {minimum_length} or more"
        if part == "days" and _days(pool) > temporary_days:
            yield f"passwordPolicy.temporaryPasswordValidityDays is more than {temporary_days}"
        if part in CLASSES and not _is_required(pool, part):
            yield f"passwordPolicy.{part} is not true"

    return each(("length", *CLASSES, "days"), judge)


@resource_rule(
    "cognito-deletion-protection",
    USER_POOL,
    severity=Severity.MEDIUM,
    why="The users of a deleted pool are gone, and nobody can give them their passwords back.",
    fix='Set deletion_protection="ACTIVE".',
    security_hub="SH:Cognito.6",
    remedy=setting({"deletionProtection": "ACTIVE"}),
)
def is_protected(pool: Resource) -> Findings:
    """A user pool can't be deleted by mistake."""
    if pool.text("deletionProtection").upper() != "ACTIVE":
        yield "deletionProtection is not ACTIVE"


@resource_rule(
    "cognito-identity-no-guest",
    IDENTITY_POOL,
    severity=Severity.HIGH,
    why="Everybody on the internet then gets credentials of the account.",
    fix="Leave allow_unauthenticated_identities off.",
    security_hub="Cognito.2",
    cdk_nag="AwsSolutions-COG7",
    checkov="CKV_AWS_366",
    remedy=setting({"allowUnauthenticatedIdentities": False}),
)
def knows_everybody(pool: Resource) -> Findings:
    """An identity pool gives credentials to nobody whom it doesn't know."""
    if pool.flag("allowUnauthenticatedIdentities") is True:
        yield "allowUnauthenticatedIdentities is true"
