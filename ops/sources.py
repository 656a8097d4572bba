"""What each archive of ``dist/`` is made of."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.uv_tool import FUNCTION_AT, LAYER_AT, PackageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What an archive is made of.

    Attributes:
        folder: of ``app/``, with a handler; None: a layer, which has no code of ours.
        beside: another folder of ``app/``, which keeps its name in the archive.
        group: of dependencies; None: without, because the runtime or a layer has them.
        but: the group of dependencies in which a layer brings a part of them.
        inside: the folder of the archive that everything lies in.
        unpacked_at: where Lambda unpacks the archive.
    """

    name: str
    folder: str | None = None
    beside: str | None = None
    group: str | None = None
    but: str | None = None
    inside: str = ""
    unpacked_at: str = FUNCTION_AT

    def __str__(self) -> str:
        return f"app/{self.beside or self.folder}" if self.folder else f"dist/{self.name}.zip"

    def files(self, app: Path) -> Mapping[str, bytes]:
        """Our own files, by their path in the archive."""
        own = {} if self.folder is None else _files(app / self.folder)
        more = {} if self.beside is None else _files(app / self.beside)
        return {**own, **{f"{self.beside}/{name}": content for name, content in more.items()}}

    def requirements(self, export: Callable[[str], str]) -> str:
        """The locked requirements of what goes into the archive; `export` gives those of a group.

        Each is a line, and the lines with its hashes after it.
        """
        if self.group is None:
            return ""
        brought = set() if self.but is None else set(_each(export(self.but)))
        return "\n".join(each for each in _each(export(self.group)) if each not in brought)


SOURCES = (
    Source(name="api", folder="api", group="app"),
    Source(name="api-code", folder="api"),
    # Where Python looks in a layer.
    Source(name="api-libraries", group="app", inside="python", unpacked_at=LAYER_AT),
    # Beside either, where the API has a database: three times the size of all the rest.
    Source(name="database-libraries", group="database", inside="python", unpacked_at=LAYER_AT),
    # They reach the database as the API does, with the layer, and by the API's own code.
    Source(
        name="migrations", folder="api", beside="migrations", group="migrations", but="database"
    ),
    Source(name="authoriser", folder="authoriser"),
)


def _each(requirements: str) -> list[str]:
    return re.split(r"\n(?=\S)", requirements.strip())


def _files(folder: Path) -> Mapping[str, bytes]:
    if not (folder / "handler.py").is_file():
        raise PackageError("it has no handler.py")
    paths = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.as_posix(): (folder / path).read_bytes()
        for path in paths
        if not any(part == "__pycache__" or part.startswith(".") for part in path.parts)
    }
