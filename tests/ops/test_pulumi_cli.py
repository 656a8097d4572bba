"""Finding and installing a CLI, and doing without one: none of it needs a CLI."""

import subprocess
from pathlib import Path
from urllib.error import URLError

import pulumi.automation
import pytest

from ops import engine, pulumi_cli

PULUMI_YAML = "name: small\nruntime: python\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a folder of its own, without a CLI on PATH."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(PULUMI_YAML)
    (folder / "Pulumi.dev.yaml").write_text("config: {}\n")
    (folder / "__main__.py").write_text('import pulumi\npulumi.export("made", "in-process")\n')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return folder


def put_cli(folder: Path, version: str) -> None:
    folder.mkdir(parents=True)
    script = folder / "pulumi"
    script.write_text(f"#!/bin/sh\necho {version}\n")
    script.chmod(0o755)


def test_without_a_cli_a_preview_is_planned_in_process_and_says_so(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert engine.run(root, "preview", "dev", engine.EngineOptions(policy=False)) == 0
    output = capsys.readouterr()
    assert output.err == (
        "There is no Pulumi CLI on PATH: planning in-process instead "
        "(`plinth setup-cli` installs one).\n"
    )
    assert "made: in-process" in output.out


@pytest.mark.parametrize("operation", ["up", "refresh", "destroy"])
def test_without_a_cli_nothing_else_runs_and_it_says_what_to_do(
    operation: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert engine.run(root, operation, "dev", engine.EngineOptions()) == 2
    said = capsys.readouterr().err
    assert "There is no Pulumi CLI on PATH" in said
    assert "`plinth setup-cli` installs one into this folder" in said
    assert not (root / ".cache").exists()


def test_a_cli_that_is_too_old_is_not_used(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_cli(tmp_path / "bin", "v3.249.0")
    assert engine.run(root, "preview", "dev", engine.EngineOptions(policy=False)) == 0
    assert "The Pulumi CLI v3.249.0 at" in capsys.readouterr().err
    assert engine.run(root, "up", "dev", engine.EngineOptions()) == 2
    assert "is older than 3.250" in capsys.readouterr().err


def test_what_is_meant_for_the_cli_is_not_dropped_silently(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = engine.EngineOptions(arguments=("--save-plan", "plan.json"))
    assert engine.run(root, "preview", "dev", options) == 2
    assert "needs 3.250 or later" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("version", "too_old"),
    [
        ("v3.249.9", True),
        ("v2.300.0", True),
        ("v3.250.0", False),
        ("3.260.0-alpha.1795255405", False),
        ("v4.0.0", False),
        ("", False),
    ],
)
def test_a_cli_is_judged_by_its_minor_version(version: str, too_old: bool) -> None:
    assert pulumi_cli.Cli(Path("pulumi"), version).is_too_old is too_old


def test_the_projects_own_cli_goes_before_that_on_path(root: Path, tmp_path: Path) -> None:
    assert pulumi_cli.find(root) is None
    put_cli(tmp_path / "bin", "v3.260.0")
    found = pulumi_cli.find(root)
    assert found == pulumi_cli.Cli(tmp_path / "bin" / "pulumi", "v3.260.0")
    put_cli(root / ".pulumi" / "bin", "v3.261.0")
    own = pulumi_cli.find(root)
    assert own == pulumi_cli.Cli(root / ".pulumi" / "bin" / "pulumi", "v3.261.0")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (URLError("no route to host"), "no route to host"),
        (subprocess.CalledProcessError(1, "sh", output=b"no such version"), "no such version"),
    ],
)
def test_where_no_cli_can_be_downloaded_the_message_says_why_and_what_else_to_do(
    error: Exception, said: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(**_: object) -> None:
        raise error

    monkeypatch.setattr(pulumi.automation.PulumiCommand, "install", install)
    with pytest.raises(pulumi_cli.InstallError) as caught:
        pulumi_cli.install(root)
    assert said in str(caught.value)
    assert "Put version 3.250 or later on PATH by other means" in str(caught.value)
