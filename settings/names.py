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
_BUCKET_LIMIT: Final = 63

# The characters that buckets and database servers take.
_PART: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def name_contradictions(settings: Settings, project: str, stack: str) -> Iterator[Problem]:
    """What is wrong with the names that the project and the stack would give."""
    for what, name in (("project", project), ("stack", stack)):
        if not _PART.fullmatch(name) or (what == "project" and not name[0].isalpha()):
            yield Problem(
                what,
                "must have a name of lower-case letters, digits and single hyphens, since it begins"
                f" the names of buckets and database servers; got {shown(name)}",
            )
    together = _LIMIT - LONGEST_OWN - _RANDOM - len("--")
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
