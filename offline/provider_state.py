"""What the offline provider has made: a folder that stands for the account, one file a resource.

A file is replaced as a whole or not at all, so that a killed provider leaves nothing half written.
A test, or a person, makes drift by changing a file or by taking it away.
"""

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from google.protobuf import json_format, struct_pb2

from offline.values import decode_properties, encode

_GONE: Final = ".gone"
_PART: Final = ".part"


class StateError(ValueError):
    """A file of the folder can't be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One resource as AWS has it.

    Attributes:
        id: the physical id.
        seed: what its random parts were made from.
        named: whether the provider chose the name: only then may it choose another.
        properties: the outputs, by wire name; the inputs among them say what AWS was given.
        contents: what is inside a bucket or a registry, and goes with it only by force.
        kept: whether the engine has deleted it, and the program asked that AWS should not.
    """

    urn: str
    type: str
    id: str
    seed: str
    named: bool
    properties: Mapping[str, Any]
    contents: tuple[str, ...] = ()
    kept: bool = False


class Folder:
    """The resources that exist.

    Args:
        known: URN and id of all that the engine's own state knows; without it, everything is
            taken as known. What isn't known was made by a run that was killed before the engine
            could write it down.
    """

    def __init__(self, path: Path, known: Iterable[tuple[str, str]] | None = None) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path
        for part in path.glob(f"*{_PART}"):
            part.unlink(missing_ok=True)
        self._unclaimed: set[tuple[str, str]] = set()
        if known is not None:
            found = {(item.urn, item.id) for item in self.all() if not item.kept}
            self._unclaimed = found - set(known)

    def all(self) -> Iterator[Record]:
        """Every resource."""
        yield from _found(self._path.glob("*.json"))

    def mentioning(self, text: str) -> Iterator[Record]:
        """The resources that say a text: few need to be read whole."""
        written = json.dumps(text)[1:-1]
        for file in sorted(self._path.glob("*.json")):
            with suppress(FileNotFoundError):
                if written in file.read_text(encoding="utf-8"):
                    yield _read(file)

    def of(self, urn: str) -> tuple[Record, ...]:
        """The resources with one URN: two while one replaces the other."""
        return tuple(_found(self._path.glob(f"*.{_digest(urn)}.*.json")))

    def get(self, urn: str, identity: str) -> Record | None:
        """One resource, or ``None`` when it is gone."""
        return next(_found([self._file(urn, identity)]), None)

    def unclaimed(self, urn: str) -> Record | None:
        """A resource with this URN that nobody knows of."""
        return next((item for item in self.of(urn) if (urn, item.id) in self._unclaimed), None)

    def put(self, record: Record) -> None:
        """Write a resource; from now on it is known."""
        properties = struct_pb2.Struct()
        properties.update(encode(record.properties))
        content = {
            "urn": record.urn,
            "type": record.type,
            "id": record.id,
            "seed": record.seed,
            "named": record.named,
            "properties": json_format.MessageToDict(properties),
            "contents": list(record.contents),
            "kept": record.kept,
        }
        file = self._file(record.urn, record.id)
        beside = self._path / f"{os.getpid()}-{threading.get_ident()}{_PART}"
        beside.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        beside.replace(file)
        self._unclaimed.discard((record.urn, record.id))

    def remove(self, urn: str, identity: str) -> None:
        """Take a resource away; one that is gone already is no error.

        A trace of it stays, so that what comes after it with the same URN gets another id.
        """
        file = self._file(urn, identity)
        if file.exists():
            file.replace(file.with_suffix(_GONE))
        self._unclaimed.discard((urn, identity))

    def seed(self, urn: str) -> str:
        """What to make the random parts of the next resource with this URN from."""
        before = len(list(self._path.glob(f"*.{_digest(urn)}.*")))
        return f"{urn} {before}" if before else urn

    def _file(self, urn: str, identity: str) -> Path:
        kind, name = urn.split("::", 3)[2:]
        label = re.sub(r"[^\w-]+", "-", f"{kind.rpartition(':')[2]}-{name}")[:80]
        return self._path / f"{label}.{_digest(urn)}.{_digest(identity)[:8]}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _found(files: Iterable[Path]) -> Iterator[Record]:
    for file in sorted(files):
        # The engine deletes many at once: one may be gone by now, or by the time it is read.
        with suppress(FileNotFoundError):
            yield _read(file)


def _read(file: Path) -> Record:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        properties = struct_pb2.Struct()
        properties.update(content["properties"])
        return Record(
            urn=content["urn"],
            type=content["type"],
            id=content["id"],
            seed=content["seed"],
            named=content["named"],
            properties=decode_properties(properties),
            contents=tuple(content["contents"]),
            kept=content.get("kept", False),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StateError(f"{file} is not a resource of the offline provider: {error}") from error
