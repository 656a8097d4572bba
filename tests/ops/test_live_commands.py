"""The live commands as a pipeline runs them: exit codes, and what they hand on."""

import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from ops import cli_bootstrap
from tests.ops.fake_tools import STACK, FakePulumi, project_files


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    """A CLI in a copy of the project's files, which is where the commands are run."""
    project_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    return FakePulumi(tmp_path)


def plinth(pulumi: FakePulumi, *arguments: str) -> tuple[int, str]:
    app = Typer()
    cli_bootstrap.register(app, pulumi.root)
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.output


def test_a_preview_hands_on_its_summary_and_whether_there_is_anything_to_approve(
    pulumi: FakePulumi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    pulumi.tell(plan={STACK: {"steps": ["create"], "goal": {"outputDiff": {"adds": {"a": 1}}}}})
    status, said = plinth(pulumi, "live", "preview", "dev")
    assert status == 0
    assert "`plinth live up dev --plan dist/review/dev` applies it" in said
    assert (tmp_path / "summary").read_text().startswith("## Plan of dev\n")
    assert (tmp_path / "output").read_text() == "changes=true\n"


def test_a_preview_that_the_pack_refuses_ends_with_1(pulumi: FakePulumi) -> None:
    pulumi.tell(exit=255)
    assert plinth(pulumi, "live", "preview", "dev")[0] == 1


def test_an_update_hands_on_the_address(pulumi: FakePulumi, tmp_path: Path) -> None:
    pulumi.tell(outputs={"site_url": "https://www.example.com"})
    output = str(tmp_path / "output")
    assert plinth(pulumi, "live", "preview", "dev", "--to", "kept")[0] == 0
    assert plinth(pulumi, "live", "up", "dev", "--plan", "kept", "--output", output)[0] == 0
    assert (tmp_path / "output").read_text() == "url=https://www.example.com\n"


def test_an_update_that_fails_ends_with_1(pulumi: FakePulumi) -> None:
    assert plinth(pulumi, "live", "preview", "dev", "--to", "kept")[0] == 0
    pulumi.tell(exit=4)
    assert plinth(pulumi, "live", "up", "dev", "--plan", "kept")[0] == 1


def test_a_plan_that_no_longer_fits_ends_with_2(pulumi: FakePulumi) -> None:
    assert plinth(pulumi, "live", "preview", "dev", "--to", "kept")[0] == 0
    pulumi.state({"deployment": {"somebody": "else"}})
    status, said = plinth(pulumi, "live", "up", "dev", "--plan", "kept")
    assert status == 2
    assert said.startswith("error: the state of dev has moved since the plan was made")


@pytest.mark.parametrize(
    ("code", "status", "found"), [(0, 0, "same"), (7, 1, "drifted"), (1, 2, "failed")]
)
def test_a_look_for_drift_is_reported_whatever_it_finds(
    pulumi: FakePulumi, tmp_path: Path, code: int, status: int, found: str
) -> None:
    pulumi.tell(exit=code)
    assert plinth(pulumi, "live", "drift", "dev")[0] == status
    report = json.loads((tmp_path / "dist" / "drift" / "dev.json").read_text())
    assert report["status"] == found


def test_a_missing_gh_is_said(pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch) -> None:
    plinth(pulumi, "live", "drift", "dev")
    monkeypatch.setenv("PATH", str(pulumi.root))
    status, said = plinth(pulumi, "drift-issue")
    assert status == 2
    assert said.startswith("error: there is no `gh` on PATH")
