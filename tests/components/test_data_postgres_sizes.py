"""How much memory an instance class has, and how many connections that makes."""

import re

import pytest

from components.data.postgres_sizes import GIB, max_connections, memory_bytes


@pytest.mark.parametrize(
    ("instance_class", "gib"),
    [
        ("db.t4g.micro", 1),
        ("db.t3.small", 2),
        ("db.t4g.medium", 4),
        ("db.m7g.large", 8),
        ("db.m6i.4xlarge", 64),
        ("db.r6gd.16xlarge", 512),
        ("db.r8g.48xlarge", 1_536),
        ("db.m8g.metal-24xl", 384),
        ("db.x2g.xlarge", 64),
        ("db.x2iedn.xlarge", 128),
        ("db.z1d.large", 16),
    ],
)
def test_a_class_has_the_memory_that_aws_says(instance_class: str, gib: int) -> None:
    assert memory_bytes(instance_class) == gib * GIB


@pytest.mark.parametrize(
    "instance_class", ["db.q1.large", "db.m7g.gigantic", "db.m7g.metal", "m7g"]
)
def test_a_class_of_unknown_memory_is_refused(instance_class: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"got {instance_class!r}: add it to")):
        memory_bytes(instance_class)


# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html#aurora-serverless-v2.max-connections
@pytest.mark.parametrize(
    ("capacity_units", "connections"), [(1, 189), (4, 823), (8, 1_669), (16, 3_360), (32, 5_000)]
)
def test_connections_are_about_those_of_aws_table(capacity_units: int, connections: int) -> None:
    assert max_connections(2 * GIB * capacity_units) == pytest.approx(connections, rel=0.025)
