import json
import subprocess
import sys
from pathlib import Path

import pytest

from offline.provider_state import Folder, Record, StateError
from offline.values import Secret
from tests.offline.asking import serving, urn_of

VPC = "aws:ec2/vpc:Vpc"
ROLE = "aws:iam/role:Role"
NAMED = {"assumeRolePolicy": "{}", "path": "/"}
CIDR = {"cidrBlock": "10.0.0.0/16"}


def record(name: str, identity: str) -> Record:
    return Record(
        urn=urn_of(VPC, name),
        type=VPC,
        id=identity,
        seed="seed",
        named=False,
        properties={"number": 1, "secret": Secret("planted"), "list": [{"a": None}]},
        contents=("one",),
    )


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    written = record("a/b c", "vpc-1")
    Folder(tmp_path).put(written)
    assert list(Folder(tmp_path).all()) == [written]
    assert Folder(tmp_path).get(written.urn, "vpc-1") == written


def test_a_write_that_was_cut_short_leaves_no_resource(tmp_path: Path) -> None:
    (tmp_path / "1234-5678.part").write_text('{"urn": "urn:pul')
    assert list(Folder(tmp_path).all()) == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_deleted_while_all_are_read_is_passed_over(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    first, second = record("a", "vpc-1"), record("b", "vpc-2")
    for item in (first, second):
        folder.put(item)
    for reading in (folder.all(), folder.mentioning("planted")):
        folder.put(second)
        assert next(reading) == first
        folder.remove(second.urn, second.id)
        assert list(reading) == []


def test_a_file_that_is_no_resource_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text("{}")
    with pytest.raises(StateError, match=r"odd.json is not a resource of the offline provider"):
        list(Folder(tmp_path).all())


def test_what_a_killed_run_made_is_taken_up_and_not_made_again(tmp_path: Path) -> None:
    with serving(Folder(tmp_path), tmp_path) as killed:
        killed.configure(region="eu-west-2")
        vpc, _ = killed.create(VPC, "v", CIDR)
        inputs, _ = killed.check(ROLE, "r", {"assumeRolePolicy": "{}"})
        role, _ = killed.create(ROLE, "r", inputs)

    # The engine's state knows of neither.
    with serving(Folder(tmp_path, known=[]), tmp_path) as resumed:
        resumed.configure(region="eu-west-2")
        again, _ = resumed.check(ROLE, "r", {"assumeRolePolicy": "{}"})
        assert again["name"] == inputs["name"]
        assert resumed.create(ROLE, "r", again)[0] == role
        assert resumed.create(VPC, "v", CIDR)[0] == vpc
    assert len(list(Folder(tmp_path).all())) == 2


def test_what_a_killed_run_made_differently_is_replaced(tmp_path: Path) -> None:
    with serving(Folder(tmp_path), tmp_path) as killed:
        killed.configure(region="eu-west-2")
        killed.create(ROLE, "r", {**NAMED, "name": "first"})
    with serving(Folder(tmp_path, known=[]), tmp_path) as resumed:
        resumed.configure(region="eu-west-2")
        resumed.create(ROLE, "r", {**NAMED, "name": "second"})
    assert [item.id for item in Folder(tmp_path).all()] == ["second"]


def test_what_the_engine_knows_is_not_taken_up(tmp_path: Path) -> None:
    with serving(Folder(tmp_path), tmp_path) as engine:
        engine.configure(region="eu-west-2")
        old, _ = engine.create(VPC, "v", CIDR)
    with serving(Folder(tmp_path, known=[(urn_of(VPC, "v"), old)]), tmp_path) as engine:
        engine.configure(region="eu-west-2")
        new, _ = engine.create(VPC, "v", CIDR)
    assert new != old


def test_the_process_serves_on_loopback_and_ends_with_its_standard_input(tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    known.write_text(json.dumps([]))
    command = [sys.executable, "-m", "offline.provider", "--state", str(tmp_path / "aws")]
    with subprocess.Popen(
        [*command, "--known", str(known)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0
        process.stdin.close()
        assert process.wait(30) == 0
