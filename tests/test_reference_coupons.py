"""`examples/coupons*.yaml` have what the coupon system has: a test for each item of its row."""

import json

import pytest

from offline.graph import Graph
from tests import stacks

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
AMPLIFY = "aws:amplify/app:App"
FUNCTION = "aws:lambda/function:Function"
PORTALS = {"b2b", "b2c", "c2c", "admin", "merchant", "partnership", "customer"}
WARM = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"


@pytest.fixture(scope="module", name="coupons")
def _coupons() -> Graph:
    return stacks.graph("coupons")


@pytest.fixture(scope="module", name="development")
def _development() -> Graph:
    return stacks.graph("coupons-dev")


@pytest.mark.parametrize("stack", ["coupons", "coupons-dev"])
def test_seven_portals_are_built_by_amplify(stack: str) -> None:
    apps = stacks.graph(stack).of(AMPLIFY)
    assert len(apps) == 7
    branches = {
        item.inputs["appId"]: item.inputs["environmentVariables"]["VITE_PORTAL_TYPE"]
        for item in stacks.graph(stack).of("aws:amplify/branch:Branch")
    }
    assert branches.keys() == {app.id for app in apps}
    assert set(branches.values()) == PORTALS
    assert {app.inputs["repository"] for app in apps} == {
        "https://github.com/example-org/coupon-portals"
    }


def test_each_portal_has_its_own_domain_and_its_pages_may_call_the_api(coupons: Graph) -> None:
    domains = {
        item.inputs["domainName"]
        for item in coupons.of("aws:amplify/domainAssociation:DomainAssociation")
    }
    assert domains == {f"{portal}.example.com" for portal in PORTALS}
    (api,) = coupons.of("aws:apigatewayv2/api:Api")
    assert set(api.inputs["corsConfiguration"]["allowOrigins"]) == {
        f"https://{domain}" for domain in domains
    }


def test_the_coupon_api_is_a_fastapi_function_behind_an_http_api(coupons: Graph) -> None:
    (api,) = coupons.of("aws:apigatewayv2/api:Api")
    assert api.inputs["protocolType"] == "HTTP"
    function = coupons.one(FUNCTION, "api-function")
    assert function.inputs["handler"] == "handler.handler"
    (integration,) = coupons.of("aws:apigatewayv2/integration:Integration")
    assert integration.inputs["apiId"] == api.id
    alias = coupons.one("aws:lambda/alias:Alias", "api-live")
    assert integration.inputs["integrationUri"] == alias.outputs["invokeArn"]


def test_postgresql_15_is_an_instance_that_grows_and_is_kept(coupons: Graph) -> None:
    (server,) = coupons.of("aws:rds/instance:Instance")
    wanted = {
        "engine": "postgres",
        "engineVersion": "15",
        "allocatedStorage": 20,
        "maxAllocatedStorage": 100,
        "backupRetentionPeriod": 7,
        "deletionProtection": True,
        "storageEncrypted": True,
        "publiclyAccessible": False,
    }
    assert {key: server.inputs[key] for key in wanted} == wanted
    assert server.protect


def test_the_api_signs_in_by_iam_and_no_address_with_a_password_is_in_its_environment(
    coupons: Graph,
) -> None:
    (server,) = coupons.of("aws:rds/instance:Instance")
    assert server.inputs["iamDatabaseAuthenticationEnabled"] is True
    function = coupons.one(FUNCTION, "api-function")
    variables = function.inputs["environment"]["variables"]
    assert {name for name in variables if name.startswith("DATABASE_")} == {
        "DATABASE_HOST",
        "DATABASE_PORT",
        "DATABASE_NAME",
        "DATABASE_USER",
    }
    assert "://" not in json.dumps(variables)


def test_the_table_of_logs_expires_its_entries_and_can_be_restored(coupons: Graph) -> None:
    table = coupons.one("aws:dynamodb/table:Table", "logs-table")
    assert (table.inputs["hashKey"], table.inputs["rangeKey"]) == ("log_id", "timestamp")
    assert table.inputs["ttl"] == {"enabled": True, "attributeName": "expires_at"}
    assert table.inputs["pointInTimeRecovery"]["enabled"] is True
    function = coupons.one(FUNCTION, "api-function")
    assert function.inputs["environment"]["variables"]["TABLE_LOGS"] == table.outputs["name"]


def test_alerts_go_out_by_e_mail(coupons: Graph) -> None:
    told = {
        (item.inputs["protocol"], item.inputs["endpoint"])
        for item in coupons.of("aws:sns/topicSubscription:TopicSubscription")
    }
    assert told == {("email", "coupon-team@example.com")}


def test_errors_and_latency_of_function_and_api_raise_alarms(coupons: Graph) -> None:
    telling = {item.name for item in coupons.of(ALARM) if item.inputs.get("alarmActions")}
    assert telling >= {
        "api-function-errors-alarm",
        "api-function-duration-alarm",
        "http-api-server-errors-alarm",
        "http-api-latency-alarm",
    }


def test_there_is_a_dashboard(coupons: Graph) -> None:
    (dashboard,) = coupons.of("aws:cloudwatch/dashboard:Dashboard")
    assert coupons.one(FUNCTION, "api-function").outputs["name"] in json.dumps(
        dashboard.inputs["dashboardBody"]
    )


def test_five_environments_are_warm_in_production_and_none_in_development(
    coupons: Graph, development: Graph
) -> None:
    (warm,) = coupons.of(WARM)
    assert warm.inputs["provisionedConcurrentExecutions"] == 5
    assert warm.inputs["qualifier"] == "live"
    assert development.of(WARM) == ()


def test_in_development_aurora_pauses_when_nobody_works(development: Graph) -> None:
    (cluster,) = development.of("aws:rds/cluster:Cluster")
    assert cluster.inputs["engineVersion"].partition(".")[0] == "15"
    assert cluster.inputs["serverlessv2ScalingConfiguration"] == {
        "minCapacity": 0,
        "maxCapacity": 2,
        "secondsUntilAutoPause": 600,
    }
    assert development.of("aws:rds/instance:Instance") == ()


def test_a_release_goes_to_a_tenth_first_and_is_undone_by_the_functions_alarms(
    coupons: Graph,
) -> None:
    (group,) = coupons.of("aws:codedeploy/deploymentGroup:DeploymentGroup")
    name = coupons.one(FUNCTION, "api-function").outputs["name"]
    watching = {
        item.outputs["name"]
        for item in coupons.of(ALARM)
        if item.name.startswith("api-function-") and name in json.dumps(dict(item.inputs))
    }
    assert set(group.inputs["alarmConfiguration"]["alarms"]) == watching
    assert len(watching) >= 3
    assert coupons.one("aws:lambda/alias:Alias", "api-live").ignore_changes == (
        "functionVersion",
        "routingConfig",
    )
    assert coupons.exports["api_release"]["group"] == group.inputs["deploymentGroupName"]


def test_development_can_be_thrown_away(development: Graph) -> None:
    assert [item.name for item in development.managed if item.protect] == []
