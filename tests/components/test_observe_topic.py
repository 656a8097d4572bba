"""The topic that alarms tell: who may publish, who listens, and what happens to what is lost."""

import json

import pulumi
import pytest

from components.data.keys import Key, KeyArgs
from components.observe.topic import AlertTopicArgs, Pager
from offline.values import Secret
from tests.components.observed import ACCOUNT, EDGE, REGION, built, key, statements, topic

TOPIC = "aws:sns/topic:Topic"
POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
ENDPOINT = "https://events.example.com/integration/planted/enqueue"


def pager() -> Pager:
    return Pager(endpoint=pulumi.Output.secret(ENDPOINT), alarm_name="plinth-test-page-eu-west-2")


@pytest.mark.parametrize("region", [REGION, EDGE])
def test_only_the_alarms_of_the_account_and_region_may_publish_and_only_by_tls(region: str) -> None:
    graph = built(lambda: topic(region=region))
    arn = graph.one(TOPIC, "alerts-topic").outputs["arn"]
    alarms = f"arn:aws:cloudwatch:{region}:{ACCOUNT}:alarm:*"

    policy = graph.one(POLICY, "alerts-policy").inputs
    assert policy["arn"] == arn
    assert statements(policy["policy"]) == {
        "AlarmsPublish": {
            "Effect": "Allow",
            "Principal": {"Service": ["cloudwatch.amazonaws.com"]},
            "Action": ["sns:Publish"],
            "Resource": [arn],
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": alarms},
            },
        },
        "NobodyElsePublishes": {
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["sns:Publish"],
            "Resource": [arn],
            "Condition": {"ArnNotLike": {"aws:SourceArn": alarms}},
        },
        "TlsOnly": {
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["sns:Publish"],
            "Resource": [arn],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    }


def test_the_topic_is_encrypted_by_a_key_that_alarms_and_the_topic_may_use() -> None:
    graph = built(topic)
    made = graph.one("aws:kms/key:Key", f"alerts-{REGION}-key")
    assert graph.one(TOPIC, "alerts-topic").inputs["kmsMasterKeyId"] == made.outputs["arn"]

    uses = statements(made.inputs["policy"])
    assert uses.pop("AccountAdministration")["Principal"] == {
        "AWS": [f"arn:aws:iam::{ACCOUNT}:root"]
    }
    assert uses == {
        "AlarmsPublish": {
            "Effect": "Allow",
            "Principal": {"Service": ["cloudwatch.amazonaws.com"]},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": ["*"],
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:*"},
            },
        },
        "TopicsSend": {
            "Effect": "Allow",
            "Principal": {"Service": ["sns.amazonaws.com"]},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": ["*"],
            "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:*"}},
        },
    }


def test_all_of_a_topic_is_in_its_region() -> None:
    graph = built(lambda: topic(region=EDGE, emails=("a@example.com",), pager=pager()))
    made = [item for item in graph.managed if not item.type.startswith("aws:kms")]
    assert {item.inputs["region"] for item in made} == {EDGE}
    assert all(f":{EDGE}:" in item.outputs["arn"] for item in made if "arn" in item.outputs)


def test_each_address_is_subscribed_under_a_name_that_stays() -> None:
    # They differ in what a name in kebab case would leave out.
    addresses = ("Ops.Team@example.com", "ops-team@example.com", "b@example.com")
    graph = built(lambda: topic(emails=addresses))
    found = {item.name: item.inputs for item in graph.of(SUBSCRIPTION)}
    assert {name: (item["protocol"], item["endpoint"]) for name, item in found.items()} == {
        f"alerts-email-{address}": ("email", address) for address in addresses
    }


def test_the_pager_hears_of_one_alarm_only_and_its_address_stays_secret() -> None:
    graph = built(lambda: topic(pager=pager()))
    (subscription,) = graph.of(SUBSCRIPTION)
    assert subscription.inputs["protocol"] == "https"
    assert subscription.inputs["endpointAutoConfirms"] is True
    assert subscription.inputs["endpoint"] == Secret(ENDPOINT)
    assert subscription.inputs["filterPolicyScope"] == "MessageBody"
    assert json.loads(subscription.inputs["filterPolicy"]) == {
        "AlarmName": ["plinth-test-page-eu-west-2"]
    }


def test_an_address_that_is_given_in_the_clear_becomes_secret() -> None:
    graph = built(
        lambda: topic(pager=Pager(endpoint=pulumi.Output.from_input(ENDPOINT), alarm_name="a"))
    )
    (subscription,) = graph.of(SUBSCRIPTION)
    assert subscription.inputs["endpoint"] == Secret(ENDPOINT)


def test_what_no_subscriber_takes_is_kept_for_a_fortnight() -> None:
    graph = built(lambda: topic(emails=("a@example.com",), pager=pager()))
    queue = graph.one(QUEUE, "alerts-undelivered")
    assert queue.inputs["messageRetentionSeconds"] == 14 * 24 * 60 * 60
    assert (
        queue.inputs["kmsMasterKeyId"] == graph.one(TOPIC, "alerts-topic").inputs["kmsMasterKeyId"]
    )
    for item in graph.of(SUBSCRIPTION):
        assert json.loads(item.inputs["redrivePolicy"]) == {
            "deadLetterTargetArn": queue.outputs["arn"]
        }


def test_only_the_topic_may_send_to_the_queue_and_only_by_tls() -> None:
    graph = built(lambda: topic(emails=("a@example.com",)))
    arn = graph.one(QUEUE, "alerts-undelivered").outputs["arn"]
    policy = graph.one(QUEUE_POLICY, "alerts-undelivered-policy").inputs["policy"]
    assert statements(policy) == {
        "UndeliveredAlerts": {
            "Effect": "Allow",
            "Principal": {"Service": ["sns.amazonaws.com"]},
            "Action": ["sqs:SendMessage"],
            "Resource": [arn],
            "Condition": {
                "ArnEquals": {"aws:SourceArn": graph.one(TOPIC, "alerts-topic").outputs["arn"]}
            },
        },
        "TlsOnly": {
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["sqs:*"],
            "Resource": [arn],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    }


def test_without_subscriptions_of_its_own_a_topic_has_no_queue() -> None:
    graph = built(topic)
    assert graph.of(QUEUE) == graph.of(SUBSCRIPTION) == ()


def test_a_key_that_alarms_can_not_use_is_refused() -> None:
    def program() -> None:
        wrong = Key(
            "wrong",
            KeyArgs(description="", region=REGION, account_id=ACCOUNT, services=("sns",)),
        )
        AlertTopicArgs(key=wrong, region=REGION, account_id=ACCOUNT)

    with pytest.raises(ValueError, match=r"key must serve cloudwatch and sns, got \('sns',\)"):
        built(program)


def test_what_is_no_address_is_refused() -> None:
    def program() -> None:
        AlertTopicArgs(key=key(), region=REGION, account_id=ACCOUNT, emails=("everybody",))

    with pytest.raises(ValueError, match="emails must be addresses, got 'everybody'"):
        built(program)
