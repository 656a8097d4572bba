import pytest

from components.data.postgres import EngineArgs, Postgres
from components.data.postgres_aurora import AuroraArgs
from components.data.postgres_instance import InstanceArgs
from offline.graph import Graph
from tests.components.data_support import (
    ACCOUNT,
    REGION,
    after,
    arn,
    built,
    granted,
    statements,
)
from tests.components.databases import (
    EGRESS,
    GROUP,
    INGRESS,
    LOG_GROUP,
    ROLE,
    ROLE_POLICY,
    cluster,
    database,
    instance,
    isolated_subnets,
    plan,
)

PROXY = "aws:rds/proxy:Proxy"
TARGET = "aws:rds/proxyTarget:ProxyTarget"
TARGETS = "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup"
COMPONENT = "plinth:data:PostgresProxy"
NAME = "records-proxy-proxy"


def proxied(engine: EngineArgs | None = None) -> Graph:
    return plan(proxy=True, engine=engine or InstanceArgs())


def dbuser(resource_id: str, user: str) -> str:
    return f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:{resource_id}/{user}"


def test_there_is_no_proxy_without_being_asked() -> None:
    graph = plan()
    assert graph.of(PROXY) == graph.of(TARGET) == graph.of(COMPONENT) == ()


def test_a_proxy_takes_tls_and_iam_tokens_only_and_knows_no_secret() -> None:
    inputs = proxied().one(PROXY, NAME).inputs
    assert inputs["requireTls"] is True
    assert inputs["defaultAuthScheme"] == "IAM_AUTH"
    assert inputs["engineFamily"] == "POSTGRESQL"
    assert "auths" not in inputs


def test_a_proxy_does_not_log_statements() -> None:
    assert proxied().one(PROXY, NAME).inputs["debugLogging"] is False


def test_a_proxy_logs_to_a_group_with_retention_and_key_that_is_there_first() -> None:
    graph = plan(proxy=True, log_retention_days=30)
    proxy = graph.one(PROXY, NAME)
    group = graph.one(LOG_GROUP, "records-proxy-log")
    assert proxy.inputs["name"] == f"{instance(graph).inputs['identifier']}-proxy"
    assert group.given == {
        "name": f"/aws/rds/proxy/{proxy.inputs['name']}",
        "retentionInDays": 30,
        "kmsKeyId": arn(graph, "aws:kms/key:Key", "main-key"),
    }
    assert {"records-proxy-log", "records-proxy-policy"} <= after(graph, proxy)
    assert proxy.delete_before_replace is True


def test_a_proxy_stands_beside_the_database_behind_a_group_of_its_own() -> None:
    graph = proxied()
    inputs = graph.one(PROXY, NAME).inputs
    assert inputs["vpcSubnetIds"] == isolated_subnets(graph)
    assert inputs["vpcSecurityGroupIds"] == [graph.one(GROUP, "records-proxy-group").id]


def test_only_the_proxy_reaches_the_database() -> None:
    graph = proxied()
    engine = graph.one(GROUP, "records-engine-group").id
    own = graph.one(GROUP, "records-proxy-group").id
    (ingress,) = graph.of(INGRESS)
    (egress,) = graph.of(EGRESS)
    port = {
        "ipProtocol": "tcp",
        "fromPort": 5432,
        "toPort": 5432,
        "description": "PostgreSQL from the proxy records-proxy",
    }
    assert ingress.given == {
        "securityGroupId": engine,
        "referencedSecurityGroupId": own,
        **port,
    }
    assert egress.given == {"securityGroupId": own, "referencedSecurityGroupId": engine, **port}


def test_a_proxy_may_connect_as_the_users_of_the_database_and_nothing_else() -> None:
    graph = plan(proxy=True, users=("app", "reports"))
    policy = graph.one(ROLE_POLICY, "records-proxy-policy").inputs["policy"]
    resource_id = instance(graph).id
    assert statements(policy) == [
        {
            "Sid": "RecordsProxyConnect",
            "Effect": "Allow",
            "Action": ["rds-db:connect"],
            "Resource": [dbuser(resource_id, "app"), dbuser(resource_id, "reports")],
        }
    ]
    assert graph.one(PROXY, NAME).inputs["roleArn"] == arn(graph, ROLE, "records-proxy-role")


def test_rds_takes_the_role_of_the_proxy() -> None:
    role = proxied().one(ROLE, "records-proxy-role")
    (trust,) = statements(role.inputs["assumeRolePolicy"])
    assert trust["Principal"] == {"Service": "rds.amazonaws.com"}


def test_an_instance_is_the_target_once_it_can_be_reached() -> None:
    graph = proxied()
    target = graph.one(TARGET, "records-proxy-target")
    name = graph.one(PROXY, NAME).inputs["name"]
    assert target.inputs == {
        "dbProxyName": name,
        "targetGroupName": "default",
        "dbInstanceIdentifier": instance(graph).inputs["identifier"],
    }
    assert graph.one(TARGETS, "records-proxy-targets").inputs == {"dbProxyName": name}
    assert {"records-instance", "records-proxy-ingress", "records-proxy-egress"} <= after(
        graph, target
    )


def test_a_cluster_is_the_target_once_it_has_a_writer() -> None:
    graph = proxied(AuroraArgs())
    target = graph.one(TARGET, "records-proxy-target")
    assert target.inputs["dbClusterIdentifier"] == cluster(graph).inputs["clusterIdentifier"]
    assert "dbInstanceIdentifier" not in target.inputs
    assert f"records-{REGION}a" in after(graph, target)


def test_applications_meet_the_proxy_in_place_of_the_database() -> None:
    graph = proxied()
    proxy = graph.one(PROXY, NAME)
    (component,) = graph.of("plinth:data:Postgres")
    shown = graph.outputs[component.urn]
    assert shown["endpoint"] == proxy.outputs["endpoint"]
    assert shown["resource_id"].startswith("prx-")
    assert proxy.outputs["arn"].endswith(f":db-proxy:{shown['resource_id']}")


def test_callers_are_let_into_the_group_of_the_proxy() -> None:
    seen: list[Postgres] = []
    built(lambda: seen.append(database(proxy=True)))
    assert seen[0].security_group._name == "records-proxy"


@pytest.mark.parametrize("engine", [InstanceArgs(), AuroraArgs()], ids=["instance", "aurora"])
def test_signing_in_is_granted_at_the_proxy_and_not_past_it(engine: EngineArgs) -> None:
    graph, policy = granted(lambda: database(proxy=True, engine=engine).grant_connect("app"))
    proxy = graph.one(PROXY, NAME).outputs["arn"].rpartition(":")[2]
    assert policy == [
        {
            "Sid": "RecordsConnectApp",
            "Effect": "Allow",
            "Action": ["rds-db:connect"],
            "Resource": [dbuser(proxy, "app")],
        }
    ]
