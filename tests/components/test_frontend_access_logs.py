import json

import pytest

from offline.graph import Graph
from tests.components.frontends import DISTRIBUTION, plan

BUCKET = "aws:s3/bucket:Bucket"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
DELIVERY = "aws:cloudwatch/logDelivery:LogDelivery"
DESTINATION = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return plan(with_api=False)


def test_the_distributions_requests_are_delivered_to_the_log_bucket(graph: Graph) -> None:
    source = graph.one(SOURCE, "site-log-source")
    assert source.inputs["logType"] == "ACCESS_LOGS"
    made = graph.one(DISTRIBUTION, "site-distribution")
    assert source.inputs["resourceArn"] == made.outputs["arn"]
    target = graph.one(DESTINATION, "site-log-target")
    bucket = graph.one(BUCKET, "logs-bucket").outputs["arn"]
    assert target.inputs["deliveryDestinationConfiguration"] == {"destinationResourceArn": bucket}
    delivery = graph.one(DELIVERY, "site-log-delivery")
    assert delivery.inputs["deliverySourceName"] == source.inputs["name"]
    assert delivery.inputs["deliveryDestinationArn"] == target.outputs["arn"]


def test_logs_are_json_in_a_folder_for_each_day(graph: Graph) -> None:
    assert graph.one(DESTINATION, "site-log-target").inputs["outputFormat"] == "json"
    assert graph.one(DELIVERY, "site-log-delivery").inputs["s3DeliveryConfigurations"] == [
        {"suffixPath": "{DistributionId}/{yyyy}/{MM}/{dd}", "enableHiveCompatiblePath": False}
    ]


def test_cookies_are_not_logged(graph: Graph) -> None:
    fields = graph.one(DELIVERY, "site-log-delivery").inputs["recordFields"]
    assert {"date", "c-ip", "cs-uri-stem", "sc-status"} <= set(fields)
    assert not [field for field in fields if "cookie" in field.lower()]


def test_cloudfronts_logs_are_handed_over_in_virginia(graph: Graph) -> None:
    made = [*graph.of(SOURCE), *graph.of(DESTINATION), *graph.of(DELIVERY)]
    assert len(made) == 3
    assert {item.inputs["region"] for item in made} == {"us-east-1"}


def test_the_bucket_takes_logs_before_any_is_delivered(graph: Graph) -> None:
    policy = graph.one(BUCKET_POLICY, "logs-policy")
    assert policy.urn in graph.one(DELIVERY, "site-log-delivery").dependencies


def test_a_new_delivery_waits_until_the_old_one_is_gone(graph: Graph) -> None:
    assert graph.one(SOURCE, "site-log-source").delete_before_replace
    assert graph.one(DELIVERY, "site-log-delivery").delete_before_replace


def test_a_delivery_is_made_anew_rather_than_changed_and_keeps_the_account_s_folder(
    graph: Graph,
) -> None:
    delivery = graph.one(DELIVERY, "site-log-delivery")
    assert {*delivery.replace_on_changes} == {"recordFields", "s3DeliveryConfigurations"}
    policy = json.loads(graph.one(BUCKET_POLICY, "logs-policy").inputs["policy"])
    (taken,) = (
        item["Resource"] for item in policy["Statement"] if item["Sid"] == "AWSLogDeliveryWrite"
    )
    assert [item.partition("/")[2] for item in taken] == ["AWSLogs/111122223333/*"]
