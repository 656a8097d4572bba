"""When the functions' zips are built, and what can go wrong: with a stand-in for uv."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ops import package as packaging
from ops.package import package
from ops.uv_tool import PackageError
from tests.ops.packages import FakeUv, build, contents, project, quiet

# What each change makes anew.
NOTHING = dict.fromkeys(
    ("api", "api-code", "api-libraries", "database-libraries", "migrations", "authoriser"), False
)
EVERYTHING = dict.fromkeys(NOTHING, True)
THE_CODE = {**NOTHING, "api": True, "api-code": True, "migrations": True}
THE_LIBRARIES = {**EVERYTHING, "api-code": False, "authoriser": False}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path)


def test_a_changed_source_rebuilds_its_own_archives_only(root: Path) -> None:
    uv = FakeUv(root)
    assert build(root, uv) == EVERYTHING
    handler = root / "app" / "api" / "handler.py"
    handler.write_text(handler.read_text() + "\n")
    assert build(root, uv) == THE_CODE
    for name in ("api.zip", "api-code.zip"):
        assert contents(root / "dist" / name)["handler.py"] == handler.read_bytes()


def test_a_new_migration_rebuilds_the_migrations_only(root: Path) -> None:
    uv = FakeUv(root)
    build(root, uv)
    added = root / "app" / "migrations" / "versions" / "m0003_added.py"
    added.write_text("")
    assert build(root, uv) == {**NOTHING, "migrations": True}
    assert contents(root / "dist" / "migrations.zip")["migrations/versions/m0003_added.py"] == b""


@pytest.mark.parametrize(
    "change",
    [
        lambda app: (app / "added.py").write_text(""),
        lambda app: (app / "coupons" / "store.py").rename(app / "coupons" / "shop.py"),
        lambda app: (app / "coupons" / "__init__.py").unlink(),
    ],
    ids=["added", "renamed", "removed"],
)
def test_a_file_that_comes_moves_or_goes_is_a_change(
    root: Path, change: Callable[[Path], object]
) -> None:
    uv = FakeUv(root)
    build(root, uv)
    change(root / "app" / "api")
    assert build(root, uv) == THE_CODE


@pytest.mark.parametrize("name", ["__pycache__/handler.cpython-311.pyc", ".DS_Store"])
def test_what_the_machine_leaves_among_the_sources_is_ignored(root: Path, name: str) -> None:
    uv = FakeUv(root)
    build(root, uv)
    left = root / "app" / "api" / name
    left.parent.mkdir(exist_ok=True)
    left.write_text("left")
    assert build(root, uv) == NOTHING


def test_a_new_lock_rebuilds_what_has_dependencies(root: Path) -> None:
    uv = FakeUv(root)
    build(root, uv)
    (root / "uv.lock").write_text("version = 1\n")
    assert build(root, uv) == THE_LIBRARIES


@pytest.mark.parametrize("harm", ["removed", "cut short", "record garbled"])
def test_an_archive_that_is_not_whole_is_built_again(root: Path, harm: str) -> None:
    uv = FakeUv(root)
    build(root, uv)
    archive, record = root / "dist" / "api.zip", root / "dist" / "api.json"
    whole = archive.read_bytes()
    if harm == "removed":
        archive.unlink()
    elif harm == "cut short":
        archive.write_bytes(whole[:100])
    else:
        record.write_text('{"inputs": 1}')
    assert build(root, uv) == {**NOTHING, "api": True}
    assert archive.read_bytes() == whole


def test_another_interpreter_is_another_input(root: Path) -> None:
    build(root, FakeUv(root, python="3.13.6"))
    record = root / "dist" / "api.json"
    gone = json.loads(record.read_text())
    gone["interpreter"]["path"] = "gone"
    record.write_text(json.dumps(gone))
    assert build(root, FakeUv(root, python="3.13.7")) == {**NOTHING, "api": True}
    assert contents(root / "dist" / "api.zip")["bytecode"] == b"3.13.7"


def test_without_the_interpreter_the_code_goes_without_bytecode_and_says_so(root: Path) -> None:
    uv = FakeUv(root, python=None)
    lines: list[str] = []
    done = package(root, lines.append, uv)
    assert [one.python for one in done] == [None] * len(NOTHING)
    assert lines[0].endswith(
        "without bytecode: no Python 3.13 is installed or could be downloaded, so it starts "
        "more slowly"
    )
    # One search and one download serve all archives.
    assert (uv.asked.count("find"), uv.asked.count("fetch")) == (1, 1)

    later = FakeUv(root, python=None)
    assert build(root, later) == NOTHING
    assert later.asked == ["find"]

    assert build(root, FakeUv(root)) == EVERYTHING


# What can go wrong


def test_a_build_that_fails_leaves_the_last_one_as_it_was(root: Path) -> None:
    uv = FakeUv(root)
    build(root, uv)
    before = {path.name: path.read_bytes() for path in (root / "dist").iterdir()}
    (root / "uv.lock").write_text("version = 1\n")
    uv.wheels = {"handler.py": "a dependency of this name"}
    with pytest.raises(
        PackageError,
        match=r"^app/api: handler\.py is also the name of a file of a dependency: rename it$",
    ):
        build(root, uv)
    assert {path.name: path.read_bytes() for path in (root / "dist").iterdir()} == before


def test_what_a_killed_build_left_is_cleared(root: Path) -> None:
    (root / "dist" / ".staging-x1" / "tree").mkdir(parents=True)
    build(root, FakeUv(root))
    assert sorted(path.name for path in (root / "dist").iterdir()) == [
        ".lock",
        *sorted(f"{name}.{kind}" for name in NOTHING for kind in ("json", "zip")),
    ]


@pytest.mark.parametrize(
    ("limit", "what"), [("LARGEST_ZIP_BYTES", "zipped"), ("LARGEST_UNZIPPED_BYTES", "unzipped")]
)
def test_a_package_that_lambda_would_refuse_is_refused_here(
    root: Path, monkeypatch: pytest.MonkeyPatch, limit: str, what: str
) -> None:
    monkeypatch.setattr(packaging, limit, 2048)
    with pytest.raises(
        PackageError,
        match=rf"^app/api: it takes [\d.]+ KiB {what}, and Lambda allows 2\.0 KiB: remove "
        "dependencies, or move some to a layer$",
    ):
        build(root, FakeUv(root))
    assert not (root / "dist" / "api.zip").exists()


def test_a_function_without_a_handler_is_refused(root: Path) -> None:
    (root / "app" / "authoriser" / "handler.py").unlink()
    with pytest.raises(PackageError, match=r"^app/authoriser: it has no handler\.py$"):
        build(root, FakeUv(root))


def test_of_two_builds_at_once_the_second_finds_the_work_done(root: Path) -> None:
    started = threading.Event()

    class Slow(FakeUv):
        installs = 0

        def install(self, requirements: str, target: Path) -> None:
            assert not started.is_set() or self.installs, "both were at work"
            started.set()
            self.installs += 1
            super().install(requirements, target)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda uv: build(root, uv), [Slow(root), Slow(root)]))
    assert sorted(result["api"] for result in results) == [False, True]


def test_without_uv_the_message_says_how_to_get_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("uv.find_uv_bin", missing)
    with pytest.raises(PackageError, match="uv is missing from this environment: run `make setup`"):
        package(root, quiet)
