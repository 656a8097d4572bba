"""Flow logs: who talked to whom in the network, and who was refused."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.iam import Statement, WorkloadRole, WorkloadRoleArgs
from components.logs import check_retention

# Ten minutes, not one: fewer records to pay for. Nitro instances report each minute all the same.
_AGGREGATION_SECONDS = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowLogsArgs:
    """What to record, and where.

    Attributes:
        vpc_id: the network to record.
        account_id: the account that the flow logs service must act for.
        region: where the network is.
        key_arn: customer key whose policy lets CloudWatch Logs of this region encrypt with it.
        retention_days: how long records are kept; one that CloudWatch Logs takes.
    """

    vpc_id: pulumi.Input[str]
    account_id: str
    region: str
    key_arn: pulumi.Input[str]
    retention_days: int

    def __post_init__(self) -> None:
        check_retention("retention_days", self.retention_days)


class FlowLogs(pulumi.ComponentResource):
    """All traffic of a network, accepted and refused, in an encrypted log group."""

    log_group_name: pulumi.Output[str]
    log_group_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:network:FlowLogs", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.cloudwatch.LogGroup(
            f"{name}-group",
            retention_in_days=args.retention_days,
            kms_key_id=args.key_arn,
            opts=child,
        )
        role = WorkloadRole(
            name,
            WorkloadRoleArgs(
                service="vpc-flow-logs.amazonaws.com",
                permissions=_write(group.arn),
                source_account=args.account_id,
                source_arn=f"arn:aws:ec2:{args.region}:{args.account_id}:vpc-flow-log/*",
            ),
            opts=child,
        )
        # The default record format: Logs Insights finds the fields of no other by itself.
        aws.ec2.FlowLog(
            f"{name}-all",
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=_AGGREGATION_SECONDS,
            tags={"Name": name},
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=role.policy,
                # EC2 refuses a second log of the same traffic to the same place, and everything
                # but a tag makes a new one.
                delete_before_replace=True,
            ),
        )
        self.log_group_name = group.name
        self.log_group_arn = group.arn
        self.register_outputs(
            {"log_group_name": self.log_group_name, "log_group_arn": self.log_group_arn}
        )


def _write(group_arn: pulumi.Output[str]) -> tuple[Statement, ...]:
    # AWS's example also lets the service create groups: one that it made late, while the network
    # is being destroyed, would stay behind without a key and without an end.
    return (
        Statement(
            sid="FlowLogsWrite",
            actions=("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
            resources=(pulumi.Output.concat(group_arn, ":*"),),
        ),
        Statement(
            sid="FlowLogsFindGroup",
            actions=("logs:DescribeLogGroups",),
            resources=("*",),
            unscoped_because="the action lists groups and supports no resource",
        ),
    )
