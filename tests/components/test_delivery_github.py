import json
from typing import Any

import pulumi
import pytest

from components.delivery.boundary import Boundary, BoundaryArgs
from components.delivery.github import GitHub, GitHubArgs, StateArgs
from components.delivery.services import Scope, known_services
from offline.engine import synthesise
from offline.graph import Graph

ACCOUNT, REGION = "111122223333", "eu-west-2"
PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
ROLE, POLICY = "aws:iam/role:Role", "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ISSUER = "token.actions.githubusercontent.com"
EXISTING = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
STATE = StateArgs(bucket="example-state", key_arn=KEY)


def plan(*, unknown: bool = False, **changes: Any) -> Graph:
    def program() -> None:
        scope = Scope(account_id=ACCOUNT, region=REGION, zones=("Z1",))
        services = changes.get("services", ("dynamodb", "iam", "kms", "lambda"))
        boundary = Boundary("boundary", BoundaryArgs(scope=scope, services=services))
        settings: dict[str, Any] = {
            "scope": scope,
            "services": services,
            "passes": ("lambda.amazonaws.com",),
            "boundary": boundary.arn,
            "repository": "example-org/plinth",
            "preview": "environment:preview",
            "deploy": "environment:production",
        }
        github = GitHub("github", GitHubArgs(**settings | changes))
        pulumi.export("deploy", github.deploy_role_arn)

    return synthesise(program, unknown=unknown)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return plan()


def trust(graph: Graph, role: str) -> Any:
    return json.loads(graph.one(ROLE, f"github-{role}").inputs["assumeRolePolicy"])["Statement"]


def statement(graph: Graph, policy: str, sid: str) -> dict[str, Any]:
    found = json.loads(graph.one(POLICY, f"github-{policy}").inputs["policy"])["Statement"]
    (one,) = (item for item in found if item["Sid"] == sid)
    return dict(one)


def attached(graph: Graph, role: str) -> list[str]:
    names = {item.outputs["arn"]: item.name for item in graph.of(POLICY)}
    name = graph.one(ROLE, f"github-{role}").outputs["name"]
    return [
        names[item.inputs["policyArn"]].removeprefix("github-")
        for item in graph.of(ATTACHMENT)
        if item.inputs["role"] == name
    ]


def test_the_account_trusts_github_for_tokens_meant_for_sts_only(graph: Graph) -> None:
    assert graph.one(PROVIDER, "github-provider").given == {
        "url": f"https://{ISSUER}",
        "clientIdLists": ["sts.amazonaws.com"],
    }


@pytest.mark.parametrize(
    ("role", "environment"), [("preview", "preview"), ("deploy", "production")]
)
def test_a_role_is_for_one_environment_of_one_repository(
    graph: Graph, role: str, environment: str
) -> None:
    assert trust(graph, role) == [
        {
            "Effect": "Allow",
            "Principal": {"Federated": EXISTING},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{ISSUER}:aud": "sts.amazonaws.com",
                    f"{ISSUER}:sub": f"repo:example-org/plinth:environment:{environment}",
                }
            },
        }
    ]


@pytest.mark.parametrize(
    ("repository", "deploy", "subject"),
    [
        (
            "example-org/plinth",
            "ref:refs/heads/main",
            "repo:example-org/plinth:ref:refs/heads/main",
        ),
        (
            "example-org@123456/plinth@456789",
            "environment:prod",
            "repo:example-org@123456/plinth@456789:environment:prod",
        ),
    ],
)
def test_the_subject_is_the_one_that_github_sends(
    repository: str, deploy: str, subject: str
) -> None:
    (found,) = trust(plan(repository=repository, deploy=deploy), "deploy")
    assert found["Condition"]["StringEquals"][f"{ISSUER}:sub"] == subject


def test_a_provider_that_is_there_is_used() -> None:
    graph = plan(provider_arn=EXISTING)
    assert graph.of(PROVIDER) == ()
    assert trust(graph, "deploy")[0]["Principal"] == {"Federated": EXISTING}


def test_a_session_ends_when_the_settings_say(graph: Graph) -> None:
    assert graph.one(ROLE, "github-deploy").inputs["maxSessionDuration"] == 3_600
    longer = plan(session_minutes=90)
    assert longer.one(ROLE, "github-deploy").inputs["maxSessionDuration"] == 5_400


def test_who_previews_looks_and_who_deploys_looks_and_changes(graph: Graph) -> None:
    assert attached(graph, "preview") == ["look-inside", "look-service"]
    assert attached(graph, "deploy") == [
        "change-identity",
        "change-service",
        "change-stores",
        "look-inside",
        "look-service",
    ]


def test_the_roles_are_where_no_deployment_reaches(graph: Graph) -> None:
    made = [*graph.of(ROLE), *graph.of(POLICY)]
    assert {item.inputs["path"] for item in made} == {"/delivery/"}
    assert statement(graph, "change-identity", "IamFenced")["Resource"] == [
        f"arn:aws:iam::{ACCOUNT}:role/plinth-test-*"
    ]


