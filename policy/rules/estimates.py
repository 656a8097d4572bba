"""What resources cost a month before anybody comes: by the hour, by the month, by the size."""

from collections.abc import Callable, Mapping
from typing import Final

from rules.core.resource import Resource
from rules.core.stack import Stack
from rules.links import FUNCTION, Link, targets
from rules.prices import HOURS, of_class, usd

# In US dollars a month.
Cost = Callable[[Resource, Stack], float]

SECONDS: Final = 3_600
TEMPLATE: Final = Link("aws:ec2/launchTemplate:LaunchTemplate", by=("id", "name"))
TASK: Final = Link("aws:ecs/taskDefinition:TaskDefinition", by=("arn", "id", "family"))
DEFAULT_NODE: Final = "t3.medium"
DEFAULT_MEMORY: Final = 128
# Nothing costs less than nothing, whatever a program says.
_LEAST: Final = 0


def _number(item: Resource, path: str, default: float = 0) -> float:
    value = item.number(path)
    return default if value is None else max(_LEAST, value)


def _hourly(price: str, *lists: str) -> Cost:
    """So much an hour, for each element of a list where there is one."""

    def cost(item: Resource, _stack: Stack) -> float:
        number = max([1, *(item.count(path) for path in lists)])
        return usd(price) * HOURS * number

    return cost


def _monthly(price: str) -> Cost:
    def cost(_item: Resource, _stack: Stack) -> float:
        return usd(price)

    return cost


def _servers(service: str, kind: str, *numbers: str) -> Cost:
    """Servers of one class, as many as the first of some properties says that says it."""

    def cost(item: Resource, _stack: Stack) -> float:
        count = next((_number(item, path) for path in numbers if item.is_set(path)), 1)
        return of_class(service, item.text(kind)) * HOURS * count

    return cost


def _server(item: Resource, _stack: Stack) -> float:
    disks = (*item.views("rootBlockDevice"), *item.views("ebsBlockDevices"))
    gigabytes = sum(max(_LEAST, disk.number("volumeSize") or 0) for disk in disks)
    hour = of_class("ec2", item.text("instanceType"))
    return hour * HOURS + usd("disk-gb-month") * gigabytes


def _endpoint(item: Resource, _stack: Stack) -> float:
    if item.text("vpcEndpointType", "Gateway") == "Gateway":
        return 0
    places = max(1, item.count("subnetIds"), item.count("subnetConfigurations"))
    return usd("endpoint-hour") * HOURS * places


def _secret(item: Resource, _stack: Stack) -> float:
    return usd("secret-month") * (1 + item.count("replicas"))


def _alarm(item: Resource, _stack: Stack) -> float:
    metrics = sum(1 for query in item.views("metricQueries") if query.is_set("metric"))
    return usd("alarm-metric-month") * max(1, metrics)


def _web_acl(item: Resource, _stack: Stack) -> float:
    return usd("firewall-acl-month") + usd("firewall-rule-month") * item.count("rules")


def _rule_group(item: Resource, _stack: Stack) -> float:
    return usd("firewall-rule-month") * item.count("rules")


def _authority(item: Resource, _stack: Stack) -> float:
    short = item.text("usageMode") == "SHORT_LIVED_CERTIFICATE"
    return usd(f"certificate-authority-{'short-' if short else ''}month")


def _database(item: Resource, _stack: Stack) -> float:
    """An RDS instance; of a licence in it only AWS knows the price."""
    zones = 2 if item.flag("multiAz") else 1
    hour = of_class("rds", item.text("instanceClass"))
    return zones * (hour * HOURS + usd("rds-gb-month") * _number(item, "allocatedStorage"))


def _cluster(item: Resource, _stack: Stack) -> float:
    """A cluster of RDS of three servers in three zones; one of Aurora has servers of its own."""
    hour = of_class("rds", item.text("dbClusterInstanceClass"))
    return 3 * (hour * HOURS + usd("rds-gb-month") * _number(item, "allocatedStorage"))


CLUSTER: Final = Link("aws:rds/cluster:Cluster", by=("clusterIdentifier", "id"))


def _cluster_instance(item: Resource, stack: Stack) -> float:
    """A server of Aurora: one without a class of its own has the least capacity, always."""
    kind = item.text("instanceClass")
    if kind != "db.serverless":
        return of_class("rds-aurora", kind) * HOURS
    path = "serverlessv2ScalingConfiguration.minCapacity"
    least = max(
        (_number(cluster, path) for cluster in targets(stack, item, "clusterIdentifier", CLUSTER)),
        default=0,
    )
    return usd("aurora-acu-hour") * HOURS * least


