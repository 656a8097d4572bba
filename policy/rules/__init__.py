"""The pack: every rule in one table, and the way to judge with it.

Each module beside this file holds the rules of one service, and is part of the pack by being here.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final

from rules.core import configuration as configurations
from rules.core import waivers as exemptions
from rules.core.configuration import Configuration, ConfigurationError
from rules.core.judge import WAIVERS
from rules.core.judge import judge as judge_with
from rules.core.report import Report
from rules.core.resource import Judged
from rules.core.rule import Rule
from rules.core.waivers import Waiver, WaiverError

__all__ = [
    "PACK",
    "RULES",
    "Configuration",
    "ConfigurationError",
    "Report",
    "Rule",
    "Waiver",
    "WaiverError",
    "configured",
    "judge",
    "waived",
]

PACK: Final = Path(__file__).resolve().parent.parent


def _table() -> Mapping[str, Rule]:
    found: dict[str, Rule] = {WAIVERS.id: WAIVERS}
    for module in sorted(item.name for item in iter_modules(__path__) if not item.ispkg):
        for value in vars(import_module(f"{__name__}.{module}")).values():
            if not isinstance(value, Rule):
                continue
            if found.setdefault(value.id, value) is not value:
                raise ValueError(f"two rules are called {value.id}")
    return MappingProxyType(dict(sorted(found.items())))


RULES: Final[Mapping[str, Rule]] = _table()


def configured(path: Path | None = None) -> Configuration:
    """Levels and thresholds from a file; production's, and every rule mandatory, without one.

    Raises:
        ConfigurationError: naming the file, and every problem in it.
    """
    return Configuration() if path is None else configurations.load(path, RULES)


def waived(path: Path = PACK / "waivers.yaml") -> tuple[Waiver, ...]:
    """The waivers of a file; none when there is no file.

    Raises:
        WaiverError: naming the file, and every problem in it.
    """
    return exemptions.load(path, RULES)


def judge(
    resources: Iterable[Judged],
    configuration: Configuration,
    waivers: tuple[Waiver, ...],
    today: date,
) -> Report:
    """Judge the resources of one stack, each by itself and with the others."""
    return judge_with(resources, RULES, configuration, waivers, today)
