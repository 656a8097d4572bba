"""RDS Proxy: keeps connections open for clients that come and go, such as functions."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.data.keys import Key
from components.data.postgres_basis import PORT, Engine, checked_identifier
from components.iam import Statement, WorkloadRole, WorkloadRoleArgs, sid_for
from components.network.security import SecurityGroup, SecurityGroupArgs, allow
from components.network.vpc import Network


@dataclass(frozen=True, kw_only=True, slots=True)
class PostgresProxyArgs:
    """What a proxy stands between.

    Attributes:
        network: the proxy is in its isolated subnets; others make another proxy.
        engine: what the proxy connects to.
        engine_security_group: whom the engine admits.
        identifier: the engine's name in RDS, which the proxy's begins with.
        user_arns: database users, as IAM knows them, that the proxy may connect as.
        key: encrypts the log.
        log_retention_days: how long the log is kept.
    """

    network: Network
    engine: Engine
    engine_security_group: SecurityGroup
    identifier: pulumi.Output[str]
    user_arns: tuple[pulumi.Output[str], ...]
    key: Key
    log_retention_days: int


class PostgresProxy(pulumi.ComponentResource):
    """A proxy that takes TLS and IAM tokens only, and signs in to the engine by IAM itself."""

    host: pulumi.Output[str]
    # What IAM knows the proxy by, ``prx-…``.
    resource_id: pulumi.Output[str]
    security_group: SecurityGroup

    def __init__(
        self, name: str, args: PostgresProxyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:data:PostgresProxy", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.security_group = SecurityGroup(
            name,
            SecurityGroupArgs(vpc_id=args.network.vpc_id, description=f"PostgreSQL proxy {name}"),
            opts=child,
        )
        rules = allow(
            name,
            self.security_group,
            args.engine_security_group,
            PORT,
            f"PostgreSQL from the proxy {name}",
        )
        role = WorkloadRole(
            name,
            WorkloadRoleArgs(
                service="rds.amazonaws.com",
                permissions=(
                    Statement(
                        sid=sid_for(name, "connect"),
                        actions=("rds-db:connect",),
                        resources=args.user_arns,
                    ),
                ),
            ),
            opts=child,
        )
        proxy = self._proxy(name, args, role)
        targets = aws.rds.ProxyDefaultTargetGroup(
            f"{name}-targets", db_proxy_name=proxy.name, opts=child
        )
        aws.rds.ProxyTarget(
            f"{name}-target",
            db_proxy_name=proxy.name,
            target_group_name=targets.name,
            db_instance_identifier=args.engine.instance_identifier,
            db_cluster_identifier=args.engine.cluster_identifier,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.engine.writer, *rules]),
        )
        self.host = proxy.endpoint
        self.resource_id = proxy.arn.apply(lambda arn: arn.rpartition(":")[2])
        self.register_outputs({"host": self.host, "resource_id": self.resource_id})

    def _proxy(self, name: str, args: PostgresProxyArgs, role: WorkloadRole) -> aws.rds.Proxy:
        proxy_name = pulumi.Output.concat(args.identifier, "-proxy").apply(checked_identifier)
        # The proxy logs to a group of this name, and would make it without key and retention.
        log = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=pulumi.Output.concat("/aws/rds/proxy/", proxy_name),
            retention_in_days=args.log_retention_days,
            kms_key_id=args.key.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return aws.rds.Proxy(
            f"{name}-proxy",
            name=proxy_name,
            engine_family="POSTGRESQL",
            default_auth_scheme="IAM_AUTH",
            require_tls=True,
            # Debug logs would hold the statements, and with them the data.
            debug_logging=False,
            role_arn=role.arn,
            vpc_subnet_ids=args.network.isolated_subnet_ids,
            vpc_security_group_ids=[self.security_group.id],
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[log, *([] if role.policy is None else [role.policy])],
                # Its name is taken while the old one exists.
                delete_before_replace=True,
            ),
        )
