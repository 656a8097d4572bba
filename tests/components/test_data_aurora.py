from typing import Any

import pytest

from components.data.postgres_aurora import AuroraArgs
from offline.graph import Graph
from tests.components.data_support import ACCOUNT, REGION, after, arn, granted
from tests.components.databases import (
    CLUSTER_INSTANCE,
    FORCED_TLS,
    GROUP,
    INSTANCE,
    LOG_GROUP,
    LOGGING,
    ROLE,
    cluster,
    database,
    isolated_subnets,
    plan,
)

KEY = "aws:kms/key:Key"


def serverless(**changes: Any) -> Graph:
    return plan(engine=AuroraArgs(**changes))


def instances(graph: Graph) -> dict[str, dict[str, Any]]:
    return {item.name: dict(item.inputs) for item in graph.of(CLUSTER_INSTANCE)}


def test_a_cluster_scales_between_the_given_capacities() -> None:
    inputs = cluster(serverless(min_capacity=1, max_capacity=8.5)).inputs
    assert (inputs["engine"], inputs["engineMode"]) == ("aurora-postgresql", "provisioned")
    assert inputs["serverlessv2ScalingConfiguration"] == {"minCapacity": 1, "maxCapacity": 8.5}


def test_a_cluster_pauses_when_asked() -> None:
    inputs = cluster(serverless(min_capacity=0, max_capacity=2, auto_pause_minutes=10)).inputs
    assert inputs["serverlessv2ScalingConfiguration"] == {
        "minCapacity": 0,
        "maxCapacity": 2,
        "secondsUntilAutoPause": 600,
    }


def test_there_is_a_reader_in_another_zone_without_being_asked() -> None:
    found = instances(serverless())
    assert {name: item["availabilityZone"] for name, item in found.items()} == {
        f"records-{REGION}a": f"{REGION}a",
        f"records-{REGION}b": f"{REGION}b",
    }


def test_the_first_instance_writes_and_readers_are_ready_to_take_over() -> None:
    graph = serverless()
    found = instances(graph)
    assert found[f"records-{REGION}a"]["promotionTier"] == 0
    assert found[f"records-{REGION}b"]["promotionTier"] == 1
    reader = graph.one(CLUSTER_INSTANCE, f"records-{REGION}b")
    assert f"records-{REGION}a" in after(graph, reader)


def test_readers_go_round_the_zones_and_keep_their_names() -> None:
    found = instances(serverless(readers=3))
    assert {name: item["availabilityZone"] for name, item in found.items()} == {
        f"records-{REGION}a": f"{REGION}a",
        f"records-{REGION}b": f"{REGION}b",
        f"records-{REGION}a-2": f"{REGION}a",
        f"records-{REGION}b-2": f"{REGION}b",
    }
    assert instances(serverless(readers=0)).keys() == {f"records-{REGION}a"}


def test_instances_are_named_after_their_cluster() -> None:
    graph = serverless()
    identifier = cluster(graph).inputs["clusterIdentifier"]
    assert identifier.startswith("plinth-test-records-")
    for made in graph.of(CLUSTER_INSTANCE):
        assert made.inputs["clusterIdentifier"] == identifier
        assert made.inputs["identifier"] == f"{identifier}-{made.name.removeprefix('records-')}"
        assert made.delete_before_replace is True


def test_every_instance_is_serverless_private_and_watched_like_its_cluster() -> None:
    graph = serverless()
    own = cluster(graph).inputs
    for made in instances(graph).values():
        assert made["instanceClass"] == "db.serverless"
        assert made["publiclyAccessible"] is False
        assert made["autoMinorVersionUpgrade"] is True
        assert made["copyTagsToSnapshot"] is True
        assert made["monitoringInterval"] == 60
        assert made["monitoringRoleArn"] == arn(graph, ROLE, "records-monitoring-role")
        for insight in ("Enabled", "KmsKeyId", "RetentionPeriod"):
            name = f"performanceInsights{insight}"
            assert made[name] == own[name]
    assert own["databaseInsightsMode"] == "standard"
    assert own["performanceInsightsEnabled"] is True


def test_storage_backups_secret_and_insights_have_the_customer_key() -> None:
    graph = serverless()
    inputs = cluster(graph).inputs
    assert inputs["storageEncrypted"] is True
    assert {
        inputs["kmsKeyId"],
        inputs["masterUserSecretKmsKeyId"],
        inputs["performanceInsightsKmsKeyId"],
    } == {arn(graph, KEY, "main-key")}


def test_nobody_gives_a_password_and_applications_sign_in_by_iam() -> None:
    inputs = cluster(serverless()).inputs
    assert inputs["manageMasterUserPassword"] is True
    assert not {"masterPassword", "masterPasswordWo"} & inputs.keys()
    assert inputs["masterUsername"] not in {"admin", "postgres", "root"}
    assert inputs["iamDatabaseAuthenticationEnabled"] is True


