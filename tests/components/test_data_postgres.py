import pytest

from components.data.postgres_instance import InstanceArgs
from offline.values import UNKNOWN
from tests.components.data_support import (
    ACCOUNT,
    REGION,
    after,
    arn,
    secrets,
    statements,
)
from tests.components.databases import (
    EGRESS,
    FORCED_TLS,
    GROUP,
    INGRESS,
    LOG_GROUP,
    LOGGING,
    ROLE,
    ROLE_POLICY,
    instance,
    isolated_subnets,
    plan,
)

KEY = "aws:kms/key:Key"


def test_storage_backups_secret_and_insights_have_the_customer_key() -> None:
    graph = plan()
    inputs = instance(graph).inputs
    own = arn(graph, KEY, "main-key")
    assert inputs["storageEncrypted"] is True
    assert {
        inputs["kmsKeyId"],
        inputs["masterUserSecretKmsKeyId"],
        inputs["performanceInsightsKmsKeyId"],
    } == {own}


def test_nobody_gives_or_knows_a_password() -> None:
    graph = plan(proxy=True)
    inputs = instance(graph).inputs
    assert inputs["manageMasterUserPassword"] is True
    assert not {"password", "passwordWo"} & inputs.keys()
    assert inputs["username"] not in {"admin", "postgres", "root"}
    assert not any(secrets(dict(item.inputs)) for item in graph.resources)


def test_applications_sign_in_by_iam_and_tls_only() -> None:
    graph = plan()
    parameters = graph.one("aws:rds/parameterGroup:ParameterGroup", "records-parameters")
    assert instance(graph).inputs["iamDatabaseAuthenticationEnabled"] is True
    assert instance(graph).inputs["parameterGroupName"] == parameters.inputs["name"]
    assert parameters.inputs["family"] == "postgres17"
    assert parameters.inputs["parameters"] == [FORCED_TLS, *LOGGING]


def test_the_database_stands_in_isolated_subnets_of_two_zones() -> None:
    graph = plan()
    subnets = graph.one("aws:rds/subnetGroup:SubnetGroup", "records-subnets")
    assert subnets.inputs["subnetIds"] == isolated_subnets(graph)
    assert len(subnets.inputs["subnetIds"]) == 2
    assert instance(graph).inputs["dbSubnetGroupName"] == subnets.inputs["name"]
    assert instance(graph).inputs["publiclyAccessible"] is False


def test_nobody_reaches_the_database_unless_a_caller_allows_it() -> None:
    graph = plan()
    group = graph.one(GROUP, "records-engine-group")
    assert instance(graph).inputs["vpcSecurityGroupIds"] == [group.id]
    assert graph.of(INGRESS) == graph.of(EGRESS) == ()


@pytest.mark.parametrize("log", ["iam-db-auth-error", "postgresql", "upgrade"])
def test_each_exported_log_has_a_group_with_retention_and_key_before_rds_makes_one(
    log: str,
) -> None:
    graph = plan(log_retention_days=90)
    group = graph.one(LOG_GROUP, f"records-{log}-log")
    identifier = instance(graph).inputs["identifier"]
    assert group.given == {
        "name": f"/aws/rds/instance/{identifier}/{log}",
        "retentionInDays": 90,
        "kmsKeyId": arn(graph, KEY, "main-key"),
    }
    assert log in instance(graph).inputs["enabledCloudwatchLogsExports"]
    assert group.name in after(graph, instance(graph))


def test_the_identifier_says_where_it_comes_from_and_ends_at_random() -> None:
    identifier = instance(plan()).inputs["identifier"]
    assert identifier.startswith("plinth-test-records-")
    assert len(identifier.removeprefix("plinth-test-records-")) == 6


def test_the_engine_goes_before_one_of_the_same_name_comes() -> None:
    assert instance(plan()).delete_before_replace is True


def test_a_preview_knows_the_identifier_and_what_is_named_after_it() -> None:
    graph = plan(unknown=True)
    identifier = instance(graph).inputs["identifier"]
    group = graph.one(LOG_GROUP, "records-postgresql-log")
    assert identifier.startswith("plinth-test-records-")
    assert group.inputs["name"] == f"/aws/rds/instance/{identifier}/postgresql"
    (component,) = graph.of("plinth:data:Postgres")
    assert graph.outputs[component.urn]["endpoint"] is UNKNOWN


