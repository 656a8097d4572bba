import json

import pulumi
import pytest

from components.iam import Statement, WorkloadRole, WorkloadRoleArgs
from components.trust import service_trust
from offline.engine import synthesise
from offline.graph import Graph

ACCOUNT = "111122223333"
READ_TABLE = Statement(
    sid="CouponsRead",
    actions=("dynamodb:GetItem",),
    resources=(f"arn:aws:dynamodb:eu-west-2:{ACCOUNT}:table/coupons",),
)


def role_of(args: WorkloadRoleArgs, *, unknown: bool = False) -> Graph:
    def program() -> None:
        role = WorkloadRole("api", args)
        pulumi.export("arn", role.arn)
        pulumi.export("name", role.name)

    return synthesise(program, unknown=unknown)


def test_a_function_s_role_trusts_lambda_and_holds_its_permissions_only() -> None:
    graph = role_of(WorkloadRoleArgs(service="lambda.amazonaws.com", permissions=(READ_TABLE,)))
    role = graph.one("aws:iam/role:Role", "api-role")
    policy = graph.one("aws:iam/rolePolicy:RolePolicy", "api-policy")
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ]
    assert policy.inputs["role"] == role.id
    assert [item["Sid"] for item in json.loads(policy.inputs["policy"])["Statement"]] == [
        "CouponsRead"
    ]
    assert graph.exports["arn"] == f"arn:aws:iam::{ACCOUNT}:role/{role.inputs['name']}"


@pytest.mark.parametrize(
    "service",
    [
        "ecs-tasks.amazonaws.com",
        "monitoring.rds.amazonaws.com",
        "scheduler.amazonaws.com",
        "states.amazonaws.com",
        "vpc-flow-logs.amazonaws.com",
    ],
)
def test_a_service_that_says_for_whom_it_acts_is_held_to_the_account(service: str) -> None:
    args = WorkloadRoleArgs(service=service, permissions=(), source_account=ACCOUNT)
    role = role_of(args).one("aws:iam/role:Role", "api-role")
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        }
    ]


def test_a_service_may_be_held_to_some_resources_of_the_account() -> None:
    logs = f"arn:aws:ec2:eu-west-2:{ACCOUNT}:vpc-flow-log/*"
    args = WorkloadRoleArgs(
        service="vpc-flow-logs.amazonaws.com",
        permissions=(),
        source_account=ACCOUNT,
        source_arn=logs,
    )
    role = role_of(args).one("aws:iam/role:Role", "api-role")
    [statement] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": logs},
    }


@pytest.mark.parametrize(
    "arn",
    [
        "*",
        "arn:aws:ec2:eu-west-2:999999999999:vpc-flow-log/*",
        "arn:aws:ec2:eu-west-2:*:vpc-flow-log/*",
        f"arn:aws:ec2:eu-west-2:{ACCOUNT}:*",
        f"arn:aws:*:eu-west-2:{ACCOUNT}:vpc-flow-log/*",
    ],
)
def test_resources_beyond_the_account_or_of_every_kind_are_refused(arn: str) -> None:
    with pytest.raises(ValueError, match=f"source_arn must name resources of {ACCOUNT}"):
        service_trust("vpc-flow-logs.amazonaws.com", ACCOUNT, arn)


@pytest.mark.parametrize("account", [None, "", "1234", "*", "11112222333x"])
def test_a_service_that_says_for_whom_it_acts_needs_an_account(account: str | None) -> None:
    args = WorkloadRoleArgs(
        service="scheduler.amazonaws.com", permissions=(), source_account=account
    )
    with pytest.raises(ValueError, match="source_account must be an account of 12 digits"):
        role_of(args)


def test_an_account_is_refused_where_the_service_could_never_match_it() -> None:
    args = WorkloadRoleArgs(service="lambda.amazonaws.com", permissions=(), source_account=ACCOUNT)
    with pytest.raises(ValueError, match="must be None for lambda"):
        role_of(args)


def test_a_service_nobody_has_looked_up_is_refused() -> None:
    args = WorkloadRoleArgs(service="lamda.amazonaws.com", permissions=())
    with pytest.raises(ValueError, match=r"service must be one of .* got 'lamda.amazonaws.com'"):
        role_of(args)


def test_a_role_without_permissions_has_no_policy() -> None:
    graph = role_of(WorkloadRoleArgs(service="lambda.amazonaws.com", permissions=()))
    assert graph.of("aws:iam/rolePolicy:RolePolicy") == ()


def test_a_role_s_policy_is_what_a_workload_waits_for() -> None:
    leaf: list[object] = []

    def program() -> None:
        args = WorkloadRoleArgs(service="lambda.amazonaws.com", permissions=(READ_TABLE,))
        leaf.append(WorkloadRole("api", args).policy)

    synthesise(program)
    assert type(leaf[0]).__name__ == "RolePolicy"
