"""The pipeline's roles against what each stack is really made of, delivered or not."""

import json
from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

import pytest

from offline.graph import Graph, Resource
from offline.judge import judge, terms
from rules.core import actions
from tests import stacks

SECTION = {
    "repository": "example-org/plinth",
    "preview": {"environment": "preview"},
    "deploy": {"environment": "production"},
}
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
# Modules of the SDK whose actions have another prefix.
PREFIXES = {
    "apigatewayv2": "apigateway",
    "appautoscaling": "application-autoscaling",
    "costexplorer": "ce",
    "vpc": "ec2",
}
# RDS makes the secret.
NOT_IN_A_PLAN = {"secretsmanager"}
# A workspace of Slack's is connected by hand, and its channels set up by whoever does that.
NOT_DEPLOYED, BY_HAND = {"chatbot"}, {"alerts-guardrail"}


def delivered(stack: str) -> Graph:
    """A stack or example, with roles for its delivery."""
    if "plinth:delivery" in stacks.project(stack).config:
        return stacks.graph(stack)
    return stacks.with_sections(stack, delivery=SECTION)


@pytest.fixture(params=sorted(stacks.config_files()))
def graph(request: pytest.FixtureRequest) -> Graph:
    return delivered(request.param)


def service_of(kind: str) -> str:
    module, _, name = kind.split(":")[1].partition("/")
    if module == "cloudwatch" and name.startswith(("log", "queryDefinition")):
        return "logs"
    return PREFIXES.get(module, module)


def statements(item: Resource) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(item.inputs["policy"])["Statement"]
    return found


def policies(graph: Graph, role: str) -> Iterator[dict[str, Any]]:
    """All that one of the pipeline's roles may do."""
    by_arn = {item.outputs["arn"]: item for item in graph.of(POLICY)}
    name = graph.one(ROLE, role).outputs["name"]
    for item in graph.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
        if item.inputs["role"] == name:
            yield from statements(by_arn[item.inputs["policyArn"]])


def is_of_delivery(item: Resource) -> bool:
    return item.outputs.get("path") == "/delivery/"


def test_the_deploy_role_is_for_just_the_services_that_the_stack_uses(graph: Graph) -> None:
    used = {service_of(item.type) for item in graph.managed} - NOT_DEPLOYED
    actions = {action for item in policies(graph, "github-deploy") for action in item["Action"]}
    assert {action.partition(":")[0] for action in actions} - NOT_IN_A_PLAN == used


def test_the_deploy_role_reaches_every_resource_of_the_stack(graph: Graph) -> None:
    changing = [
        item
        for item in policies(graph, "github-deploy")
        if not item["Sid"].endswith(("Look", "Read"))
    ]
    for resource in graph.managed:
        arn, service = resource.outputs.get("arn"), service_of(resource.type)
        if not isinstance(arn, str) or is_of_delivery(resource) or service in NOT_DEPLOYED:
            continue
        if resource.type == PROVIDER or resource.name in BY_HAND:
            continue
        reached = [
            item["Sid"]
            for item in changing
            if item["Action"][0].startswith(f"{service}:")
            and any(fnmatchcase(arn, pattern) for pattern in item["Resource"])
        ]
        assert reached, f"nothing lets {resource.name} be deployed: {arn}"


def test_the_deploy_role_may_make_every_kind_of_thing_that_is_in_the_stack(graph: Graph) -> None:
    allowed = {action for item in policies(graph, "github-deploy") for action in item["Action"]}
    making = {
        actions.find(f"{service_of(item.type)}:Create{item.type.rpartition(':')[2]}")
        for item in graph.managed
        if not is_of_delivery(item) and item.type != PROVIDER and item.name not in BY_HAND
    }
    # Where AWS calls it so; it is `Put…` or `Allocate…` for some.
    known = {action.name for action in making if action is not None}
    assert len(known) > 10
    assert known <= allowed


def test_what_only_looks_can_change_nothing_and_read_no_data(graph: Graph) -> None:
    held = list(policies(graph, "github-preview"))
    decrypting = [item for item in held if "kms:Decrypt" in item["Action"]]
    for item in decrypting:
        assert item["Action"] == ["kms:Decrypt"]
        via = item["Condition"]["StringEquals"]["kms:ViaService"]
        assert {service.partition(".")[0] for service in via} <= {"lambda", "ssm"}
    allowed = {action for item in held if item not in decrypting for action in item["Action"]}
    found = {actions.find(action) for action in allowed}
    assert {action.access for action in found if action is not None} == {"L", "R"}
    assert not allowed & {"s3:GetObject", "secretsmanager:GetSecretValue", "dynamodb:GetItem"}


