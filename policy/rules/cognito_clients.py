"""Rules for the applications that sign users in."""

import re
from collections.abc import Iterator
from typing import Annotated, Final
from urllib.parse import urlsplit

from rules.core.findings import each
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule
from rules.core.thresholds import Limit

# The second is one that an AWS service made, with settings of our own.
CLIENTS: Final = (
    "aws:cognito/userPoolClient:UserPoolClient",
    "aws:cognito/managedUserPoolClient:ManagedUserPoolClient",
)
ADDRESSES: Final = ("callbackUrls", "defaultRedirectUri")
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# What an address in a browser must not be; any other scheme is an app's own.
UNSAFE_SCHEMES: Final = frozenset({"blob", "data", "file", "ftp", "javascript", "vbscript", "ws"})
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/.+", re.DOTALL)

MINUTES: Final = {"seconds": 1 / 60, "minutes": 1, "hours": 60, "days": 24 * 60}
A_DAY: Final = 24 * 60
# The tokens: the unit of each and how many of them it is good, where the client doesn't say.
ACCESS: Final = ("accessToken", "hours", 1)
REFRESH: Final = ("refreshToken", "days", 30)
Token = tuple[str, str, int]


@resource_rule(
    "cognito-client-code-flow",
    *CLIENTS,
    severity=Severity.HIGH,
    why="A token in an address, or sent to any address, is read by whoever is on the way.",
    fix='Set allowed_oauth_flows=["code"] and callback_urls that begin with https.',
)
def uses_codes(client: Resource) -> Findings:
    """A client gets tokens for a code only, at addresses that are its own and encrypted.

    For machines, client_credentials alone is right. An app's own scheme, such as
    com.example.app:/signed-in, is no less safe; plain http is for the developer's own machine.
    """
    return each(("allowedOauthFlows", *ADDRESSES), lambda path: _unsafe(client, path))


def _unsafe(client: Resource, path: str) -> Iterator[str]:
    if path == "allowedOauthFlows":
        return _flows(client)
    return (
        f"{path} has {address}" for address in client.texts(path) if not _is_safe(address.strip())
    )


def _flows(client: Resource) -> Iterator[str]:
    seen: set[str] = set()
    for flow in client.texts("allowedOauthFlows"):
        seen.add(flow.lower())
        if flow.lower() not in {"code", "client_credentials"}:
            yield f"allowedOauthFlows has {flow}"
    if {"code", "client_credentials"} <= seen:
        yield "allowedOauthFlows has client_credentials beside code"


def _is_safe(address: str) -> bool:
    if "*" in address or not _ADDRESS.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "http":
        return host in LOOPBACK
    return parts.scheme not in UNSAFE_SCHEMES and (parts.scheme != "https" or bool(host))


def _harden(client: Resource) -> Changes:
    changes: dict[str, object] = {}
    if client.text("preventUserExistenceErrors") != "ENABLED":
        changes["preventUserExistenceErrors"] = "ENABLED"
    if client.flag("enableTokenRevocation") is False:
        changes["enableTokenRevocation"] = True
    return changes


@resource_rule(
    "cognito-client-hardening",
    *CLIENTS,
    severity=Severity.MEDIUM,
    why=(
        "An answer that tells who has an account is a list of whom to attack, and a stolen token "
        "that can't be revoked is good to its end."
    ),
    fix='Set prevent_user_existence_errors="ENABLED", and leave enable_token_revocation on.',
    remedy=_harden,
)
def is_hardened(client: Resource) -> Findings:
    """A client doesn't tell who has an account, and its tokens can be revoked.

    Cognito itself lets the tokens of a new client be revoked, so that only to switch it off is
    wrong; errors it keeps telling unless the client says otherwise.
    """

    def is_set(path: str) -> Findings:
        if path == "enableTokenRevocation":
            if client.flag(path) is False:
                yield f"{path} is false"
        elif client.text(path) != "ENABLED":
            yield f"{path} is not ENABLED"

    return each(("preventUserExistenceErrors", "enableTokenRevocation"), is_set)


def _minutes(client: Resource, token: Token) -> float:
    """How long a token is good."""
    name, unit, default = token
    value = client.number(f"{name}Validity")
    if not value:
        return default * MINUTES[unit]
    given = client.text(f"tokenValidityUnits.{name}", unit)
    return value * MINUTES.get(given.lower(), MINUTES[unit])


def _shorten(client: Resource, *, access_minutes: int, refresh_days: int) -> Changes:
    changes: dict[str, object] = {}
    if _minutes(client, ACCESS) > access_minutes:
        changes["accessTokenValidity"] = access_minutes
        changes["tokenValidityUnits.accessToken"] = "minutes"
    if _minutes(client, REFRESH) > refresh_days * A_DAY:
        changes["refreshTokenValidity"] = refresh_days
        changes["tokenValidityUnits.refreshToken"] = "days"
    return changes


@resource_rule(
    "cognito-token-validity",
    *CLIENTS,
    severity=Severity.MEDIUM,
    why="Until it ends, a stolen token is as good as its owner's password.",
    fix="Leave access tokens at an hour and refresh tokens at 30 days, which are the defaults.",
    remedy=_shorten,
)
def tokens_end(
    client: Resource,
    *,
    access_minutes: Annotated[
        int, Limit("How long an access token is good, in minutes.", 5, 1440)
    ] = 60,
    refresh_days: Annotated[int, Limit("How long a refresh token is good, in days.", 1, 3650)] = 30,
) -> Findings:
    """A client's access tokens are good for an hour at most, its refresh tokens for 30 days."""

    def is_short(token: Token) -> Findings:
        minutes = _minutes(client, token)
        if token is ACCESS and minutes > access_minutes:
            yield f"access tokens are good for {minutes:g} minutes, more than {access_minutes}"
        if token is REFRESH and minutes > refresh_days * A_DAY:
            yield f"refresh tokens are good for {minutes / A_DAY:g} days, more than {refresh_days}"

    return each((ACCESS, REFRESH), is_short)
