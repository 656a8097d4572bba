"""Who may import whom, and how long a file may be."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 300
LONGEST_FUNCTION = 60
# What each part may import of the others; a part may always import itself.
ALLOWED = {
    "__main__.py": {"composition", "settings"},
    "composition": {"components", "settings"},
    "settings": set[str](),
    "components": set[str](),
    "policy": {"rules"},
    "offline": {"rules"},
    "ops": {"settings", "offline", "rules"},
    "app": set[str](),
    "tools": {"settings", "offline", "ops", "rules", "tests"},
}
# Components import downwards only.
LEVELS = [
    {"delivery", "observe"},
    {"frontend"},
    {"api"},
    {"data"},
    {"network", "dns"},
    {"iam"},
    {"logs", "policy_checks", "trust", "watched"},
]
OURS = {*ALLOWED, "rules", "tests"}
SOURCES = [
    path
    for top in sorted(ALLOWED)
    for path in [ROOT / top, *sorted((ROOT / top).rglob("*.py"))]
    if path.is_file()
]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_imports_respect_the_layers(path: Path) -> None:
    top = path.relative_to(ROOT).parts[0]
    ours = {name.split(".")[0] for name in imported(path)} & OURS
    assert ours <= ALLOWED[top] | {top}


def level(name: str) -> int:
    return next(index for index, names in enumerate(LEVELS) if name in names)


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if label(path).startswith("components/")], ids=label
)
def test_components_import_downwards_only(path: Path) -> None:
    parts = path.relative_to(ROOT / "components").parts
    if parts == ("__init__.py",):
        assert imported(path) == set()
        return
    here = parts[0].removesuffix(".py")
    used = {name.split(".")[1] for name in imported(path) if name.startswith("components.")}
    above = {name for name in used - {here} if level(name) <= level(here)}
    assert not above, f"{label(path)} imports {sorted(above)}, which is not below it"


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): imported(path) for path in SOURCES
    }
    graph = {
        name: {
            other
            for other in modules
            if other != name
            and any(item == other or item.startswith(f"{other}.") for item in names)
        }
        for name, names in modules.items()
    }
    while ready := [name for name, needs in graph.items() if not needs & graph.keys()]:
        for name in ready:
            del graph[name]
    assert not graph, f"modules import each other in a circle: {sorted(graph)}"


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text()
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert len(text.splitlines()) <= LONGEST_FILE
    assert not long, f"functions of {LONGEST_FUNCTION} lines and more: {long}"


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if label(path).startswith("components/")], ids=label
)
def test_components_know_no_clock_environment_or_network(path: Path) -> None:
    forbidden = {"boto3", "datetime", "os", "random", "requests", "socket", "time", "urllib"}
    assert not {name.split(".")[0] for name in imported(path)} & forbidden