def test_every_role_but_the_pipelines_own_is_below_the_boundary(graph: Graph) -> None:
    boundary = graph.one(POLICY, "boundary-policy").outputs["arn"]
    for role in graph.of(ROLE):
        expected = None if is_of_delivery(role) else boundary
        assert role.inputs.get("permissionsBoundary") == expected, role.name


def test_the_boundary_takes_nothing_from_any_workload(graph: Graph) -> None:
    bounds = statements(graph.one(POLICY, "boundary-policy"))
    for policy in graph.of(ROLE_POLICY):
        for statement in statements(policy):
            for action in statement["Action"]:
                for resource in statement["Resource"]:
                    assert any(
                        action in bound["Action"]
                        and any(fnmatchcase(resource, pattern) for pattern in bound["Resource"])
                        for bound in bounds
                    ), f"{policy.name} loses {action} on {resource}: see components/delivery"


def test_the_pipeline_passes_roles_to_just_the_services_that_have_one(graph: Graph) -> None:
    trusted = {
        service
        for role in graph.of(ROLE)
        if not is_of_delivery(role)
        for statement in json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        for service in [statement["Principal"]["Service"]]
    }
    passing = [
        item for item in policies(graph, "github-deploy") if "iam:PassRole" in item["Action"]
    ]
    passed = {
        service
        for item in passing
        for service in item["Condition"]["StringEquals"]["iam:PassedToService"]
    }
    assert passed == trusted


def test_the_pipeline_cannot_change_its_own_rights(graph: Graph) -> None:
    own = [
        item.outputs["arn"] for item in (*graph.of(ROLE), *graph.of(POLICY)) if is_of_delivery(item)
    ]
    assert len(own) > 4
    for item in policies(graph, "github-deploy"):
        if item["Action"][0].startswith("iam:") and not item["Sid"].endswith("Read"):
            for arn in own:
                assert not any(fnmatchcase(arn, pattern) for pattern in item["Resource"])


def test_the_pack_finds_nothing_in_the_delivery(graph: Graph) -> None:
    report = judge(graph, terms(None), date(2026, 1, 1))
    found = [f"{item.rule.id} {item.subject.name}: {item.message}" for item in report.violations]
    assert [item for item in found if item.split()[1].startswith(("github", "boundary"))] == []
    assert not report.not_yet_known


def test_a_stack_without_the_section_has_no_roles_for_a_pipeline() -> None:
    graph = stacks.graph("dev")
    assert not [item for item in graph.resources if item.type.startswith("plinth:delivery:")]
    assert not [item for item in graph.of(ROLE) if "permissionsBoundary" in item.inputs]


@pytest.mark.parametrize(("stack", "kind"), [("dev", "Cluster"), ("prod", "Instance")])
def test_the_pipeline_migrates_the_stacks_own_database(stack: str, kind: str) -> None:
    graph = delivered(stack)
    held = {item["Sid"]: item for item in policies(graph, "github-deploy")}
    (function,) = held["Migrate"]["Resource"]
    assert fnmatchcase(
        graph.one("aws:lambda/alias:Alias", "migrations-live").outputs["arn"], function
    )
    administrator = held[f"AdministratorOf{kind}"]
    assert administrator["Action"] == ["secretsmanager:GetSecretValue"]
    assert fnmatchcase(graph.exports["database_secret_arn"], administrator["Resource"][0])
    ((tag, (owner,)),) = administrator["Condition"]["StringLike"].items()
    assert tag == f"aws:ResourceTag/aws:rds:primaryDB{kind}Arn"
    (database,) = graph.of(f"aws:rds/{kind.lower()}:{kind}")
    assert fnmatchcase(database.outputs["arn"], owner)


def test_a_pipeline_without_a_database_of_the_stacks_own_reads_no_secret() -> None:
    held = list(policies(delivered("movies"), "github-deploy"))
    assert not {"Migrate", "AdministratorOfCluster"} & {item["Sid"] for item in held}
    actions_held = {action for item in held for action in item["Action"]}
    assert "secretsmanager:GetSecretValue" not in actions_held


@pytest.mark.parametrize("stack", ["movies", "prod"])
def test_pages_are_published_to_the_sites_buckets(stack: str) -> None:
    graph = delivered(stack)
    buckets = [
        item.outputs["arn"] for item in graph.of("aws:s3/bucket:Bucket") if "content" in item.name
    ]
    (publish,) = (i for i in policies(graph, "github-deploy") if i["Sid"] == "PublishPages")
    assert buckets
    for arn in buckets:
        assert any(fnmatchcase(f"{arn}/index.html", item) for item in publish["Resource"])
