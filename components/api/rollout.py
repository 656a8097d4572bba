"""Staged releases: CodeDeploy moves the callers of a function to its new version in steps.

Two hands would otherwise move one alias. They share it so: the alias is Pulumi's, which makes it
and may delete it; where it points is CodeDeploy's, and Pulumi ignores it (`FunctionArgs.staged`).
An update publishes a version and moves nobody; a deployment then shifts the callers, watches the
alarms, and goes back by itself when one goes off or when it fails.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.api.functions import Function
from components.iam import Statement, WorkloadRole, WorkloadRoleArgs

_PLATFORM = "Lambda"
# https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
MAX_ALARMS = 10
MAX_MINUTES = 2_880


@dataclass(frozen=True, kw_only=True, slots=True)
class RolloutArgs:
    """Settings of staged releases.

    Attributes:
        function: whose ``live`` is moved; it is `staged`.
        kind: ``canary``: a part of the callers first, then all; ``linear``: one part after another.
        percent: size of a part, 1 to 99.
        minutes: between two steps. All steps together take two days at most.
        alarm_names: the function's own metric alarms, 1 to 10: one that goes off undoes the
            release.
        account_id: the account of twelve digits that the function runs in.
        region: where the function runs, and its alarms are.
    """

    function: Function
    kind: Literal["canary", "linear"]
    percent: int
    minutes: int
    alarm_names: Sequence[pulumi.Input[str]]
    account_id: str
    region: str

    def __post_init__(self) -> None:
        if not self.function.staged:
            raise ValueError("function must be staged: an update would move its callers, too")
        if not 1 <= self.percent <= 99:
            raise ValueError(f"percent must be from 1 to 99, got {self.percent}")
        steps = 1 if self.kind == "canary" else -(-100 // self.percent) - 1
        if not 1 <= self.minutes * steps <= MAX_MINUTES:
            raise ValueError(
                f"minutes must make 1 to {MAX_MINUTES} in all {steps} steps, "
                f"got {self.minutes * steps}"
            )
        if not 1 <= len(self.alarm_names) <= MAX_ALARMS:
            raise ValueError(
                f"alarm_names must be 1 to {MAX_ALARMS} alarms, got {len(self.alarm_names)}"
            )


class Rollout(pulumi.ComponentResource):
    """What CodeDeploy needs to release a function in steps; a release is a deployment of it."""

    application_name: pulumi.Output[str]
    group_name: pulumi.Output[str]
    role_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: RolloutArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:api:Rollout", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = WorkloadRole(
            name,
            WorkloadRoleArgs(
                service="codedeploy.amazonaws.com",
                permissions=_permissions(args),
                source_account=args.account_id,
            ),
            opts=child,
        )
        application = aws.codedeploy.Application(
            f"{name}-application", compute_platform=_PLATFORM, opts=child
        )
        config = aws.codedeploy.DeploymentConfig(
            f"{name}-config",
            compute_platform=_PLATFORM,
            traffic_routing_config=_routing(args),
            opts=child,
        )
        group = self._group(name, args, application, config, role)
        self.application_name = application.name
        self.group_name = group.deployment_group_name
        self.role_arn = role.arn
        self.register_outputs(
            {
                "application_name": self.application_name,
                "group_name": self.group_name,
                "role_arn": self.role_arn,
            }
        )

    def _group(
        self,
        name: str,
        args: RolloutArgs,
        application: aws.codedeploy.Application,
        config: aws.codedeploy.DeploymentConfig,
        role: WorkloadRole,
    ) -> aws.codedeploy.DeploymentGroup:
        return aws.codedeploy.DeploymentGroup(
            f"{name}-group",
            app_name=application.name,
            deployment_group_name=f"{name}-group",
            deployment_config_name=config.deployment_config_name,
            service_role_arn=role.arn,
            deployment_style=aws.codedeploy.DeploymentGroupDeploymentStyleArgs(
                deployment_type="BLUE_GREEN", deployment_option="WITH_TRAFFIC_CONTROL"
            ),
            alarm_configuration=aws.codedeploy.DeploymentGroupAlarmConfigurationArgs(
                enabled=True,
                alarms=args.alarm_names,
                # A release that nobody can watch is stopped, too.
                ignore_poll_alarm_failure=False,
            ),
            auto_rollback_configuration=(
                aws.codedeploy.DeploymentGroupAutoRollbackConfigurationArgs(
                    enabled=True,
                    events=[
                        "DEPLOYMENT_FAILURE",
                        "DEPLOYMENT_STOP_ON_ALARM",
                        "DEPLOYMENT_STOP_ON_REQUEST",
                    ],
                )
            ),
            # CodeDeploy tries the role when it gets it.
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.policy),
        )


def _routing(args: RolloutArgs) -> aws.codedeploy.DeploymentConfigTrafficRoutingConfigArgs:
    if args.kind == "canary":
        return aws.codedeploy.DeploymentConfigTrafficRoutingConfigArgs(
            type="TimeBasedCanary",
            time_based_canary=aws.codedeploy.DeploymentConfigTrafficRoutingConfigTimeBasedCanaryArgs(
                interval=args.minutes, percentage=args.percent
            ),
        )
    return aws.codedeploy.DeploymentConfigTrafficRoutingConfigArgs(
        type="TimeBasedLinear",
        time_based_linear=aws.codedeploy.DeploymentConfigTrafficRoutingConfigTimeBasedLinearArgs(
            interval=args.minutes, percentage=args.percent
        ),
    )


def _permissions(args: RolloutArgs) -> tuple[Statement, ...]:
    """What AWSCodeDeployRoleForLambdaLimited allows for all functions, for the one.

    Without the hooks and the files in S3: the releases have none.
    """
    alarm = f"arn:aws:cloudwatch:{args.region}:{args.account_id}:alarm:"
    return (
        Statement(
            sid="MoveLive",
            actions=(
                "lambda:GetAlias",
                "lambda:GetProvisionedConcurrencyConfig",
                "lambda:UpdateAlias",
            ),
            # IAM knows aliases by the function, and by the function with the alias behind it.
            resources=(args.function.arn, pulumi.Output.concat(args.function.arn, ":*")),
        ),
        Statement(
            sid="WatchAlarms",
            actions=("cloudwatch:DescribeAlarms",),
            # Composite alarms could not be read so, and are not taken.
            resources=tuple(pulumi.Output.concat(alarm, name) for name in args.alarm_names),
        ),
    )
