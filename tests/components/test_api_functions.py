from typing import Any

import pytest

from components.api.functions import Function
from components.api.readiness import Readiness
from components.iam import Statement
from components.network.security import Placement, SecurityGroup, SecurityGroupArgs
from offline.graph import Graph, Resource
from tests.components.api_support import (
    ACCOUNT,
    REGION,
    built,
    function,
    function_args,
    key,
    statements,
)

ALIAS = "aws:lambda/alias:Alias"
FAILURES = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
FUNCTION = "aws:lambda/function:Function"
KEY = "aws:kms/key:Key"
LOG = "aws:cloudwatch/logGroup:LogGroup"
WARM = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
QUEUE = "arn:aws:sqs:eu-west-2:111122223333:orders-dead-letters"
NOT_FROM_CODE = {"Null": {"lambda:SourceFunctionArn": "true"}}


@pytest.fixture(scope="module")
def plain() -> Graph:
    return built(function)


def the_function(graph: Graph) -> Resource:
    return graph.one(FUNCTION, "orders-function")


def placed() -> Function:
    group = SecurityGroup("orders", SecurityGroupArgs(vpc_id="vpc-1", description="The orders API"))
    place = Placement(subnet_ids=("subnet-1", "subnet-2"), security_group=group)
    return function(placement=place)


def test_a_function_runs_python_3_13_on_arm64_within_explicit_limits(plain: Graph) -> None:
    inputs = the_function(plain).inputs
    assert inputs["runtime"] == "python3.13"
    assert inputs["architectures"] == ["arm64"]
    assert inputs["memorySize"] == 512
    assert inputs["timeout"] == 10
    assert inputs["tracingConfig"] == {"mode": "Active"}


def test_every_change_is_published_and_goes_live(plain: Graph) -> None:
    assert the_function(plain).inputs["publish"] is True
    alias = plain.one(ALIAS, "orders-live")
    assert alias.inputs == {
        "name": "live",
        "functionName": the_function(plain).outputs["name"],
        "functionVersion": the_function(plain).outputs["version"],
    }


def test_callers_are_shown_the_live_version_not_the_latest() -> None:
    shown: dict[str, Any] = {}

    def program() -> None:
        made = function()
        for name in ("arn", "alias_arn", "alias_name", "invoke_arn", "function_name"):
            getattr(made, name).apply(lambda value, name=name: shown.update({name: value}))

    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{the_function(built(program)).id}"
    assert shown == {
        "arn": arn,
        "alias_arn": f"{arn}:live",
        "alias_name": "live",
        "invoke_arn": (
            f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}:live/invocations"
        ),
        "function_name": arn.rpartition(":")[2],
    }


def test_logs_are_json_in_an_encrypted_group_made_first(plain: Graph) -> None:
    log = plain.one(LOG, "orders-log")
    assert log.inputs["kmsKeyId"] == plain.one(KEY, "main-key").outputs["arn"]
    assert log.inputs["retentionInDays"] == 365
    assert the_function(plain).inputs["loggingConfig"] == {
        "logFormat": "JSON",
        "logGroup": log.outputs["name"],
        "applicationLogLevel": "INFO",
        "systemLogLevel": "INFO",
    }


def test_the_role_has_its_rights_before_the_function_is_made(plain: Graph) -> None:
    policy = plain.one("aws:iam/rolePolicy:RolePolicy", "orders-policy")
    assert policy.urn in the_function(plain).dependencies


def test_a_function_may_write_its_own_log_and_traces_and_nothing_else(plain: Graph) -> None:
    assert statements(plain, "orders-policy") == {
        "WriteLog": {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [f"{plain.one(LOG, 'orders-log').outputs['arn']}:*"],
        },
        "WriteTraces": {
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            "Resource": ["*"],
        },
    }


def test_what_is_listed_is_added_to_the_role() -> None:
    listed = Statement(sid="Read", actions=("s3:GetObject",), resources=("arn:aws:s3:::box/*",))
    graph = built(lambda: function(permissions=(listed,)))
    found = statements(graph, "orders-policy")
    assert found.keys() == {"WriteLog", "WriteTraces", "Read"}
    assert found["Read"] == {
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::box/*"],
    }


def test_the_environment_is_encrypted_by_the_customer_key() -> None:
    graph = built(lambda: function(environment={"TABLE_ORDERS": "orders"}))
    arn = graph.one(KEY, "main-key").outputs["arn"]
    inputs = the_function(graph).inputs
    assert inputs["environment"] == {"variables": {"TABLE_ORDERS": "orders"}}
    assert inputs["kmsKeyArn"] == arn
    assert statements(graph, "orders-policy")["DecryptEnvironment"] == {
        "Effect": "Allow",
        "Action": ["kms:Decrypt"],
        "Resource": [arn],
        "Condition": {
            "StringLike": {
                "kms:EncryptionContext:aws:lambda:FunctionArn": (
                    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"
                )
            }
        },
    }


def test_without_variables_there_is_no_key_that_lambda_would_forget(plain: Graph) -> None:
    assert not {"environment", "kmsKeyArn"} & the_function(plain).inputs.keys()


def test_a_function_in_the_network_stands_in_its_subnets_behind_its_group() -> None:
    graph = built(placed)
    group = graph.one("aws:ec2/securityGroup:SecurityGroup", "orders-group")
    assert the_function(graph).given["vpcConfig"] == {
        "subnetIds": ["subnet-1", "subnet-2"],
        "securityGroupIds": [group.id],
    }


def test_lambda_makes_interfaces_only_in_the_subnets_and_never_for_the_code() -> None:
    graph = built(placed)
    ec2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
    group = graph.one("aws:ec2/securityGroup:SecurityGroup", "orders-group").outputs["arn"]
    found = statements(graph, "orders-policy")
    assert {sid: found[sid] for sid in found if sid.endswith("Interfaces")} == {
        "FindNetworkInterfaces": {
            "Effect": "Allow",
            "Action": ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
            "Resource": ["*"],
            "Condition": NOT_FROM_CODE,
        },
        "MakeNetworkInterfaces": {
            "Effect": "Allow",
            "Action": ["ec2:CreateNetworkInterface"],
            "Resource": [
                f"{ec2}:network-interface/*",
                group,
                f"{ec2}:subnet/subnet-1",
                f"{ec2}:subnet/subnet-2",
            ],
            "Condition": NOT_FROM_CODE,
        },
        "ManageNetworkInterfaces": {
            "Effect": "Allow",
            "Action": ["ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"],
            "Resource": [f"{ec2}:network-interface/*"],
            "Condition": NOT_FROM_CODE,
        },
        "DeleteNetworkInterfaces": {
            "Effect": "Allow",
            "Action": ["ec2:DeleteNetworkInterface"],
            "Resource": [f"{ec2}:*/*"],
            "Condition": NOT_FROM_CODE,
        },
    }


