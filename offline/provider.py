"""Stands in for the providers ``aws`` and ``awsx`` under the real Pulumi CLI.

    python -m offline.provider --state FOLDER [--account 111122223333] [--known FILE]

prints the port that it serves on 127.0.0.1, for ``PULUMI_DEBUG_PROVIDERS=aws:PORT,awsx:PORT``.
Where its standard input is a pipe, it ends when that does: whoever holds the other end can be
killed, and it ends too. A number in the pipe is the process that it serves, which it then stops
before it ends.
"""

import argparse
import functools
import importlib
import importlib.metadata
import json
import os
import stat
import sys
import time
from collections.abc import Callable, Mapping
from concurrent import futures
from pathlib import Path
from typing import Any, Final, TypeVar

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as pb

from offline import aws
from offline.differences import Change
from offline.imports import load_only_what_is_named
from offline.processes import stop
from offline.provider_construct import construct
from offline.provider_names import Proposal
from offline.provider_places import Places
from offline.provider_resources import Diff, Resources
from offline.provider_state import Folder
from offline.values import decode_properties, encode

# Components wait for their children, which come back to the same server.
_THREADS: Final = 64
_PATIENCE_SECONDS: Final = 10
_KINDS: Final[Mapping[tuple[Change, bool], "pb.PropertyDiff.Kind.ValueType"]] = {
    (Change.ADDED, False): pb.PropertyDiff.ADD,
    (Change.ADDED, True): pb.PropertyDiff.ADD_REPLACE,
    (Change.REMOVED, False): pb.PropertyDiff.DELETE,
    (Change.REMOVED, True): pb.PropertyDiff.DELETE_REPLACE,
    (Change.CHANGED, False): pb.PropertyDiff.UPDATE,
    (Change.CHANGED, True): pb.PropertyDiff.UPDATE_REPLACE,
}

_Method = TypeVar("_Method", bound=Callable[..., Any])


