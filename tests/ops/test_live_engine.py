"""The live commands with the real engine: state and key in the emulator, resources offline."""

import json
import shutil
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from ops import pulumi_cli
from ops.bootstrap import run
from ops.coordinates import Coordinates, coordinates
from ops.live import drift, review
from ops.live.drift import Status
from ops.live.engine import Engine, LiveError, engine
from ops.provider_process import provider
from tests.guides import is_told, refusals
from tests.ops.emulator import ACCOUNT, ROOT, Emulator

pytestmark = [
    pytest.mark.skipif(pulumi_cli.find(ROOT) is None, reason="there is no Pulumi CLI on PATH"),
    pytest.mark.timeout(300),
]

GUIDE: Final = (ROOT / "docs" / "first-deployment.md").read_text()
PROGRAM: Final = """
import pulumi, pulumi_aws as aws
main = aws.Provider("main", region="eu-west-2", allowed_account_ids=["111122223333"])
here = pulumi.ResourceOptions(provider=main)
aws.cloudwatch.LogGroup("log", retention_in_days=365, opts=here)
pulumi.export("site_url", "https://site.example.com")
pulumi.export("password", pulumi.Output.secret("sesame"))
"""
PACK: Final = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def kept(args, report):
    if args.resource_type.endswith(":LogGroup") and not args.props.get("retentionInDays"):
        report("says how long it keeps its lines")

rule = ResourceValidationPolicy(name="kept", description="Logs are kept.", validate=kept)
PolicyPack("small", policies=[rule], enforcement_level=EnforcementLevel.MANDATORY)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small program in the dev stack's place."""
    root = tmp_path / "project"
    (root / "policy").mkdir(parents=True)
    # Without pyproject.toml, which would let the CLI sync an environment with it.
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "uv.lock"):
        shutil.copy(ROOT / name, root / name)
    shutil.copy(ROOT / "policy" / "PulumiPolicy.yaml", root / "policy")
    # An environment of its own, that sees the packages of this one: nothing can change those.
    venv.create(root / ".venv")
    (packages,) = (root / ".venv" / "lib").glob("*/site-packages")
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib"))
    (root / "__main__.py").write_text(PROGRAM)
    (root / "policy" / "__main__.py").write_text(PACK)
    return root


@pytest.fixture
def where(project: Path) -> Coordinates:
    return coordinates(project, "dev")


@pytest.fixture
def resources(tmp_path: Path) -> Path:
    """What the offline provider has made."""
    return tmp_path / "resources"


@pytest.fixture
def stack(
    aws: Emulator,
    project: Path,
    where: Coordinates,
    resources: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Engine]:
    """The stack as it is after the first steps of docs/first-deployment.md."""
    run.bootstrap(where, lambda _: None)
    monkeypatch.setenv("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true")
    log = tmp_path / "provider.log"
    with provider(ROOT, state=resources, account=ACCOUNT, known=None, log=log) as served:
        monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", f"aws:{served.port}")
        made = engine(project, where)
        made.ask("stack", "init", f"--secrets-provider={where.secrets_provider}")
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "review"


def test_a_reviewed_plan_is_applied_and_what_somebody_else_does_then_makes_the_next_unfit(
    stack: Engine, folder: Path, resources: Path, aws: Emulator, where: Coordinates
) -> None:
    assert review.preview(stack, folder) == 0
    assert "**2 to create**, 0 unchanged" in (folder / "summary.md").read_text()
    assert review.changes(folder)
    assert review.deploy(stack, folder) == 0
    assert review.outputs(stack) == {
        "site_url": "https://site.example.com",
        "password": "[secret]",
    }
    kept = state(aws, where)
    assert kept["ServerSideEncryption"] == "aws:kms"
    assert b"sesame" not in kept["Body"].read()
    assert review.preview(stack, folder) == 0
    assert not review.changes(folder)

    (log,) = resources.glob("*LogGroup*.json")
    record: dict[str, Any] = json.loads(log.read_text())
    record["properties"]["retentionInDays"] = 7
    log.write_text(json.dumps(record))
    looked = drift.look(stack)
    assert looked.status is Status.DRIFTED
    assert "retentionInDays" in looked.text

    assert stack.run("refresh", "--yes", "--skip-preview") == 0
    with pytest.raises(LiveError, match="the state of dev has moved since the plan was made"):
        review.deploy(stack, folder)


def state(aws: Emulator, where: Coordinates) -> Any:
    key = ".pulumi/stacks/plinth/dev.json"
    return aws.client("s3").get_object(Bucket=where.state_bucket, Key=key)


def test_what_the_pack_refuses_is_not_there_to_apply(
    stack: Engine, folder: Path, project: Path
) -> None:
    program = project / "__main__.py"
    program.write_text(PROGRAM.replace("retention_in_days=365, ", ""))
    assert review.preview(stack, folder) != 0
    with pytest.raises(LiveError, match="holds no reviewed plan"):
        review.deploy(stack, folder)


def test_two_updates_at_once_are_refused(
    stack: Engine,
    folder: Path,
    aws: Emulator,
    where: Coordinates,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert review.preview(stack, folder) == 0
    lock = {"pid": 1, "username": "other", "hostname": "h", "timestamp": "2026-01-01T00:00:00Z"}
    key = ".pulumi/locks/organization/plinth/dev/other.json"
    s3 = aws.client("s3")
    s3.put_object(Bucket=where.state_bucket, Key=key, Body=json.dumps(lock).encode())
    capsys.readouterr()
    assert review.deploy(stack, folder) != 0
    (told,) = (item for item in refusals(GUIDE) if "locked" in item)
    assert is_told(told, capsys.readouterr().out)
