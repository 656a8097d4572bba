"""The stacks and examples of the project, each run once a test session."""

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
