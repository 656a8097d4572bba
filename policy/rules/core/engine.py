"""The pack as Pulumi's engine calls it, over gRPC.

The SDK's own service reads every resource again for each policy, which for a pack of this size
costs a hundred times what the rules do. This one reads each resource once and runs the rules of its
type; what it answers is the same. Only here does the pack touch the SDK's inside.
"""

import sys
import threading
from collections.abc import Iterable, Mapping
from concurrent import futures
from datetime import date
from typing import Any, Final, NoReturn

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2_grpc
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer

from rules.core import configuration
from rules.core.configuration import Configuration, ConfigurationError
from rules.core.judge import WAIVERS, decoded_provider
from rules.core.policies import policy_of
from rules.core.remedies import changed_on_the_wire
from rules.core.resource import Given, Resource
from rules.core.rule import Kind, Level, Rule
from rules.core.runner import Active, Outcome, Runner
from rules.core.stack import Stack
from rules.core.types import STACK, canonical
from rules.core.view import View
from rules.core.waivers import Waiver

# The CLI takes the version from PulumiPolicy.yaml.
_VERSION: Final = "0.0.1"
_LARGEST_MESSAGE: Final = 400 * 1024 * 1024
_LEVELS: Final = {
    proto.ADVISORY: Level.ADVISORY,
    proto.MANDATORY: Level.MANDATORY,
    proto.DISABLED: Level.DISABLED,
    proto.REMEDIATE: Level.REMEDIATE,
}
_ON_THE_WIRE: Final = {level: number for number, level in _LEVELS.items()}
_SEVERITIES: Final = {
    "low": proto.POLICY_SEVERITY_LOW,
    "medium": proto.POLICY_SEVERITY_MEDIUM,
    "high": proto.POLICY_SEVERITY_HIGH,
    "critical": proto.POLICY_SEVERITY_CRITICAL,
}