def _proxy(_item: Resource, _stack: Stack) -> float:
    # By the processors of the servers behind it: of at least two.
    return 2 * usd("rds-proxy-vcpu-hour") * HOURS


def _cache_group(item: Resource, _stack: Stack) -> float:
    nodes = _number(item, "numCacheClusters") or (
        _number(item, "numNodeGroups", 1) * (1 + _number(item, "replicasPerNodeGroup"))
    )
    return of_class("elasticache", item.text("nodeType")) * HOURS * nodes


def _memory(item: Resource, _stack: Stack) -> float:
    nodes = _number(item, "numShards", 1) * (1 + _number(item, "numReplicasPerShard", 1))
    return of_class("memorydb", item.text("nodeType")) * HOURS * nodes


def _search(item: Resource, _stack: Stack) -> float:
    data = of_class("opensearch", item.text("clusterConfig.instanceType", "m4.large.search"))
    nodes = data * _number(item, "clusterConfig.instanceCount", 1)
    if item.flag("clusterConfig.dedicatedMasterEnabled"):
        master = of_class("opensearch", item.text("clusterConfig.dedicatedMasterType"))
        nodes += master * _number(item, "clusterConfig.dedicatedMasterCount", 3)
    # Its disks are of the domain, as many as there are nodes.
    count = _number(item, "clusterConfig.instanceCount", 1)
    disks = usd("disk-gb-month") * _number(item, "ebsOptions.volumeSize") * count
    return nodes * HOURS + disks


def _stream(item: Resource, _stack: Stack) -> float:
    if item.text("streamModeDetails.streamMode").upper() == "ON_DEMAND":
        return usd("kinesis-on-demand-hour") * HOURS
    return usd("kinesis-shard-hour") * HOURS * _number(item, "shardCount", 1)


def _disk(item: Resource, _stack: Stack) -> float:
    fast = item.text("type").lower() in {"io1", "io2"}
    storage = usd("disk-fast-gb-month" if fast else "disk-gb-month") * _number(item, "size")
    return storage + (usd("disk-iops-month") * _number(item, "iops") if fast else 0)


def _group(item: Resource, stack: Stack) -> float:
    """The servers of a group, of the class that its template says."""
    count = max(_number(item, "desiredCapacity"), _number(item, "minSize"))
    path = "launchTemplate.id" if item.is_set("launchTemplate.id") else "launchTemplate.name"
    if not count or not item.is_set(path):
        return 0
    templates = targets(stack, item, path, TEMPLATE)
    return sum(of_class("ec2", one.text("instanceType")) for one in templates) * HOURS * count


def _nodes(item: Resource, _stack: Stack) -> float:
    kind = next(iter(item.texts("instanceTypes")), DEFAULT_NODE)
    return of_class("ec2", kind) * HOURS * _number(item, "scalingConfig.desiredSize")


def _service(item: Resource, stack: Stack) -> float:
    """A service's tasks on Fargate; on servers of its own, those are counted."""
    count = _number(item, "desiredCount")
    providers = [one.text("capacityProvider") for one in item.views("capacityProviderStrategies")]
    if not count or item.text("launchType", "FARGATE") != "FARGATE":
        return 0
    if providers and not any(name.startswith("FARGATE") for name in providers):
        return 0
    hour = sum(_task(task) for task in targets(stack, item, "taskDefinition", TASK))
    return hour * HOURS * count


def _task(task: Resource) -> float:
    if "FARGATE" not in set(task.texts("requiresCompatibilities")):
        return 0
    arm = "arm-" if task.text("runtimePlatform.cpuArchitecture").upper() == "ARM64" else ""
    processors, gigabytes = _number(task, "cpu") / 1_024, _number(task, "memory") / 1_024
    return usd(f"fargate-{arm}vcpu-hour") * processors + usd(f"fargate-{arm}gb-hour") * gigabytes


def _warm(item: Resource, stack: Stack) -> float:
    count = _number(item, "provisionedConcurrentExecutions")
    functions = targets(stack, item, "functionName", FUNCTION)
    memory = sum(_number(one, "memorySize", DEFAULT_MEMORY) for one in functions) / 1_024
    return usd("lambda-warm-gb-second") * SECONDS * HOURS * memory * count