def test_load_and_operating_system_are_watched() -> None:
    graph = plan()
    inputs = instance(graph).inputs
    assert (
        inputs["databaseInsightsMode"],
        inputs["performanceInsightsEnabled"],
        inputs["performanceInsightsRetentionPeriod"],
        inputs["monitoringInterval"],
    ) == ("standard", True, 7, 60)
    assert inputs["monitoringRoleArn"] == arn(graph, ROLE, "records-monitoring-role")
    assert "records-monitoring-policy" in after(graph, instance(graph))


def test_monitoring_may_write_its_own_log_group_and_nothing_else() -> None:
    graph = plan()
    policy = graph.one(ROLE_POLICY, "records-monitoring-policy").inputs["policy"]
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:RDSOSMetrics"
    assert statements(policy) == [
        {
            "Sid": "MetricsLogGroup",
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
            "Resource": [group, f"{group}:*"],
        },
        {
            "Sid": "MetricsLogStreams",
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:GetLogEvents",
                "logs:PutLogEvents",
            ],
            "Resource": [f"{group}:log-stream:*"],
        },
    ]


def test_rds_monitors_on_behalf_of_this_account_only() -> None:
    role = plan().one(ROLE, "records-monitoring-role")
    (trust,) = statements(role.inputs["assumeRolePolicy"])
    assert trust["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_a_protected_database_is_kept_and_changed_in_its_window() -> None:
    made = instance(plan())
    assert made.protect is True
    assert made.inputs["deletionProtection"] is True
    assert made.inputs["deleteAutomatedBackups"] is False
    assert made.inputs["applyImmediately"] is False


def test_an_unprotected_database_can_go_and_changes_at_once() -> None:
    made = instance(plan(protect=False))
    assert made.protect is False
    assert made.inputs["deletionProtection"] is False
    assert made.inputs["deleteAutomatedBackups"] is True
    assert made.inputs["applyImmediately"] is True


@pytest.mark.parametrize("protect", [True, False])
def test_a_last_snapshot_is_taken_even_once_protection_is_off(protect: bool) -> None:
    inputs = instance(plan(protect=protect)).inputs
    assert inputs["skipFinalSnapshot"] is False
    assert inputs["finalSnapshotIdentifier"] == f"{inputs['identifier']}-final"


def test_a_disposable_database_leaves_no_snapshot() -> None:
    inputs = instance(plan(protect=False, final_snapshot=False)).inputs
    assert inputs["skipFinalSnapshot"] is True
    assert "finalSnapshotIdentifier" not in inputs


def test_backups_come_before_maintenance_and_carry_tags() -> None:
    inputs = instance(plan(backup_retention_days=14)).inputs
    assert inputs["backupRetentionPeriod"] == 14
    assert inputs["backupWindow"] == "02:00-03:00"
    assert inputs["maintenanceWindow"] == "sun:03:30-sun:04:30"
    assert inputs["copyTagsToSnapshot"] is True


def test_minor_versions_follow_and_major_ones_do_not() -> None:
    inputs = instance(plan(engine=InstanceArgs(engine_version="16"))).inputs
    assert inputs["engineVersion"] == "16"
    assert inputs["autoMinorVersionUpgrade"] is True
    assert inputs["allowMajorVersionUpgrade"] is False


def test_size_is_as_asked() -> None:
    engine = InstanceArgs(
        instance_class="db.m7g.large", storage_gb=50, max_storage_gb=200, multi_az=False
    )
    inputs = instance(plan(engine=engine)).inputs
    assert inputs["instanceClass"] == "db.m7g.large"
    assert (inputs["storageType"], inputs["allocatedStorage"], inputs["maxAllocatedStorage"]) == (
        "gp3",
        50,
        200,
    )
    assert inputs["multiAz"] is False


def test_there_is_a_standby_in_another_zone_without_being_asked() -> None:
    assert instance(plan()).inputs["multiAz"] is True


def test_storage_need_not_grow() -> None:
    assert (
        "maxAllocatedStorage" not in instance(plan(engine=InstanceArgs(max_storage_gb=None))).inputs
    )


def test_a_database_shows_where_it_is_and_what_its_secret_is_called() -> None:
    graph = plan(database_name="clinic")
    made = instance(graph)
    (component,) = graph.of("plinth:data:Postgres")
    assert graph.outputs[component.urn] == {
        "endpoint": made.outputs["address"],
        "port": 5432,
        "database_name": "clinic",
        "secret_arn": made.outputs["masterUserSecrets"][0]["secretArn"],
        "resource_id": made.id,
    }
    assert made.inputs["dbName"] == "clinic"
    assert made.inputs["port"] == 5432
