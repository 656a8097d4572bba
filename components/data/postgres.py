"""PostgreSQL, as one instance or as Aurora Serverless."""

import re
from dataclasses import dataclass
from typing import TypeAlias

import pulumi
import pulumi_aws as aws

from components.data.keys import Key
from components.data.postgres_aurora import AuroraArgs, run_aurora
from components.data.postgres_basis import (
    MASTER_USERNAME,
    PORT,
    Basis,
    Engine,
    checked_identifier,
)
from components.data.postgres_instance import InstanceArgs, run_instance
from components.data.postgres_proxy import PostgresProxy, PostgresProxyArgs
from components.iam import Statement, WorkloadRole, WorkloadRoleArgs, sid_for
from components.logs import check_retention
from components.network.security import SecurityGroup, SecurityGroupArgs
from components.network.vpc import Network
from components.watched import Watched

EngineArgs: TypeAlias = InstanceArgs | AuroraArgs

# As PostgreSQL folds names to lower case, others would have to be quoted everywhere.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# RDS makes the group of the operating system's metrics; it is one for all databases of a region.
_METRICS_LOG = "RDSOSMetrics"


@dataclass(frozen=True, kw_only=True, slots=True)
class PostgresArgs:
    """Settings of a database.

    Attributes:
        network: where it runs, in the isolated subnets.
        engine: what it runs on, and the size of it.
        key: encrypts storage, backups, the administrator's secret, insights and logs; it must
            serve ``logs``. RDS can't change it: another key makes another, empty database, which
            `protect` refuses.
        region: of the network.
        account_id: twelve digits.
        database_name: made with the engine, and never changed.
        users: database users that applications sign in as, by IAM. Migrations create them
            (``CREATE USER app; GRANT rds_iam TO app``); ``grant_connect`` and the proxy know no
            others.
        backup_retention_days: how far back it can be restored, 1 to 35.
        log_retention_days: how long logs are kept.
        proxy: put RDS Proxy in front; paid by the engine's size, and it keeps Aurora awake.
        final_snapshot: keep a last snapshot when it is deleted. Apart from `protect`, which has
            to go before anything is deleted.
        protect: refuse to delete it, in Pulumi and in AWS, and make changes in the maintenance
            window instead of at once.
    """

    network: Network
    engine: EngineArgs
    key: Key
    region: str
    account_id: str
    database_name: str = "app"
    users: tuple[str, ...] = ("app",)
    backup_retention_days: int = 7
    log_retention_days: int = 365
    proxy: bool = False
    final_snapshot: bool = True
    protect: bool = True

    def __post_init__(self) -> None:
        if "logs" not in self.key.services:
            raise ValueError(f"key must serve logs, got one for {self.key.services}")
        if not _NAME.fullmatch(self.database_name):
            raise ValueError(
                "database_name must be 1 to 63 of a-z, 0-9 and _, a letter first; "
                f"got {self.database_name!r}"
            )
        if not self.users:
            raise ValueError("users must not be empty")
        for user in self.users:
            if not _NAME.fullmatch(user) or user == MASTER_USERNAME:
                raise ValueError(
                    "users must be 1 to 63 of a-z, 0-9 and _, a letter first, and not "
                    f"{MASTER_USERNAME}; got {user!r}"
                )
        if not 1 <= self.backup_retention_days <= 35:
            raise ValueError(
                f"backup_retention_days must be from 1 to 35, got {self.backup_retention_days}"
            )
        check_retention("log_retention_days", self.log_retention_days)
        pauses = isinstance(self.engine, AuroraArgs) and self.engine.auto_pause_minutes is not None
        if self.proxy and pauses:
            raise ValueError("proxy must be False with auto_pause_minutes: it keeps Aurora awake")


