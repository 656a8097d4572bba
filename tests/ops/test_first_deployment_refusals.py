"""What docs/first-deployment.md says of refusals is what the commands say."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from typer import Typer
from typer.testing import CliRunner

from ops import cli_bootstrap
from ops.aws_errors import explain
from ops.bootstrap import run
from ops.bootstrap.bucket import StateBucket
from ops.bootstrap.parts import BootstrapError, Tags
from ops.coordinates import coordinates
from tests.guides import is_told, refusals
from tests.ops.emulator import ACCOUNT, REGION, ROOT
from tests.ops.fake_tools import FakePulumi, project_files

GUIDE: Final = (ROOT / "docs" / "first-deployment.md").read_text()


def plinth(root: Path, *arguments: str) -> str:
    app = Typer()
    cli_bootstrap.register(app, root)
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    return done.output


def no_credentials(request: pytest.FixtureRequest) -> str:
    monkeypatch, folder = (
        request.getfixturevalue("monkeypatch"),
        request.getfixturevalue("tmp_path"),
    )
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(folder / "none"))
    return plinth(ROOT, "bootstrap", "dev")


def expired(_: pytest.FixtureRequest) -> str:
    return f"error: {explain(refusal('ExpiredToken', 'GetCallerIdentity'))}"


def another_account(request: pytest.FixtureRequest) -> str:
    request.getfixturevalue("aws")
    request.getfixturevalue("monkeypatch").setenv("AWS_ACCESS_KEY_ID", "999900001111")
    return plinth(ROOT, "bootstrap", "dev")


def missing_right(_: pytest.FixtureRequest) -> str:
    said = "User: arn:aws:iam::1:user/a is not authorized to perform: kms:CreateKey on resource: *"
    return f"error: {explain(refusal('AccessDeniedException', 'CreateKey', said))}"


def closed_bucket(_: pytest.FixtureRequest) -> str:
    s3 = boto3.client("s3", region_name=REGION)
    bucket = StateBucket(
        s3,
        name="plinth-state",
        account_id=ACCOUNT,
        region=REGION,
        key_arn=None,
        tags=Tags(fixed={}, given={}),
    )
    stubbed = Stubber(s3)
    stubbed.add_client_error("head_bucket", "403", "Forbidden", 403)
    with stubbed, pytest.raises(BootstrapError) as caught:
        bucket.find()
    return f"error: {caught.value}"


def doomed_key(request: pytest.FixtureRequest) -> str:
    kms = request.getfixturevalue("aws").client("kms")
    run.bootstrap(coordinates(ROOT, "dev"), lambda _: None)
    key = kms.describe_key(KeyId="alias/plinth-state")["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    return plinth(ROOT, "bootstrap", "dev")


def no_stack(request: pytest.FixtureRequest) -> str:
    root: Path = request.getfixturevalue("tmp_path")
    request.getfixturevalue("monkeypatch").chdir(root)
    project_files(root)
    FakePulumi(root).state(None)
    return plinth(root, "live", "preview", "dev")


def refusal(code: str, call: str, message: str = "Refused.") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, call)


# In the order of the guide's table, whose last line is of the CLI: test_live_engine.py.
WRONGS: Final = (
    no_credentials,
    expired,
    another_account,
    missing_right,
    closed_bucket,
    doomed_key,
    no_stack,
)


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        pytest.param(told, wrong, id=wrong.__name__)
        for told, wrong in zip(refusals(GUIDE)[:-1], WRONGS, strict=True)
    ],
)
def test_what_is_refused_is_said_as_the_guide_tells(
    request: pytest.FixtureRequest, told: str, wrong: Callable[[pytest.FixtureRequest], str]
) -> None:
    assert is_told(told, wrong(request))
