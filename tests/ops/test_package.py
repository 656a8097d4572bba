"""The functions' zips, really built by the locked uv."""

import os
import re
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops.package import Package, package
from ops.uv_tool import Interpreter, PackageError, Uv
from tests.ops.packages import ROOT, contents, project, quiet


class RealUv(Uv):
    """uv itself, but with the project's Python: a copy of the project must not fetch its own."""

    def find_python(self) -> Interpreter | None:
        return Uv(ROOT).find_python()

    def fetch_python(self) -> Interpreter | None:
        return None


@dataclass(frozen=True)
class Built:
    """The real packages, in a folder of their own."""

    root: Path
    packages: tuple[Package, ...]

    def named(self, name: str) -> Package:
        (found,) = (done for done in self.packages if done.name == name)
        return found

    @property
    def api(self) -> Package:
        return self.named("api")

    @property
    def authoriser(self) -> Package:
        return self.named("authoriser")


def share_the_cache(patch: pytest.MonkeyPatch) -> None:
    """Of the project: the wheels are there already."""
    patch.setenv("UV_CACHE_DIR", os.environ.get("UV_CACHE_DIR", str(ROOT / ".cache" / "uv")))


@pytest.fixture(scope="session")
def real() -> Built:
    """The project's own packages: `make test` has built them, and else this does."""
    with pytest.MonkeyPatch.context() as patch:
        share_the_cache(patch)
        return Built(ROOT, package(ROOT, quiet))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path)


