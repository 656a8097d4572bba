"""What a secret looks like: by the name that it goes by, and by itself."""

import re
from typing import Any, Final

# Where one word ends and the next begins: any sign, or a capital.
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# How such a word ends, also where words are run together.
_SENSITIVE: Final = (
    "apikey",
    "credential",
    "credentials",
    "dbpass",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "privatekey",
    "pwd",
    "secret",
    "secretkey",
    "secrets",
    "token",
)
# Short for it at the end of a name, where anything else would say whose it is.
_SHORT: Final = frozenset({"pass", "pw"})
# Two words that are one: a key alone may be anything.
_PAIRS: Final = frozenset(
    {
        ("access", "key"),
        ("api", "key"),
        ("auth", "key"),
        ("connection", "string"),
        ("encryption", "key"),
        ("hmac", "key"),
        ("license", "key"),
        ("master", "key"),
        ("private", "key"),
        ("secret", "key"),
        ("shared", "key"),
        ("signing", "key"),
        ("ssh", "key"),
    }
)
# What follows when not the secret itself is meant, but something about it.
_ABOUT: Final = frozenset(
    re.findall(
        r"\w+",
        """
        age algorithm alias alphabet arn attempts audience backend bucket cache characters
        cookie count days domain duration enabled endpoint entropy expiration expire expires
        expiry extension field file format function handler header host hostname hours id ids
        issuer kind label lambda leeway length lifetime limit location manager max maximum min
        minimum minutes mode name names param parameter path policy port prefix provider queue
        ref region required reset retries role rotation rotator scope scopes seconds server
        service size ssm store strength table timeout topic ttl type uri url username validity
        verification verifier version
        """,
    )
)
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # AWS: identifiers of access keys, and the keys themselves.
        r"(?<![A-Za-z0-9])(A3T[A-Z0-9]|AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
        r"-----BEGIN [A-Z ]*PRIVATE KEY",
        r"(?<![A-Za-z0-9_])gh[pousr]_[A-Za-z0-9]{36}",
        r"(?<![A-Za-z0-9_])github_pat_[A-Za-z0-9_]{22,}",
        r"(?<![A-Za-z0-9_])glpat-[A-Za-z0-9_-]{20}",
        r"(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}",
        r"(?<![A-Za-z0-9])xapp-[0-9]-[A-Za-z0-9-]{10,}",
        r"hooks\.slack\.com/(services|workflows)/[A-Za-z0-9/]{20,}",
        r"(?<![A-Za-z0-9])[rs]k_(live|test)_[A-Za-z0-9]{16,}",
        r"(?<![A-Za-z0-9])whsec_[A-Za-z0-9]{16,}",
        r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}",
        r"(?<![A-Za-z0-9])sk-(proj-|ant-|svcacct-)?[A-Za-z0-9_-]{32,}",
        r"(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
        r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}",
        r"(?<![A-Za-z0-9])pypi-[A-Za-z0-9_-]{50,}",
        # A token of three parts, and a password in an address.
        r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
        r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s:/@]{0,200}:[^\s/@{$<][^\s/@]{0,500}@",
        r"(?i)\b(password|pwd|accountkey|sharedaccesskey)=[^;\s{$<]{3,}",
    )
)
# A secret access key has no mark of its own; a digest in hexadecimal has the same length.
_ACCESS_KEY: Final = re.compile(
    r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])(?![0-9a-fA-F]{40}$)[A-Za-z0-9/+]{40}"
)
# Where a secret is kept, not what it is.
_REFERENCE: Final = re.compile(
    r"(?i)arn:[a-z-]+:.*|alias/.*|/.*|https?://.*|\{\{resolve:.*\}\}|\$\{.*\}|true|false|yes|no|on|off|none|null"
)
# A secret may also be named as a path: in small letters, which a random one hardly has alone.
_PATH: Final = re.compile(r"[a-z][a-z0-9_.-]*(/[a-z0-9_.-]+)+")
# Neither a variable nor a parameter can be longer.
_LONGEST: Final = 8192


def is_sensitive_name(name: str) -> bool:
    """Whether a name is that of a secret: not of where it is kept, nor how long it lasts."""
    words = [word.lower() for word in _WORD.findall(name[:_LONGEST])]
    for index, word in enumerate(words):
        rest = words[index + 1 :]
        if word.endswith(_SENSITIVE) and not _is_about(rest):
            return True
        if word in _SHORT and index and not rest:
            return True
        if rest and (word, rest[0]) in _PAIRS and not _is_about(rest[1:]):
            return True
    return False


def _is_about(rest: list[str]) -> bool:
    return bool(rest) and rest[0] in _ABOUT


def is_secret_itself(value: Any) -> bool:
    """Whether a value is a secret by its own form."""
    if type(value) is not str:
        return False
    text = value[:_LONGEST]
    if _ACCESS_KEY.fullmatch(text) and not text.startswith("/"):
        return True
    return any(pattern.search(text) for pattern in _PATTERNS)


def is_reference(value: Any) -> bool:
    """Whether a value says where a secret is kept, or is too plain to be one."""
    if type(value) is not str:
        return True
    if not value.strip() or _REFERENCE.fullmatch(value):
        return True
    return len(value) <= _LONGEST and _PATH.fullmatch(value) is not None
