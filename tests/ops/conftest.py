"""Fixtures of the day-2 commands: an AWS account that is real enough to be changed."""

import os
from collections.abc import Iterator

import pytest

from tests.ops import emulator
from tests.ops.emulator import Emulator


@pytest.fixture(autouse=True)
def _not_in_a_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested in a workflow writes nothing into that workflow."""
    for variable in [name for name in os.environ if name.startswith("GITHUB_")]:
        monkeypatch.delenv(variable)


@pytest.fixture(scope="session")
def _aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    try:
        with emulator.running(tmp_path_factory.mktemp("aws") / "log") as started:
            yield started
    except emulator.NotInstallableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def _guarded_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    try:
        log = tmp_path_factory.mktemp("guarded-aws") / "log"
        with emulator.running(log, enforce_rights=True) as started:
            yield started
    except emulator.NotInstallableError as error:
        pytest.skip(str(error))


@pytest.fixture
def aws(_aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """An empty account, whose root's credentials are in the environment."""
    return _emptied(_aws, monkeypatch)


@pytest.fixture
def guarded_aws(_guarded_aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """An empty account that grants what IAM and resource policies allow, and no more."""
    return _emptied(_guarded_aws, monkeypatch)


def _emptied(account: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    account.reset()
    for name, value in account.environment().items():
        monkeypatch.setenv(name, value)
    return account
