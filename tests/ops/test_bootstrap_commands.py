"""`plinth bootstrap` and `plinth where` as somebody runs them: what they print, and exit codes."""

from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from ops import cli_bootstrap
from tests.ops.emulator import ACCOUNT, REGION, ROOT, Emulator

BUCKET = f"plinth-state-{ACCOUNT}-{REGION}"
ALIAS = "alias/plinth-state"


def plinth(*arguments: str) -> tuple[int, str]:
    app = Typer()
    cli_bootstrap.register(app, ROOT)
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, " ".join(done.output.split())


def test_the_command_ends_well(aws: Emulator) -> None:
    status, said = plinth("bootstrap", "dev")
    assert status == 0
    assert f"created bucket {BUCKET}" in said


def test_the_command_needs_a_known_stack() -> None:
    status, said = plinth("bootstrap", "nowhere")
    assert status == 2
    assert said.startswith("error: there is no stack 'nowhere'")


def test_the_command_needs_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert plinth("bootstrap", "dev") == (
        2,
        "error: there are no AWS credentials here: sign in (`aws sso login`), or set AWS_PROFILE",
    )


def test_where_says_what_follows_from_the_stack_file(tmp_path: Path) -> None:
    output = tmp_path / "output"
    status, said = plinth("where", "dev", "--output", str(output))
    assert status == 0
    assert output.read_text().splitlines() == said.split(" ")
    assert dict(line.split("=", 1) for line in said.split()) == {
        "stack": "dev",
        "account_id": ACCOUNT,
        "region": REGION,
        "backend": f"s3://{BUCKET}?region={REGION}",
        "secrets_provider": f"awskms://{ALIAS}?region={REGION}",
    }