def test_tls_is_forced_for_the_whole_cluster() -> None:
    graph = serverless(engine_version="16")
    parameters = graph.one(
        "aws:rds/clusterParameterGroup:ClusterParameterGroup", "records-parameters"
    )
    assert cluster(graph).inputs["dbClusterParameterGroupName"] == parameters.inputs["name"]
    assert parameters.inputs["family"] == "aurora-postgresql16"
    assert parameters.inputs["parameters"] == [FORCED_TLS, *LOGGING]


def test_a_cluster_stands_in_isolated_subnets_behind_its_own_group() -> None:
    graph = serverless()
    subnets = graph.one("aws:rds/subnetGroup:SubnetGroup", "records-subnets")
    assert subnets.inputs["subnetIds"] == isolated_subnets(graph)
    for made in (cluster(graph).inputs, *instances(graph).values()):
        assert made["dbSubnetGroupName"] == subnets.inputs["name"]
    assert cluster(graph).inputs["vpcSecurityGroupIds"] == [
        graph.one(GROUP, "records-engine-group").id
    ]


@pytest.mark.parametrize("log", ["iam-db-auth-error", "postgresql"])
def test_each_exported_log_has_a_group_before_the_cluster_exists(log: str) -> None:
    graph = serverless()
    group = graph.one(LOG_GROUP, f"records-{log}-log")
    identifier = cluster(graph).inputs["clusterIdentifier"]
    assert group.inputs["name"] == f"/aws/rds/cluster/{identifier}/{log}"
    assert group.inputs["kmsKeyId"] == arn(graph, KEY, "main-key")
    assert group.name in after(graph, cluster(graph))
    assert cluster(graph).inputs["enabledCloudwatchLogsExports"] == [
        "iam-db-auth-error",
        "postgresql",
    ]


def test_a_protected_cluster_is_kept_and_its_instances_can_change() -> None:
    graph = serverless()
    made = cluster(graph)
    assert made.protect is True
    assert made.inputs["deletionProtection"] is True
    assert made.inputs["deleteAutomatedBackups"] is False
    assert made.inputs["applyImmediately"] is False
    assert not any(item.protect for item in graph.of(CLUSTER_INSTANCE))


def test_a_disposable_cluster_can_go_without_a_trace() -> None:
    made = cluster(plan(engine=AuroraArgs(), protect=False, final_snapshot=False))
    assert made.protect is False
    assert made.inputs["deletionProtection"] is False
    assert made.inputs["skipFinalSnapshot"] is True
    assert made.inputs["deleteAutomatedBackups"] is True


def test_a_last_snapshot_carries_the_name_of_the_cluster() -> None:
    inputs = cluster(serverless()).inputs
    assert inputs["skipFinalSnapshot"] is False
    assert inputs["finalSnapshotIdentifier"] == f"{inputs['clusterIdentifier']}-final"
    assert inputs["backupRetentionPeriod"] == 7
    assert inputs["copyTagsToSnapshot"] is True


def test_minor_versions_follow_and_major_ones_do_not() -> None:
    inputs = cluster(serverless()).inputs
    assert inputs["engineVersion"] == "17"
    assert inputs["autoMinorVersionUpgrade"] is True
    assert inputs["allowMajorVersionUpgrade"] is False


def test_a_cluster_shows_its_writer() -> None:
    graph = serverless()
    made = cluster(graph)
    (component,) = graph.of("plinth:data:Postgres")
    assert graph.outputs[component.urn] == {
        "endpoint": made.outputs["endpoint"],
        "port": 5432,
        "database_name": "app",
        "secret_arn": made.outputs["masterUserSecrets"][0]["secretArn"],
        "resource_id": made.outputs["clusterResourceId"],
    }
    assert graph.of(INSTANCE) == ()


def test_signing_in_names_the_resource_id_of_the_cluster() -> None:
    graph, policy = granted(lambda: database(engine=AuroraArgs()).grant_connect("app"))
    resource_id = cluster(graph).outputs["clusterResourceId"]
    assert policy[0]["Resource"] == [f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:{resource_id}/app"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"engine_version": "17.4"}, "engine_version must be a major version such as 17"),
        ({"min_capacity": 0.7}, "min_capacity must be given by halves, got 0.7"),
        ({"max_capacity": 2.2}, "max_capacity must be given by halves, got 2.2"),
        ({"max_capacity": 0.5}, "max_capacity must be from 1 to 256, got 0.5"),
        ({"max_capacity": 256.5}, "max_capacity must be from 1 to 256, got 256.5"),
        ({"min_capacity": 5}, "min_capacity must be from 0 to 4, got 5"),
        ({"min_capacity": 0}, "min_capacity must be 0 with auto_pause_minutes and more without"),
        ({"auto_pause_minutes": 5}, "min_capacity must be 0 with auto_pause_minutes"),
        (
            {"min_capacity": 0, "auto_pause_minutes": 4},
            "auto_pause_minutes must be from 5 to 1440, got 4",
        ),
        (
            {"min_capacity": 0, "auto_pause_minutes": 1441},
            "auto_pause_minutes must be from 5 to 1440, got 1441",
        ),
        ({"readers": -1}, "readers must be from 0 to 15, got -1"),
        ({"readers": 16}, "readers must be from 0 to 15, got 16"),
    ],
)
def test_a_cluster_that_rds_would_refuse_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AuroraArgs(**changes)
