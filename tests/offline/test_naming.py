import re

from offline import aws
from offline.naming import Naming
from offline.project import load
from offline.schema import arguments_class, shape_of
from tests.conftest import ROOT

URN = "urn:pulumi:prod::plinth::aws:iam/role:Role::api"


def propose(naming: Naming, kind: str, urn: str = URN) -> str:
    return naming.propose(kind, project="plinth", stack="prod", name="api", urn=urn)


def test_a_name_starts_with_project_and_stack_and_ends_at_random() -> None:
    assert re.fullmatch(r"plinth-prod-api-[0-9a-f]{6}", propose(Naming(), "aws:iam/role:Role"))


def test_the_same_resource_gets_the_same_name_and_another_one_does_not() -> None:
    kind = "aws:iam/role:Role"
    assert propose(Naming(), kind) == propose(Naming(), kind)
    assert propose(Naming(), kind) != propose(Naming(), kind, URN + "-2")


def test_load_balancers_and_target_groups_have_names_that_fit() -> None:
    naming = load(ROOT, "prod").naming
    for kind in ("aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"):
        assert len(propose(naming, kind)) <= 32


def test_every_type_is_in_the_sdk_and_its_automatic_name_is_an_input() -> None:
    for kind in aws.types():
        auto = aws.row(kind).name
        names = shape_of(arguments_class(kind)).names
        assert auto is None or auto.property in names, kind
