"""Finding and installing a CLI, and doing without one: none of it needs a CLI."""

import subprocess
from http.client import IncompleteRead
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


def put(file: Path, content: str, mode: int = 0o755) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    file.chmod(mode)
    return file


def put_cli(folder: Path, version: str) -> None:
    put(folder / "pulumi", f"#!/bin/sh\necho {version}\n")


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
    ("version", "trouble"),
    [
        ("v3.249.9", "is older than 3.250"),
        ("v2.300.0", "is older than 3.250"),
        ("v3.250.0", ""),
        ("3.260.0-alpha.1795255405", ""),
        ("v4.0.0", "is of another major version than the 3 that Plinth is tested with"),
        ("sorry", "is of no known version: it says 'sorry'"),
        ("", ""),
    ],
)
def test_a_cli_is_judged_by_its_version(version: str, trouble: str) -> None:
    assert pulumi_cli.Cli(Path("pulumi"), version).trouble == trouble


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("\x7fELF of another machine", "can't be run: Exec format error"),
        ("#!/nowhere/at/all\n", "can't be run: No such file or directory"),
        (
            "#!/bin/sh\necho 'needs glibc 3' >&2; exit 127\n",
            "can't be run: `pulumi version` ended with 127, saying 'needs glibc 3'",
        ),
        ("#!/bin/sh\nkill -9 $$\n", "can't be run: `pulumi version` ended with -9"),
        ("#!/bin/sh\nprintf '<html>\\n\\377'\n", "is of no known version: it says '<html>'"),
        ("#!/bin/sh\nread answer; sleep 60 & sleep 60\n", "doesn't answer `pulumi version` in"),
        ("#!/bin/sh\necho v3.260.0\n", "can't run Python: its companion pulumi-language-python"),
    ],
)
def test_with_a_cli_of_no_use_a_preview_is_planned_and_an_update_refused_in_one_line(
    content: str,
    said: str,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(pulumi_cli, "_PATIENCE_SECONDS", 0.3)
    found = put(tmp_path / "bin" / "pulumi", content)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin:/usr/bin")

    assert engine.run(root, "preview", "dev", engine.EngineOptions(policy=False)) == 0
    output = capsys.readouterr()
    assert "made: in-process" in output.out
    (line,) = output.err.splitlines()
    assert line.startswith("The Pulumi CLI ")
    assert f"at {found} {said}" in line
    assert engine.run(root, "up", "dev", engine.EngineOptions()) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (root / ".cache").exists()


def test_the_projects_own_cli_is_named_when_it_may_not_be_run(root: Path) -> None:
    put(root / ".pulumi" / "bin" / "pulumi", "#!/bin/sh\n", mode=0o644)
    found = pulumi_cli.find(root)
    assert found is not None
    assert found.trouble == "can't be run: Permission denied"


def test_the_companion_for_python_is_found_beside_the_cli_on_path_or_among_the_plugins(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    put_cli(installed, "v3.260.0")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi").symlink_to(installed / "pulumi")
    cli = pulumi_cli.find(root)
    assert cli is not None
    assert cli.language_host() is None

    plugin = put(tmp_path / ".pulumi/plugins/language-python-v3.1.0/pulumi-language-python", "")
    assert cli.language_host() == plugin.parent
    put(elsewhere / "pulumi-language-python", "")
    monkeypatch.setenv("PATH", str(elsewhere))
    assert cli.language_host() == elsewhere
    put(installed / "pulumi-language-python", "")
    assert cli.language_host() == installed


def test_a_cli_on_a_relative_path_is_found_from_any_folder(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_cli(tmp_path / "bin", "v3.260.0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "bin")
    found = pulumi_cli.find(root)
    assert found is not None
    assert found.path == tmp_path / "bin" / "pulumi"


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
        (URLError("no route to host"), "can't be downloaded here: no route to host\n"),
        (IncompleteRead(b""), "IncompleteRead"),
        (pulumi.automation.InvalidVersionError("no such CLI"), "no such CLI"),
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
