"""The provider as a process, and what it makes of an engine's habits."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from offline.provider_state import Folder
from offline.values import Secret
from tests import stacks
from tests.offline.asking import ACCOUNT, Engine, serving, struct, urn_of

VPC = "aws:ec2/vpc:Vpc"
CIDR = {"cidrBlock": "10.0.0.0/16"}


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Engine]:
    """A connection that is not configured."""
    with serving(Folder(tmp_path / "aws"), tmp_path) as made:
        yield made


def test_an_engine_of_before_configures_by_its_own_variables(bare: Engine) -> None:
    variables = {
        "aws:config:region": "us-east-1",
        "aws:config:defaultTags": '{"tags": {"owner": "us"}}',
    }
    bare.stub.Configure(pb.ConfigureRequest(variables=variables))
    inputs, _ = bare.check(VPC, "v", CIDR)
    _, outputs = bare.create(VPC, "v", inputs)
    assert outputs["arn"].startswith("arn:aws:ec2:us-east-1:")
    assert outputs["tagsAll"] == {"owner": "us"}


def test_a_connection_that_was_made_anew_is_that_of_the_provider_before(bare: Engine) -> None:
    bare.configure(region="us-east-1")
    again = Engine(bare.port)
    _, outputs = again.create(VPC, "v", CIDR)
    again.channel.close()
    assert outputs["arn"].startswith("arn:aws:ec2:us-east-1:")


def test_nothing_is_made_before_a_provider_is_configured(bare: Engine) -> None:
    with pytest.raises(grpc.RpcError, match="aws is not configured yet"):
        bare.create(VPC, "v", CIDR)


def test_a_folder_that_takes_no_files_is_told_in_a_sentence(bare: Engine, tmp_path: Path) -> None:
    bare.configure(region="eu-west-2")
    shutil.rmtree(tmp_path / "aws", ignore_errors=True)
    (tmp_path / "aws").write_text("in the way")
    with pytest.raises(grpc.RpcError) as refused:
        bare.create(VPC, "v", CIDR)
    assert "can't be kept: " in str(refused.value.details())
    assert "Exception" not in str(refused.value.details())


def test_an_account_that_is_forbidden_is_refused(bare: Engine) -> None:
    with pytest.raises(grpc.RpcError, match=f"{ACCOUNT} is forbidden"):
        bare.configure(forbiddenAccountIds=f'["{ACCOUNT}"]')


def test_without_the_old_inputs_the_old_outputs_say_what_they_were(bare: Engine) -> None:
    bare.configure(region="eu-west-2")
    identity, outputs = bare.create(VPC, "v", CIDR)

    def changed(**new: Any) -> list[str]:
        request = pb.DiffRequest(
            urn=urn_of(VPC, "v"), type=VPC, id=identity, olds=struct(outputs), news=struct(new)
        )
        return list(bare.stub.Diff(request).replaces)

    assert changed(**CIDR) == []
    assert changed(cidrBlock="10.1.0.0/16") == ["cidrBlock"]


def test_what_comes_of_a_secret_is_as_secret(bare: Engine) -> None:
    bare.configure(region="eu-west-2", defaultTags='{"tags": {"owner": "us"}}')
    inputs, _ = bare.check(VPC, "v", {**CIDR, "tags": {"key": Secret("planted")}})
    _, outputs = bare.create(VPC, "v", inputs)
    assert outputs["tagsAll"] == Secret({"owner": "us", "key": "planted"})
    function = "aws:lambda/function:Function"
    group = {"logFormat": "JSON", "logGroup": Secret("planted")}
    _, outputs = bare.create(function, "f", {"name": "f", "loggingConfig": group})
    assert "planted" not in repr(outputs)


def test_an_unknown_type_fails_alike_whatever_is_asked(bare: Engine) -> None:
    bare.configure(region="eu-west-2")
    kind, said = "aws:kinesis/stream:Stream", "nothing is known about"
    assert said in bare.check(kind, "s", {})[1][0]
    for ask in (
        lambda: bare.create(kind, "s", {}),
        lambda: bare.create(kind, "s", {}, preview=True),
        lambda: bare.diff(kind, "s", {"name": "a"}, {"name": "b"}),
        lambda: bare.read(kind, "s", "s"),
        lambda: bare.update(kind, "s", "s", {}),
    ):
        with pytest.raises(grpc.RpcError, match=said):
            ask()


@pytest.mark.parametrize("stdin", [subprocess.PIPE, subprocess.DEVNULL])
def test_a_provider_ends_with_the_pipe_that_holds_it_and_without_one_when_it_is_told_to(
    stdin: int, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "offline.provider", "--state", str(tmp_path / "aws")]
    process = subprocess.Popen(command, cwd=stacks.ROOT, stdin=stdin, stdout=subprocess.PIPE)
    assert process.stdout is not None
    engine = Engine(int(process.stdout.readline()))
    engine.configure(region="eu-west-2")
    assert engine.create(VPC, "v", CIDR)[0].startswith("vpc-")
    engine.channel.close()
    if process.stdin is not None:
        process.stdin.close()
    else:
        process.send_signal(signal.SIGTERM)

    assert process.wait(20) in {0, -signal.SIGTERM}
    process.stdout.close()
