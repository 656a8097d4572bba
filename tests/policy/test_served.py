"""The real pack in a process of its own, over gRPC, as the language host starts it."""

import os
import subprocess
import sys
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2_grpc

from rules import PACK, RULES
from tests.policy.cases import aws, resources
from tests.policy.wire import analyze_request, stack_request

# The pack finds its own modules, whatever the environment has installed.
COMMAND = (sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK))


@pytest.fixture(scope="module")
def analyzer() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield analyzer_pb2_grpc.AnalyzerStub(channel)
        finally:
            process.kill()


def test_it_tells_its_name_and_rules(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    info = analyzer.GetAnalyzerInfo(empty_pb2.Empty())
    assert info.name == "plinth"
    assert info.supportsConfig
    assert {item.name for item in info.policies} == RULES.keys()


def test_it_judges_a_resource_and_a_stack(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    case = (aws("s3/bucket:Bucket", inputs={"forceDestroy": True}, protect=True),)
    (bucket,) = resources(case)
    alone = analyzer.Analyze(analyze_request(bucket))
    assert {item.policyName for item in alone.diagnostics} == {
        "s3-no-force-destroy",
        "tags-required",
    }
    together = analyzer.AnalyzeStack(stack_request([bucket]))
    assert "s3-bucket-bpa-attached" in {item.policyName for item in together.diagnostics}


def test_it_refuses_a_configuration_with_every_reason(
    analyzer: analyzer_pb2_grpc.AnalyzerStub,
) -> None:
    policies = {
        name: proto.PolicyConfig(enforcementLevel=proto.MANDATORY) for name in ("one", "two")
    }
    with pytest.raises(grpc.RpcError) as refusal:
        analyzer.Configure(proto.ConfigureAnalyzerRequest(policyConfig=policies))
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert str(refusal.value.details()).splitlines() == [
        "there is no rule one; plinth rules lists them",
        "there is no rule two; plinth rules lists them",
    ]
