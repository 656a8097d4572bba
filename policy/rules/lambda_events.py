"""Rules for what invokes functions by events, and what becomes of those that fail."""

from collections.abc import Iterator
from typing import Annotated, Final

from rules.core.findings import each, some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit
from rules.core.values import NotKnown
from rules.lambda_access import PERMISSION, RESOURCE_POLICY, service
from rules.lambda_functions import FUNCTION
from rules.links import FUNCTION as LINK
from rules.links import QUEUE as QUEUES
from rules.links import function_qualifier, said, sources, targets

ALIAS: Final = "aws:lambda/alias:Alias"
EVENT_CONFIG: Final = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"
SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"
SCHEDULE: Final = "aws:scheduler/schedule:Schedule"
NOTIFICATION: Final = "aws:s3/bucketNotification:BucketNotification"
QUEUE: Final = "aws:sqs/queue:Queue"

# The services that hand over an event and don't wait for what becomes of it.
ASYNCHRONOUS: Final = frozenset({"events", "s3", "scheduler", "sns"})
# By which property each of them names its function.
INVOKERS: Final = {
    PERMISSION: "function",
    RESOURCE_POLICY: "resourceArn",
    TARGET: "arn",
    SCHEDULE: "target.arn",
    SUBSCRIPTION: "endpoint",
    NOTIFICATION: "lambdaFunctions.lambdaFunctionArn",
}
# A qualifier that is not known yet: it may be any.
ANY: Final = "?"
PARTIAL: Final = "ReportBatchItemFailures"
DEFAULT_VISIBILITY: Final = 30
DEFAULT_TIMEOUT: Final = 3


@stack_rule(
    "lambda-async-dlq",
    FUNCTION,
    reads=(EVENT_CONFIG, *INVOKERS),
    severity=Severity.MEDIUM,
    why="An event that fails three times is gone, and nobody learns of it.",
    fix="Give components.api.functions.Function its dead_letter_queue_arn.",
    cdk_nag="Serverless-LambdaDLQ",
    checkov="CKV_AWS_116",
)
def keeps_failed_events(function: Resource, stack: Stack) -> Findings:
    """A function that S3, SNS, EventBridge or Scheduler invokes keeps the events that failed.

    A destination counts for the version or alias that is invoked, a dead-letter queue for all. The
    queue of a target or of a schedule is for what could not be delivered, not for what failed.
    """
    if function.is_set("deadLetterConfig.targetArn"):
        return

    def is_kept(qualifier: str) -> Iterator[str]:
        configured = sources(stack, function, EVENT_CONFIG, "functionName", LINK)
        if not some(configured, lambda item: _keeps(item, stack, qualifier)):
            of = "" if qualifier in ("", ANY) else f" of {qualifier}"
            yield f"events{of} that failed go nowhere: no dead-letter queue, nor a destination"

    seen: set[str] = set()
    for message in each(_invocations(function, stack), is_kept):
        if message not in seen:
            seen.add(message)
            yield message


def _keeps(configuration: Resource, stack: Stack, qualifier: str) -> bool:
    if not configuration.is_set("destinationConfig.onFailure.destination"):
        return False
    own = _qualifiers(configuration, "functionName", stack)
    if qualifier != ANY and ANY not in own:
        return qualifier in own
    raise NotKnown("qualifier")


def _invocations(function: Resource, stack: Stack) -> Iterator[str]:
    """The qualifiers by which it is invoked."""

    def of_kind(kind: str) -> Iterator[str]:
        path = INVOKERS[kind]
        invokers = sources(stack, function, kind, path, LINK)
        return each(invokers, lambda item: _invoked(item, path, stack))

    return each(INVOKERS, of_kind)


def _invoked(invoker: Resource, path: str, stack: Stack) -> Iterator[str]:
    if _is_asynchronous(invoker):
        yield from sorted(_qualifiers(invoker, path, stack))


def _is_asynchronous(invoker: Resource) -> bool:
    if invoker.type == PERMISSION:
        return service(invoker.text("principal")) in ASYNCHRONOUS
    if invoker.type == SUBSCRIPTION:
        return invoker.text("protocol").lower() == "lambda"
    if invoker.type == RESOURCE_POLICY:
        return some(
            invoker.statements("policy"),
            lambda item: (
                item.allows and any(service(one.value) in ASYNCHRONOUS for one in item.principals())
            ),
        )
    return True


