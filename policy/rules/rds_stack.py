"""Rules for what must stand around a database: other servers, zones, parameters."""

import re
from typing import Final

from rules.core.findings import each, some
from rules.core.resource import Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Production
from rules.core.values import NotKnown
from rules.core.view import View
from rules.links import Link, said, sources, targets
from rules.network import A_SUBNET, ROUTING, SUBNET, ZONE_PATHS, leads_out, zone_of
from rules.rds import (
    CLUSTER,
    CLUSTER_INSTANCE,
    INSTANCE,
    POSTGRES,
    engine_of,
    is_first_serverless,
    is_replica,
)

SUBNET_GROUP: Final = "aws:rds/subnetGroup:SubnetGroup"
PARAMETER_GROUP: Final = "aws:rds/parameterGroup:ParameterGroup"
CLUSTER_PARAMETER_GROUP: Final = "aws:rds/clusterParameterGroup:ClusterParameterGroup"

A_CLUSTER: Final = Link(
    CLUSTER,
    by=("id", "clusterIdentifier"),
    through={CLUSTER_INSTANCE: "clusterIdentifier"},
)
FEWEST_ZONES: Final = 2
FEWEST_SERVERS: Final = 2
# The parameter that refuses connections without TLS, of the families of parameters that have one.
_FORCES_TLS: Final = (
    (re.compile(r"(aurora-postgresql|postgres|sqlserver-)"), "rds.force_ssl"),
    (
        re.compile(r"(aurora(?!-postgresql)|mysql(?!5\.[0-6])|mariadb(?!10\.[0-4]$))"),
        "require_secure_transport",
    ),
)
# Versions whose default parameters let connections without TLS in.
_OPEN_BY_DEFAULT: Final = {
    "aurora-mysql": re.compile(r"(5|8\.0)\b.*"),
    "aurora-postgresql": re.compile(r"(9|1[0-6])\b.*"),
    "mariadb": re.compile(r"(10|11\.[0-4])\b.*"),
    "mysql": re.compile(r"[58]\b.*"),
    "postgres": re.compile(r"(9|1[0-4])\b.*"),
}


@stack_rule(
    "rds-private-subnets",
    SUBNET_GROUP,
    reads=(SUBNET, *ROUTING),
    severity=Severity.HIGH,
    why=(
        "From a subnet with a way to the internet one setting makes a database public; in one "
        "zone it fails with the zone."
    ),
    fix=POSTGRES + "which takes the isolated subnets of its network, one a zone.",
    security_hub="RDS.46",
)
def in_private_subnets(group: Resource, stack: Stack) -> Findings:
    """A database's subnets are in two zones or more, and none has a route to an internet gateway.

    What isn't of this stack can't be seen here.
    """
    path = "subnetIds"
    texts, unknown = said(group, path)
    count = len(set(texts))
    if unknown:
        count = group.count(path) if group.is_known(path) else FEWEST_ZONES
    if count < FEWEST_ZONES:
        yield f"{path} has fewer than {FEWEST_ZONES} subnets"
    subnets = targets(stack, group, path, A_SUBNET)
    foreign = set(texts).difference(*(said(subnet, "id")[0] for subnet in subnets))

    def is_private(subnet: Resource) -> Findings:
        if leads_out(subnet, stack):
            yield f"subnet {subnet.name} of {path} has a route to an internet gateway"

    def in_several_zones() -> Findings:
        if unknown and len({item.urn for item in subnets} | foreign) < count:
            # Two of them may turn out to be one.
            raise NotKnown(path)
        if FEWEST_ZONES <= count <= len(subnets) and not _are_spread(subnets):
            yield f"{path} are in fewer than {FEWEST_ZONES} zones"

    parts = (lambda: each(subnets, is_private), in_several_zones)
    yield from each(parts, lambda part: part())


def _are_spread(subnets: tuple[Resource, ...]) -> bool:
    """Whether subnets are in two zones or more, whichever the others will be in."""
    first = next(filter(_has_zone, subnets), subnets[0])
    return some(subnets, lambda other: zone_of(other) != zone_of(first))


def _has_zone(subnet: Resource) -> bool:
    return any(subnet.is_known(path) and subnet.text(path) for path in ZONE_PATHS)


