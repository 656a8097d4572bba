"""The policy pack in the engine: it stops an update, mends what it can, and judges a state."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import stacks
from tests.engine.programs import ROLE, Program

ADMINISTRATOR = """
allowed = {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}
policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
aws.iam.RolePolicy("all", role="known", policy=policy, opts=opts)
"""

OPEN_NETWORK = """
import pulumi_awsx as awsx
awsx.ec2.Vpc(
    "net",
    availability_zone_names=["eu-west-2a"],
    nat_gateways=awsx.ec2.NatGatewayConfigurationArgs(strategy="None"),
    subnet_strategy="Auto",
    subnet_specs=[awsx.ec2.SubnetSpecArgs(type="Public", cidr_mask=24)],
    opts=pulumi.ResourceOptions(providers=[provider]),
)
"""


def with_pack(program: Program, levels: dict[str, Any]) -> Path:
    """Put the project's pack beside a program; the file that sets the rules' levels."""
    (program.folder / "policy").symlink_to(stacks.ROOT / "policy")
    (program.folder / ".venv").symlink_to(stacks.ROOT / ".venv")
    levels_file = program.folder / "levels.json"
    levels_file.write_text(json.dumps({"all": "disabled", **levels}))
    return levels_file


def test_a_mandatory_violation_stops_the_update(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = Program.write(tmp_path / "small", ADMINISTRATOR)
    levels = with_pack(program, {"iam-no-admin": "mandatory"})

    assert program.run("up", policy_config=levels) == 1
    said = capfd.readouterr().out
    assert "iam-no-admin" in said
    assert "Traceback" not in said
    assert program.records() == []


def test_a_violation_in_a_component_stops_it_in_the_rules_words_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = Program.write(tmp_path / "small", OPEN_NETWORK)
    levels = with_pack(program, {"subnet-no-auto-public-ip": "mandatory"})

    assert program.up(policy_config=levels) == 1
    said = capfd.readouterr().out
    assert "subnet-no-auto-public-ip" in said
    assert "Exception calling application" not in said
    assert "Traceback" not in said


def test_an_advisory_violation_is_shown_and_stops_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = Program.write(tmp_path / "small", ADMINISTRATOR)
    levels = with_pack(program, {"iam-no-admin": "advisory"})

    assert program.up(policy_config=levels) == 0
    assert "iam-no-admin" in capfd.readouterr().out
    assert len(program.records()) == 1


def test_a_remedy_is_applied(tmp_path: Path) -> None:
    program = Program.write(tmp_path / "small", ROLE)
    fallbacks = {"owner": "us", "cost-centre": "web"}
    levels = with_pack(
        program, {"tags-required": {"enforcementLevel": "remediate", "fallbacks": fallbacks}}
    )

    assert program.up(policy_config=levels) == 0
    (record,) = program.records()
    assert record.properties["tagsAll"] == {
        "environment": "test",
        "project": "small",
        "managed-by": "pulumi",
        **fallbacks,
    }


def test_a_state_is_judged_as_the_update_was(tmp_path: Path) -> None:
    program = Program.write(tmp_path / "small", ADMINISTRATOR)
    assert program.up() == 0
    levels = with_pack(program, {"iam-no-admin": "mandatory"})
    state = tmp_path / "state.json"
    state.write_text(json.dumps(program.export()))

    pack: list[str | Path] = [
        "--policy-pack",
        program.folder / "policy",
        "--policy-pack-config",
        levels,
    ]
    judged = program.cli("policy", "analyze", "--file", state, *pack)
    assert judged.returncode != 0
    assert "iam-no-admin" in judged.stdout + judged.stderr
    levels.write_text(json.dumps({"all": "disabled"}))
    judged = program.cli("policy", "analyze", "--file", state, *pack)
    assert (judged.returncode, judged.stderr) == (0, "")
