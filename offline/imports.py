"""Loads of the SDK only the modules that a program names.

A service of ``pulumi_aws`` is a package whose ``__init__`` imports every resource of the service:
two hundred modules for one subnet. That is most of what a plan costs, in time and in memory. So
each service gets an ``__init__`` that imports the module of a name when the name is asked for. A
name that can't be placed runs the real ``__init__``: nothing but time is at stake.
"""

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from offline import blocks

_PACKAGES: Final = frozenset({"pulumi_aws", "pulumi_awsx"})
_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# What the SDK puts around the name of a resource or of a lookup.
_PREFIXES: Final = ("", "Awaitable")
_SUFFIXES: Final = ("", "Args", "InitArgs", "Result", "_output")


class _ServiceLoader(Loader):
    """Runs, in place of a service's ``__init__``, a lookup of names."""

    def __init__(self, real: Loader | None) -> None:
        self._real = real

    def exec_module(self, module: ModuleType) -> None:
        places = [Path(place) for place in module.__path__]
        files = {file.stem for place in places for file in place.glob("*.py")}

        def find(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            for candidate in _candidates(name):
                if candidate in files:
                    loaded = importlib.import_module(f"{module.__name__}.{candidate}")
                    found = loaded if candidate == name else blocks.named(loaded, name)
                    if found is not None:
                        setattr(module, name, found)
                        return found
            self._run_whole(module)
            return module.__dict__[name] if name in module.__dict__ else _missing(module, name)

        module.__dict__["__getattr__"] = find

    def _run_whole(self, module: ModuleType) -> None:
        module.__dict__.pop("__getattr__", None)
        if self._real is not None:
            self._real.exec_module(module)
        for name in blocks.unmade(module):
            setattr(module, name, blocks.named(module, name))


class _ServiceFinder(MetaPathFinder):
    """Finds the services of the SDK; everything else is found as ever."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        is_service = package in _PACKAGES and not name.startswith("_")
        has_blocks = package.rpartition(".")[0] in _PACKAGES and name in blocks.MODULES
        spec = PathFinder.find_spec(fullname, path, target) if is_service or has_blocks else None
        if spec is not None and has_blocks:
            spec.loader = blocks.BlockLoader()
        elif spec is not None and spec.submodule_search_locations is not None:
            spec.loader = _ServiceLoader(spec.loader)
        return spec


def load_only_what_is_named() -> None:
    """Make every later import of a service load what is named, and no more."""
    if not any(isinstance(finder, _ServiceFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _ServiceFinder())


def _candidates(name: str) -> Iterator[str]:
    """The modules that may hold a name: its own, in snake case, or the one of nested blocks."""
    yield name
    for prefix in _PREFIXES:
        for suffix in _SUFFIXES:
            if name.startswith(prefix) and name.endswith(suffix):
                core = name.removeprefix(prefix).removesuffix(suffix)
                yield _WORD.sub("_", core).lower()
    yield "_inputs"
    yield "_enums"


def _missing(module: ModuleType, name: str) -> Any:
    raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
