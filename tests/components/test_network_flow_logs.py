import json

import pytest

from components.network.flow_logs import FlowLogs, FlowLogsArgs
from offline.engine import synthesise
from offline.graph import Graph

FLOW_LOG = "aws:ec2/flowLog:FlowLog"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
KEY = "arn:aws:kms:eu-west-2:111122223333:key/logs"


def args(retention_days: int = 365) -> FlowLogsArgs:
    return FlowLogsArgs(
        vpc_id="vpc-1",
        account_id="111122223333",
        region="eu-west-2",
        key_arn=KEY,
        retention_days=retention_days,
    )


@pytest.fixture(scope="module")
def graph() -> Graph:
    return synthesise(lambda: FlowLogs("main-flow-logs", args()))


def test_all_traffic_goes_to_the_log_group(graph: Graph) -> None:
    assert graph.one(FLOW_LOG, "main-flow-logs-all").given == {
        "vpcId": "vpc-1",
        "trafficType": "ALL",
        "logDestinationType": "cloud-watch-logs",
        "logDestination": graph.one(LOG_GROUP, "main-flow-logs-group").outputs["arn"],
        "iamRoleArn": graph.one(ROLE, "main-flow-logs-role").outputs["arn"],
        "maxAggregationInterval": 600,
        "tags": {"Name": "main-flow-logs"},
    }


def test_the_log_group_is_encrypted_and_kept_for_as_long_as_asked(graph: Graph) -> None:
    group = graph.one(LOG_GROUP, "main-flow-logs-group").inputs
    assert group["kmsKeyId"] == KEY
    assert group["retentionInDays"] == 365


def test_the_service_may_write_to_this_log_group_and_make_no_other(graph: Graph) -> None:
    arn = graph.one(LOG_GROUP, "main-flow-logs-group").outputs["arn"]
    (policy,) = graph.of(ROLE_POLICY)
    assert json.loads(policy.inputs["policy"])["Statement"] == [
        {
            "Sid": "FlowLogsWrite",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            "Resource": [f"{arn}:*"],
        },
        {
            "Sid": "FlowLogsFindGroup",
            "Effect": "Allow",
            "Action": ["logs:DescribeLogGroups"],
            "Resource": ["*"],
        },
    ]


def test_only_the_service_may_take_the_role_and_only_for_logs_of_this_account(graph: Graph) -> None:
    trust = graph.one(ROLE, "main-flow-logs-role").inputs["assumeRolePolicy"]
    assert json.loads(trust)["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "111122223333"},
                "ArnLike": {"aws:SourceArn": "arn:aws:ec2:eu-west-2:111122223333:vpc-flow-log/*"},
            },
        }
    ]


def test_the_log_starts_once_its_role_may_write(graph: Graph) -> None:
    (policy,) = graph.of(ROLE_POLICY)
    assert policy.urn in graph.one(FLOW_LOG, "main-flow-logs-all").dependencies


def test_a_new_log_replaces_the_old_one_after_it_is_gone(graph: Graph) -> None:
    assert graph.one(FLOW_LOG, "main-flow-logs-all").delete_before_replace


@pytest.mark.parametrize("days", [0, 29, 366, -1])
def test_a_retention_that_cloudwatch_does_not_know_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match=f"retention_days must be one of 1, 3, .*; got {days}"):
        args(days)
