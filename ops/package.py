"""Packages the functions of ``app/`` and their libraries for Lambda: ``dist/<name>.zip``.

The API is packaged in two ways, of which a stack chooses one: all in ``api``, or its code in
``api-code`` and its libraries in the layer ``api-libraries``. What it needs for PostgreSQL is in a
layer in any case, ``database-libraries``, so that an API without a database does not carry it.
``migrations`` makes the tables there; it has the same layer.

The same sources, locked versions and interpreter give the same bytes on any machine. What a zip
was made from is kept beside it in ``dist/<name>.json``, so that it is made again only for cause.
"""

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

from ops import sources, uv_tool, zips
from ops.sources import SOURCES, Source
from ops.uv_tool import PYTHON, Interpreter, PackageError, Uv

MIB = 1024 * 1024
# Lambda's own limits, for an archive that is sent directly and for what it unpacks to.
LARGEST_ZIP_BYTES = 50 * MIB
LARGEST_UNZIPPED_BYTES = 250 * MIB

_STAGING = ".staging-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """An archive.

    Attributes:
        name: of the archive, without its ending.
        path: the archive.
        sha256: of the archive, in hexadecimal.
        zipped_bytes: size of the archive.
        unzipped_bytes: size of what is in it.
        python: version of the interpreter whose bytecode it carries; None: it carries none.
        built: whether this call made it.
    """

    name: str
    path: Path
    sha256: str
    zipped_bytes: int
    unzipped_bytes: int
    python: str | None
    built: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Record:
    """What ``dist/<name>.json`` keeps: the inputs of an archive, as a digest, and what came out.

    ``interpreter`` is where the bytecode's Python was, which spares the next call a search.
    """

    inputs: str
    sha256: str
    zipped_bytes: int
    unzipped_bytes: int
    interpreter: Interpreter | None


def package(root: Path, report: Callable[[str], None], uv: Uv | None = None) -> tuple[Package, ...]:
    """Bring ``dist/`` under ``root`` up to date, and report each archive with its size.

    Raises PackageError.
    """
    dist = root / "dist"
    dist.mkdir(exist_ok=True)
    with _alone(dist):
        workshop = _Workshop(root, report, uv or Uv(root))
        return tuple(workshop.bring_up_to_date(source) for source in SOURCES)


@contextmanager
def _alone(dist: Path) -> Iterator[None]:
    """Wait until no other process packages here; the system ends the claim of a dead one."""
    with (dist / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # What a build that was killed has left.
        for left in dist.glob(f"{_STAGING}*"):
            shutil.rmtree(left)
        yield


class _Workshop:
    """One call of `package`: a search for the interpreter serves all archives."""

    def __init__(self, root: Path, report: Callable[[str], None], uv: Uv) -> None:
        self._root = root
        self._dist = root / "dist"
        self._report = report
        self._uv = uv

    def bring_up_to_date(self, source: Source) -> Package:
        """Build an archive, unless the one that is there came from the same inputs."""
        try:
            record, built = self._current(source)
        except PackageError as problem:
            raise PackageError(f"{source}: {problem}") from problem
        finished = Package(
            name=source.name,
            path=self._archive(source),
            sha256=record.sha256,
            zipped_bytes=record.zipped_bytes,
            unzipped_bytes=record.unzipped_bytes,
            python=None if record.interpreter is None else record.interpreter.version,
            built=built,
        )
        self._report(_summary(finished))
        return finished

    def _current(self, source: Source) -> tuple[_Record, bool]:
        files = source.files(self._root / "app")
        lock = self._lock if source.group is not None else b""
        own = {f"app/{name}": content for name, content in files.items()}
        inputs = zips.digest({**_own_code(), **own, "uv.lock": lock})
        record = _read_record(self._record(source))

        interpreter = self._known(record) or self._found
        if interpreter is None and (record is None or record.inputs != _with(inputs, None)):
            # Only a build is worth the wait for a download.
            interpreter = self._fetched
        inputs = _with(inputs, interpreter)

        archive = self._archive(source)
        if record is not None and record.inputs == inputs and zips.sha256(archive) == record.sha256:
            if record.interpreter != interpreter:
                record = replace(record, interpreter=interpreter)
                self._write_record(source, record)
            return record, False

        with tempfile.TemporaryDirectory(prefix=_STAGING, dir=self._dist) as staging:
            tree, new = Path(staging, "tree"), Path(staging, "zip")
            self._assemble(source, files, interpreter, tree)
            unzipped = zips.write_zip(new, tree)
            zipped = new.stat().st_size
            _check_size("zipped", zipped, LARGEST_ZIP_BYTES)
            _check_size("unzipped", unzipped, LARGEST_UNZIPPED_BYTES)
            new.replace(archive)
        record = _Record(
            inputs=inputs,
            sha256=zips.sha256(archive),
            zipped_bytes=zipped,
            unzipped_bytes=unzipped,
            interpreter=interpreter,
        )
        self._write_record(source, record)
        return record, True

    def _assemble(
        self,
        source: Source,
        files: Mapping[str, bytes],
        interpreter: Interpreter | None,
        tree: Path,
    ) -> None:
        """Put together under ``tree`` what the archive will hold."""
        inside = tree / source.inside
        inside.mkdir(parents=True)
        if source.group is not None:
            self._uv.install(source.requirements(self._uv.export), inside)
        for name, content in files.items():
            file = inside / name
            if file.exists():
                raise PackageError(f"{name} is also the name of a file of a dependency: rename it")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        if interpreter is not None:
            self._uv.compile(interpreter, tree, source.unpacked_at)

    @cached_property
    def _lock(self) -> bytes:
        lock = self._root / "uv.lock"
        if not lock.is_file():
            raise PackageError("there is no uv.lock: run `uv lock`, and the command again")
        return lock.read_bytes()

    @cached_property
    def _found(self) -> Interpreter | None:
        return self._uv.find_python()

    @cached_property
    def _fetched(self) -> Interpreter | None:
        return self._uv.fetch_python()

    def _known(self, record: _Record | None) -> Interpreter | None:
        if record is None or record.interpreter is None or not record.interpreter.unchanged():
            return None
        return record.interpreter

    def _archive(self, source: Source) -> Path:
        return self._dist / f"{source.name}.zip"

    def _record(self, source: Source) -> Path:
        return self._dist / f"{source.name}.json"

    def _write_record(self, source: Source, record: _Record) -> None:
        new = self._record(source).with_suffix(".json.new")
        new.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
        new.replace(self._record(source))


def _read_record(path: Path) -> _Record | None:
    """The record, or None when there is none that this version of the code can read."""
    if not path.is_file():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        where = kept.pop("interpreter")
        return _Record(**kept, interpreter=None if where is None else Interpreter(**where))
    except (ValueError, KeyError, TypeError):
        return None


def _own_code() -> Mapping[str, bytes]:
    """What packages: a change of it is a change of every archive."""
    modules = map(Path, (__file__, sources.__file__, uv_tool.__file__, zips.__file__))
    return {f"ops/{module.name}": module.read_bytes() for module in modules}


def _with(inputs: str, interpreter: Interpreter | None) -> str:
    version = "no bytecode" if interpreter is None else interpreter.version
    return hashlib.sha256(f"{inputs} {version}".encode()).hexdigest()


def _check_size(what: str, size: int, largest: int) -> None:
    if size > largest:
        raise PackageError(
            f"it takes {_size(size)} {what}, and Lambda allows {_size(largest)}: remove "
            "dependencies, or move some to a layer"
        )


def _size(count: int) -> str:
    return f"{count / MIB:.1f} MiB" if count >= MIB else f"{count / 1024:.1f} KiB"


def _summary(done: Package) -> str:
    state = "built" if done.built else "unchanged"
    sizes = f"{_size(done.zipped_bytes)} zipped, {_size(done.unzipped_bytes)} unzipped"
    if done.python is None:
        code = (
            f"without bytecode: no Python {PYTHON} is installed or could be downloaded, so it "
            "starts more slowly"
        )
    else:
        code = f"bytecode of Python {done.python}"
    return f"dist/{done.name}.zip {state}: {sizes}, {code}"
