"""A network, a key and a database in it, as the tests of PostgreSQL build them."""

from typing import Any

from components.data.postgres import Postgres, PostgresArgs
from components.data.postgres_instance import InstanceArgs
from components.network.vpc import Network, NetworkArgs
from offline.graph import Graph, Resource
from tests.components.data_support import ACCOUNT, REGION, built, key

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"

FORCED_TLS = {"name": "rds.force_ssl", "value": "1", "applyMethod": "pending-reboot"}
LOGGING = [
    {"name": name, "value": value, "applyMethod": "immediate"}
    for name, value in {
        "log_connections": "1",
        "log_disconnections": "1",
        "log_lock_waits": "1",
        "log_min_duration_statement": "1000",
        "log_statement": "ddl",
    }.items()
]


def database(**changes: Any) -> Postgres:
    shared = key()
    zones = changes.pop("zones", (f"{REGION}a", f"{REGION}b"))
    network = Network(
        "main",
        NetworkArgs(
            cidr="10.0.0.0/16",
            zones=zones,
            region=REGION,
            account_id=ACCOUNT,
            nat="none",
            log_key_arn=shared.arn,
        ),
    )
    given: dict[str, Any] = {
        "network": network,
        "engine": InstanceArgs(),
        "key": shared,
        "region": REGION,
        "account_id": ACCOUNT,
    }
    return Postgres("records", PostgresArgs(**given | changes))


def plan(*, unknown: bool = False, **changes: Any) -> Graph:
    return built(lambda: database(**changes), unknown=unknown)


def instance(graph: Graph) -> Resource:
    return graph.one(INSTANCE, "records-instance")


def cluster(graph: Graph) -> Resource:
    return graph.one(CLUSTER, "records-cluster")


def isolated_subnets(graph: Graph) -> list[str]:
    found = [item for item in graph.of("aws:ec2/subnet:Subnet") if "-isolated-" in item.name]
    return [item.id for item in sorted(found, key=lambda item: item.name)]
