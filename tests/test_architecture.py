"""Who may import whom, and how long a file may be."""

import ast
from functools import cache
from pathlib import Path

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
OWN_ROOTS = ("policy", "app/api")
OURS = {*ALLOWED, "rules", "tests"}
SOURCES = [
    path
    for top in sorted(ALLOWED)
    for path in [ROOT / top, *sorted((ROOT / top).rglob("*.py"))]
    if path.is_file()
]


COMPONENTS = [path for path in SOURCES if path.is_relative_to(ROOT / "components")]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imported(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_respect_the_layers() -> None:
    assert {label(path).split("/")[0] for path in SOURCES} == ALLOWED.keys()
    for path in SOURCES:
        top = path.relative_to(ROOT).parts[0]
        ours = {name.split(".")[0] for name in imported(path)} & OURS
        assert ours <= ALLOWED[top] | {top}, label(path)


def level(name: str) -> int:
    return next(index for index, names in enumerate(LEVELS) if name in names)


def test_components_import_downwards_only() -> None:
    for path in COMPONENTS:
        here = path.relative_to(ROOT / "components").parts[0].removesuffix(".py")
        used = {name.split(".")[1] for name in imported(path) if name.startswith("components.")}
        if here == "__init__":
            assert used == set()
            continue
        above = {name for name in used - {here} if level(name) <= level(here)}
        assert not above, f"{label(path)} imports {sorted(above)}, which is not below it"


def module(path: Path) -> str:
    """What others import a file by: the pack and the sample have roots of their own."""
    root = next((ROOT / own for own in OWN_ROOTS if path.is_relative_to(ROOT / own)), ROOT)
    return ".".join(path.relative_to(root).with_suffix("").parts)


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    modules = {module(path): imported(path) for path in SOURCES}
    # A name is of a module, or of what stands in it.
    graph = {
        name: {
            other
            for item in names
            for other in (item, item.rpartition(".")[0])
            if other in modules and other != name
        }
        for name, names in modules.items()
    }
    while ready := [name for name, needs in graph.items() if not needs & graph.keys()]:
        for name in ready:
            del graph[name]
    assert not graph, f"modules import each other in a circle: {sorted(graph)}"


def test_files_and_functions_are_short() -> None:
    for path in (*SOURCES, *sorted((ROOT / "tests").rglob("*.py"))):
        long = [
            node.name
            for node in ast.walk(tree(path))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
        ]
        assert len(path.read_text().splitlines()) <= LONGEST_FILE, label(path)
        assert not long, f"{label(path)}: functions of {LONGEST_FUNCTION} lines and more: {long}"


def test_components_know_no_clock_environment_or_network() -> None:
    forbidden = {"boto3", "datetime", "os", "random", "requests", "socket", "time", "urllib"}
    for path in COMPONENTS:
        assert not {name.split(".")[0] for name in imported(path)} & forbidden, label(path)
