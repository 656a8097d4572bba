"""Plans that are saved and applied, and states that come from elsewhere."""

import json
from pathlib import Path

import pytest

from offline import deployment, project
from tests.engine.programs import ROLE, STACK, Program

DESCRIBED = 'aws.iam.Role("reader", assume_role_policy=TRUST, description="{}", opts=opts)'


def test_a_saved_plan_is_applied_as_it_was_shown(tmp_path: Path) -> None:
    program = Program.write(tmp_path / "small", ROLE)
    plan = tmp_path / "plan.json"

    assert program.run("preview", "--save-plan", str(plan)) == 0
    assert program.up("--plan", str(plan)) == 0
    (record,) = program.records()
    # Even the random end of the name is that of the preview.
    assert record.properties["name"] in plan.read_text()


def test_a_plan_that_no_longer_fits_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = Program.write(tmp_path / "small", DESCRIBED.format("shown"))
    plan = tmp_path / "plan.json"
    assert program.run("preview", "--save-plan", str(plan)) == 0
    program.change(DESCRIBED.format("not shown"))

    assert program.up("--plan", str(plan)) == 2
    assert "violates plan" in capfd.readouterr().out
    assert program.records() == []


def test_what_plinth_plan_writes_can_be_imported_and_is_then_up_to_date(tmp_path: Path) -> None:
    program = Program.write(tmp_path / "small", ROLE, 'pulumi.export("x", pulumi.Output.secret(1))')
    graph = project.load(program.folder, STACK).run()
    out = tmp_path / "plan.json"
    out.write_text(json.dumps(deployment.deployment(graph, program.folder)))
    assert program.run("preview") == 0

    imported = program.cli("stack", "import", "--stack", STACK, "--file", out)
    assert imported.returncode == 0, imported.stderr
    assert program.run("preview", "--expect-no-changes") == 0
    assert program.state()["Role reader"]["id"] == graph.managed[0].id