def _refusing(method: _Method) -> _Method:
    """Tell the engine what is refused as a message, not as an exception of this program."""

    @functools.wraps(method)
    def called(self: "Provider", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except (LookupError, ValueError) as error:
            # A KeyError shows its message in quotes.
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error.args[0]))
        except OSError as error:
            # A full disk, a folder that somebody has taken away.
            where = f"{error.filename}: " if error.filename else ""
            context.abort(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"the resources of the offline account can't be kept: {where}{error.strerror}",
            )
        except grpc.RpcError as error:
            # The engine's own word, about a child of a component.
            context.abort(error.code(), error.details() or "")

    return called  # type: ignore[return-value]


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The protocol's service: each method reads a request and writes an answer.

    Args:
        account: the account that it stands for.
    """

    def __init__(self, resources: Resources, account: str) -> None:
        self._resources = resources
        self._places = Places(account)

    def Handshake(self, _request: Any, _context: Any) -> pb.ProviderHandshakeResponse:
        return pb.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=True, supports_autonaming_configuration=True
        )

    def Attach(self, _request: Any, _context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def Cancel(self, _request: Any, _context: Any) -> empty_pb2.Empty:
        # Nothing here takes long enough to be worth stopping.
        return empty_pb2.Empty()

    def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi-aws"))

    def GetSchema(self, _request: Any, _context: Any) -> pb.GetSchemaResponse:
        version = importlib.metadata.version("pulumi-aws")
        return pb.GetSchemaResponse(schema=json.dumps({"name": "aws", "version": version}))

    def CheckConfig(self, request: pb.CheckRequest, _context: Any) -> pb.CheckResponse:
        return pb.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: pb.DiffRequest, _context: Any) -> pb.DiffResponse:
        same = request.old_inputs == request.news
        changes = pb.DiffResponse.DIFF_NONE if same else pb.DiffResponse.DIFF_SOME
        return pb.DiffResponse(changes=changes)

    @_refusing
    def Configure(
        self, request: pb.ConfigureRequest, context: grpc.ServicerContext
    ) -> pb.ConfigureResponse:
        self._places.configure(context.peer(), request)
        return pb.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=True,
            supports_autonaming_configuration=True,
        )

    @_refusing
    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        inputs, problems = self._resources.check(
            request.type,
            request.urn,
            new=decode_properties(request.news),
            old=decode_properties(request.olds),
            proposal=_proposal(request),
            place=self._place(context),
        )
        failures = [pb.CheckFailure(reason=problem) for problem in problems]
        return pb.CheckResponse(inputs=_struct(inputs), failures=failures)

    @_refusing
    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        return _diff_response(
            self._resources.diff(
                request.type,
                request.urn,
                request.id,
                # An engine of before they were sent leaves them out.
                old=_given(request, "old_inputs"),
                outputs=decode_properties(request.olds),
                new=decode_properties(request.news),
                place=self._place(context),
            )
        )

    @_refusing
    def Create(self, request: pb.CreateRequest, context: grpc.ServicerContext) -> pb.CreateResponse:
        inputs, place = decode_properties(request.properties), self._place(context)
        if request.preview:
            planned = self._resources.plan(request.type, inputs)
            return pb.CreateResponse(properties=_struct(planned))
        identity, outputs = self._resources.create(request.type, request.urn, inputs, place)
        return pb.CreateResponse(id=identity, properties=_struct(outputs))

    @_refusing
    def Read(self, request: pb.ReadRequest, context: grpc.ServicerContext) -> pb.ReadResponse:
        given, place = decode_properties(request.inputs), self._place(context)
        found = self._resources.read(request.type, request.urn, request.id, given, place)
        if found is None:
            # An empty id says that it is gone.
            return pb.ReadResponse()
        identity, inputs, outputs = found
        return pb.ReadResponse(id=identity, inputs=_struct(inputs), properties=_struct(outputs))

    @_refusing
    def Update(self, request: pb.UpdateRequest, context: grpc.ServicerContext) -> pb.UpdateResponse:
        outputs = self._resources.update(
            request.type,
            request.urn,
            request.id,
            outputs=decode_properties(request.olds),
            new=decode_properties(request.news),
            place=self._place(context),
            preview=request.preview,
        )
        return pb.UpdateResponse(properties=_struct(outputs))

    @_refusing
    def Delete(self, request: pb.DeleteRequest, _context: Any) -> empty_pb2.Empty:
        self._resources.delete(request.type, request.urn, request.id)
        return empty_pb2.Empty()

    @_refusing
    def Invoke(self, request: pb.InvokeRequest, _context: Any) -> pb.InvokeResponse:
        response = pb.InvokeResponse()
        getattr(response, "return").update(encode(aws.answer(request.tok)))
        return response

    @_refusing
    def Construct(self, request: pb.ConstructRequest, _context: Any) -> pb.ConstructResponse:
        return construct(request)

    def _place(self, context: grpc.ServicerContext) -> aws.Place:
        return self._places.of(context.peer())


def _given(request: Any, name: str) -> dict[str, Any] | None:
    return decode_properties(getattr(request, name)) if request.HasField(name) else None


def _proposal(request: pb.CheckRequest) -> Proposal:
    options = request.autonaming
    modes = pb.CheckRequest.AutonamingOptions
    if request.HasField("autonaming"):
        return Proposal(
            name=options.proposed_name,
            enforced=options.mode == modes.ENFORCE,
            disabled=options.mode == modes.DISABLE,
        )
    # As the SDK's own providers do it in a project that says nothing of names.
    return Proposal(name=f"{request.name}-{request.randomSeed.hex()[:7]}")


def _diff_response(diff: Diff) -> pb.DiffResponse:
    detailed: dict[str, pb.PropertyDiff] = {}
    for item, forces in sorted(diff.differences, key=lambda pair: pair[1]):
        detailed[item.path] = pb.PropertyDiff(kind=_KINDS[item.change, forces], inputDiff=True)
    replaces = {item.names[0] for item, forces in diff.differences if forces}
    changed = {item.names[0] for item, _ in diff.differences}
    return pb.DiffResponse(
        changes=pb.DiffResponse.DIFF_SOME if detailed else pb.DiffResponse.DIFF_NONE,
        replaces=sorted(replaces),
        diffs=sorted(changed),
        deleteBeforeReplace=diff.delete_first,
        detailedDiff=detailed,
        hasDetailedDiff=True,
    )


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(encode(properties))
    return struct


def main() -> None:
    """Serve until the standard input ends, or without one until this process is told to end."""
    parser = argparse.ArgumentParser(prog="python -m offline.provider")
    parser.add_argument("--state", type=Path, required=True, help="the folder of what exists")
    parser.add_argument("--account", default=aws.DEFAULT_ACCOUNT, help="the account it stands for")
    parser.add_argument(
        "--known", type=Path, help="what the engine knows: [[URN, id], ...] as JSON"
    )
    given = parser.parse_args()
    known = json.loads(given.known.read_text()) if given.known else None
    folder = Folder(given.state, None if known is None else map(tuple, known))
    server = grpc.server(futures.ThreadPoolExecutor(_THREADS))
    provider = Provider(Resources(folder, Path.cwd()), given.account)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # While the engine looks for its plugins: the first check would wait for it otherwise.
    load_only_what_is_named()
    importlib.import_module("pulumi_aws")
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        _wait_for_the_other_end()
    else:
        server.wait_for_termination()
    server.stop(grace=None)
    sys.stderr.write(f"served for {time.process_time():.1f} processor seconds\n")


def _wait_for_the_other_end() -> None:
    served = 0
    for line in sys.stdin:
        served = int(line)
    if served:
        stop(served, _PATIENCE_SECONDS)


if __name__ == "__main__":
    main()
