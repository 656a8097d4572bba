"""Exemptions from a rule, each with a reason, an owner and an end.

``policy/waivers.yaml`` is a list of mappings, all of whose fields are required:

    - rule: s3-access-logging
      resource: "aws:s3/bucket:Bucket/logs-*"
      reason: It is the bucket that access logs are written to.
      owner: platform-team
      expiry: 2026-03-31

``resource`` is a pattern (``*``, ``?``) of a resource's name, of its type and name with a slash
between, or of its whole URN. One of a URN that begins ``urn:pulumi:<stack>::`` is for that stack
only: elsewhere nobody asks whether it is needed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import yaml

from rules.core.resource import Resource

LONGEST: Final = timedelta(days=90)
_URN: Final = "urn:pulumi:"


class WaiverError(ValueError):
    """The waivers can't be read; the message names every problem."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One exemption."""

    rule: str
    resource: str
    reason: str
    owner: str
    expiry: date

    def covers(self, resource: Resource) -> bool:
        """Whether its pattern matches a resource."""
        names = (
            resource.urn,
            f"{resource.token}/{resource.name}",
            f"{resource.type}/{resource.name}",
        )
        return any(fnmatchcase(name, self.resource) for name in (*names, resource.name))

    def is_for(self, stack: str) -> bool:
        """Whether it could be for a stack of this name."""
        if not self.resource.startswith(_URN):
            return True
        return fnmatchcase(stack, self.resource.removeprefix(_URN).split("::")[0])

    def is_in_force(self, today: date) -> bool:
        """Whether it waives anything today: it has not expired, and ends soon enough."""
        return today <= self.expiry <= today + LONGEST

    def problem(self, today: date) -> str | None:
        """What is wrong with it today."""
        if today > self.expiry:
            return f"{self} expired on {self.expiry}"
        if self.expiry > today + LONGEST:
            return f"{self} ends on {self.expiry}, more than {LONGEST.days} days ahead"
        return None

    def __str__(self) -> str:
        return f"the waiver of {self.rule} for {self.resource} (owner {self.owner})"


_FIELDS: Final = tuple(item.name for item in fields(Waiver))


def parse(raw: Any, rules: Iterable[str]) -> tuple[Waiver, ...]:
    """Read waivers from plain data.

    Raises:
        WaiverError: for a field that is missing, empty or unknown, and a rule that doesn't exist.
    """
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise WaiverError(f"waivers must be a list, got {type(raw).__name__}")
    known = set(rules)
    problems = [
        f"waiver {index}: {problem}"
        for index, item in enumerate(raw, 1)
        for problem in _problems(item, known)
    ]
    if problems:
        raise WaiverError("\n".join(problems))
    return tuple(Waiver(**{**item, "expiry": _date(item["expiry"])}) for item in raw)


def load(path: Path, rules: Iterable[str]) -> tuple[Waiver, ...]:
    """Read waivers from a file; none when there is no file.

    Raises:
        WaiverError: naming the file, and every problem in it.
    """
    try:
        return parse(yaml.safe_load(path.read_text(encoding="utf-8")), rules)
    except FileNotFoundError:
        return ()
    except (yaml.YAMLError, WaiverError) as error:
        raise WaiverError(f"{path.name}: {error}") from error


def _problems(item: Any, rules: set[str]) -> Iterable[str]:
    if not isinstance(item, Mapping):
        return [f"must be a mapping of {', '.join(_FIELDS)}"]
    found = [f"{name} is required" for name in _FIELDS if item.get(name) in (None, "")]
    found += [
        f"{name} is not a field; choose from {', '.join(_FIELDS)}"
        for name in item.keys() - {*_FIELDS}
    ]
    for name in _FIELDS[:-1]:
        if item.get(name) and not (isinstance(item[name], str) and item[name].strip()):
            found.append(f"{name} must be a text, got {item[name]!r}")
    rule = item.get("rule")
    if isinstance(rule, str) and rule and rule not in rules:
        found.append(f"there is no rule {rule}")
    if item.get("expiry") and _date(item["expiry"]) is None:
        found.append(f"expiry must be a date such as 2026-03-31, got {item['expiry']!r}")
    return found


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
