"""What holds for every component, in every stack."""

import json
from datetime import UTC, datetime

import pytest

from offline import judge
from offline.graph import PROVIDER_PREFIX, STACK_TYPE, Graph, Resource
from offline.schema import is_taggable
from offline.values import Secret, masked
from tests import stacks

TAGS = {"environment", "project", "owner", "cost-centre", "managed-by"}


def test_every_component_has_a_type_token_of_ours_and_registers_outputs(stack: Graph) -> None:
    for item in stack.resources:
        if not item.custom and item.type != "awsx:ec2:Vpc":
            package, module, name = item.type.split(":")
            assert (package, module.islower(), name[0].isupper()) == ("plinth", True, True)
            assert stack.outputs.get(item.urn), item.name


@pytest.mark.parametrize("unknown", [False, True], ids=["update", "preview"])
def test_no_stack_breaks_a_rule_today(stack: Graph, unknown: bool) -> None:
    terms = judge.terms(judge.configuration_of(stacks.ROOT, stack.stack))
    graph = stacks.graph(stack.stack, unknown=unknown)
    report = judge.judge(graph, terms, datetime.now(UTC).date())
    assert [f"{item.rule.id} {item.subject.name}" for item in report.mandatory] == []


def test_a_child_carries_the_name_of_its_parent(stack: Graph) -> None:
    names = {item.urn: item.name for item in stack.resources if item.type.startswith("plinth:")}
    # A rule between two security groups is below one of them, and named after the connection.
    rules = "aws:vpc/securityGroup"
    for item in stack.resources:
        if item.parent in names and not item.type.startswith(rules):
            assert item.name.startswith(names[item.parent])


def test_only_components_and_providers_sit_at_the_top(stack: Graph) -> None:
    top = {i.type for i in stack.resources if i.custom and i.parent.split("::")[2] == STACK_TYPE}
    assert top == {"pulumi:providers:aws", "pulumi:providers:awsx"} & top
    assert "pulumi:providers:aws" in top


def test_every_resource_comes_from_our_provider(stack: Graph) -> None:
    for item in stack.resources:
        if item.custom and not item.type.startswith(PROVIDER_PREFIX):
            assert "pulumi:providers:aws::aws::" in item.provider, item.name


def test_the_provider_is_bound_to_the_account_and_tags_everything(stack: Graph) -> None:
    provider = stack.one("pulumi:providers:aws", "aws")
    tags = json.loads(provider.inputs["defaultTags"])["tags"]
    assert tags.keys() == TAGS
    assert all(tags.values())
    assert tags["environment"] == stack.stack
    assert len(json.loads(provider.inputs["allowedAccountIds"])) == 1


def test_the_outputs_say_where_the_stack_is(stack: Graph) -> None:
    assert stack.exports["region"] == stack.one("pulumi:providers:aws", "aws").inputs["region"]


def test_the_tags_reach_every_resource_that_takes_tags(stack: Graph) -> None:
    tagged = [item for item in stack.managed if is_taggable(item.type)]
    assert tagged
    for item in tagged:
        assert item.outputs["tagsAll"].keys() >= TAGS, item.name


def test_pulumi_has_nothing_to_warn_about(stack: Graph) -> None:
    assert stack.warnings == ()


def secrets_of(item: Resource) -> set[str]:
    return {
        value.value
        for value in item.outputs.values()
        if isinstance(value, Secret) and isinstance(value.value, str)
    }


def test_no_secret_is_sent_in_the_clear(stack: Graph) -> None:
    secrets = {secret for item in stack.resources for secret in secrets_of(item)}
    shown = json.dumps(
        [
            masked(stack.exports),
            *(masked({**item.outputs, **item.inputs}) for item in stack.resources),
        ]
    )
    assert not [secret for secret in secrets if secret in shown]


def test_what_holds_data_is_protected_in_production() -> None:
    stateful = {
        "aws:dynamodb/table:Table",
        "aws:kms/key:Key",
        "aws:rds/cluster:Cluster",
        "aws:rds/instance:Instance",
        "aws:s3/bucket:Bucket",
    }
    kept = [item for item in stacks.graph("prod").managed if item.type in stateful]
    assert {item.type for item in kept} >= stateful - {"aws:rds/cluster:Cluster"}
    assert [item.name for item in kept if not item.protect] == []


def test_no_resource_depends_on_a_whole_component(stack: Graph) -> None:
    # It would depend on all that is below: the cost of a deployment grows with the square.
    parents = {item.urn: item.parent for item in stack.resources}
    below: dict[str, set[str]] = {}
    for item in stack.managed:
        above = item.parent
        while above in parents:
            below.setdefault(above, set()).add(item.urn)
            above = parents[above]
    for item in stack.managed:
        used = {urn for urns in item.property_dependencies.values() for urn in urns}
        asked = set(item.dependencies) - used
        for component, children in below.items():
            whole = len(children) > 3 and children <= asked
            assert not whole, f"{item.name} depends on all of {component}"


def test_a_preview_and_an_update_declare_the_same_resources(stack: Graph) -> None:
    preview = stacks.graph(stack.stack, unknown=True)
    assert [item.urn for item in preview.resources] == [item.urn for item in stack.resources]
    for before, after in zip(preview.resources, stack.resources, strict=True):
        assert before.inputs.keys() == after.inputs.keys(), after.name
