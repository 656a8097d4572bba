"""Loads of the SDK's nested types only those that a program uses.

Every resource of a service imports the service's ``_inputs`` and ``outputs``: the classes of all
nested blocks of all its resources, two thousand for one web ACL. They are half of the memory that
a plan takes. The generated modules are flat, one class after another, so a class can be compiled
by itself when it is asked for.

The SDK reaches a nested output as an attribute, ``outputs.Rule``, and a nested input by its bare
name in a quoted annotation. An attribute can be made when it is asked for; in place of a bare name
stands the text ``_blocks.RuleArgs``, which ``typing`` reads as one more forward reference.
"""

import re
from collections.abc import Mapping
from importlib.abc import Loader
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, Final

MODULES: Final = frozenset({"_inputs", "outputs"})
_CLASS: Final = re.compile(rb"^(?:@pulumi\.(?:input|output)_type\n)?class (\w+)", re.MULTILINE)
_HOLDER: Final = "_blocks"


class BlockLoader(Loader):
    """Runs of a module of nested types only what stands above the first."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module a way to make each class, and no class."""
        file = Path(str(module.__file__))
        content = file.read_bytes()
        classes = list(_CLASS.finditer(content))
        starts = [*(match.start() for match in classes), len(content)]
        ends = pairwise(starts)
        spans = {match[1].decode(): span for match, span in zip(classes, ends, strict=True)}
        names = module.__dict__
        exec(compile(content[: starts[0]], file, "exec"), names)  # noqa: S102 the SDK's own code
        blocks = _Blocks(names, file, spans)
        if module.__name__.endswith("._inputs"):
            names |= {name: _reference(name) for name in spans} | {_HOLDER: blocks}
            names["__all__"] = [*spans, _HOLDER]
        else:
            names["__getattr__"] = blocks.__getattr__


class _Blocks:
    """The classes of one module, each made when it is asked for."""

    def __init__(
        self, names: dict[str, Any], file: Path, spans: Mapping[str, tuple[int, int]]
    ) -> None:
        self._names = names
        self._file = file
        self._spans = spans

    def __getattr__(self, name: str) -> Any:
        if name not in self._spans:
            raise AttributeError(f"module {self._names['__name__']!r} has no attribute {name!r}")
        if not isinstance(self._names.get(name), type):
            start, end = self._spans[name]
            with self._file.open("rb") as file:
                file.seek(start)
                source = file.read(end - start)
            exec(compile(source, self._file, "exec"), self._names)  # noqa: S102 the SDK's own code
        return self._names[name]


def named(module: ModuleType, name: str) -> Any:
    """The value that a module has for a name, made if need be; ``None`` where it has none."""
    found = getattr(module, name, None)
    return getattr(getattr(module, _HOLDER), name) if found == _reference(name) else found


def unmade(module: ModuleType) -> list[str]:
    """The names of a module for which there is only a reference so far."""
    return [name for name, value in module.__dict__.items() if value == _reference(name)]


def _reference(name: str) -> str:
    return f"{_HOLDER}.{name}"
