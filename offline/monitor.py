"""The resource monitor that a program talks to when there is no engine."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from google.protobuf import empty_pb2
from pulumi import ResourceOptions, ResourceTransformArgs, ResourceTransformResult
from pulumi.runtime.mocks import _resolve_callbacks
from pulumi.runtime.proto import resource_pb2 as pb

from offline import aws, managed, positions
from offline.awsx import Ref
from offline.constructs import CONSTRUCTORS, child_resource, output_value, uses
from offline.graph import PROVIDER_PREFIX, STACK_TYPE, Position, Resource
from offline.naming import Naming, random_text
from offline.values import UNKNOWN, Secret, decode_properties, encode, plain

Transform = Callable[[ResourceTransformArgs], ResourceTransformResult | None]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that no update could make, and the line that asked for it."""

    message: str
    position: Position | None

    def __str__(self) -> str:
        return f"{self.position}: {self.message}" if self.position else self.message


class Monitor:
    """Records registrations, and answers as an engine would, AWS's part from ``offline.aws``."""

    def __init__(
        self, *, project: str, stack: str, unknown: bool, naming: Naming, root: Path
    ) -> None:
        self.resources: dict[str, Resource] = {}
        self.outputs: dict[str, Mapping[str, Any]] = {}
        self.exports: Mapping[str, Any] = {}
        self.problems: list[Problem] = []
        # Whether the program was left without a value that it may need to go on.
        self.unanswered = False
        self._project = project
        self._stack = stack
        self._unknown = unknown
        self._naming = naming
        self._root = root
        self._places: dict[str, aws.Place] = {}
        self._transforms: dict[str, list[Transform]] = {}
        self._stack_transforms: list[Transform] = []

    # The service that the SDK calls: its names are the protocol's.

    def GetDeploymentInfo(self, _request: empty_pb2.Empty) -> pb.DeploymentInfo:
        return pb.DeploymentInfo(
            supportedFeatures=[
                pb.RESOURCE_MONITOR_FEATURE_SECRETS,
                pb.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
                pb.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
                pb.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
                pb.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
            ]
        )

    def SignalAndWaitForShutdown(self, _request: empty_pb2.Empty) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def RegisterStackTransform(self, request: Any) -> empty_pb2.Empty:
        self._stack_transforms += _resolve_callbacks([request])
        return empty_pb2.Empty()

    def RegisterResource(self, request: pb.RegisterResourceRequest) -> pb.RegisterResourceResponse:
        if request.type == STACK_TYPE:
            return pb.RegisterResourceResponse(urn=self._urn(request.type, request.name, ""))
        declared = self._declared(request)
        if request.transforms:
            self._transforms[declared.urn] = _resolve_callbacks(request.transforms)
        recorded = self._register(declared)
        if request.remote:
            return self._construct(recorded, request)
        response = pb.RegisterResourceResponse(urn=recorded.urn)
        if recorded.custom:
            response.id = "" if recorded.id is UNKNOWN else recorded.id
            response.object.update(encode(recorded.outputs))
        return response

    def RegisterResourceOutputs(self, request: Any) -> empty_pb2.Empty:
        outputs = decode_properties(request.outputs)
        if request.urn == self._urn(STACK_TYPE, f"{self._project}-{self._stack}", ""):
            self.exports = outputs
        else:
            self.outputs[request.urn] = outputs
        return empty_pb2.Empty()

    def ReadResource(self, request: Any) -> Any:
        position = positions.trace(request.stackTrace.frames, self._root)[:1]
        aws.row(request.type)
        raise LookupError(
            f"{position[0] if position else request.name}: a plan without an account can't read "
            f"the existing {request.type} {request.name}: give its values in the settings"
        )

    def Invoke(self, request: pb.ResourceInvokeRequest) -> pb.ResourceInvokeResponse:
        response = pb.ResourceInvokeResponse()
        answered = getattr(response, "return")
        if request.tok == "pulumi:pulumi:getResource":
            found = self.resources[str(request.args["urn"])]
            known = "" if found.id is UNKNOWN else found.id
            answered.update({"urn": found.urn, "id": known, "state": encode(found.outputs)})
        else:
            answered.update(encode(aws.answer(request.tok)))
        return response

    # What a registration means.

    def _urn(self, kind: str, name: str, parent: str) -> str:
        above = parent.split("::")[2] if parent else STACK_TYPE
        qualified = kind if above == STACK_TYPE else f"{above}${kind}"
        return f"urn:pulumi:{self._stack}::{self._project}::{qualified}::{name}"

    def _declared(self, request: pb.RegisterResourceRequest) -> Resource:
        trace = positions.trace(request.stackTrace.frames, self._root)
        timeouts = request.customTimeouts
        return Resource(
            urn=self._urn(request.type, request.name, request.parent),
            type=request.type,
            name=request.name,
            parent=request.parent,
            custom=request.custom,
            inputs=decode_properties(request.object),
            outputs={},
            provider=request.provider,
            protect=request.protect,
            retain_on_delete=request.retainOnDelete,
            delete_before_replace=(
                request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None
            ),
            deleted_with=request.deletedWith,
            dependencies=tuple(sorted(request.dependencies)),
            property_dependencies={
                name: tuple(sorted(item.urns))
                for name, item in request.propertyDependencies.items()
            },
            aliases=tuple(alias.urn or alias.spec.name for alias in request.aliases),
            ignore_changes=tuple(request.ignoreChanges),
            replace_on_changes=tuple(request.replaceOnChanges),
            additional_secret_outputs=tuple(request.additionalSecretOutputs),
            custom_timeouts={
                key: getattr(timeouts, key)
                for key in ("create", "update", "delete")
                if getattr(timeouts, key)
            },
            position=trace[0] if trace else None,
            trace=trace,
        )

    def _register(self, declared: Resource) -> Resource:
        """Record one resource, with what AWS would add to it."""
        if declared.urn in self.resources:
            self._problem(
                declared, f"there are two resources {declared.type} called {declared.name}"
            )
        transformed = self._transform(declared)
        if not declared.custom:
            recorded = transformed
        elif declared.type.startswith(PROVIDER_PREFIX):
            recorded = self._provider(transformed)
        else:
            recorded = self._managed(transformed)
        self.resources[recorded.urn] = recorded
        return recorded

    def _provider(self, declared: Resource) -> Resource:
        given = plain(declared.inputs)
        accounts = json.loads(given.get("allowedAccountIds", "[]"))
        tags = json.loads(given.get("defaultTags", "{}")).get("tags", {})
        self._places[declared.urn] = aws.Place(
            account=accounts[0] if accounts else aws.DEFAULT_ACCOUNT,
            region=given.get("region", aws.DEFAULT_REGION),
            tags=tags,
        )
        random = UUID(hex=random_text(declared.urn, "0123456789abcdef", 32), version=4)
        identity = UNKNOWN if self._unknown else str(random)
        return replace(declared, id=identity, outputs=dict(declared.inputs))

    def _managed(self, declared: Resource) -> Resource:
        place = self._places.get(declared.provider.rpartition("::")[0], aws.Place())
        given = inputs = dict(declared.inputs)
        computed: dict[str, Any] = {}
        identity: Any = UNKNOWN
        try:
            named = aws.name_of(
                declared.type,
                project=self._project,
                stack=self._stack,
                name=declared.name,
                urn=declared.urn,
                naming=self._naming,
            )
            given = {**named, **given}
            inputs = managed.checked(declared.type, given, place)
            if self._unknown:
                computed = aws.unknown_blocks(declared.type, inputs)
            else:
                identity, computed = aws.computed(
                    declared.type,
                    name=declared.name,
                    urn=declared.urn,
                    inputs=plain(inputs),
                    place=place,
                )
        except (LookupError, ValueError) as error:
            self._problem(declared, str(error))
            self.unanswered = self.unanswered or isinstance(error, LookupError)
        for message in managed.refusals(declared.type, given, self._root):
            self._problem(declared, f"{declared.type} {declared.name}: {message}")
        outputs = managed.outputs(inputs, computed)
        for secret in declared.additional_secret_outputs:
            if secret in computed:
                outputs[secret] = Secret(plain(outputs[secret]))
        return replace(declared, given=given, inputs=inputs, id=identity, outputs=outputs)

    def _transform(self, declared: Resource) -> Resource:
        """Apply the transforms of a resource, of what it stands under, and of the stack."""
        result = declared
        for transform in (*self._above(declared), *self._stack_transforms):
            args = ResourceTransformArgs(
                custom=result.custom,
                type_=result.type,
                name=result.name,
                props=dict(result.inputs),
                opts=ResourceOptions(),
            )
            changed = transform(args)
            if changed is not None:
                result = replace(result, inputs=dict(changed.props))
        return result

    def _above(self, declared: Resource) -> Iterator[Transform]:
        """The transforms on a resource itself, then those of its ancestors."""
        yield from self._transforms.get(declared.urn, ())
        above = self.resources.get(declared.parent)
        while above is not None:
            yield from self._transforms.get(above.urn, ())
            above = self.resources.get(above.parent)

    def _construct(
        self, component: Resource, request: pb.RegisterResourceRequest
    ) -> pb.RegisterResourceResponse:
        """Make the children that a component's provider would make, and answer for it."""
        if component.type not in CONSTRUCTORS:
            raise LookupError(f"nothing is known about {component.type}: describe it in offline/")
        expansion = CONSTRUCTORS[component.type](component.name, component.inputs)
        made: dict[Ref, Resource] = {}
        for child in expansion.children:
            parent = made[child.parent].urn if child.parent else component.urn
            made[Ref(child.type, child.name)] = self._register(
                child_resource(
                    child,
                    urn=self._urn(child.type, child.name, parent),
                    parent=parent,
                    component=component,
                    provider=request.providers.get(child.type.partition(":")[0], ""),
                    made=made,
                )
            )
        # In state, such a component has no inputs, outputs or provider: the program gets them here.
        self.resources[component.urn] = replace(
            component, inputs={}, provider="", dependencies=(), property_dependencies={}
        )
        response = pb.RegisterResourceResponse(urn=component.urn)
        for key, value in expansion.outputs.items():
            output = output_value(key, value, made)
            response.object.update({key: encode(output)})
            response.propertyDependencies[key].urns.extend(uses(value, made))
        return response

    def _problem(self, declared: Resource, message: str) -> None:
        self.problems.append(Problem(message, declared.position))
