"""Rules for queues."""

import re
from typing import Annotated, Final

from rules.core.actions import covers
from rules.core.documents import Statement
from rules.core.encryption import is_customer_key
from rules.core.findings import each, some
from rules.core.principals import open_to_all
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit
from rules.core.values import NotKnown
from rules.links import QUEUE as LINK
from rules.links import said, sources
from rules.sns import redrives
from rules.transport import denies_plain_requests, is_for

QUEUE: Final = "aws:sqs/queue:Queue"
POLICY: Final = "aws:sqs/queuePolicy:QueuePolicy"
REDRIVE: Final = "aws:sqs/redrivePolicy:RedrivePolicy"
REDRIVE_ALLOW: Final = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
# By which properties each kind of resource names the queue for what it could not deliver.
POINTERS: Final = {
    QUEUE: ("redrivePolicy",),
    REDRIVE: ("redrivePolicy",),
    "aws:sns/topicSubscription:TopicSubscription": ("redrivePolicy",),
    "aws:cloudwatch/eventBus:EventBus": ("deadLetterConfig.arn",),
    "aws:cloudwatch/eventTarget:EventTarget": ("deadLetterConfig.arn",),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        "destinationConfig.onFailure.destinationArn",
    ),
    "aws:lambda/function:Function": ("deadLetterConfig.targetArn",),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (
        "destinationConfig.onFailure.destination",
    ),
    "aws:pipes/pipe:Pipe": (
        "sourceParameters.dynamodbStreamParameters.deadLetterConfig.arn",
        "sourceParameters.kinesisStreamParameters.deadLetterConfig.arn",
    ),
    "aws:scheduler/schedule:Schedule": ("target.deadLetterConfig.arn",),
}
# The queue of an ARN; in a policy of redriving the ARN stands in JSON.
_NAMED: Final = re.compile(r'arn:[a-z-]+:sqs:[^\s":]*:[^\s":]*:([\w-]+(?:\.fifo)?)')
# What keeps a queue from being one for dead letters.
NO_SOURCE: Final = "denyAll"
DEFAULT_RETENTION: Final = 345_600


def _switch_on(_queue: Resource, *, customer_key: bool) -> Changes:
    # A customer key nobody can choose for a program.
    return {} if customer_key else {"sqsManagedSseEnabled": True}


@resource_rule(
    "sqs-encryption",
    QUEUE,
    severity=Severity.MEDIUM,
    why="Whoever gets at the disks reads the messages.",
    fix="Leave sqs_managed_sse_enabled on, or set kms_master_key_id.",
    security_hub="SQS.1",
    cdk_nag="AwsSolutions-SQS2",
    checkov="CKV_AWS_27 CKV2_AWS_73",
    remedy=_switch_on,
)
def is_encrypted(
    queue: Resource,
    *,
    customer_key: Annotated[bool, Limit("Whether it must be with a customer key.")] = False,
) -> Findings:
    """A queue is encrypted at rest, as it is by default."""
    if customer_key:
        if not is_customer_key(queue, "kmsMasterKeyId"):
            yield "kmsMasterKeyId is not a customer key"
    elif not queue.is_set("kmsMasterKeyId") and queue.flag("sqsManagedSseEnabled") is False:
        yield "sqsManagedSseEnabled is false"


@stack_rule(
    "sqs-dlq",
    QUEUE,
    reads=(REDRIVE, REDRIVE_ALLOW, *POINTERS),
    severity=Severity.MEDIUM,
    why="A message that can't be handled comes back until it expires, and is gone unseen.",
    fix="Set redrive_policy with a queue that keeps messages for 14 days.",
    cdk_nag="AwsSolutions-SQS3",
)
def has_dead_letters(queue: Resource, stack: Stack) -> Findings:
    """A queue has a dead-letter queue that keeps messages as long as it does, or is one itself."""
    holders = [queue, *sources(stack, queue, REDRIVE, "queueUrl", LINK)]
    redriving = [item for item in holders if redrives(item)]
    if not any(map(_is_said, redriving)):
        if is_for_dead_letters(queue, stack):
            return
        if redriving:
            raise NotKnown("redrivePolicy")
        yield "redrivePolicy names no dead-letter queue"

    def keeps_long(other: Resource) -> Findings:
        if other.urn == queue.urn or not any(_points(item, other) for item in redriving):
            return
        kept, needed = _retention(other), _retention(queue)
        if kept < needed:
            yield f"{other.name} keeps messages for {kept:g} s, less than its own {needed:g} s"

    yield from each(stack.of(QUEUE), keeps_long)


