"""Cases as the engine sends them."""

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2

from rules.core.remedies import on_the_wire
from rules.core.resource import Given
from rules.core.types import PROVIDER

URN = "urn:pulumi:test::plinth::pulumi:pulumi:Stack::plinth-test"


def struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Properties in the engine's form."""
    found = struct_pb2.Struct()
    found.update(on_the_wire(properties))
    return found


def analyze_request(item: Given, given: Iterable[Given] = ()) -> Any:
    """What the engine asks of one resource."""
    return proto.AnalyzeRequest(
        type=item.type,
        urn=item.urn,
        name=item.name,
        properties=struct(item.inputs),
        options=_options(item),
        provider=_provider(item, given),
    )


def stack_request(given: Iterable[Given]) -> Any:
    """What the engine asks of all resources: it sends their outputs."""
    members = [
        Given(urn=URN, type="pulumi:pulumi:Stack", name="plinth-test"),
        *given,
    ]
    return proto.AnalyzeStackRequest(
        resources=[
            analyzer_pb2.AnalyzerResource(
                type=item.type,
                urn=item.urn,
                name=item.name,
                properties=struct({**item.inputs, **item.outputs}),
                options=_options(item),
                provider=_provider(item, members),
                parent=item.parent,
                dependencies=item.dependencies,
                propertyDependencies={
                    key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
                    for key, urns in item.property_dependencies.items()
                },
            )
            for item in members
        ]
    )


def _options(item: Given) -> analyzer_pb2.AnalyzerResourceOptions:
    return analyzer_pb2.AnalyzerResourceOptions(
        protect=item.protect, ignoreChanges=item.ignore_changes, parent=item.parent
    )


def _provider(item: Given, given: Iterable[Given]) -> analyzer_pb2.AnalyzerProviderResource | None:
    for other in given:
        if other.type == PROVIDER and item.provider.startswith(other.urn):
            return analyzer_pb2.AnalyzerProviderResource(
                type=other.type, urn=other.urn, name=other.name, properties=struct(other.inputs)
            )
    return None
