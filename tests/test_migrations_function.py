"""The function that migrates the database, as the whole program builds it."""

import json

import pytest

from offline.graph import Graph, Resource
from tests import stacks

FUNCTION = "aws:lambda/function:Function"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
WITH_ITS_OWN = ["coupons", "coupons-dev", "dev", "prod"]


@pytest.fixture(params=WITH_ITS_OWN)
def migrated(request: pytest.FixtureRequest) -> Graph:
    """A stack with a database of its own."""
    return stacks.graph(request.param)


def function(graph: Graph) -> Resource:
    return graph.one(FUNCTION, "migrations-function")


def test_where_the_api_has_a_database_there_is_a_way_to_migrate_it(migrated: Graph) -> None:
    assert migrated.exports["migrations_function"] == function(migrated).outputs["name"]
    assert "dist/migrations.zip" in str(function(migrated).inputs["code"])
    layer = migrated.one("aws:lambda/layerVersion:LayerVersion", "database-libraries-layer")
    assert function(migrated).inputs["layers"] == [layer.outputs["arn"]]


def test_a_database_elsewhere_is_migrated_by_whoever_runs_it() -> None:
    movies = stacks.graph("movies")
    assert [item.name for item in movies.of(FUNCTION) if item.name.startswith("migrations")] == []
    assert "migrations_function" not in movies.exports


def test_the_function_reaches_the_database_itself_and_nothing_else(migrated: Graph) -> None:
    own = migrated.one(GROUP, "migrations-group").id
    (rule,) = (item for item in migrated.of(EGRESS) if item.inputs["securityGroupId"] == own)
    # The proxy has a group of its own; it takes no password.
    engine = migrated.one(GROUP, "database-engine-group").id
    assert rule.inputs["referencedSecurityGroupId"] == engine
    assert (rule.inputs["fromPort"], rule.inputs["toPort"]) == (5432, 5432)
    host = function(migrated).inputs["environment"]["variables"]["DATABASE_HOST"]
    engines = [
        *migrated.of("aws:rds/instance:Instance"),
        *migrated.of("aws:rds/cluster:Cluster"),
    ]
    assert [host] == [item.outputs.get("address") or item.outputs["endpoint"] for item in engines]


def test_the_function_may_read_no_secret_and_sign_in_as_nobody(migrated: Graph) -> None:
    policy = migrated.one("aws:iam/rolePolicy:RolePolicy", "migrations-policy").inputs["policy"]
    statements = json.loads(policy)["Statement"]
    # What every function in the network may, of which the key opens the environment alone.
    services = {action.partition(":")[0] for one in statements for action in one["Action"]}
    assert services == {"ec2", "kms", "logs", "xray"}
    (key,) = (one for one in statements if "kms:Decrypt" in one["Action"])
    assert key["Sid"] == "DecryptEnvironment"
    variables = function(migrated).inputs["environment"]["variables"]
    assert {*variables} == {"DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME"}
