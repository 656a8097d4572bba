import json
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from offline.engine import PlanError, synthesise
from offline.graph import Position
from offline.naming import Naming
from offline.values import UNKNOWN, Secret

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def role_with_policy() -> None:
    role = aws.iam.Role("reader", assume_role_policy=TRUST)
    aws.iam.RolePolicy(
        "reader-policy", role=role.name, policy=pulumi.Output.json_dumps({"role": role.arn})
    )
    pulumi.export("role", role.arn)


def test_what_aws_computes_reaches_the_resources_that_use_it() -> None:
    graph = synthesise(role_with_policy)

    name = graph.one(ROLE, "reader").inputs["name"]
    policy = graph.one(POLICY, "reader-policy")
    assert json.loads(policy.inputs["policy"]) == {"role": f"arn:aws:iam::111122223333:role/{name}"}
    assert graph.exports == {"role": f"arn:aws:iam::111122223333:role/{name}"}


def test_a_preview_leaves_computed_values_unknown_but_knows_who_made_them() -> None:
    graph = synthesise(role_with_policy, unknown=True)

    role = graph.one(ROLE, "reader")
    policy = graph.one(POLICY, "reader-policy")
    assert role.id is UNKNOWN
    assert policy.inputs["policy"] is UNKNOWN
    assert policy.property_dependencies["policy"] == (role.urn,)
    assert graph.exports == {"role": UNKNOWN}


def test_a_urn_carries_the_types_of_all_ancestors_as_the_engine_writes_it() -> None:
    class Outer(pulumi.ComponentResource):
        def __init__(self, name: str) -> None:
            super().__init__("plinth:test:Outer", name)
            Inner(name, pulumi.ResourceOptions(parent=self))

    class Inner(pulumi.ComponentResource):
        def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
            super().__init__("plinth:test:Inner", name, None, opts)
            aws.iam.Role(name, assume_role_policy=TRUST, opts=pulumi.ResourceOptions(parent=self))

    graph = synthesise(lambda: Outer("a"))

    assert graph.one(ROLE, "a").urn == (
        "urn:pulumi:test::plinth::plinth:test:Outer$plinth:test:Inner$aws:iam/role:Role::a"
    )


def test_names_follow_the_projects_pattern() -> None:
    naming = Naming(pattern="${stack}.${name}.${num(3)}", types={POLICY: "${project}_policy"})
    graph = synthesise(role_with_policy, naming=naming)

    prefix, name, digits = graph.one(ROLE, "reader").inputs["name"].split(".")
    assert (prefix, name) == ("test", "reader")
    assert len(digits) == 3
    assert digits.isdigit()
    assert graph.one(POLICY, "reader-policy").inputs["name"] == "plinth_policy"


def test_a_name_that_aws_would_refuse_fails_the_plan() -> None:
    long = "a" * 60
    with pytest.raises(PlanError, match=r"aws:iam/role:Role takes 64: shorten the resource's name"):
        synthesise(lambda: aws.iam.Role(long, assume_role_policy=TRUST))


def test_the_providers_account_region_and_tags_reach_its_resources() -> None:
    def program() -> None:
        provider = aws.Provider(
            "aws",
            region="eu-west-1",
            allowed_account_ids=["999988887777"],
            default_tags=aws.ProviderDefaultTagsArgs(tags={"owner": "us", "project": "p"}),
        )
        opts = pulumi.ResourceOptions(provider=provider)
        aws.iam.Role("reader", assume_role_policy=TRUST, tags={"owner": "me"}, opts=opts)

    role = synthesise(program).one(ROLE, "reader")
    assert role.outputs["arn"].startswith("arn:aws:iam::999988887777:role/")
    # An input, as the real provider gives it: policies see it before anything is made.
    assert role.inputs["tagsAll"] == role.outputs["tagsAll"] == {"owner": "me", "project": "p"}
    assert role.inputs["tags"] == {"owner": "me"}


def test_a_secret_stays_wrapped_from_input_to_output() -> None:
    def program() -> None:
        aws.iam.Role("r", assume_role_policy=TRUST, description=pulumi.Output.secret("planted"))
        pulumi.export("token", pulumi.Output.secret("planted"))

    graph = synthesise(program)
    assert graph.one(ROLE, "r").inputs["description"] == Secret("planted")
    assert graph.one(ROLE, "r").outputs["description"] == Secret("planted")
    assert "planted" not in repr(graph)