def _is_said(item: Resource) -> bool:
    """Whether the program gives a redrive policy: in a preview, one left out is unknown as well."""
    path = "redrivePolicy"
    return item.is_known(path) or bool(item.property_dependencies.get(path))


def _retention(queue: Resource) -> float:
    return queue.number("messageRetentionSeconds") or DEFAULT_RETENTION


def is_for_dead_letters(queue: Resource, stack: Stack) -> bool:
    """Whether it is for what others could not deliver."""
    allowing = (queue, *sources(stack, queue, REDRIVE_ALLOW, "queueUrl", LINK))
    if some(allowing, _takes_dead_letters):
        return True
    others = (item for item in stack.of(*POINTERS) if item.urn != queue.urn)
    return some(others, lambda item: _points(item, queue))


def _takes_dead_letters(item: Resource) -> bool:
    path = "redriveAllowPolicy"
    if item.property_dependencies.get(path) and not item.is_known(path):
        return True
    text = item.text(path)
    return bool(text) and NO_SOURCE not in text


def _points(item: Resource, queue: Resource) -> bool:
    """Whether a resource names a queue as the one for what it could not deliver."""
    return some(POINTERS[item.type], lambda path: _names(item, path, queue))


def _names(item: Resource, path: str, queue: Resource) -> bool:
    texts, unknown = said(item, path)
    made_from = item.property_dependencies.get(path.split(".", maxsplit=1)[0], ())
    if unknown and not made_from:
        raise NotKnown(path)
    if unknown or not texts:
        return unknown and queue.urn in made_from
    arn = queue.text("arn") if queue.is_known("arn") else ""
    if arn:
        return any(text == arn or f'"{arn}"' in text for text in texts)
    if queue.is_known("name") and queue.text("name"):
        return any(queue.text("name") in _NAMED.findall(text) for text in texts)
    # With neither to compare, what it was made from counts.
    return bool(queue.text("arn")) or queue.urn in made_from


@resource_rule(
    "sqs-policy-not-public",
    POLICY,
    QUEUE,
    severity=Severity.CRITICAL,
    why="Anybody could send what is acted on, read what is waiting, or empty the queue.",
    fix="Name the principal and the actions, and narrow a service by aws:SourceArn.",
    security_hub="SQS.3",
    cis="7:2.21",
    checkov="CKV_AWS_168 CKV_AWS_387 CKV_AWS_72",
)
def policy_not_public(policy: Resource) -> Findings:
    """A queue's policy lets nobody in by Principal *, and nobody do everything."""

    def is_limited(statement: Statement) -> Findings:
        if not statement.allows:
            return
        if statement.has("NotAction"):
            yield f"{statement.label} allows all but what it leaves out"
        if any(covers(pattern, "sqs:*") for pattern in statement.actions()):
            yield f"{statement.label} allows sqs:*"

    statements = policy.statements("policy")
    found = (open_to_all(statements), each(statements, is_limited))
    return each(found, lambda messages: messages)


@stack_rule(
    "sqs-tls-only",
    QUEUE,
    reads=(POLICY,),
    severity=Severity.MEDIUM,
    why="A message sent or received without TLS can be read and changed on the way.",
    fix="Deny sqs:* where aws:SecureTransport is false, as components.observe.topic does.",
    cdk_nag="AwsSolutions-SQS4",
)
def tls_only(queue: Resource, stack: Stack) -> Findings:
    """A queue's policy denies sending and receiving without TLS."""
    policies = (queue, *sources(stack, queue, POLICY, "queueUrl", LINK))

    def is_plain(action: str) -> bool:
        return not some(policies, lambda policy: denies(policy, action))

    def denies(policy: Resource, action: str) -> bool:
        return some(
            policy.statements("policy"),
            lambda item: denies_plain_requests(item, (action,)) and is_for(item, queue),
        )

    if some(("sqs:SendMessage", "sqs:ReceiveMessage"), is_plain):
        yield "no policy of the queue denies requests without TLS"
