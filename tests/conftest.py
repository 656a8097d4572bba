"""Fixtures. A test builds something, then looks at plain data; it never asserts in an apply."""

import gc
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from botocore.loaders import create_loader
from hypothesis import HealthCheck, settings

from offline import imports
from offline.graph import Graph
from tests import stacks

ROOT = Path(__file__).resolve().parent.parent

# A machine that is busy is no failure.
settings.register_profile(
    "plinth", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("plinth")
# As in the command line: whole services of the SDK, and collecting on the way, are most of what a
# synthesis costs.
imports.load_only_what_is_named()
gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session", autouse=True)
def _models_of_aws_are_read_once() -> Iterator[None]:
    """Each session of boto3 would read and parse megabytes of JSON again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", cache(create_loader))
        yield


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch, _home: Path) -> None:
    """Nothing on the developer's machine can reach a test."""
    for variable in [name for name in os.environ if name.startswith(("AWS_", "PULUMI_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(_home))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # An Output turned into text by accident raises instead of printing a warning.
    monkeypatch.setenv("PULUMI_ERROR_OUTPUT_STRING", "true")


@pytest.fixture(params=sorted(stacks.config_files()))
def stack(request: pytest.FixtureRequest) -> Graph:
    """The whole program, as each stack and example; computed values filled in."""
    return stacks.graph(request.param)
