"""Kill -9 in the middle of an update: the next one completes, and nothing is made twice."""

import json
import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.engine.programs import Program, child

MOMENTS = 20
AT_ONCE = 4
PAIRS = 10
VICTIMS = ("cli", "cli", "provider", "cli", "cli", "cli", "plinth")
# The SDK's own classes would take longer to load than all the rest takes.
HEAD = """
import pulumi

class Thing(pulumi.CustomResource):
    def __init__(self, kind, name, opts=None, **properties):
        super().__init__(kind, name, {"arn": None, **properties}, opts)

class Store(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("small:Store", name)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        key = Thing("aws:kms/key:Key", f"{name}-key", kept, deletionWindowInDays=30)
        password = pulumi.Output.secret("sesame")
        settings = {"engine": "postgres", "instanceClass": "db.t4g.micro", "port": 5432}
        settings |= {"kmsKeyId": key.arn, "username": "root", "password": password}
        Thing("aws:rds/instance:Instance", f"{name}-database", kept, **settings)
        self.register_outputs({"key": key.arn})
"""
# One of each pair is known by its name, which is random; the other by an id that AWS gives. Then
# there are protected ones in a component, one of them with a secret.
PROGRAM = f"""
for number in range({PAIRS}):
    role = Thing("aws:iam/role:Role", f"role-{{number}}", assumeRolePolicy="{{}}")
    Thing("aws:ec2/vpc:Vpc", f"vpc-{{number}}", cidrBlock="10.0.0.0/16", tags={{"role": role.arn}})
Store("orders")
"""
RESOURCES = 2 * PAIRS + 2
COMPARED = ("id", "inputs", "outputs", "parent", "protect", "dependencies", "propertyDependencies")
# What is encrypted differs each time.
RANDOM = re.compile(r'(small-test-[\w-]+?)-[0-9a-f]{6}\b|("ciphertext": ")[^"]+')
CLI = "pulumi up"
# About as long as the CLI takes.
LATEST = 1.6


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Program:
    program = Program.write(tmp_path_factory.mktemp("crash") / "small")
    program.change(head="import pulumi")
    assert program.up() == 0
    program.change(PROGRAM, head=HEAD)
    return program


@pytest.fixture(scope="module")
def undisturbed(empty: Program, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    program = empty.copy(tmp_path_factory.mktemp("undisturbed") / "small")
    assert program.up() == 0
    return comparable(program.state())


def comparable(state: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A state without what differs from run to run: times, and the random ends of names."""
    kept = {name: {key: item.get(key) for key in COMPARED} for name, item in state.items()}
    found: dict[str, Any] = json.loads(RANDOM.sub(r"\1\2", json.dumps(kept)))
    return found


def kill(victim: int | None) -> None:
    if victim is not None:
        os.kill(victim, signal.SIGKILL)


def victim(run: subprocess.Popen[bytes], which: str) -> int | None:
    if which == "plinth":
        return run.pid
    return child(run.pid, "offline.provider" if which == "provider" else CLI)


def wait_until(condition: Any, step: float) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(step)


def killed_and_resumed(program: Program, moment: int) -> int:
    """Kill an update at a moment by chance, and complete it; the exit code of the second."""
    chance = random.Random(moment)  # noqa: S311 chance for a test
    aws = program.workspace.resources
    run = program.start("up", "--skip-preview")
    # To list all processes takes time itself, which the runs would lack.
    wait_until(lambda: child(run.pid, CLI), 0.05)
    if moment % 2:
        time.sleep(chance.uniform(0, LATEST))
    else:
        # In the very middle: after so many resources.
        count = chance.randrange(1, RESOURCES)
        wait_until(lambda: len(list(aws.glob("*.json"))) >= count, 0.005)
    kill(victim(run, VICTIMS[moment % len(VICTIMS)]))
    run.wait()
    return program.start("up", "--skip-preview").wait()


@pytest.mark.timeout(400)
def test_an_update_killed_at_any_of_twenty_moments_is_completed_by_the_next(
    empty: Program, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    programs = [empty.copy(tmp_path / str(moment) / "small") for moment in range(MOMENTS)]
    # A good part of each is waiting for what was killed.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        codes = list(pool.map(killed_and_resumed, programs, range(MOMENTS)))

    assert codes == [0] * MOMENTS
    for program in programs:
        records = program.records()
        assert max(Counter(record.urn for record in records).values()) == 1
        state = program.state()
        assert {record.id for record in records} == {
            item["id"] for item in state.values() if item["custom"]
        }
        assert comparable(state) == undisturbed
