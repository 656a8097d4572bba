"""Measures prod's preview by the real engine, and which part of it takes how long.

Four programs are previewed on the offline provider, each with what the one before it lacks, so that
the differences are the parts: nothing; the imports; the whole program; the policy pack.
"""

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from offline.project import load
from ops import pulumi_cli
from tools.bench import ROOT, bare_import

RUNS: Final = 3
PARTS: Final = ("engine", "imports", "program", "policy pack")
_RUN: Final = """
import sys
from pathlib import Path
from ops import engine
root, folder, policy = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "judged"
sys.exit(engine.run(root, "preview", "prod", engine.EngineOptions(policy=policy, folder=folder)))
"""


def write_program(folder: Path, source: str) -> Path:
    """Make a program in a folder of its own, with the settings of prod."""
    folder.mkdir()
    settings = (ROOT / "Pulumi.yaml").read_text(encoding="utf-8")
    environment = f"virtualenv: {ROOT / '.venv'}"
    (folder / "Pulumi.yaml").write_text(settings.replace("virtualenv: .venv", environment))
    shutil.copy(load(ROOT, "prod").config_file, folder)
    # Where the language host looks up what is installed.
    (folder / "uv.lock").symlink_to(ROOT / "uv.lock")
    (folder / "__main__.py").write_text(source, encoding="utf-8")
    return folder


def preview(root: Path, state: Path, judged: str) -> float:
    """Preview a program that nothing was made of before; the seconds that it took."""
    shutil.rmtree(state, ignore_errors=True)
    command = [sys.executable, "-c", _RUN, str(root), str(state), judged]
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise SystemExit(f"the preview of {root} failed:\n{done.stdout}{done.stderr}")
    return time.monotonic() - begun


def served(state: Path) -> float:
    """The processor seconds of the provider in the last run, by its own word."""
    said = (state / "prod" / "provider.log").read_text(encoding="utf-8")
    found = re.search(r"served for ([\d.]+) processor seconds", said)
    return float(found[1]) if found else 0.0


def main() -> None:
    """Measure, and print the parts: medians of several rounds."""
    if pulumi_cli.find(ROOT) is None:
        raise SystemExit("there is no Pulumi CLI on PATH: `plinth setup-cli` installs one")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        previews = {
            "engine": (write_program(folder / "nothing", "import pulumi\n"), "plain"),
            "imports": (write_program(folder / "imports", bare_import()), "plain"),
            "program": (ROOT, "plain"),
            "policy pack": (ROOT, "judged"),
        }
        took: dict[str, list[float]] = {name: [] for name in PARTS}
        for number in range(RUNS + 1):
            for name, (root, judged) in previews.items():
                seconds = preview(root, folder / "state", judged)
                if number:  # the first round only warms the caches
                    took[name].append(seconds)
        provider = served(folder / "state")
    before = 0.0
    for name in PARTS:
        seconds = statistics.median(took[name])
        print(f"{name:12} {seconds - before:6.1f} s")
        before = seconds
    print(f"{'altogether':12} {before:6.1f} s")
    print(f"The provider used its processor for {provider:.1f} s of it, beside the program.")


if __name__ == "__main__":
    main()
