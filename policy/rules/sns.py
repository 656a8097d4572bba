"""Rules for topics and their subscriptions."""

import json
from typing import Final

from rules.core.encryption import is_customer_key
from rules.core.findings import some
from rules.core.principals import open_to_all
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.core.values import NotKnown, holds_sentinel
from rules.links import Link, sources
from rules.transport import denies_plain_requests, is_for

TOPIC: Final = "aws:sns/topic:Topic"
POLICY: Final = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"
LINK: Final = Link(TOPIC, by=("id", "arn"))


@resource_rule(
    "sns-kms",
    TOPIC,
    severity=Severity.MEDIUM,
    why="Messages lie on SNS's disks as they were sent, and no key policy can refuse to read them.",
    fix="Set kms_master_key_id to a components.data.keys.Key, as components.observe.topic does.",
    security_hub="SH:SNS.1",
    cdk_nag="NIST.800.53.R5-SNSEncryptedKMS",
    checkov="CKV_AWS_26",
)
def is_encrypted(topic: Resource) -> Findings:
    """A topic is encrypted with a customer key."""
    if not is_customer_key(topic, "kmsMasterKeyId"):
        yield "kmsMasterKeyId is not a customer key"


@resource_rule(
    "sns-policy-not-public",
    POLICY,
    TOPIC,
    severity=Severity.CRITICAL,
    why="Anybody could publish what its subscribers act on, or subscribe to what they are told.",
    fix="Name the principal, or narrow it by aws:SourceArn or aws:SourceOwner.",
    security_hub="SNS.4",
    cis="7:2.21",
    checkov="CKV_AWS_169 CKV_AWS_385",
)
def policy_not_public(policy: Resource) -> Findings:
    """A topic's policy lets nobody in by Principal * without a condition that narrows it."""
    return open_to_all(policy.statements("policy"))


@stack_rule(
    "sns-tls-only",
    TOPIC,
    reads=(POLICY,),
    severity=Severity.MEDIUM,
    why="A message published without TLS can be read and changed on the way.",
    fix="Deny sns:Publish where aws:SecureTransport is false, as components.observe.topic does.",
    cdk_nag="AwsSolutions-SNS3",
)
def tls_only(topic: Resource, stack: Stack) -> Findings:
    """A topic's policy denies publishing without TLS."""
    beside = sources(stack, topic, POLICY, "arn", LINK)
    policies = beside or (topic,)

    def denies(policy: Resource) -> bool:
        return some(
            policy.statements("policy"),
            lambda item: denies_plain_requests(item, ("sns:Publish",)) and is_for(item, topic),
        )

    if not some(policies, denies):
        yield "no policy of the topic denies publishing without TLS"


@resource_rule(
    "sns-sub-redrive",
    SUBSCRIPTION,
    severity=Severity.MEDIUM,
    why="A message that can't be delivered is gone after the last try, and nobody learns of it.",
    fix="Set redrive_policy with the deadLetterTargetArn of a queue.",
    cdk_nag="Serverless-SNSRedrivePolicy",
)
def has_redrive(subscription: Resource) -> Findings:
    """A subscription keeps what it could not deliver in a dead-letter queue."""
    if not redrives(subscription):
        yield "redrivePolicy names no deadLetterTargetArn"


def redrives(resource: Resource) -> bool:
    """Whether a redrive policy names a queue; one that is still to come does."""
    if not resource.is_set("redrivePolicy"):
        return False
    if not resource.is_known("redrivePolicy"):
        return True
    text = resource.text("redrivePolicy")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        if holds_sentinel(text):
            raise NotKnown("redrivePolicy") from error
        return False
    return type(found) is dict and bool(found.get("deadLetterTargetArn"))


@resource_rule(
    "sns-sub-no-http",
    SUBSCRIPTION,
    severity=Severity.HIGH,
    why="By plain HTTP everybody on the way reads the messages.",
    fix='Set protocol="https", or subscribe a queue or a function.',
)
def not_by_http(subscription: Resource) -> Findings:
    """No subscription delivers by plain HTTP."""
    if subscription.text("protocol").lower() == "http":
        yield "protocol is http"