def test_warm_environments_are_those_of_the_live_version() -> None:
    graph = built(lambda: function(readiness=Readiness(provisioned=5), reserved_concurrency=50))
    assert graph.one(WARM, "orders-warm").given == {
        "functionName": the_function(graph).id,
        "qualifier": "live",
        "provisionedConcurrentExecutions": 5,
    }
    assert the_function(graph).inputs["reservedConcurrentExecutions"] == 50


def test_nothing_is_warm_or_reserved_unless_asked(plain: Graph) -> None:
    assert plain.of(WARM) == ()
    assert "reservedConcurrentExecutions" not in the_function(plain).given


def test_asynchronous_calls_that_fail_for_good_go_to_the_queue() -> None:
    graph = built(lambda: function(dead_letter_queue_arn=QUEUE))
    failures = graph.one(FAILURES, "orders-failures")
    assert failures.inputs == {
        "functionName": the_function(graph).id,
        "qualifier": "live",
        "destinationConfig": {"onFailure": {"destination": QUEUE}},
        "maximumRetryAttempts": 2,
        "maximumEventAgeInSeconds": 21_600,
    }
    assert graph.one("aws:iam/rolePolicy:RolePolicy", "orders-policy").urn in failures.dependencies
    assert statements(graph, "orders-policy")["SendFailures"] == {
        "Effect": "Allow",
        "Action": ["sqs:SendMessage"],
        "Resource": [QUEUE],
    }


def test_layers_and_a_required_signature_reach_lambda() -> None:
    layer = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:tools:3"
    signing = f"arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:csc-0123456789abcdef0"
    graph = built(lambda: function(layers=(layer,), code_signing_config_arn=signing))
    assert the_function(graph).inputs["layers"] == [layer]
    assert the_function(graph).inputs["codeSigningConfigArn"] == signing


def test_signatures_are_asked_for_only_when_configured(plain: Graph) -> None:
    assert "codeSigningConfigArn" not in the_function(plain).inputs


def test_invoking_is_granted_on_the_live_version_alone() -> None:
    def program() -> None:
        shared = key()
        target = function(key=shared)
        Function("caller", function_args(key=shared, permissions=target.grant_invoke()))

    graph = built(program)
    assert statements(graph, "caller-policy")["OrdersInvoke"] == {
        "Effect": "Allow",
        "Action": ["lambda:InvokeFunction"],
        "Resource": [graph.one(ALIAS, "orders-live").outputs["arn"]],
    }


def test_a_preview_needs_nothing_that_aws_has_yet_to_make() -> None:
    graph = built(placed, unknown=True)
    assert the_function(graph).inputs["publish"] is True


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("memory_mb", 127, "memory_mb must be from 128 to 10240, got 127"),
        ("memory_mb", 10_241, "memory_mb must be from 128 to 10240, got 10241"),
        ("timeout_seconds", 0, "timeout_seconds must be from 1 to 900, got 0"),
        ("timeout_seconds", 901, "timeout_seconds must be from 1 to 900, got 901"),
        ("log_retention_days", 100, "log_retention_days must be one of 1, 3, 5"),
        ("log_level", "info", "log_level must be one of TRACE, DEBUG, INFO, WARN, ERROR, FATAL"),
        ("layers", ("arn",) * 6, "layers must be at most 5, got 6"),
        ("reserved_concurrency", 0, "reserved_concurrency must be at least 1, got 0"),
    ],
)
def test_a_value_that_lambda_would_refuse_is_refused(field: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function_args(key=None, **{field: value})


def test_more_warm_environments_than_reserved_ones_are_refused() -> None:
    with pytest.raises(ValueError, match="readiness must keep at most the 2 reserved warm"):
        function_args(key=None, readiness=Readiness(provisioned=3), reserved_concurrency=2)