@stack_rule(
    "rds-multi-az",
    CLUSTER,
    INSTANCE,
    reads=(CLUSTER_INSTANCE,),
    severity=Severity.MEDIUM,
    why="A server that stands alone takes the platform down for as long as making another takes.",
    fix=(
        "Leave multi_az of InstanceArgs on, or readers of AuroraArgs at 1 or more; a stack that "
        "may fail says production: false in its configuration."
    ),
    security_hub="RDS.5 RDS.15",
    cis="7:3.2.4",
    cdk_nag="AwsSolutions-RDS3",
    checkov="CKV_AWS_157",
)
def survives(database: Resource, stack: Stack, *, production: Production = True) -> Findings:
    """A database of production has a second server in another zone; a replica is one itself."""
    if not production:
        return
    if database.type == INSTANCE:
        if not is_replica(database) and database.flag("multiAz") is not True:
            yield "multiAz is not true"
    elif not _is_spread_by_rds(database):
        yield from _servers(database, stack)


def _is_spread_by_rds(cluster: Resource) -> bool:
    """Whether RDS itself keeps servers in several zones: it does in all but plain Aurora."""
    if cluster.is_set("dbClusterInstanceClass") or is_first_serverless(cluster):
        return True
    if cluster.text("clusterScalabilityType").lower() == "limitless":
        return True
    return not engine_of(cluster).startswith("aurora")


def _servers(cluster: Resource, stack: Stack) -> Findings:
    servers = sources(
        stack, cluster, CLUSTER_INSTANCE, "clusterIdentifier", A_CLUSTER, least=FEWEST_SERVERS
    )
    path = "availabilityZone"
    # Where none is named, Aurora takes another one.
    zones = {item.text(path) if item.is_known(path) else "" for item in servers}
    if len(servers) < FEWEST_SERVERS:
        yield f"the cluster has fewer than {FEWEST_SERVERS} instances"
    elif len(zones) < FEWEST_SERVERS and "" not in zones:
        yield f"{path} is the same for all instances of the cluster"


@stack_rule(
    "rds-tls-enforced",
    PARAMETER_GROUP,
    CLUSTER_PARAMETER_GROUP,
    CLUSTER,
    INSTANCE,
    severity=Severity.MEDIUM,
    why="A client that forgets TLS sends its password and its data for anybody there to read.",
    fix=POSTGRES + "whose parameters have rds.force_ssl at 1.",
    security_hub="SH:RDS.38 SH:RDS.39",
    checkov="CKV2_AWS_69",
)
def requires_tls(item: Resource, stack: Stack) -> Findings:
    """A server refuses connections without TLS, and its parameters say so.

    Of Aurora that is its cluster's group: one of its instances is not asked. A database without a
    group of its own is asked where the default of its version lets them in.
    """
    del stack
    if item.type in {CLUSTER, INSTANCE}:
        return _defaults(item)
    return _parameters(item)


def _parameters(group: Resource) -> Findings:
    family = group.text("family").lower()
    if group.type == PARAMETER_GROUP and family.startswith("aurora"):
        return
    name = next((name for pattern, name in _FORCES_TLS if pattern.match(family)), None)
    if name is None:
        return

    def forces(parameter: View) -> bool:
        return parameter.text("name").lower() == name and _is_on(parameter)

    if not some(group.views("parameters"), forces):
        yield f"parameters does not set {name}"


def _is_on(parameter: View) -> bool:
    on = parameter.text("value").lower() == "on" or parameter.flag("value") is True
    return on or parameter.number("value") == 1


def _defaults(database: Resource) -> Findings:
    path = "parameterGroupName" if database.type == INSTANCE else "dbClusterParameterGroupName"
    if is_replica(database) or not _has_default(database, path):
        return
    engine = engine_of(database)
    version = database.text("engineVersion")
    pattern = _OPEN_BY_DEFAULT.get(engine)
    if engine.startswith("sqlserver-") or (version and pattern and pattern.fullmatch(version)):
        yield f"{path} is not set, and the default lets connections without TLS in"


def _has_default(database: Resource, path: str) -> bool:
    if not database.is_set(path):
        return True
    return database.is_known(path) and database.text(path).lower().startswith("default.")
