"""docs/first-deployment.md and the README: each command prints what is shown there."""

import json
import re
import shlex
import shutil
import subprocess
import sysconfig
import venv
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
import yaml
from typer import Typer
from typer.testing import CliRunner

from offline.graph import Graph
from ops import cli, cli_bootstrap, pulumi_cli
from ops.provider_process import provider
from tests import stacks
from tests.guides import Step, steps
from tests.ops.emulator import ACCOUNT, Emulator

ROOT: Final = stacks.ROOT
TEXT: Final = (ROOT / "docs" / "first-deployment.md").read_text()
GUIDE: Final = steps(TEXT)
README: Final = steps((ROOT / "README.md").read_text())
MAKEFILE: Final = (ROOT / "Makefile").read_text()
BUCKET: Final = f"plinth-state-{ACCOUNT}-eu-west-2"
# The steps by what it takes to try them. Those between are of test_live_migrate.py.
PLAN, BOOTSTRAP, DEPLOY, HAND_OVER = GUIDE[0], GUIDE[1:4], GUIDE[4:11], GUIDE[13:]
# What the program is made of; environment and configuration are those of the test.
PROGRAM: Final = ("__main__.py", "Pulumi.yaml", "app", "components", "composition", "settings")


def plinth(root: Path, *arguments: str) -> str:
    """What a command prints that works on the account."""
    app = Typer()
    cli_bootstrap.register(app, root)
    return CliRunner().invoke(app, arguments, catch_exceptions=False).output


def tried(step: Step, root: Path = ROOT) -> bool:
    """Run the command of a step, and see whether it prints what is shown."""
    if step.command.startswith("make "):
        return step.is_what(plinth(root, *behind(step.command)))
    if step.command.startswith(".venv/bin/plinth "):
        return step.is_what(plinth(root, *shlex.split(step.command)[1:]))
    done = subprocess.run(
        shlex.split(step.command),
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return step.is_what(done.stdout)


def behind(command: str) -> list[str]:
    """The arguments of the `plinth` command behind a target of the Makefile."""
    _, target, *values = shlex.split(command)
    (recipe,) = re.findall(rf"^{target}:.*\n\t@\$\(BIN\)/plinth (.+)$", MAKEFILE, re.MULTILINE)
    given = dict(value.split("=") for value in values)
    given["PLAN"] = f"dist/review/{given['STACK']}"
    return shlex.split(re.sub(r"\$\((\w+)\)", lambda found: given[found[1]], recipe))


def test_the_guide_shows_what_is_tried_here() -> None:
    assert [step.command.split(" '")[0].split(" --secrets")[0] for step in GUIDE] == [
        "make preview STACK=dev",
        ".venv/bin/plinth bootstrap dev --dry-run",
        "make bootstrap STACK=dev",
        "make bootstrap STACK=dev",
        "pulumi login",
        "pulumi stack init dev",
        "tail -2 Pulumi.dev.yaml",
        "make preview-live STACK=dev",
        "make deploy STACK=dev",
        "make deploy STACK=dev",
        "make drift STACK=dev",
        "make migrate STACK=dev",
        "make migrate STACK=dev",
        "make preview-live STACK=dev",
        "make deploy STACK=dev",
        "pulumi stack output --stack dev",
    ]


def test_the_stack_is_looked_at_without_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi_cli, "find", lambda _: None)
    done = CliRunner().invoke(cli.app, behind(PLAN.command))
    assert done.exit_code == 0
    assert PLAN.is_what(done.output)
    assert README[0].command == "make preview"
    assert README[0].is_what(done.output)


def test_what_is_wrong_with_a_configuration_is_said_as_the_readme_shows(tmp_path: Path) -> None:
    content = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    content["config"]["plinth:region"] = "us-east-1"
    content["config"]["plinth:network"]["nat"] = "two"
    content["config"]["plinth:api"]["memory_mb"] = "512"
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(yaml.safe_dump(content))
    (shown,) = README[1:]
    command = shlex.split(shown.command, comments=True)
    done = CliRunner().invoke(cli.app, [*command[1:], "--config-file", str(wrong)])
    assert done.exit_code == 2
    assert shown.is_what(done.output)