def test_another_folder_gives_the_same_bytes(
    real: Built, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share_the_cache(monkeypatch)
    # Whoever asks uv for bytecode elsewhere would get that of this environment's Python.
    monkeypatch.setenv("UV_COMPILE_BYTECODE", "1")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    again = package(root, quiet, RealUv(root))
    assert [done.path.read_bytes() for done in again] == [
        done.path.read_bytes() for done in real.packages
    ]


def test_the_packages_are_fit_for_lambda_on_arm64(real: Built) -> None:
    names = contents(real.api.path).keys()
    assert {"handler.py", "coupons/service.py", "mangum/adapter.py"} <= names
    assert {name for name in names if name.endswith(".so")} == {
        "pydantic_core/_pydantic_core.cpython-313-aarch64-linux-gnu.so"
    }
    # The runtime has the SDK.
    assert not any(name.startswith(("boto3/", "botocore/")) for name in names)
    own = {path.name for path in (real.root / "app" / "authoriser").glob("*.py")}
    assert {name for name in contents(real.authoriser.path) if not name.endswith(".pyc")} == own


def test_the_code_and_the_layer_hold_together_what_the_whole_package_holds(real: Built) -> None:
    whole = {name for name in contents(real.api.path) if not name.endswith(".pyc")}
    code = {name for name in contents(real.named("api-code").path) if not name.endswith(".pyc")}
    layer = contents(real.named("api-libraries").path)
    libraries = {name.removeprefix("python/") for name in layer if not name.endswith(".pyc")}
    assert all(name.startswith("python/") for name in layer)
    assert (code | libraries, code & libraries) == (whole, set())
    assert {"handler.py", "coupons/service.py"} <= code


def test_what_only_a_database_needs_is_in_a_layer_of_its_own(real: Built) -> None:
    layer = contents(real.named("database-libraries").path)
    native = {name.split("/")[1] for name in layer if re.search(r"\.so(\.|$)", name)}
    assert native == {"psycopg_binary", "psycopg_binary.libs", "sqlalchemy"}
    assert all("aarch64" in name or ".libs/" in name for name in layer if ".so" in name)
    assert not [name for name in contents(real.api.path) if "psycopg" in name]


def test_migrations_run_on_the_libraries_of_the_database_and_bring_the_rest(real: Built) -> None:
    names = contents(real.named("migrations").path).keys()
    layer = contents(real.named("database-libraries").path)
    assert {"migrations/handler.py", "migrations/env.py", "migrations/alembic.ini"} <= names
    assert {"alembic/command.py", "coupons/database.py", "coupons/tables.py"} <= names
    brought = {name.split("/")[1] for name in layer}
    assert {"sqlalchemy", "psycopg"} <= brought
    assert not {name.split("/")[0] for name in names} & (brought - {"__pycache__"})


def test_what_importlib_metadata_needs_is_kept_and_nothing_of_the_installation(real: Built) -> None:
    names = contents(real.api.path).keys()
    kept = {
        re.sub(r".*\.dist-info/(licenses)?.*?", r"\1", name)
        for name in names
        if ".dist-info/" in name
    }
    assert {name.split("/")[0] for name in kept if not name.startswith("licenses")} == {
        "METADATA",
        "entry_points.txt",
    }
    # OpenTelemetry's own parts find each other through it.
    assert any(re.match(r"opentelemetry_api-.*/entry_points.txt", name) for name in names)
    assert not any(name.startswith(("bin/", ".lock")) for name in names)


def test_an_entry_says_nothing_of_its_time_owner_or_machine(real: Built) -> None:
    for done in real.packages:
        with zipfile.ZipFile(done.path) as archive:
            entries = archive.infolist()
        assert [entry.filename for entry in entries] == sorted(e.filename for e in entries)
        assert {
            (entry.date_time, entry.external_attr >> 16, entry.create_system, entry.compress_type)
            for entry in entries
        } == {((1980, 1, 1, 0, 0, 0), 0o100644, 3, zipfile.ZIP_STORED)}


def test_no_path_of_the_machine_is_in_a_package(real: Built) -> None:
    python = Uv(ROOT).find_python()
    folders = [real.root, ROOT, *([] if python is None else [Path(python.path).parents[1]])]
    # A checkout right under / has a name that anything may contain.
    needles = {str(folder).encode() for folder in folders if len(folder.parts) > 2}
    for done in real.packages:
        for name, content in contents(done.path).items():
            assert not [needle for needle in needles if needle in content], name


def test_every_module_has_bytecode_that_its_python_takes(real: Built, tmp_path: Path) -> None:
    packages = real.packages
    interpreter = Uv(ROOT).find_python()
    if interpreter is None:
        assert {done.python for done in packages} == {None}
        pytest.skip("there is no Python 3.13 here, so the packages carry no bytecode")
    for done in packages:
        with zipfile.ZipFile(done.path) as archive:
            archive.extractall(tmp_path / done.name)
    check = (
        "import importlib.util, marshal, pathlib, sys\n"
        "for place in sys.argv[1:]:\n"
        "    at, tree = place.split(':')\n"
        "    tree = pathlib.Path(tree)\n"
        "    for source in tree.rglob('*.py'):\n"
        "        cached = importlib.util.cache_from_source(source)\n"
        "        content = pathlib.Path(cached).read_bytes()\n"
        "        assert content[:4] == importlib.util.MAGIC_NUMBER, cached\n"
        "        assert content[4:8] == bytes([1, 0, 0, 0]), cached  # unchecked hash\n"
        "        name = marshal.loads(content[16:]).co_filename\n"
        "        assert name == f'{at}/{source.relative_to(tree).as_posix()}', name\n"
    )
    at = {"api-libraries": "/opt", "database-libraries": "/opt"}
    trees = [f"{at.get(done.name, '/var/task')}:{tmp_path / done.name}" for done in packages]
    done_ = subprocess.run(
        [interpreter.path, "-c", check, *trees], capture_output=True, text=True, check=False
    )
    assert done_.returncode == 0, done_.stderr
    assert {done.python for done in packages} == {interpreter.version}


def test_unchanged_sources_are_not_built_again_and_nothing_is_asked(
    real: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = real.packages
    if packages[0].python is None:
        pytest.skip("there is no Python 3.13 here, so each call looks for one")

    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("a subprocess was started")

    monkeypatch.setattr(subprocess, "run", refuse)
    lines: list[str] = []
    again = package(real.root, lines.append)
    assert [(done.built, done.sha256) for done in again] == [
        (False, done.sha256) for done in packages
    ]
    assert re.fullmatch(
        r"dist/api\.zip unchanged: \d+\.\d MiB zipped, \d+\.\d MiB unzipped, "
        r"bytecode of Python 3\.13\.\d+",
        lines[0],
    )


def test_an_index_that_cannot_be_reached_is_one_clear_line(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(root / "empty"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(PackageError) as caught:
        package(root, quiet, RealUv(root))
    assert str(caught.value) == (
        "app/api: the package index http://127.0.0.1:9 can't be reached: check the network, "
        "or set UV_DEFAULT_INDEX to a mirror, and run the command again"
    )
    assert [path.name for path in (root / "dist").iterdir()] == [".lock"]


def test_a_lock_that_cannot_be_read_says_what_to_run(root: Path) -> None:
    lock = root / "uv.lock"
    lock.write_text("version = 1\n")
    with pytest.raises(
        PackageError, match=r"^app/api: the locked versions of group 'app' .*`uv lock`"
    ):
        package(root, quiet, RealUv(root))
    lock.unlink()
    with pytest.raises(PackageError, match=r"^app/api: there is no uv\.lock: run `uv lock`"):
        package(root, quiet, RealUv(root))
