"""Makes the children of a component through the engine, as a component's own provider would."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import resource_pb2 as rpb
from pulumi.runtime.proto import resource_pb2_grpc

from offline.awsx import Ref
from offline.constructs import CONSTRUCTORS, child_resource, output_value, uses
from offline.graph import Resource
from offline.values import UNKNOWN, decode_properties, encode


def construct(request: pb.ConstructRequest) -> pb.ConstructResponse:
    """Register a component and its children with the engine, and say what came of it.

    Transforms are the engine's to run: it sees each registration.

    Raises:
        LookupError: for a component that nothing is known about.
        ValueError: when the component's arguments are refused.
    """
    if request.type not in CONSTRUCTORS:
        raise LookupError(f"nothing is known about {request.type}: describe it in offline/")
    expansion = CONSTRUCTORS[request.type](request.name, decode_properties(request.inputs))
    with _monitor(request.monitorEndpoint) as monitor:
        urn = monitor.RegisterResource(_component(request)).urn
        component = Resource(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent,
            custom=False,
            inputs={},
            outputs={},
            protect=request.protect,
        )
        made: dict[Ref, Resource] = {}
        for child in expansion.children:
            declared = child_resource(
                child,
                urn="",
                parent=made[child.parent].urn if child.parent else urn,
                component=component,
                provider=request.providers.get(child.type.partition(":")[0], ""),
                made=made,
            )
            made[Ref(child.type, child.name)] = _registered(monitor, declared)
        monitor.RegisterResourceOutputs(rpb.RegisterResourceOutputsRequest(urn=urn))
    return _response(urn, expansion.outputs, made)


@contextmanager
def _monitor(endpoint: str) -> Iterator[resource_pb2_grpc.ResourceMonitorStub]:
    with grpc.insecure_channel(endpoint) as channel:
        yield resource_pb2_grpc.ResourceMonitorStub(channel)


def _component(request: pb.ConstructRequest) -> rpb.RegisterResourceRequest:
    return rpb.RegisterResourceRequest(
        type=request.type,
        name=request.name,
        parent=request.parent,
        custom=False,
        acceptSecrets=True,
        acceptResources=True,
        dependencies=request.dependencies,
        providers=request.providers,
        aliases=request.aliases,
        aliasSpecs=True,
        protect=request.protect,
        ignoreChanges=request.ignoreChanges,
        retainOnDelete=request.retainOnDelete,
        deletedWith=request.deletedWith,
    )


def _registered(monitor: resource_pb2_grpc.ResourceMonitorStub, declared: Resource) -> Resource:
    """Register one child; the same resource with the URN and id that the engine gave it."""
    inputs = struct_pb2.Struct()
    inputs.update(encode(declared.inputs))
    answer = monitor.RegisterResource(
        rpb.RegisterResourceRequest(
            type=declared.type,
            name=declared.name,
            parent=declared.parent,
            custom=True,
            object=inputs,
            acceptSecrets=True,
            acceptResources=True,
            supportsPartialValues=True,
            provider=declared.provider,
            protect=declared.protect,
            dependencies=declared.dependencies,
            propertyDependencies={
                name: rpb.RegisterResourceRequest.PropertyDependencies(urns=urns)
                for name, urns in declared.property_dependencies.items()
            },
        )
    )
    # In a preview the id of a resource still to be made comes back empty.
    return Resource(
        urn=answer.urn,
        type=declared.type,
        name=declared.name,
        parent=declared.parent,
        custom=True,
        inputs=declared.inputs,
        outputs={},
        id=answer.id or UNKNOWN,
    )


def _response(
    urn: str, outputs: Mapping[str, Any], made: Mapping[Ref, Resource]
) -> pb.ConstructResponse:
    state = struct_pb2.Struct()
    dependencies = {}
    for key, value in outputs.items():
        output = output_value(key, value, made)
        state.update({key: encode(output)})
        dependencies[key] = pb.ConstructResponse.PropertyDependencies(urns=uses(value, made))
    return pb.ConstructResponse(urn=urn, state=state, stateDependencies=dependencies)
