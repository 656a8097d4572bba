"""`plinth live migrate`, with a secret and a function in an emulator that runs functions."""

import io
import zipfile
from pathlib import Path
from typing import Final

import pytest
from typer import Typer
from typer.testing import CliRunner

from ops import cli_bootstrap
from tests.guides import steps
from tests.ops.emulator import ACCOUNT, ROOT, Emulator
from tests.ops.fake_tools import FakePulumi, project_files

FUNCTION: Final = "plinth-dev-migrations-function-a1b2c3"
# The user of the secret says what happens; app/migrations is tested with a real database.
CODE: Final = """
def handler(event, _context):
    if event["username"] == "broken":
        raise RuntimeError("relation exists\\nalready")
    return {"before": {"old": "0001", "new": None}.get(event["username"], "0002"), "after": "0002"}
"""
SAID: Final = {
    "new": "dev: the tables were made, at revision 0002",
    "old": "dev: the tables went from revision 0001 to 0002",
    "same": "dev: the tables are at revision 0002, as before",
}


@pytest.fixture
def pulumi(tmp_path: Path) -> FakePulumi:
    """A CLI in a copy of the project's files."""
    project_files(tmp_path)
    return FakePulumi(tmp_path)


@pytest.fixture(scope="module")
def code() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("migrations.py", CODE)
    return made.getvalue()


def deployed(aws: Emulator, pulumi: FakePulumi, code: bytes, user: str = "new") -> None:
    """A stack whose database's administrator has this name."""
    aws.client("lambda").create_function(
        FunctionName=FUNCTION,
        Runtime="python3.13",
        Handler="migrations.handler",
        Role=f"arn:aws:iam::{ACCOUNT}:role/migrations",
        Code={"ZipFile": code},
        Publish=True,
    )
    aws.client("lambda").create_alias(FunctionName=FUNCTION, Name="live", FunctionVersion="1")
    text = f'{{"username": "{user}", "password": "sesame"}}'
    secret = aws.client("secretsmanager").create_secret(Name="rds!cluster-1", SecretString=text)
    pulumi.tell(outputs={"migrations_function": FUNCTION, "database_secret_arn": secret["ARN"]})


def migrate(pulumi: FakePulumi) -> tuple[int, str]:
    app = Typer()
    cli_bootstrap.register(app, pulumi.root)
    done = CliRunner().invoke(app, ["live", "migrate", "dev"])
    return done.exit_code, done.output.strip()


@pytest.mark.parametrize(("user", "said"), SAID.items())
def test_the_function_migrates_with_the_administrators_secret(
    aws: Emulator, pulumi: FakePulumi, code: bytes, user: str, said: str
) -> None:
    deployed(aws, pulumi, code, user)
    assert migrate(pulumi) == (0, said)


def shown(guide: str) -> list[str]:
    """What a guide says that the command prints."""
    found = steps((ROOT / "docs" / guide).read_text())
    return [step.shown for step in found if step.command.startswith("make migrate ")]


def test_the_guides_show_what_is_printed_and_the_newest_revision() -> None:
    newest = max(path.stem[1:5] for path in (ROOT / "app/migrations/versions").glob("m*.py"))
    said = {user: f"{text}\n".replace("0002", newest) for user, text in SAID.items()}
    assert shown("first-deployment.md") == [said["new"], said["same"]]
    assert shown("starts-and-releases.md") == [said["old"].replace("dev", "prod")]


def test_a_migration_that_fails_says_why_in_one_line(
    aws: Emulator, pulumi: FakePulumi, code: bytes
) -> None:
    deployed(aws, pulumi, code, "broken")
    status, said = migrate(pulumi)
    assert status == 1
    assert said.startswith("error: the migration of dev failed, and changed nothing: ")
    assert said.endswith(": relation exists already")


def test_a_stack_without_a_database_of_its_own_has_nothing_to_migrate(pulumi: FakePulumi) -> None:
    assert migrate(pulumi) == (0, "dev has no database of its own to migrate")


def test_what_aws_refuses_is_said(aws: Emulator, pulumi: FakePulumi, code: bytes) -> None:
    deployed(aws, pulumi, code)
    aws.client("lambda").delete_alias(FunctionName=FUNCTION, Name="live")
    status, said = migrate(pulumi)
    assert status == 2
    assert said.startswith("error: Invoke failed: ResourceNotFoundException: ")