def _table(item: Resource, _stack: Stack) -> float:
    if item.text("billingMode").upper() == "PAY_PER_REQUEST":
        return 0
    parts = [item, *item.views("globalSecondaryIndexes")]
    reads = sum(part.number("readCapacity") or 0 for part in parts)
    writes = sum(part.number("writeCapacity") or 0 for part in parts)
    hour = usd("dynamodb-read-hour") * reads + usd("dynamodb-write-hour") * writes
    return max(_LEAST, hour * HOURS) * (1 + item.count("replicas"))


def _files(item: Resource, _stack: Stack) -> float:
    if item.text("throughputMode") != "provisioned":
        return 0
    return usd("elastic-throughput-mib-month") * _number(item, "provisionedThroughputInMibps")


COSTS: Final[Mapping[str, Cost]] = {
    "aws:acmpca/certificateAuthority:CertificateAuthority": _authority,
    "aws:autoscaling/group:Group": _group,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _monthly("composite-alarm-month"),
    "aws:cloudwatch/dashboard:Dashboard": _monthly("dashboard-month"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:docdb/clusterInstance:ClusterInstance": _servers("rds-aurora", "instanceClass"),
    "aws:dynamodb/table:Table": _table,
    "aws:ebs/volume:Volume": _disk,
    "aws:ec2/eip:Eip": _hourly("ipv4-hour"),
    "aws:ec2/instance:Instance": _server,
    "aws:ec2/natGateway:NatGateway": _hourly("nat-hour"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:ec2/vpnConnection:VpnConnection": _hourly("vpn-connection-hour"),
    "aws:ec2clientvpn/networkAssociation:NetworkAssociation": _hourly("vpn-association-hour"),
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": _hourly("transit-attachment-hour"),
    "aws:ecs/service:Service": _service,
    "aws:efs/fileSystem:FileSystem": _files,
    "aws:eks/cluster:Cluster": _hourly("eks-hour"),
    "aws:eks/nodeGroup:NodeGroup": _nodes,
    "aws:elasticache/cluster:Cluster": _servers("elasticache", "nodeType", "numCacheNodes"),
    "aws:elasticache/replicationGroup:ReplicationGroup": _cache_group,
    "aws:elasticsearch/domain:Domain": _search,
    "aws:elb/loadBalancer:LoadBalancer": _hourly("balancer-hour"),
    "aws:globalaccelerator/accelerator:Accelerator": _hourly("global-accelerator-hour"),
    "aws:kinesis/stream:Stream": _stream,
    "aws:kms/key:Key": _monthly("key-month"),
    "aws:kms/replicaKey:ReplicaKey": _monthly("key-month"),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": _warm,
    "aws:lb/loadBalancer:LoadBalancer": _hourly("balancer-hour"),
    "aws:memorydb/cluster:Cluster": _memory,
    "aws:msk/cluster:Cluster": _servers(
        "msk", "brokerNodeGroupInfo.instanceType", "numberOfBrokerNodes"
    ),
    "aws:mwaa/environment:Environment": _hourly("workflow-environment-hour"),
    "aws:neptune/clusterInstance:ClusterInstance": _servers("rds-aurora", "instanceClass"),
    "aws:networkfirewall/firewall:Firewall": _hourly("network-firewall-hour", "subnetMappings"),
    "aws:opensearch/domain:Domain": _search,
    "aws:rds/cluster:Cluster": _cluster,
    "aws:rds/clusterInstance:ClusterInstance": _cluster_instance,
    "aws:rds/instance:Instance": _database,
    "aws:rds/proxy:Proxy": _proxy,
    "aws:redshift/cluster:Cluster": _servers("redshift", "nodeType", "numberOfNodes"),
    "aws:route53/healthCheck:HealthCheck": _monthly("health-check-month"),
    "aws:route53/resolverEndpoint:ResolverEndpoint": _hourly(
        "resolver-address-hour", "ipAddresses"
    ),
    "aws:route53/zone:Zone": _monthly("zone-month"),
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:shield/subscription:Subscription": _monthly("shield-month"),
    "aws:transfer/server:Server": _hourly("transfer-protocol-hour", "protocols"),
    "aws:wafv2/ruleGroup:RuleGroup": _rule_group,
    "aws:wafv2/webAcl:WebAcl": _web_acl,
    "aws:wafv2/webAclRule:WebAclRule": _monthly("firewall-rule-month"),
}
