"""What a program gets of a component that a provider constructs."""

from offline.awsx import Ref
from offline.constructs import output_value
from offline.graph import Resource
from offline.values import UNKNOWN, Reference

SUBNETS = tuple(Ref("aws:ec2/subnet:Subnet", f"main-public-{number}") for number in (1, 2))


def made(*ids: object) -> dict[Ref, Resource]:
    return {
        ref: Resource(
            urn=f"urn:{ref.name}",
            type=ref.type,
            name=ref.name,
            parent="",
            custom=True,
            inputs={},
            outputs={},
            id=identity,
        )
        for ref, identity in zip(SUBNETS, ids, strict=True)
    }


def test_a_list_of_ids_is_known_once_each_of_them_is_even_in_a_preview() -> None:
    there, coming = made("subnet-1", "subnet-2"), made("subnet-1", UNKNOWN)
    assert output_value("publicSubnetIds", SUBNETS, there) == ["subnet-1", "subnet-2"]
    assert output_value("publicSubnetIds", SUBNETS, coming) is UNKNOWN
    assert output_value("publicSubnetIds", (), there) == []


def test_resources_are_whole_references_whose_ids_may_be_unknown() -> None:
    found = output_value("subnets", SUBNETS, made("subnet-1", UNKNOWN))
    first, second = (f"urn:{ref.name}" for ref in SUBNETS)
    assert found == [Reference(first, "subnet-1"), Reference(second, UNKNOWN)]