class Postgres(pulumi.ComponentResource):
    """A PostgreSQL that speaks TLS only and that applications sign in to without a password."""

    # Where applications connect: the proxy if there is one, else the writer.
    endpoint: pulumi.Output[str]
    port: int
    database_name: str
    # The administrator's password; nothing of the platform reads it.
    secret_arn: pulumi.Output[str]
    # Where the administrator connects: never the proxy, which takes no passwords.
    engine_host: pulumi.Output[str]
    engine_security_group: SecurityGroup
    # Whom to `allow` on `port`.
    security_group: SecurityGroup
    # What IAM knows the endpoint by.
    resource_id: pulumi.Output[str]
    watched: tuple[Watched, ...]

    def __init__(
        self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:data:Postgres", name, None, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        group = SecurityGroup(
            f"{name}-engine",
            SecurityGroupArgs(vpc_id=args.network.vpc_id, description=f"PostgreSQL {name}"),
            opts=self._child,
        )
        basis = self._basis(group)
        engine = (
            run_instance(args.engine, basis)
            if isinstance(args.engine, InstanceArgs)
            else run_aurora(args.engine, basis)
        )
        self.port = PORT
        self.database_name = args.database_name
        self.secret_arn = engine.secret_arn
        self.engine_host, self.engine_security_group = engine.host, group
        self.watched = engine.watched
        if args.proxy:
            proxy = self._proxy(basis.identifier, engine, group)
            self.endpoint, self.resource_id = proxy.host, proxy.resource_id
            self.security_group = proxy.security_group
        else:
            self.endpoint, self.resource_id = engine.host, engine.resource_id
            self.security_group = group
        self._user_arns = self._users(self.resource_id)
        self.register_outputs(
            {
                "endpoint": self.endpoint,
                "port": self.port,
                "database_name": self.database_name,
                "secret_arn": self.secret_arn,
                "resource_id": self.resource_id,
            }
        )

    def grant_connect(self, user: str) -> tuple[Statement, ...]:
        """Allow signing in as one database user, with a token of IAM in place of a password.

        Raises:
            ValueError: the user is not one of ``users``.
        """
        if user not in self._user_arns:
            raise ValueError(f"user must be one of {', '.join(self._user_arns)}; got {user!r}")
        return (
            Statement(
                sid=sid_for(self._name, "connect", user),
                actions=("rds-db:connect",),
                resources=(self._user_arns[user],),
            ),
        )

    def _users(self, resource_id: pulumi.Output[str]) -> dict[str, pulumi.Output[str]]:
        prefix = f"arn:aws:rds-db:{self._args.region}:{self._args.account_id}:dbuser:"
        return {
            user: pulumi.Output.concat(prefix, resource_id, f"/{user}") for user in self._args.users
        }

    def _basis(self, group: SecurityGroup) -> Basis:
        name, args = self._name, self._args
        subnets = aws.rds.SubnetGroup(
            f"{name}-subnets",
            description=f"Isolated subnets for PostgreSQL {name}",
            subnet_ids=args.network.isolated_subnet_ids,
            opts=self._child,
        )
        # Log groups need the engine's name before it exists, and a fixed name would be taken when
        # the database is made again: so it is the subnet group's, with the same random end.
        identifier = subnets.name.apply(
            lambda group_name: checked_identifier(group_name.replace(f"{name}-subnets", name, 1))
        )
        monitoring = WorkloadRole(
            f"{name}-monitoring",
            WorkloadRoleArgs(
                service="monitoring.rds.amazonaws.com",
                permissions=_monitoring(args.region, args.account_id),
                source_account=args.account_id,
            ),
            opts=self._child,
        )
        return Basis(
            owner=self,
            name=name,
            identifier=identifier,
            database_name=args.database_name,
            key_arn=args.key.arn,
            subnet_group_name=subnets.name,
            security_group_id=group.id,
            zones=args.network.zones,
            monitoring_role_arn=monitoring.arn,
            prerequisites=(
                *self._logs(identifier),
                *([] if monitoring.policy is None else [monitoring.policy]),
            ),
            backup_retention_days=args.backup_retention_days,
            final_snapshot=args.final_snapshot,
            protect=args.protect,
        )

    def _logs(self, identifier: pulumi.Output[str]) -> tuple[aws.cloudwatch.LogGroup, ...]:
        # RDS exports to groups of these names, and would make them without key and retention.
        prefix = self._args.engine.log_group_prefix
        return tuple(
            aws.cloudwatch.LogGroup(
                f"{self._name}-{log}-log",
                name=pulumi.Output.concat(prefix, "/", identifier, "/", log),
                retention_in_days=self._args.log_retention_days,
                kms_key_id=self._args.key.arn,
                opts=self._child,
            )
            for log in self._args.engine.logs
        )

    def _proxy(
        self, identifier: pulumi.Output[str], engine: Engine, group: SecurityGroup
    ) -> PostgresProxy:
        return PostgresProxy(
            f"{self._name}-proxy",
            PostgresProxyArgs(
                network=self._args.network,
                engine=engine,
                engine_security_group=group,
                identifier=identifier,
                user_arns=tuple(self._users(engine.resource_id).values()),
                key=self._args.key,
                log_retention_days=self._args.log_retention_days,
            ),
            opts=self._child,
        )


def _monitoring(region: str, account_id: str) -> tuple[Statement, ...]:
    """What AmazonRDSEnhancedMonitoringRole allows, in this region and to the one log group."""
    group = f"arn:aws:logs:{region}:{account_id}:log-group:{_METRICS_LOG}"
    return (
        Statement(
            sid="MetricsLogGroup",
            actions=("logs:CreateLogGroup", "logs:PutRetentionPolicy"),
            resources=(group, f"{group}:*"),
        ),
        Statement(
            sid="MetricsLogStreams",
            actions=(
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:GetLogEvents",
                "logs:PutLogEvents",
            ),
            resources=(f"{group}:log-stream:*",),
        ),
    )
