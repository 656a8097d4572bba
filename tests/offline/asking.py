"""Asks the offline provider as the engine asks it, without an engine."""

from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc

from offline.naming import Naming
from offline.provider import Provider
from offline.provider_resources import Resources
from offline.provider_state import Folder
from offline.values import decode_properties, encode

ACCOUNT = "111122223333"
MODES = pb.CheckRequest.AutonamingOptions


def urn_of(kind: str, name: str) -> str:
    return f"urn:pulumi:test::small::{kind}::{name}"


def struct(values: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(encode(values))
    return made


class Engine:
    """Asks the provider on one connection, as the engine does for each provider of a program."""

    def __init__(self, port: int) -> None:
        self.port = port
        # By default this library shares connections to one address; the engine doesn't.
        alone = [("grpc.use_local_subchannel_pool", 1)]
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=alone)
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def configure(self, **args: Any) -> None:
        self.stub.Configure(pb.ConfigureRequest(args=struct(args)))

    def check(
        self,
        kind: str,
        name: str,
        new: dict[str, Any],
        old: dict[str, Any] | None = None,
        mode: Any = MODES.PROPOSE,
    ) -> tuple[dict[str, Any], list[str]]:
        proposed = Naming().propose(kind, project="small", stack="test", name=name, urn=name)
        answer = self.stub.Check(
            pb.CheckRequest(
                urn=urn_of(kind, name),
                type=kind,
                name=name,
                news=struct(new),
                olds=struct(old or {}),
                autonaming=MODES(proposed_name=proposed, mode=mode),
            )
        )
        return decode_properties(answer.inputs), [failure.reason for failure in answer.failures]

    def diff(
        self, kind: str, name: str, old: dict[str, Any], new: dict[str, Any], identity: str = "x"
    ) -> pb.DiffResponse:
        answer: pb.DiffResponse = self.stub.Diff(
            pb.DiffRequest(
                urn=urn_of(kind, name),
                type=kind,
                id=identity,
                olds=struct(old),
                old_inputs=struct(old),
                news=struct(new),
            )
        )
        return answer

    def create(
        self, kind: str, name: str, inputs: dict[str, Any], *, preview: bool = False
    ) -> tuple[str, dict[str, Any]]:
        answer = self.stub.Create(
            pb.CreateRequest(
                urn=urn_of(kind, name), type=kind, properties=struct(inputs), preview=preview
            )
        )
        return answer.id, decode_properties(answer.properties)

    def read(
        self, kind: str, name: str, identity: str, inputs: dict[str, Any] | None = None
    ) -> pb.ReadResponse:
        given = struct(inputs or {})
        answer: pb.ReadResponse = self.stub.Read(
            pb.ReadRequest(urn=urn_of(kind, name), type=kind, id=identity, inputs=given)
        )
        return answer

    def update(
        self, kind: str, name: str, identity: str, new: dict[str, Any], *, preview: bool = False
    ) -> dict[str, Any]:
        answer = self.stub.Update(
            pb.UpdateRequest(
                urn=urn_of(kind, name), type=kind, id=identity, news=struct(new), preview=preview
            )
        )
        return decode_properties(answer.properties)

    def delete(self, kind: str, name: str, identity: str) -> None:
        self.stub.Delete(pb.DeleteRequest(urn=urn_of(kind, name), type=kind, id=identity))


@contextmanager
def serving(folder: Folder, root: Path, account: str = ACCOUNT) -> Iterator[Engine]:
    """Serve what a folder holds; a connection that is not configured yet."""
    server = grpc.server(futures.ThreadPoolExecutor(8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(
        Provider(Resources(folder, root), account), server
    )
    engine = Engine(server.add_insecure_port("127.0.0.1:0"))
    server.start()
    try:
        yield engine
    finally:
        engine.channel.close()
        server.stop(grace=None).wait()