def test_every_problem_of_a_plan_is_reported_with_the_line_that_caused_it() -> None:
    def program() -> None:
        aws.iam.RolePolicy("arn", role="arn:aws:iam::111122223333:role/x", policy="{}")
        aws.iam.Role("typo", assume_role_policy=TRUST, inline_policies=[{"nme": "x"}])  # type: ignore[list-item]
        aws.kinesis.Stream("stream")

    with pytest.raises(PlanError) as caught:
        synthesise(program)

    messages = sorted(problem.message for problem in caught.value.problems)
    assert messages == [
        f"{ROLE} typo: inlinePolicies[0].nme is not an input; choose from name, policy",
        f"{POLICY} arn: role must be the name of a role; got 'arn:aws:iam::111122223333:role/x'",
        "nothing is known about aws:kinesis/stream:Stream: describe it in offline/aws/",
    ]
    here = str(Path(__file__).relative_to(Path(__file__).parents[2]))
    assert {problem.position.file for problem in caught.value.problems if problem.position} == {
        here
    }


def test_two_resources_of_one_type_and_name_fail_the_plan() -> None:
    def program() -> None:
        aws.iam.Role("same", assume_role_policy=TRUST)
        aws.iam.Role("same", assume_role_policy=TRUST)

    with pytest.raises(PlanError, match="there are two resources aws:iam/role:Role called same"):
        synthesise(program)


def test_a_lookup_without_an_answer_fails_instead_of_guessing() -> None:
    def program() -> None:
        pulumi.export("zones", aws.get_availability_zones_output().names)

    with pytest.raises(Exception, match=r"no answer to aws:index/getAvailabilityZones"):
        synthesise(program)


def test_an_error_inside_an_apply_is_not_lost() -> None:
    def program() -> None:
        role = aws.iam.Role("reader", assume_role_policy=TRUST)
        role.arn.apply(lambda _: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        synthesise(program)


def test_a_transform_changes_what_is_declared() -> None:
    def shout(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        return pulumi.ResourceTransformResult(
            props={**args.props, "description": "changed"}, opts=args.opts
        )

    def program() -> None:
        opts = pulumi.ResourceOptions(transforms=[shout])
        aws.iam.Role("changed", assume_role_policy=TRUST, opts=opts)
        aws.iam.Role("kept", assume_role_policy=TRUST)

    graph = synthesise(program)
    assert graph.one(ROLE, "changed").inputs["description"] == "changed"
    assert "description" not in graph.one(ROLE, "kept").inputs


def test_options_are_recorded() -> None:
    def program() -> None:
        first = aws.iam.Role("first", assume_role_policy=TRUST)
        aws.iam.Role(
            "second",
            assume_role_policy=TRUST,
            opts=pulumi.ResourceOptions(
                protect=True,
                retain_on_delete=True,
                delete_before_replace=True,
                ignore_changes=["max_session_duration"],
                depends_on=[first],
                custom_timeouts=pulumi.CustomTimeouts(create="5m"),
            ),
        )

    graph = synthesise(program)
    second = graph.one(ROLE, "second")
    assert second.protect
    assert second.retain_on_delete
    assert second.delete_before_replace
    assert second.ignore_changes == ("maxSessionDuration",)
    assert second.dependencies == (graph.one(ROLE, "first").urn,)
    assert second.custom_timeouts == {"create": "5m"}


def test_nothing_is_left_behind_for_the_next_program() -> None:
    synthesise(role_with_policy, stack="one")
    graph = synthesise(role_with_policy, stack="two")

    assert {item.urn.split(":")[2] for item in graph.resources} == {"two"}
    assert len(graph.resources) == 2


def test_a_resource_knows_the_line_that_made_it_and_those_that_led_there() -> None:
    class Outer(pulumi.ComponentResource):
        def __init__(self, name: str) -> None:
            super().__init__("plinth:test:Outer", name)
            aws.iam.Role(name, assume_role_policy=TRUST, opts=pulumi.ResourceOptions(parent=self))

    def program() -> None:
        Outer("a")

    graph = synthesise(program)
    first = Outer.__init__.__code__.co_firstlineno
    component, role = graph.one("plinth:test:Outer", "a"), graph.one(ROLE, "a")
    assert component.position == role.trace[1]
    assert role.position == Position("tests/offline/test_engine.py", first + 2)
    assert role.trace[1].line == program.__code__.co_firstlineno + 1