def _qualifiers(source: Resource, path: str, stack: Stack) -> set[str]:
    """The versions or aliases of the function that a property means."""
    if source.is_set("qualifier"):
        own = source.text("qualifier") if source.is_known("qualifier") else ANY
        return {_unversioned(own)}
    texts, unknown = said(source, path)
    found = {_unversioned(function_qualifier(text)) for text in texts}
    if unknown:
        made_from = source.property_dependencies.get(path.split(".", maxsplit=1)[0], ())
        items = [item for urn in made_from if (item := stack.find(urn)) is not None]
        aliases = [item for item in items if item.type == ALIAS]
        found |= {_name(item) for item in aliases} or {ANY}
    return found


def _name(alias: Resource) -> str:
    return alias.text("name") if alias.is_known("name") and alias.text("name") else ANY


def _unversioned(qualifier: str) -> str:
    return "" if qualifier == "$LATEST" else qualifier


@resource_rule(
    "lambda-esm-failure-dest",
    MAPPING,
    severity=Severity.MEDIUM,
    why=(
        "One bad record stops its shard until it expires and is lost, or brings back a whole batch "
        "that had been done."
    ),
    fix=(
        "Set destination_config.on_failure for a stream; for a queue, report the failed items in "
        "function_response_types."
    ),
    cdk_nag="Serverless-LambdaEventSourceMappingDestination",
)
def handles_failures(mapping: Resource) -> Findings:
    """A stream's failed records have a destination; of a queue's batch only failed items return.

    A queue whose messages come one by one has nothing to report. Brokers and Kafka are left alone.
    """
    kept = mapping.is_set("destinationConfig.onFailure.destinationArn")
    service = _service(mapping, kept=kept)
    if service in {"kinesis", "dynamodb"} and not kept:
        yield "records that failed have no destination: destinationConfig.onFailure is not set"
    elif service == "sqs" and mapping.number("batchSize") != 1 and not _reports(mapping):
        yield f"functionResponseTypes has no {PARTIAL}"


def _reports(mapping: Resource) -> bool:
    return some(mapping.texts("functionResponseTypes"), lambda item: item == PARTIAL)


def _service(mapping: Resource, *, kept: bool) -> str:
    """The service that the events come from, or empty when it doesn't matter."""
    others = (
        "amazonManagedKafkaEventSourceConfig",
        "documentDbEventSourceConfig",
        "queues",
        "selfManagedEventSource",
        "topics",
    )
    if any(mapping.is_set(path) for path in others):
        return ""
    if mapping.is_known("eventSourceArn"):
        parts = mapping.text("eventSourceArn").lower().split(":")
        return parts[2] if len(parts) > 2 else ""
    # Only what reads a stream starts somewhere in it.
    if mapping.is_set("startingPosition"):
        if kept:
            return ""
    elif mapping.number("batchSize") == 1 or _reports(mapping):
        return ""
    raise NotKnown("eventSourceArn")


@stack_rule(
    "lambda-sqs-visibility",
    MAPPING,
    reads=(QUEUE, FUNCTION),
    severity=Severity.MEDIUM,
    why="A message that comes back while it is still being worked on is worked on twice.",
    fix="Set visibility_timeout_seconds of the queue to six times the function's timeout_seconds.",
    cdk_nag="LambdaEventSourceSQSVisibilityTimeout",
)
def waits_long_enough(
    mapping: Resource,
    stack: Stack,
    *,
    times: Annotated[
        int, Limit("How many times the function's timeout a message must stay hidden.", 1, 100)
    ] = 6,
) -> Findings:
    """A message stays hidden for six times as long as the function that takes it may run."""
    queues = targets(stack, mapping, "eventSourceArn", QUEUES)
    if not queues:
        return

    def is_long(queue: Resource) -> Iterator[str]:
        for function in targets(stack, mapping, "functionName", LINK):
            hidden = _seconds(queue, "visibilityTimeoutSeconds", DEFAULT_VISIBILITY)
            running = _seconds(function, "timeout", DEFAULT_TIMEOUT)
            if hidden < times * running:
                yield (
                    f"{queue.name} hides a message for {hidden:g} s, "
                    f"less than {times} times the {running:g} s of {function.name}"
                )

    yield from each(queues, is_long)


def _seconds(resource: Resource, path: str, default: float) -> float:
    value = resource.number(path)
    return default if value is None else value
