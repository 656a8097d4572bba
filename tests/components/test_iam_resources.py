import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest

from components.iam import Deny, ResourceStatement, resource_policy, tls_only
from offline.engine import synthesise

ACCOUNT = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
OWN_ACCOUNT: Mapping[str, Mapping[str, str]] = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def deliver_logs(**changes: Any) -> ResourceStatement:
    given: dict[str, Any] = {
        "sid": "LogDelivery",
        "services": ("delivery.logs.amazonaws.com",),
        "actions": ("s3:PutObject",),
        "resources": ("arn:aws:s3:::logs/*",),
        "conditions": OWN_ACCOUNT,
    }
    return ResourceStatement(**{**given, **changes})


def statements(document: Callable[[], pulumi.Output[str]]) -> list[dict[str, Any]]:
    graph = synthesise(lambda: pulumi.export("document", document()))
    return list(json.loads(graph.exports["document"])["Statement"])


def test_a_resource_policy_names_its_principals() -> None:
    log_groups = f"arn:aws:logs:eu-west-2:{ACCOUNT}:log-group:*"
    administration = ResourceStatement(
        sid="AccountAdministration", principals=(ROOT,), actions=("kms:*",), resources=("*",)
    )
    encryption = ResourceStatement(
        sid="LogsEncryption",
        services=("logs.eu-west-2.amazonaws.com",),
        actions=("kms:Decrypt",),
        resources=("*",),
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
    )
    assert statements(lambda: resource_policy([administration, encryption])) == [
        {
            "Sid": "AccountAdministration",
            "Effect": "Allow",
            "Principal": {"AWS": [ROOT]},
            "Action": ["kms:*"],
            "Resource": ["*"],
        },
        {
            "Sid": "LogsEncryption",
            "Effect": "Allow",
            "Principal": {"Service": ["logs.eu-west-2.amazonaws.com"]},
            "Action": ["kms:Decrypt"],
            "Resource": ["*"],
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        },
    ]


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
        {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}},
        {"StringLike": {"aws:SourceAccount": "*"}},
        {"StringEquals": {"aws:SourceAccount": [ACCOUNT, "*"]}},
        {"ArnLike": {"aws:SourceArn": "*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:logs:*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:logs:eu-west-2:*:delivery-source:*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
    ],
)
def test_a_service_that_may_act_for_anybody_is_refused(
    conditions: Mapping[str, Mapping[str, Any]],
) -> None:
    with pytest.raises(ValueError, match="must say for whom the service acts"):
        deliver_logs(conditions=conditions)


@pytest.mark.parametrize(
    "conditions",
    [
        {"StringEquals": {"AWS:SourceAccount": ACCOUNT}},
        {"StringEquals": {"aws:SourceOrgID": "o-exampleorgid"}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/*"}},
        {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::documents"}},
        {"StringEquals": {"kms:EncryptionContext:aws:rds:db-id": "db-ABC"}},
    ],
)
def test_a_service_may_act_for_one_account_organisation_or_resource(
    conditions: Mapping[str, Mapping[str, Any]],
) -> None:
    assert deliver_logs(conditions=conditions).conditions == conditions


@pytest.mark.parametrize(
    "principal", ["*", "arn:aws:iam::*:root", "arn:aws:iam::111122223333:role/*", "AIDAEXAMPLE"]
)
def test_anybody_is_no_principal(principal: str) -> None:
    with pytest.raises(
        ValueError, match="principals of LogDelivery must be ARNs of roles or roots"
    ):
        deliver_logs(services=(), principals=(principal,))


@pytest.mark.parametrize("service", ["*", "*.amazonaws.com", "logs", "logs.amazonaws.com.evil.org"])
def test_a_service_principal_that_is_no_service_is_refused(service: str) -> None:
    with pytest.raises(ValueError, match=r"services of LogDelivery must end in .amazonaws.com"):
        deliver_logs(services=(service,))


def test_a_resource_statement_without_a_principal_is_refused() -> None:
    with pytest.raises(ValueError, match="services or principals of LogDelivery must not be empty"):
        deliver_logs(services=())


@pytest.mark.parametrize("action", ["s3:*", "kms:*"])
def test_a_service_never_gets_every_action(action: str) -> None:
    with pytest.raises(ValueError, match="actions of LogDelivery must each be named in full"):
        deliver_logs(actions=(action,))


def test_a_role_never_gets_every_action_on_a_key() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/api"
    with pytest.raises(ValueError, match="actions of LogDelivery must each be named in full"):
        deliver_logs(services=(), principals=(role,), actions=("kms:*",))


@pytest.mark.parametrize("actions", [("logs:PutLogEvents",), ("kms:Decrypt", "logs:PutLogEvents")])
def test_only_in_the_policy_of_a_key_does_a_star_mean_the_resource_itself(
    actions: tuple[str, ...],
) -> None:
    with pytest.raises(ValueError, match="resources of LogDelivery must name a resource"):
        deliver_logs(actions=actions, resources=("*",))


@pytest.mark.parametrize(
    ("element", "message"),
    [
        ("principals", "principals of LogDelivery must be ARNs of roles or roots"),
        ("resources", "resources of LogDelivery must name a resource"),
        ("conditions", "must say for whom the service acts"),
    ],
)
def test_an_element_that_turns_out_to_be_anybody_s_is_refused(element: str, message: str) -> None:
    def program() -> None:
        star = pulumi.Output.from_input("*")
        given = {"aws:SourceAccount": star} if element == "conditions" else (star,)
        changes = {element: {"StringLike": given} if element == "conditions" else given}
        pulumi.export("document", resource_policy([deliver_logs(**changes)]))

    with pytest.raises(ValueError, match=message):
        synthesise(program)


def test_tls_only_denies_everybody_without_tls() -> None:
    arns = ("arn:aws:s3:::documents", "arn:aws:s3:::documents/*")
    assert statements(lambda: resource_policy([tls_only(arns, ("s3:*",))])) == [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:*"],
            "Resource": list(arns),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def test_a_denial_without_a_condition_would_lock_everyone_out() -> None:
    with pytest.raises(ValueError, match="conditions of NoUploads must not be empty"):
        Deny(
            sid="NoUploads",
            actions=("s3:PutObject",),
            resources=("arn:aws:s3:::documents/*",),
            conditions={},
        )