class Servicer(proto.AnalyzerServicer):
    """Answers the engine. It is called from several threads."""

    def __init__(
        self, name: str, rules: Mapping[str, Rule], waivers: tuple[Waiver, ...], today: date
    ) -> None:
        self._name = name
        self._rules = rules
        self._waivers = waivers
        self._today = today
        self._runner = Runner(rules, Configuration(), waivers, today)
        self._sdk = _PolicyAnalyzerServicer(
            name,
            _VERSION,
            [policy_of(rule, waivers, today) for rule in rules.values()],
            EnforcementLevel.MANDATORY,
        )

    # The service that the engine calls: its names are the protocol's.

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What rules there are."""
        return self._sdk.GetAnalyzerInfo(request, context)  # type: ignore[no-untyped-call]

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Which version of the SDK answers."""
        return self._sdk.GetPluginInfo(request, context)  # type: ignore[no-untyped-call]

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Take note of the stack: rules read nothing of it but its resources."""
        return proto.AnalyzerStackConfigureResponse()

    def Configure(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: N802
        """Take levels and thresholds; refuse what no rule would use."""
        raw = {
            name: {
                configuration.LEVEL: _LEVELS[entry.enforcementLevel].value,
                **json_format.MessageToDict(entry.properties),
            }
            for name, entry in request.policyConfig.items()
        }
        try:
            found = configuration.parse(raw, self._rules)
        except ConfigurationError as error:
            if context is None:
                raise
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        self._runner = Runner(self._rules, found, self._waivers, self._today)
        return empty_pb2.Empty()

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Judge one resource."""
        response = proto.AnalyzeResponse()
        if self._runner.of(canonical(request.type), Kind.RESOURCE):
            self._answer(response, self._runner.judge(_resource(request)))
        return response

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Judge all resources together, and the waivers."""
        response = proto.AnalyzeResponse()
        members = [_member(item) for item in request.resources]
        root = next((item for item in members if item.type == STACK), None)
        if root is None:
            root = Resource(Given(urn="", type=STACK, name=""), {})
        stack = Stack(members, root)
        for resource in members:
            self._answer(response, self._runner.judge(resource, stack))
        active = self._runner.active(WAIVERS.id)
        if active is not None:
            self._runner.try_waivers(members)
            for problem in self._runner.problems_of_waivers(members, root.stack):
                response.diagnostics.append(
                    self._diagnostic(active, active.effect, problem, root.urn)
                )
        return response

    def Remediate(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002
        """Set right what the configuration wants set right."""
        response = proto.RemediateResponse()
        wanted = [
            item
            for item in self._runner.of(canonical(request.type), Kind.RESOURCE)
            if item.level is Level.REMEDIATE
        ]
        for active in wanted:
            if not active.rule.remediable:
                reason = f"{active.rule.id} has no remedy"
                response.not_applicable.append(
                    proto.PolicyNotApplicable(policy_name=active.rule.id, reason=reason)
                )
        if not any(active.rule.remediable for active in wanted):
            return response
        properties = json_format.MessageToDict(request.properties)
        for active, changes in self._runner.remedy(_resource(request)):
            changed_on_the_wire(properties, changes)
            remedied = struct_pb2.Struct()
            remedied.update(properties)
            response.remediations.append(
                proto.Remediation(
                    policyName=active.rule.id,
                    policyPackName=self._name,
                    policyPackVersion=_VERSION,
                    description=active.rule.title,
                    properties=remedied,
                )
            )
        return response

    def _answer(self, response: Any, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            active, urn = outcome.active, outcome.resource.urn
            for message in outcome.messages:
                level, text = active.effect, message
                if outcome.waiver is not None:
                    waiver = outcome.waiver
                    level = Level.ADVISORY
                    text = (
                        f"{message}: waived until {waiver.expiry} ({waiver.owner}: {waiver.reason})"
                    )
                response.diagnostics.append(self._diagnostic(active, level, text, urn))
            if outcome.missing and not outcome.messages:
                reason = f"{outcome.resource.name}: {outcome.missing} is not known yet"
                response.not_applicable.append(
                    proto.PolicyNotApplicable(policy_name=active.rule.id, reason=reason)
                )

    def _diagnostic(self, active: Active, level: Level, message: str, urn: str) -> Any:
        rule = active.rule
        return proto.AnalyzeDiagnostic(
            policyName=rule.id,
            policyPackName=self._name,
            policyPackVersion=_VERSION,
            description=rule.title,
            message=f"{rule.title}\n{message}",
            enforcementLevel=_ON_THE_WIRE[level],
            severity=_SEVERITIES[rule.severity],
            urn=urn,
        )


def decode(struct: struct_pb2.Struct) -> Any:
    """Read properties off the wire, still in the engine's form."""
    return {name: _decoded(value) for name, value in struct.fields.items()}


def _decoded(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "struct_value":
        return decode(value.struct_value)
    if kind == "list_value":
        return [_decoded(item) for item in value.list_value.values]
    if kind == "bool_value":
        return value.bool_value
    return value.number_value if kind == "number_value" else None


def _provider(request: Any) -> View | None:
    if not request.HasField("provider"):
        return None
    return decoded_provider(decode(request.provider.properties))


def _resource(request: Any) -> Resource:
    given = Given(
        type=request.type,
        name=request.name,
        urn=request.urn,
        parent=request.options.parent,
        protect=request.options.protect,
        ignore_changes=tuple(request.options.ignoreChanges),
    )
    return Resource(given, decode(request.properties), _provider(request))


def _member(item: Any) -> Resource:
    given = Given(
        type=item.type,
        name=item.name,
        urn=item.urn,
        parent=item.parent,
        protect=item.options.protect,
        ignore_changes=tuple(item.options.ignoreChanges),
        dependencies=tuple(item.dependencies),
        property_dependencies={
            name: tuple(found.urns) for name, found in item.propertyDependencies.items()
        },
    )
    return Resource(given, decode(item.properties), _provider(item))


def serve(servicer: Servicer) -> NoReturn:
    """Serve the engine until it ends this process."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=4),
        options=[("grpc.max_receive_message_length", _LARGEST_MESSAGE)],
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    # The language host reads the port off the first line.
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop(0)
    raise SystemExit(0)
