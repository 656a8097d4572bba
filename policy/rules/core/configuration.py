"""Levels and thresholds for an environment, in the engine's own format.

    {"all": "mandatory", "kms-deletion-window": {"enforcementLevel": "advisory", "minimum_days": 7}}

Thresholds under ``all`` hold for every rule that has one of that name. Without a configuration
every rule is mandatory, with the thresholds of production.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from rules.core.rule import Level, Rule

ALL: Final = "all"
LEVEL: Final = "enforcementLevel"
# The engine's own entry of such a file: environments of its configuration service.
_ENGINES: Final = "environments"


class ConfigurationError(ValueError):
    """A configuration is wrong; the message names every problem."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a configuration says, checked against the table of rules."""

    levels: Mapping[str, Level] = field(default_factory=dict)
    thresholds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def level(self, rule: Rule) -> Level:
        """What a violation of a rule leads to."""
        return self.levels.get(rule.id, Level.MANDATORY)

    def values(self, rule: Rule) -> dict[str, Any]:
        """The thresholds of a rule, as its function takes them."""
        return {**rule.defaults, **self.thresholds.get(rule.id, {})}


def parse(raw: Any, rules: Mapping[str, Rule]) -> Configuration:
    """Read a configuration.

    Raises:
        ConfigurationError: for anything that no rule would use, too: it would be a rule switched
            off by a spelling mistake.
    """
    if not isinstance(raw, Mapping):
        raise ConfigurationError(f"a policy configuration must be a mapping, got {raw!r}")
    entries = {name: _entry(value) for name, value in raw.items() if name != _ENGINES}
    problems = list(_problems(entries, rules))
    levels: dict[str, Level] = {}
    thresholds: dict[str, dict[str, Any]] = {}
    if not problems:
        for rule in rules.values():
            given = {
                name: value
                for source in (ALL, rule.id)
                for name, value in entries.get(source, {}).items()
            }
            if LEVEL in given:
                levels[rule.id] = Level(given[LEVEL])
            thresholds[rule.id] = {
                name: threshold.read(given[name])
                for name, threshold in rule.thresholds.items()
                if name in given
            }
        return Configuration(levels, thresholds)
    raise ConfigurationError("\n".join(problems))


def load(path: Path, rules: Mapping[str, Rule]) -> Configuration:
    """Read a configuration from a file.

    Raises:
        ConfigurationError: naming the file, and every problem in it.
    """
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")), rules)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path.name}: {error}") from error


def _entry(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    return {LEVEL: value}


def _problems(entries: Mapping[str, dict[str, Any]], rules: Mapping[str, Rule]) -> Iterator[str]:
    for name, entry in sorted(entries.items()):
        if name != ALL and name not in rules:
            yield f"there is no rule {name}{_hint(name, rules) or '; plinth rules lists them'}"
            continue
        known = [rules[name]] if name != ALL else list(rules.values())
        if name == ALL and LEVEL not in entry:
            # The engine refuses the file otherwise, and says less.
            yield f"{ALL}.{LEVEL} must be given beside thresholds for all rules"
        for key, value in entry.items():
            yield from _problems_of(f"{name}.{key}", key, value, known)


def _problems_of(path: str, key: str, value: Any, rules: list[Rule]) -> Iterator[str]:
    if key == LEVEL:
        if value not in list(Level):
            yield f"{path} must be one of {', '.join(Level)}; got {value!r}"
        return
    found = [rule.thresholds[key] for rule in rules if key in rule.thresholds]
    if not found:
        names = {name for rule in rules for name in rule.thresholds}
        allowed = _hint(key, names) or "; the rule has none: choose from enforcementLevel"
        yield f"{path} is not a threshold{allowed}"
    for threshold in found:
        try:
            threshold.read(value)
        except ValueError as error:
            yield f"{path} {error}"
            return


def _hint(name: str, known: Any) -> str:
    close = get_close_matches(name, known, 1)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; choose from {', '.join(sorted(known))}" if 0 < len(known) < 20 else ""
