"""Measures how the API's function starts, and how large it is, against the same API elsewhere.

The other is written with the libraries that the first of the reference systems names, locked where
the platform has them too, and everything imported at the top. Both run here on the function's
Python; their sizes are those for Lambda on arm64. What counts are the ratios within one run: the
runs of all programs are interleaved, and each figure is a median.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uv

from ops import package as packaging
from ops.uv_tool import PLATFORM, PYTHON, Interpreter, PackageError, Uv
from tools.bench_reference import LIBRARIES, SOURCE

ROOT: Final = Path(__file__).resolve().parent.parent
PLACE: Final = ROOT / ".cache" / "bench-app"
RUNS: Final = 15
MIB: Final = 1024 * 1024

# Runs in each program's own process: the seconds of the processor for the import, and for the
# import and a first answer.
PROBE: Final = """
import json, sys, time
started = time.process_time()
import handler
imported = time.process_time()
answer = handler.handler(json.loads(sys.argv[1]), None)
answered = time.process_time()
assert answer["statusCode"] == 200, answer
print(json.dumps([imported - started, answered - started]), file=sys.stderr)
"""
EVENT: Final = {
    "version": "2.0",
    "routeKey": "ANY /api/{proxy+}",
    "rawPath": "/api/health",
    "rawQueryString": "",
    "headers": {"host": "test"},
    "requestContext": {
        "http": {"method": "GET", "path": "/api/health", "sourceIp": "127.0.0.1"},
        "stage": "$default",
    },
    "isBase64Encoded": False,
}
TABLE: Final = {"TABLE_COUPONS": "coupons"}
DATABASE: Final = {
    "DATABASE_HOST": "localhost",
    "DATABASE_PORT": "5432",
    "DATABASE_NAME": "app",
    "DATABASE_USER": "app",
}
OTHER: Final = {"DATABASE_URL": "postgresql+psycopg2://app@localhost/app"}


@dataclass(frozen=True, slots=True)
class Program:
    """A function as it starts.

    Attributes:
        trees: the folders that its code and libraries are in.
        environment: what it is told.
    """

    trees: tuple[Path, ...]
    environment: Mapping[str, str]


def install(target: Path, requirements: str, *, platform: str | None = None) -> None:
    """Unpack wheels for the function's Python, here or elsewhere."""
    options = [] if platform is None else ["--python-platform", platform]
    command = [uv.find_uv_bin(), "pip", "install", "--quiet", "--target", str(target), *options]
    command += ["--python-version", PYTHON, "--only-binary", ":all:", "--requirements", "-"]
    cache = {"UV_CACHE_DIR": str(ROOT / ".cache" / "uv"), **os.environ}
    subprocess.run(command, input=requirements, encoding="utf-8", check=True, env=cache)  # noqa: S603


def reference_requirements(tool: Uv) -> str:
    """What the other API needs, with the locked versions of what both have."""
    constraints = PLACE / "constraints.txt"
    lines = (tool.export("app") + tool.export("database")).splitlines()
    pins = {line.split(" ")[0] for line in lines if "==" in line and "[" not in line}
    constraints.write_text("\n".join(sorted(pins)) + "\n")
    return "\n".join([*LIBRARIES, f"--constraint {constraints}"])


def build(interpreter: Interpreter) -> dict[str, Program]:
    """Put every program together under PLACE."""
    tool = Uv(ROOT)
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    ours, sql, other = (PLACE / name for name in ("api", "database-libraries", "reference"))
    install(ours, tool.export("app"))
    shutil.copytree(ROOT / "app" / "api", ours, dirs_exist_ok=True)
    install(sql, tool.export("database"))
    install(other, reference_requirements(tool))
    (other / "handler.py").write_text(SOURCE)
    # As a layer usually is: what bytecode it has is of another Python, or its files have got other
    # times on the way, and Lambda can write none beside it.
    bare = PLACE / "reference-without-bytecode"
    shutil.copytree(other, bare, ignore=shutil.ignore_patterns("__pycache__"))
    for tree in (ours, sql, other):
        tool.compile(interpreter, tree, str(tree))
    return {
        "ours": Program((ours,), TABLE),
        "ours, with PostgreSQL": Program((ours, sql), DATABASE),
        "reference": Program((other,), OTHER),
        "reference, no bytecode": Program((bare,), OTHER),
    }


