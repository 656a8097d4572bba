"""Turns plain data into settings, or into all that is wrong with it at once.

pydantic reports every wrong value, but says nothing of contradictions while there is one. So what
is wrong is taken out, the rest validated again, and the contradictions between what is left are
reported in the same message.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from settings import secrets
from settings.contradictions import contradictions
from settings.core import Settings
from settings.explanation import explained, meant
from settings.problems import Problem, join, without_repetition

# Stand in for what is wrong or missing, while the rest is looked at.
_PLACEHOLDERS: Final[Mapping[str, str]] = {
    "account_id": "000000000000",
    "region": "eu-west-2",
    "owner": "nobody",
    "cost_centre": "none",
}


def problems_of(
    raw: Mapping[str, object], *, project: str, stack: str
) -> tuple[Settings, list[Problem]]:
    """The settings, and what is wrong with them; they are of use only if nothing is."""
    data = _copy(raw)
    problems, dropped = _refused(data)
    settings, first, more_dropped = _validated(data)
    # What is only missing because it was taken out is no problem of its own.
    problems += [problem for problem in first if problem.path not in dropped]
    dropped |= more_dropped
    problems += [
        problem
        for problem in contradictions(settings, project=project, stack=stack)
        if not problem.depends_on(dropped)
    ]
    return settings, sorted(without_repetition(problems), key=_place)


def _copy(raw: Any) -> Any:
    """A copy to take things out of; keys become text, as they do on the way through Pulumi."""
    if isinstance(raw, Mapping):
        return {str(key): _copy(value) for key, value in raw.items()}
    return [_copy(value) for value in raw] if isinstance(raw, list | tuple) else raw


def _place(problem: Problem) -> int:
    """Where the problem's section stands among the sections; unknown ones come first."""
    section = problem.path.partition(".")[0].partition("[")[0]
    known = list(Settings.model_fields)
    return known.index(section) if section in known else -1


def _refused(data: dict[str, Any]) -> tuple[list[Problem], set[str]]:
    """Take out secrets and empty sections: what must not be looked at, and what says nothing."""
    refused = [(location, secrets.refusal(location)) for location in secrets.find(data)]
    refused += [
        ((name,), "is empty: give its settings, {} for the defaults, or leave it out")
        for name, value in data.items()
        if name in Settings.model_fields and name not in _PLACEHOLDERS and value in (None, "")
    ]
    for location, _ in refused:
        _drop(data, location)
    dropped = {join(_whole(location)) for location, _ in refused}
    return [Problem(join(location), text) for location, text in refused], dropped


def _validated(data: dict[str, Any]) -> tuple[Settings, list[Problem], set[str]]:
    """Validate until nothing wrong is left; the problems are those of the first time."""
    problems: list[Problem] = []
    dropped: set[str] = set()
    while True:
        try:
            return Settings.model_validate(data), problems, dropped
        except ValidationError as error:
            errors = error.errors(include_url=False)
        located = [(item, _location(item["loc"], data)) for item in errors]
        if not dropped:
            problems = [explained(item, at) for item, at in located if not _follows(item, errors)]
        for item, location in located:
            dropped |= {join(_whole(location)), *meant(item, location)}
        for _, location in located:
            _drop(data, location)


def _follows(item: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """Whether a list is too short only because entries of it are wrong."""
    if item["type"] != "too_short" or len(item["input"]) < item["ctx"]["min_length"]:
        return False
    depth = len(item["loc"])
    return any(other["loc"][:depth] == item["loc"] for other in errors if other is not item)


def _location(loc: Sequence[int | str], data: object) -> secrets.Location:
    """Where an error is in the data: pydantic adds the kind of a union, and marks keys."""
    found: list[int | str] = []
    for place, part in enumerate(loc):
        if isinstance(data, dict) and part != "[key]":
            # What is missing comes last; what comes before and isn't there is a union's kind.
            if part not in data and place < len(loc) - 1:
                continue
            found.append(part)
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int):
            found.append(part)
            data = data[part]
        else:
            break
    return tuple(found)


def _whole(location: secrets.Location) -> secrets.Location:
    """The setting as a whole, for an entry of a list."""
    numbers = [place for place, part in enumerate(location) if isinstance(part, int)]
    return location[: numbers[0]] if numbers else location


def _drop(data: dict[Any, Any], location: secrets.Location) -> None:
    """Take a setting out: a whole list for an entry, and what can't do without the setting."""
    location = _whole(location)
    *parents, name = location
    if not parents:
        data.pop(name, None)
        if name in _PLACEHOLDERS:
            data[name] = _PLACEHOLDERS[str(name)]
        return
    holder = data
    for parent in parents:
        if parent not in holder:
            return
        holder = holder[parent]
    if name in holder:
        del holder[name]
    else:
        _drop(data, tuple(parents))