def test_roles_are_passed_to_the_services_of_the_stack_only(graph: Graph) -> None:
    assert statement(graph, "change-identity", "PassRoles") == {
        "Sid": "PassRoles",
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": [f"arn:aws:iam::{ACCOUNT}:role/plinth-test-*"],
        "Condition": {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com"]}},
    }


def test_who_deploys_publishes_pages_and_touches_no_other_object() -> None:
    graph = plan(services=("cloudfront", "iam", "kms", "s3"))
    assert statement(graph, "change-front", "PublishPages") == {
        "Sid": "PublishPages",
        "Effect": "Allow",
        "Action": ["s3:DeleteObject", "s3:PutObject"],
        "Resource": ["arn:aws:s3:::plinth-test-*-content-bucket-*/*"],
    }
    invalidate = statement(graph, "change-front", "CloudfrontChange")
    assert "cloudfront:CreateInvalidation" in invalidate["Action"]


def test_keys_are_used_through_services_and_only_the_stacks_own(graph: Graph) -> None:
    assert statement(graph, "change-stores", "UseKeys") == {
        "Sid": "UseKeys",
        "Effect": "Allow",
        "Action": ["kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
        "Resource": [f"arn:aws:kms:{REGION}:{ACCOUNT}:key*"],
        "Condition": {
            "StringEquals": {
                "aws:ResourceTag/project": "plinth",
                "aws:ResourceTag/environment": "test",
                "kms:ViaService": [
                    f"dynamodb.{REGION}.amazonaws.com",
                    f"lambda.{REGION}.amazonaws.com",
                ],
            }
        },
    }


def test_who_previews_reads_through_keys_what_the_state_holds_too(graph: Graph) -> None:
    seen = statement(graph, "look-inside", "UseKeys")
    assert seen["Action"] == ["kms:Decrypt"]
    assert seen["Condition"]["StringEquals"] == {
        "aws:ResourceTag/project": "plinth",
        "aws:ResourceTag/environment": "test",
        "kms:ViaService": [f"lambda.{REGION}.amazonaws.com"],
    }


def test_aws_makes_its_own_roles_for_the_services_that_need_them() -> None:
    linked = statement(plan(services=("iam", "rds")), "change-identity", "LinkedRoles")
    assert linked["Resource"] == [f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/*"]
    assert linked["Condition"] == {"StringEquals": {"iam:AWSServiceName": ["rds.amazonaws.com"]}}


def test_a_preview_reads_the_state_and_a_deployment_writes_it() -> None:
    graph = plan(state=STATE)
    objects = "arn:aws:s3:::example-state/*"
    assert statement(graph, "preview-state", "State")["Action"] == ["s3:GetObject"]
    assert statement(graph, "preview-state", "StateKey")["Action"] == ["kms:Decrypt"]
    assert statement(graph, "deploy-state", "State") == {
        "Sid": "State",
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:DeleteObject", "s3:PutObject"],
        "Resource": [objects],
    }
    assert statement(graph, "deploy-state", "StateKey")["Resource"] == [KEY]
    assert "deploy-state" in attached(graph, "deploy")
    assert "deploy-state" not in attached(graph, "preview")


def test_a_role_for_every_service_stays_within_iams_limits() -> None:
    graph = plan(services=known_services(), state=STATE)
    assert len(attached(graph, "deploy")) <= 10
    assert all(len(item.inputs["policy"]) <= 6_144 for item in graph.of(POLICY))


def test_a_policy_beyond_the_limit_is_refused_by_name() -> None:
    zones = tuple(f"Z{number:031}" for number in range(120))
    scope = Scope(account_id=ACCOUNT, region=REGION, zones=zones)
    with pytest.raises(ValueError, match=r"github-[a-z-]+ must have at most 6144 characters"):
        plan(scope=scope, services=("iam", "route53"))


def test_a_preview_knows_the_roles() -> None:
    before, after = plan(unknown=True), plan()
    assert [item.urn for item in before.resources] == [item.urn for item in after.resources]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"repository": "plinth"}, "repository must be such as example-org/plinth, got 'plinth'"),
        (
            {"repository": "example-org/*"},
            "repository must be such as example-org/plinth, got 'example-org/*'",
        ),
        (
            {"deploy": "ref:refs/heads/*"},
            (
                "deploy must be environment:<name> or ref:refs/heads/<branch>, "
                "got 'ref:refs/heads/*'"
            ),
        ),
        (
            {"preview": "pull_request"},
            "preview must be environment:<name> or ref:refs/heads/<branch>, got 'pull_request'",
        ),
        (
            {"preview": "environment:production"},
            "preview must be for other jobs than deploy, got 'environment:production'",
        ),
        ({"session_minutes": 59}, "session_minutes must be from 60 to 720, got 59"),
    ],
)
def test_what_would_let_others_in_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 the whole message is compared
        plan(**changes)
    assert str(raised.value) == message
