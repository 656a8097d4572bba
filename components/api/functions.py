"""Lambda functions.

A function is called by its alias ``live``, never by itself. The provider publishes a version when
the code or the configuration changes (environment, memory, timeout, role, layers, logging …), and
the alias moves to it in the same update, or later, in steps, where the function is `staged`. Tags,
reserved concurrency and code signing publish nothing. Earlier versions stay, so that the alias can
go back to one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.api.execution import execution_statements
from components.api.readiness import Readiness, keep_warm
from components.data.keys import Key
from components.iam import Statement, WorkloadRole, WorkloadRoleArgs, sid_for
from components.logs import check_retention
from components.network.security import Placement, SecurityGroup
from components.watched import Watched, WatchedFunction

RUNTIME = "python3.13"
ARCHITECTURE = "arm64"
LIVE = "live"
LOG_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
MAX_LAYERS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionArgs:
    """Settings of a function.

    Attributes:
        code: the deployment package, for Python 3.13 on arm64.
        handler: ``module.function`` inside the package.
        key: the customer key of the log and the environment; its policy admits CloudWatch Logs.
        account_id: the account of twelve digits that the function runs in.
        region: where the function runs.
        permissions: everything the function may do, from the ``grant_*`` methods. Its log, its
            traces and its place in the network need no mention.
        environment: variables the function reads; never a secret value.
        memory_mb: memory, and with it processor time: 128 to 10,240.
        timeout_seconds: how long one invocation may run: 1 to 900.
        log_retention_days: how long the log is kept.
        log_level: the least level of the function's own lines that reaches the log.
        placement: where in the network the function runs; outside of it when ``None``.
        readiness: what ``live`` does against slow starts; nothing by default.
        reserved_concurrency: most invocations at a time, taken from the account's common pool.
        staged: leave it to a `Rollout` to move ``live`` to a new version. An update then moves it
            no more, neither forth nor back.
        layers: ARNs of layer versions, at most five.
        dead_letter_queue_arn: the queue that gets asynchronous invocations which failed for good.
            An encrypted one also needs its ``grant_send`` in ``permissions``.
        code_signing_config_arn: whose signature the package must carry.
    """

    code: pulumi.Archive
    handler: str
    key: Key
    account_id: str
    region: str
    permissions: tuple[Statement, ...] = ()
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    memory_mb: int = 512
    timeout_seconds: int = 10
    log_retention_days: int = 365
    log_level: str = "INFO"
    placement: Placement | None = None
    readiness: Readiness = field(default_factory=Readiness)
    reserved_concurrency: int | None = None
    staged: bool = False
    layers: tuple[pulumi.Input[str], ...] = ()
    dead_letter_queue_arn: pulumi.Input[str] | None = None
    code_signing_config_arn: pulumi.Input[str] | None = None

    def __post_init__(self) -> None:
        if not 128 <= self.memory_mb <= 10_240:
            raise ValueError(f"memory_mb must be from 128 to 10240, got {self.memory_mb}")
        if not 1 <= self.timeout_seconds <= 900:
            raise ValueError(f"timeout_seconds must be from 1 to 900, got {self.timeout_seconds}")
        check_retention("log_retention_days", self.log_retention_days)
        if self.log_level not in LOG_LEVELS:
            raise ValueError(
                f"log_level must be one of {', '.join(LOG_LEVELS)}; got {self.log_level!r}"
            )
        if len(self.layers) > MAX_LAYERS:
            raise ValueError(f"layers must be at most {MAX_LAYERS}, got {len(self.layers)}")
        self._check_concurrency()

    def _check_concurrency(self) -> None:
        reserved, warmest = self.reserved_concurrency, self.readiness.warmest
        if reserved is not None and reserved < 1:
            raise ValueError(f"reserved_concurrency must be at least 1, got {reserved}")
        if reserved is not None and warmest > reserved:
            raise ValueError(
                f"readiness must keep at most the {reserved} reserved warm, got {warmest}"
            )


class Function(pulumi.ComponentResource):
    """A Python function with a role, a log and a ``live`` alias of its own."""

    arn: pulumi.Output[str]
    alias_arn: pulumi.Output[str]
    # Published last; ``live`` may still be at another.
    version: pulumi.Output[str]
    # The qualifier of a permission: known once the alias exists.
    alias_name: pulumi.Output[str]
    # What API Gateway calls: the alias, by API Gateway's own form of its ARN.
    invoke_arn: pulumi.Output[str]
    function_name: pulumi.Output[str]
    role: WorkloadRole
    security_group: SecurityGroup | None
    timeout_seconds: int
    watched: tuple[Watched, ...]

    def __init__(
        self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:api:Function", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self._name = name

        log = aws.cloudwatch.LogGroup(
            f"{name}-log",
            retention_in_days=args.log_retention_days,
            kms_key_id=args.key.arn,
            opts=child,
        )
        self.role = self._role(args, log)
        function = self._function(args, log)
        alias = aws.lambda_.Alias(
            f"{name}-{LIVE}",
            name=LIVE,
            function_name=function.name,
            function_version=function.version,
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=["functionVersion", "routingConfig"] if args.staged else None,
            ),
        )
        self._configure_alias(args, alias)

        self.arn = function.arn
        self.version = function.version
        self.alias_arn = alias.arn
        self.alias_name = alias.name
        self.invoke_arn = alias.invoke_arn
        self.function_name = function.name
        self.security_group = None if args.placement is None else args.placement.security_group
        self.timeout_seconds = args.timeout_seconds
        self.staged = args.staged
        self.watched = (
            WatchedFunction(
                name=name,
                function_name=function.name,
                log_group_name=log.name,
                timeout_seconds=args.timeout_seconds,
                reserved_concurrency=args.reserved_concurrency,
            ),
        )
        self.register_outputs(
            {
                "arn": self.arn,
                "alias_arn": self.alias_arn,
                "alias_name": self.alias_name,
                "invoke_arn": self.invoke_arn,
                "function_name": self.function_name,
            }
        )

    def grant_invoke(self) -> tuple[Statement, ...]:
        """Allow invoking the version that is live."""
        return (
            Statement(
                sid=sid_for(self._name, "invoke"),
                actions=("lambda:InvokeFunction",),
                resources=(self.alias_arn,),
            ),
        )

    def _role(self, args: FunctionArgs, log: aws.cloudwatch.LogGroup) -> WorkloadRole:
        return WorkloadRole(
            self._name,
            WorkloadRoleArgs(
                service="lambda.amazonaws.com",
                permissions=(
                    *execution_statements(
                        log_arn=log.arn,
                        environment_key_arn=args.key.arn if args.environment else None,
                        dead_letter_queue_arn=args.dead_letter_queue_arn,
                        placement=args.placement,
                        account_id=args.account_id,
                        region=args.region,
                    ),
                    *args.permissions,
                ),
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _function(self, args: FunctionArgs, log: aws.cloudwatch.LogGroup) -> aws.lambda_.Function:
        return aws.lambda_.Function(
            f"{self._name}-function",
            role=self.role.arn,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            code=args.code,
            handler=args.handler,
            publish=True,
            memory_size=args.memory_mb,
            timeout=args.timeout_seconds,
            reserved_concurrent_executions=args.reserved_concurrency,
            layers=list(args.layers) or None,
            environment=(
                aws.lambda_.FunctionEnvironmentArgs(variables=args.environment)
                if args.environment
                else None
            ),
            # Lambda forgets the key of an empty environment, and every plan would bring it back.
            kms_key_arn=args.key.arn if args.environment else None,
            code_signing_config_arn=args.code_signing_config_arn,
            snap_start=(
                aws.lambda_.FunctionSnapStartArgs(apply_on="PublishedVersions")
                if args.readiness.snap_start
                else None
            ),
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(
                log_format="JSON",
                log_group=log.name,
                application_log_level=args.log_level,
                # Without INFO the reports of duration and memory would be missing.
                system_log_level="INFO",
            ),
            tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="Active"),
            vpc_config=(
                None
                if args.placement is None
                else aws.lambda_.FunctionVpcConfigArgs(
                    subnet_ids=list(args.placement.subnet_ids),
                    security_group_ids=[args.placement.security_group.id],
                )
            ),
            # Lambda refuses a network, and loses the first lines, when the role has no rights yet.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self.role.policy),
        )

    def _configure_alias(self, args: FunctionArgs, alias: aws.lambda_.Alias) -> None:
        keep_warm(self._name, args.readiness, alias, self)
        if args.dead_letter_queue_arn is not None:
            aws.lambda_.FunctionEventInvokeConfig(
                f"{self._name}-failures",
                function_name=alias.function_name,
                qualifier=alias.name,
                destination_config=aws.lambda_.FunctionEventInvokeConfigDestinationConfigArgs(
                    on_failure=aws.lambda_.FunctionEventInvokeConfigDestinationConfigOnFailureArgs(
                        destination=args.dead_letter_queue_arn
                    )
                ),
                maximum_retry_attempts=2,
                maximum_event_age_in_seconds=21_600,
                # Lambda refuses a destination that the role may not send to.
                opts=pulumi.ResourceOptions(parent=self, depends_on=self.role.policy),
            )
