"""Physical names: what AWS would refuse for its length or its characters.

Pulumi.yaml names a resource ``${project}-${stack}-${name}-${hex(6)}``, where the name is that of a
component and ``-`` and the part's role in it.
"""

import re
from collections.abc import Iterator
from typing import Final

from settings.core import Settings
from settings.problems import Problem, shown

_RANDOM: Final = len("-1a2b3c")
_ROLE: Final = len("-") + 12
_SITE_ROLE: Final = len("-content-bucket")
# The longest logical name among functions and roles of the platform's own, with room to spare;
# their limit leaves the least, buckets and database servers follow.
LONGEST_OWN: Final = 30
_LIMIT: Final = 64
# X-Ray takes the least: its rule and its group are `<project>-<stack>-traces`.
_TRACES_LIMIT: Final = 32
_BUCKET_LIMIT: Final = 63

# The characters that buckets and database servers take.
_PART: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# What AWS keeps for itself at the beginning of a name:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
# https://docs.aws.amazon.com/systems-manager/latest/userguide/param-create-cli.html
_KEPT: Final = {
    "amzn-s3-demo-": "buckets",
    "aws": "parameters",
    "sg-": "security groups",
    "ssm": "parameters",
    "sthree-": "buckets",
}


def name_contradictions(settings: Settings, project: str, stack: str) -> Iterator[Problem]:
    """What is wrong with the names that the project and the stack would give."""
    for what, name in (("project", project), ("stack", stack)):
        if not _PART.fullmatch(name) or (what == "project" and not name[0].isalpha()):
            yield Problem(
                what,
                "must have a name of lower-case letters, digits and single hyphens, since it begins"
                f" the names of buckets and database servers; got {shown(name)}",
            )
    for prefix, what in _KEPT.items():
        if f"{project}-".startswith(prefix):
            yield Problem(
                "project",
                f"must have a name that doesn't begin with {prefix}, which AWS keeps for itself in"
                f" the names of {what}; got {shown(project)}",
            )
    yield from _meeting(settings)
    together = min(
        _LIMIT - LONGEST_OWN - _RANDOM - len("--"), _TRACES_LIMIT - len("-") - len("-traces")
    )
    if len(project) + len(stack) > together:
        yield Problem(
            "stack",
            f"must have a shorter name: AWS's limits leave {together} characters for {project} and"
            f" it together; got {len(project) + len(stack)}",
        )
        return
    portals = {} if settings.portals is None else settings.portals.apps
    for section, names, role in (
        ("buckets", settings.buckets, _ROLE),
        ("sites", settings.sites, _SITE_ROLE),
        # Any portal can become a site.
        ("portals.apps", portals, _SITE_ROLE),
    ):
        longest = _BUCKET_LIMIT - len(f"{project}-{stack}-") - role - _RANDOM
        for name in names:
            if len(name) > longest:
                yield Problem(
                    f"{section}.{name}",
                    f"must have a name of at most {longest} characters, since S3 takes"
                    f" {_BUCKET_LIMIT} for {project}-{stack}-{name}-…; got {len(name)}",
                )


def _meeting(settings: Settings) -> Iterator[Problem]:
    """Names that only a hyphen before a digit tells apart: ids of statements take no hyphens."""
    for section, names in (("tables", settings.tables), ("buckets", settings.buckets)):
        seen: dict[str, str] = {}
        for name in names:
            other = seen.setdefault(re.sub(r"-(?=[0-9])", "", name), name)
            if other != name:
                yield Problem(
                    f"{section}.{name}",
                    f"must differ from {section}.{other} by more than a hyphen before a digit:"
                    f" statements of IAM know both by one name; got {name!r}",
                    because=(f"{section}.{other}",),
                )
