"""The commands of the engine on a CLI that only remembers: what needs the real one is elsewhere."""

import json
import os
import signal
from pathlib import Path

import pytest

from offline.processes import ended
from ops import engine
from ops.engine import EngineOptions

# Answers what is asked of any state, and runs `does` for preview, up, refresh and destroy.
FAKE = """#!/bin/sh
here=$(dirname "$0")
case "$1 $2" in
    "version ") echo "$PULUMI_HOME" >"$here/home"; echo v3.260.0 ;;
    "stack select") . "$here/select" ;;
    "stack export") cat "$here/state.json" ;;
    *) echo "$@" >>"$here/calls"; . "$here/does" ;;
esac
"""
SELECT = "echo 'encryptionsalt: v1:salt' >Pulumi.dev.yaml\n"
KEPT = {"urn": "urn:pulumi:dev::small::aws:kms/key:Key::kept", "type": "aws:kms/key:Key", "id": "k"}


class FakeCli:
    """A project and a CLI that is told what to do."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "small"
        self.bin = folder / "bin"
        self.root.mkdir()
        self.bin.mkdir()
        (self.root / "Pulumi.yaml").write_text("name: small\nruntime: python\n")
        (self.root / "Pulumi.dev.yaml").write_text("config: {}\n")
        for name, content in (("pulumi", FAKE), ("pulumi-language-python", "")):
            (self.bin / name).write_text(content)
            (self.bin / name).chmod(0o755)
        self.tell()

    def tell(self, does: str = "", select: str = SELECT, state: tuple[object, ...] = ()) -> None:
        (self.bin / "does").write_text(does)
        (self.bin / "select").write_text(select)
        (self.bin / "state.json").write_text(json.dumps({"deployment": {"resources": state}}))

    @property
    def calls(self) -> list[str]:
        calls = self.bin / "calls"
        return calls.read_text().splitlines() if calls.exists() else []

    def run(self, operation: str, *arguments: str) -> int:
        return engine.run(self.root, operation, "dev", EngineOptions(arguments=arguments))


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeCli:
    made = FakeCli(tmp_path)
    monkeypatch.setenv("PATH", f"{made.bin}:/bin:/usr/bin")
    return made


def test_the_cli_sees_nothing_of_the_user_and_is_given_a_home_of_its_own(
    cli: FakeCli, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    theirs = {
        "AWS_PROFILE": "production",
        "PULUMI_BACKEND_URL": "s3://theirs",
        "PULUMI_CONFIG_PASSPHRASE": "theirs",
        "PULUMI_HOME": "/theirs",
        "PULUMI_STACK": "prod",
        "UV_PROJECT_ENVIRONMENT": "/theirs",
        "UV_PYTHON": "3.9",
        "VIRTUAL_ENV": "/theirs",
        "HTTPS_PROXY": "http://proxy.example",
        "NO_PROXY": "example.com",
    }
    for name, value in theirs.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    cli.tell(does='env -0 >"$here/env"')

    assert cli.run("up") == 0
    pairs = (line.partition("=")[::2] for line in (cli.bin / "env").read_text().split("\0") if line)
    given = dict(pairs)
    folder = cli.root / ".cache" / "engine"
    assert given["PULUMI_BACKEND_URL"].startswith((folder / "dev").as_uri())
    assert given["PULUMI_HOME"] == str(folder / ".home")
    assert (cli.bin / "home").read_text() == f"{folder / '.home'}\n"
    assert given["UV_CACHE_DIR"] == str(cli.root / ".cache" / "uv")
    assert given["NO_PROXY"] == "localhost,127.0.0.1,example.com"
    assert given["no_proxy"] == "localhost,127.0.0.1"
    assert given["HTTPS_PROXY"] == "http://proxy.example"
    assert given.keys().isdisjoint(
        {"AWS_PROFILE", "PULUMI_STACK", "UV_PROJECT_ENVIRONMENT", "UV_PYTHON", "VIRTUAL_ENV"}
    )
    (call,) = cli.calls
    assert call.startswith("up --stack dev --non-interactive --config-file ")
    assert call.endswith(" --yes --suppress-progress")
    assert capfd.readouterr().err == (
        "Offline: no account is asked, and the state is .cache/engine/dev\n"
    )


def test_a_cli_that_is_killed_leaves_no_process_behind(
    cli: FakeCli, capfd: pytest.CaptureFixture[str]
) -> None:
    cli.tell(does='sleep 60 & echo $! >"$here/child"; kill -9 $$')

    assert cli.run("up") == 2
    assert ended(int((cli.bin / "child").read_text()), 5)
    assert capfd.readouterr().err.splitlines()[-1] == (
        "Stopped on the way: the next `plinth up dev` takes up from here"
    )


def test_what_is_protected_is_named_before_anything_is_destroyed(
    cli: FakeCli, capfd: pytest.CaptureFixture[str]
) -> None:
    cli.tell(state=({**KEPT, "protect": True},))

    assert cli.run("destroy") == 2
    folder = cli.root / ".cache" / "engine" / "dev"
    assert capfd.readouterr().err.splitlines() == [
        "error: 1 protected resource stays, as in the account: kept. Nothing was destroyed.",
        "All that they don't need goes with `plinth destroy dev -- --exclude-protected`.",
        f"To forget this offline dev altogether, remove the folder {folder}",
    ]
    assert cli.calls == []


def test_a_run_that_is_ended_before_the_cli_began_says_so_and_starts_nothing(
    cli: FakeCli, capfd: pytest.CaptureFixture[str]
) -> None:
    cli.tell(select=f"kill -TERM {os.getpid()}; exec sleep 60")
    before = signal.getsignal(signal.SIGTERM)

    assert cli.run("up") == 2
    assert capfd.readouterr().err == (
        "error: interrupted; the next `plinth up dev` takes up from here\n"
    )
    assert cli.calls == []
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("name", ["../elsewhere", ".home", "a/b", "two words", "x" * 101])
def test_a_stack_is_never_kept_outside_its_own_folder(
    name: str, cli: FakeCli, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    options = EngineOptions(config_file=cli.root / "Pulumi.dev.yaml")
    assert engine.run(cli.root, "up", name, options) == 2
    assert capfd.readouterr().err.startswith("error: a stack's name must be letters, digits,")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["bin", "small"]
    assert not (cli.root / ".cache").exists()


def test_a_folder_that_cant_be_written_is_named(
    cli: FakeCli, capfd: pytest.CaptureFixture[str]
) -> None:
    cache = cli.root / ".cache"
    cache.write_text("a file")
    assert cli.run("up") == 2
    assert capfd.readouterr().err == f"error: {cache / 'engine/dev'}: Not a directory\n"


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("echo '[' >Pulumi.dev.yaml", "Pulumi.dev.yaml is damaged: remove the folder "),
        ("echo 'config: {}' >Pulumi.dev.yaml", "Pulumi.dev.yaml is damaged: remove the folder "),
        ("echo 'disk quota exceeded' >&2; exit 1", "`pulumi stack` failed:\ndisk quota exceeded"),
    ],
)
def test_a_state_that_cant_be_used_is_told_in_words(
    select: str, said: str, cli: FakeCli, capfd: pytest.CaptureFixture[str]
) -> None:
    cli.tell(select=select)
    assert cli.run("preview") == 2
    output = capfd.readouterr().err
    assert said in output
    assert "Traceback" not in output
    assert cli.calls == []


def test_a_damaged_resource_is_named_in_one_line(
    cli: FakeCli, capfd: pytest.CaptureFixture[str]
) -> None:
    file = cli.root / ".cache/engine/dev/aws/role.json"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    assert cli.run("up") == 2
    line = capfd.readouterr().err.splitlines()[-1]
    assert line.startswith(f"error: the offline provider didn't start: {file} is not a resource")
    assert cli.calls == []


def test_values_reach_the_cli_as_the_plan_reads_them(cli: FakeCli) -> None:
    (cli.root / "Pulumi.dev.yaml").write_text("config: {'small:a': {on: yes, day: 2026-02-31}}\n")
    assert cli.run("preview") == 0
    written = json.loads((cli.root / ".cache/engine/dev/Pulumi.dev.yaml").read_text())
    assert written["config"] == {"small:a": {"on": "yes", "day": "2026-02-31"}}


def test_a_state_that_holds_nothing_is_cleared_after_a_destroy(
    cli: FakeCli, capfd: pytest.CaptureFixture[str]
) -> None:
    made = cli.root / ".cache/engine/dev/aws"
    made.mkdir(parents=True)
    (made / "trace.gone").touch()
    assert cli.run("destroy") == 0
    assert not made.exists()
    assert capfd.readouterr().err.splitlines()[-1] == (
        "All of the offline dev is gone: for `pulumi stack rm` there is nothing left."
    )