def test_the_account_is_prepared_and_put_right_as_shown(aws: Emulator) -> None:
    dry, first, again = BOOTSTRAP
    assert tried(dry)
    assert tried(first)
    s3 = aws.client("s3")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_policy(Bucket=BUCKET)
    assert tried(again)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The program, in a folder whose configuration may be written to."""
    root = tmp_path / "project"
    root.mkdir()
    # Without pyproject.toml, which would let the CLI sync an environment with it.
    for name in (*PROGRAM, "uv.lock"):
        (root / name).symlink_to(ROOT / name)
    # The pack's environment is the one beside its folder.
    shutil.copytree(ROOT / "policy", root / "policy")
    (root / "dist").mkdir()
    for archive in (ROOT / "dist").glob("*.zip"):
        (root / "dist" / archive.name).symlink_to(archive)
    shutil.copy(ROOT / "Pulumi.dev.yaml", root)
    # An environment of its own, that sees the packages of this one: nothing can change those.
    venv.create(root / ".venv")
    (packages,) = (root / ".venv" / "lib").glob("*/site-packages")
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib"))
    return root


@pytest.mark.skipif(pulumi_cli.find(ROOT) is None, reason="there is no Pulumi CLI on PATH")
@pytest.mark.timeout(240)
def test_the_stack_is_deployed_as_shown(
    aws: Emulator, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = plinth(project, "bootstrap", "dev")
    assert said.startswith(f"account {ACCOUNT}, eu-west-2"), said
    monkeypatch.chdir(project)
    monkeypatch.setenv("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true")
    monkeypatch.setenv("PULUMI_SKIP_UPDATE_CHECK", "true")
    log = tmp_path / "provider.log"
    made = tmp_path / "made"
    with provider(ROOT, state=made, account=ACCOUNT, known=None, log=log) as served:
        monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", f"aws:{served.port},awsx:{served.port}")
        for step in DEPLOY:
            assert tried(step, project)


def delivered() -> Graph:
    """The stack with the section that the guide adds."""
    (text,) = re.findall(r"```yaml\n(  plinth:delivery:\n.+?)```", TEXT, re.DOTALL)
    section = {key: json.dumps(value) for key, value in yaml.safe_load(text).items()}
    dev = stacks.project("dev")
    return replace(dev, config={**dev.config, **section}).run()


def test_the_roles_of_the_pipelines_are_made_as_shown() -> None:
    before = {item.urn: item for item in stacks.graph("dev").resources}
    graph = delivered()
    after = {item.urn: item for item in graph.resources}
    same = [urn for urn in before if before[urn].inputs == after[urn].inputs]
    created, updated = len(after) - len(before), len(before) - len(same)
    preview, deploy, outputs = HAND_OVER
    assert (
        counted(preview)
        == counted(deploy)
        == [
            *(created, updated, created + updated),
            # The engine counts the stack itself too.
            len(same) + 1,
        ]
    )
    names = re.findall(r"^    ([a-z_]+) ", outputs.shown, re.MULTILINE)
    assert names == sorted(names)
    assert {*names} <= graph.exports.keys()
    assert outputs.shown.startswith(f"Current stack outputs ({len(graph.exports)}):\n")
    assert graph.exports.keys() - stacks.graph("dev").exports.keys() == {*names}
    assert all(f"  + {name} " in preview.shown for name in names)


def counted(step: Step) -> list[int]:
    """What is created, what is updated, both, and what is left alone."""
    (counts,) = re.findall(
        r"\+ (\d+) (?:to create|created)\n +~ (\d+) (?:to update|updated)"
        r"\n +(\d+) changes\. (\d+) unchanged",
        step.shown,
    )
    return [int(count) for count in counts]