def start(interpreter: Interpreter, program: Program) -> tuple[float, float]:
    """One cold start: milliseconds to the import's end, and to the first answer."""
    environment = {
        **program.environment,
        "PYTHONPATH": os.pathsep.join(map(str, program.trees)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_LAMBDA_FUNCTION_NAME": "api",
    }
    # -S: without what this machine adds to its Python.
    command = [interpreter.path, "-S", "-c", PROBE, json.dumps(EVENT)]
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=False, cwd=PLACE
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    imported, answered = json.loads(done.stderr.splitlines()[-1])
    return imported * 1e3, answered * 1e3


def measure_starts(interpreter: Interpreter, programs: Mapping[str, Program]) -> dict[str, float]:
    """Print what each program's start takes; gives the milliseconds of the imports."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for number in range(RUNS + 1):
        for name, program in programs.items():
            times = start(interpreter, program)
            if number:  # the first round only warms the caches
                found[name].append(times)
    imports = {}
    for name, starts in found.items():
        imported, answered = (statistics.median(column) for column in zip(*starts, strict=True))
        imports[name] = imported
        print(f"{name:24} import {imported:6.0f} ms   first answer {answered:6.0f} ms")
    return imports


def sizes(archives: Sequence[Path]) -> tuple[int, int]:
    """Bytes of what archives hold, as they are and compressed, by the same means for everyone."""
    unpacked = compressed = 0
    for archive in archives:
        with zipfile.ZipFile(archive) as held, tempfile.TemporaryFile() as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as smaller:
                for name in held.namelist():
                    smaller.writestr(name, held.read(name))
            unpacked += sum(entry.file_size for entry in held.infolist())
            compressed += file.tell()
    return unpacked, compressed


def measure_sizes() -> dict[str, int]:
    """Print what each package takes in Lambda; gives the bytes that are unpacked."""
    packages = {done.name: done.path for done in packaging.package(ROOT, lambda _: None)}
    tree, archive = PLACE / "reference-arm64", PLACE / "reference-arm64.zip"
    install(tree, reference_requirements(Uv(ROOT)), platform=PLATFORM)
    (tree / "handler.py").write_text(SOURCE)
    with zipfile.ZipFile(archive, "w") as packed:
        for file in tree.rglob("*"):
            packed.write(file, file.relative_to(tree))
    found = {
        "ours": [packages["api"]],
        "ours, with PostgreSQL": [packages["api"], packages["database-libraries"]],
        "reference, no bytecode": [archive],
    }
    unpacked = {}
    for name, archives in found.items():
        unpacked[name], compressed = sizes(archives)
        print(
            f"{name:24} unpacked {unpacked[name] / MIB:5.1f} MiB   "
            f"compressed {compressed / MIB:5.1f} MiB"
        )
    return unpacked


def main() -> None:
    """Build, measure, and print the figures and their ratios."""
    tool = Uv(ROOT)
    interpreter = tool.find_python() or tool.fetch_python()
    if interpreter is None:
        raise SystemExit(f"bench-app: no Python {PYTHON} is here, and none could be downloaded")
    imports = measure_starts(interpreter, build(interpreter))
    unpacked = measure_sizes()
    print(f"{'import':36} {'/ reference':>12} {'no bytecode':>12}")
    for name in ("ours", "ours, with PostgreSQL"):
        against = (imports["reference"], imports["reference, no bytecode"])
        print(f"  {name:34}" + "".join(f"{imports[name] / other:13.2f}" for other in against))
    print("size, unpacked")
    for name in ("ours", "ours, with PostgreSQL"):
        print(f"  {name:34} {unpacked[name] / unpacked['reference, no bytecode']:12.2f}")


if __name__ == "__main__":
    try:
        main()
    except PackageError as error:
        sys.exit(f"bench-app: {error}")
