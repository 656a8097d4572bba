"""The stacks and examples of the project, each run once a test session."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from offline.graph import Graph
from offline.project import Project, load

ROOT = Path(__file__).resolve().parent.parent


def config_files() -> dict[str, Path]:
    """Every configuration that the project carries, by the name of its stack."""
    stacks = {path.name.split(".")[1]: path for path in ROOT.glob("Pulumi.*.yaml")}
    examples = {path.stem: path for path in (ROOT / "examples").glob("*.yaml")}
    return dict(sorted({**stacks, **examples}.items()))


def project(stack: str) -> Project:
    """One stack or example, as the command line loads it."""
    return load(ROOT, stack, config_files()[stack])


@cache
def graph(stack: str, *, unknown: bool = False) -> Graph:
    """What one stack or example declares."""
    return project(stack).run(unknown=unknown)


def with_sections(stack: str, /, **sections: object) -> Graph:
    """One stack or example, with these sections in place of its own; `None` takes one away."""
    own = project(stack)
    return _planned(stack, _flat(own.config, sections), own.secret_keys)


def of_sections(
    sections: Mapping[str, object], *, secrets: Mapping[str, str] | None = None
) -> Graph:
    """A stack of just these sections.

    Args:
        secrets: further configuration by its full key, kept secret.
    """
    hidden = secrets or {}
    return _planned("dev", _flat(hidden, sections), tuple(hidden))


def _flat(config: Mapping[str, str], sections: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The configuration as the engine hands it over, with the sections in it."""
    written = {
        f"plinth:{name}": value if isinstance(value, str) else json.dumps(value)
        for name, value in sections.items()
    }
    gone = {f"plinth:{name}" for name, value in sections.items() if value is None}
    return tuple((key, value) for key, value in {**config, **written}.items() if key not in gone)


@cache
def _planned(stack: str, config: tuple[tuple[str, str], ...], secret: tuple[str, ...]) -> Graph:
    own = project(stack)
    if dict(config) == own.config:
        return graph(stack)
    return replace(own, config=dict(config), secret_keys=secret).run()
