"""Kinds of value that portals have, beside those of `settings.kinds`."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias

from settings.kinds import Frozen, OneOf, Text

# Stands for the portal's own name in what all portals share.
PORTAL: Final = "{portal}"

Host: TypeAlias = Annotated[Literal["amplify", "cloudfront"], OneOf()]

_REPOSITORY = r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._{}-]{1,100}"
Repository: TypeAlias = Annotated[
    str,
    Text(
        "a repository on GitHub such as https://github.com/example-org/portals, without .git;"
        " {portal} stands for the portal's name",
        rf"^https://github\.com/{_REPOSITORY}$",
        check=lambda value: _only_placeholder(value) and not value.endswith(".git"),
    ),
]
Branch: TypeAlias = Annotated[
    str,
    Text(
        "a branch's name of letters, digits and single characters of . _ - /, with at most 100"
        " characters",
        r"^[A-Za-z0-9]+([._/-][A-Za-z0-9]+)*$",
        longest=100,
    ),
]
Folder: TypeAlias = Annotated[
    str,
    Text(
        "a folder of the repository such as portals/{portal}, where {portal} stands for the"
        " portal's name",
        r"^[A-Za-z0-9._{}-]+(/[A-Za-z0-9._{}-]+)*$",
        longest=200,
        check=lambda value: _only_placeholder(value) and ".." not in value.split("/"),
    ),
]
_DOMAIN: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
DomainPattern: TypeAlias = Annotated[
    str,
    Text(
        "a domain name such as {portal}.example.com, in lower case, where {portal} stands for the"
        " portal's name",
        r"^[a-z0-9.{}-]*\{portal\}[a-z0-9.{}-]*$",
        longest=64,
        check=lambda value: _DOMAIN.fullmatch(value.replace(PORTAL, "x")) is not None,
    ),
]
# What the build, or Amplify itself, would not let a portal set.
_RESERVED: Final = ("AWS", "AMPLIFY_", "_")
# The key of a map or of a public API is for everybody to read.
_SECRET: Final = re.compile(r"(PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIALS?|(PRIVATE|ACCESS)_KEY)$")
Variable: TypeAlias = Annotated[
    str,
    Text(
        "a variable such as VITE_THEME: capital letters, digits and _, not one of Amplify's own,"
        " which begin with AWS or AMPLIFY_, nor called a secret, since everybody can read it",
        r"^[A-Z][A-Z0-9_]{0,99}$",
        check=lambda value: not value.startswith(_RESERVED) and not _SECRET.search(value),
    ),
]
VariableValue: TypeAlias = Annotated[
    str, Text("text of at most 1000 characters in one line", r"^[^\r\n]+$", longest=1_000)
]
Environment: TypeAlias = Annotated[Mapping[Variable, VariableValue], Frozen()]


def _only_placeholder(value: str) -> bool:
    """Whether braces stand for the portal's name and nothing else."""
    rest = value.replace(PORTAL, "")
    return "{" not in rest and "}" not in rest
