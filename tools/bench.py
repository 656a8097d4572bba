"""Measures the offline plan: processor seconds and peak memory of whole processes.

Machines differ and are noisy, so what counts are the ratios within one run: the runs of all
programs are interleaved, and each figure is a median.
"""

import math
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offline import project

ROOT: Final = Path(__file__).resolve().parent.parent
PLINTH: Final = str(Path(sys.executable).with_name("plinth"))
RUNS: Final = 7
SIZES: Final = (100, 1_000, 8_000)
# A program that declares pairs: a resource, and one that refers to it.
PROGRAM: Final = """
import gc, sys
gc.set_threshold(50_000, 20, 100)
import pulumi_aws as aws
from offline.engine import synthesise

def program():
    for number in range(int(sys.argv[1]) // 2):
        role = aws.iam.Role(f"role-{number}", assume_role_policy="{}")
        aws.iam.RolePolicy(f"policy-{number}", role=role.name, policy="{}")

synthesise(program)
gc.freeze()
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a process took."""

    cpu_seconds: float
    peak_mb: float


def run(command: list[str]) -> Cost:
    """Run a command to its end, by the operating system's own accounts."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    # Linux counts memory in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)


def bare_import() -> str:
    """A program that does nothing but import the SDK's classes that prod's plan uses."""
    used: dict[str, set[str]] = {"pulumi_awsx.ec2": {"Vpc"}}
    for item in project.load(ROOT, "prod").run().managed:
        service = item.type.split(":")[1].split("/")[0]
        # `lambda` is a keyword: the SDK's module is `lambda_`.
        module = f"pulumi_aws.{'lambda_' if service == 'lambda' else service}"
        used.setdefault(module, set()).add(item.type.split(":")[2])
    return "\n".join(
        f"from {module} import {', '.join(sorted(names))}" for module, names in used.items()
    )


def main() -> None:
    """Measure everything and print the table and the ratios."""
    # In a process of its own: a child's peak memory counts what its parent had when it began.
    asked = [sys.executable, "-c", "from tools import bench; print(bench.bare_import())"]
    imports = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603
    programs = {
        "bare import": [sys.executable, "-W", "ignore", "-c", imports],
        "plan prod": [PLINTH, "plan", "prod"],
        "plan prod --no-policy": [PLINTH, "plan", "prod", "--no-policy"],
        **{f"{size} resources": [sys.executable, "-c", PROGRAM, str(size)] for size in (0, *SIZES)},
    }
    costs: dict[str, list[Cost]] = {name: [] for name in programs}
    for number in range(RUNS + 1):
        for name, command in programs.items():
            cost = run(command)
            if number:  # the first round only warms the caches
                costs[name].append(cost)
    cpu = {
        name: statistics.median(cost.cpu_seconds for cost in found) for name, found in costs.items()
    }
    peak = {name: max(cost.peak_mb for cost in found) for name, found in costs.items()}
    for name in programs:
        print(f"{name:24} {cpu[name]:7.2f} s CPU {peak[name]:6.0f} MB")
    bare, whole, plain = cpu["bare import"], cpu["plan prod"], cpu["plan prod --no-policy"]
    print(f"plan / bare import       {whole / bare:7.2f}")
    print(f"policies / plan          {(whole - plain) / whole:7.1%}")
    small, large = SIZES[-2:]
    floor = cpu["0 resources"]
    grown = (cpu[f"{large} resources"] - floor) / (cpu[f"{small} resources"] - floor)
    print(f"growth exponent          {math.log(grown) / math.log(large / small):7.2f}")
    each = (cpu[f"{large} resources"] - floor) / large * 1e3
    print(f"each resource            {each:7.2f} ms")


if __name__ == "__main__":
    main()
