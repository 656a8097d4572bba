"""Keeps secrets out: a configuration that holds one is refused, without showing it."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

Location: TypeAlias = tuple[str | int, ...]

REFUSAL: Final = (
    "must not be a secret, nor hold one: keep it in AWS Secrets Manager, out of the configuration"
)
# What people would write where the secrets of `settings.sealed` are spoken of.
_SEALED: Final[Mapping[str | int, str]] = {
    "access_token": "amplify:access_token",
    "pagerduty": "pagerduty:endpoint",
    "pagerduty_endpoint": "pagerduty:endpoint",
}

# What Pulumi writes into a stack file for a value that was set with --secret.
SECURE: Final = "secure"

_KNOWN: Final = re.compile(
    r"(?:AKIA|ASIA)[A-Z0-9]{16}"  # AWS access key id
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\bgh[pousr]_[A-Za-z0-9]{20}|\bgithub_pat_|\bglpat-|\bxox[abeprs]-"
    r"|\bsk_(?:live|test)_|\bsk-[A-Za-z0-9-]{20}|\bAIza[\w-]{35}|\bpul-[0-9a-f]{40}"
    r"|\beyJ[\w-]{8,}\.eyJ"  # JSON web token
    r"|\bv1:[A-Za-z0-9+/]{8,}={0,2}:[A-Za-z0-9+/]{8,}"  # a value that Pulumi has encrypted
    r"|://[^/\s:@]+:[^/\s@]+@"  # password in an address
    # Addresses that take a message from whoever knows them.
    r"|\bevents\.(?:eu\.)?pagerduty\.com/\S|\bhooks\.slack\.com/\S"
    r"|(?i:password|passwd|secret|token|api[-_]?key)\s*[=:]\s*\S"
)
_NAMES: Final = re.compile(
    r"passw|secret|token|credential|(?:api|access|private|signing|encryption)[-_]?key",
    re.IGNORECASE,
)
# A long run of characters that people don't type: hexadecimal digits, or capitals, small letters
# and digits mixed. Hashes in a content security policy are public.
_PUBLIC: Final = re.compile(r"'sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}'")
_RUN: Final = re.compile(r"[A-Za-z0-9+/]{32,}")
_HEXADECIMAL: Final = re.compile(r"[0-9a-fA-F]{32,}")
# Where a secret is kept: an address, whatever the name behind it may be.
_ADDRESS: Final = re.compile(r"\barn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:")


def refusal(location: Location) -> str:
    """What to do with a secret that was found at a place."""
    sealed = _SEALED.get(location[-1])
    if sealed is None:
        return REFUSAL
    return f"must not be a secret, nor hold one: use `pulumi config set --secret {sealed}`"


def looks_secret(text: str) -> bool:
    """Whether a text has the form of a password in use, a token or a key."""
    text = _ADDRESS.sub("", text)
    if _KNOWN.search(text):
        return True
    return any(map(_looks_random, _RUN.findall(_PUBLIC.sub("", text))))


def _looks_random(run: str) -> bool:
    if _HEXADECIMAL.fullmatch(run):
        return len(set(run)) >= 8
    kinds = [(char.islower(), char.isupper(), char.isdigit()) for char in run]
    changes = sum(before != after for before, after in pairwise(kinds))
    # Words run together change at each capital only, which is less often.
    return len(set(kinds)) >= 3 and changes * 3 > len(run)


def names_a_secret(key: str) -> bool:
    """Whether a setting's name asks for a secret."""
    return _NAMES.search(key) is not None


def find(raw: object, location: Location = ()) -> Iterator[Location]:
    """Where plain data holds a secret, by its form or by Pulumi's mark."""
    if isinstance(raw, Mapping):
        if len(raw) == 1 and isinstance(raw.get(SECURE), str):
            yield location
            return
        for key, value in raw.items():
            if looks_secret(str(key)):
                yield (*location, key)
            else:
                yield from find(value, (*location, key))
    elif isinstance(raw, list | tuple):
        for index, value in enumerate(raw):
            yield from find(value, (*location, index))
    elif isinstance(raw, str) and looks_secret(raw):
        yield location
