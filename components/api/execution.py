"""What the role of every function may do, whatever the function is for."""

import pulumi

from components.iam import Statement
from components.network.security import Placement

# Calls that Lambda makes with the role carry no such key; calls of the function's code always do.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice
_NOT_FROM_CODE = {"Null": {"lambda:SourceFunctionArn": "true"}}


def execution_statements(
    *,
    log_arn: pulumi.Output[str],
    environment_key_arn: pulumi.Input[str] | None,
    dead_letter_queue_arn: pulumi.Input[str] | None,
    placement: Placement | None,
    account_id: str,
    region: str,
) -> tuple[Statement, ...]:
    """List the permissions without which Lambda could not run the function as configured."""
    statements = [
        Statement(
            sid="WriteLog",
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(pulumi.Output.concat(log_arn, ":*"),),
        ),
        Statement(
            sid="WriteTraces",
            actions=("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
            resources=("*",),
            unscoped_because="X-Ray has no resources that these actions could be limited to",
        ),
    ]
    if environment_key_arn is not None:
        statements.append(_decrypt_environment(environment_key_arn, account_id, region))
    if dead_letter_queue_arn is not None:
        statements.append(
            Statement(
                sid="SendFailures",
                actions=("sqs:SendMessage",),
                resources=(dead_letter_queue_arn,),
            )
        )
    if placement is not None:
        statements.extend(_network_interfaces(placement, account_id, region))
    return tuple(statements)


def _decrypt_environment(key_arn: pulumi.Input[str], account_id: str, region: str) -> Statement:
    # Lambda decrypts with the role's own credentials, so that kms:ViaService would never match.
    # The encryption context names the function, which does not exist before its role does.
    return Statement(
        sid="DecryptEnvironment",
        actions=("kms:Decrypt",),
        resources=(key_arn,),
        conditions={
            "StringLike": {
                "kms:EncryptionContext:aws:lambda:FunctionArn": (
                    f"arn:aws:lambda:{region}:{account_id}:function:*"
                )
            }
        },
    )


def _network_interfaces(
    placement: Placement, account_id: str, region: str
) -> tuple[Statement, ...]:
    ec2 = f"arn:aws:ec2:{region}:{account_id}"
    subnets = (pulumi.Output.concat(f"{ec2}:subnet/", item) for item in placement.subnet_ids)
    return (
        Statement(
            sid="FindNetworkInterfaces",
            actions=("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"),
            resources=("*",),
            conditions=_NOT_FROM_CODE,
            unscoped_because="EC2 describes all or nothing",
        ),
        Statement(
            sid="MakeNetworkInterfaces",
            actions=("ec2:CreateNetworkInterface",),
            resources=(f"{ec2}:network-interface/*", placement.security_group.arn, *subnets),
            conditions=_NOT_FROM_CODE,
            unscoped_because="what is not made yet has no id; group and subnets bound it",
        ),
        Statement(
            sid="ManageNetworkInterfaces",
            actions=("ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
            resources=(f"{ec2}:network-interface/*",),
            conditions=_NOT_FROM_CODE,
            unscoped_because="Lambda names them, and also cleans up in subnets left behind",
        ),
        # Lambda refuses a role for which it can't say so of `*/*`; `network-interface/*` won't do:
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
        Statement(
            sid="DeleteNetworkInterfaces",
            actions=("ec2:DeleteNetworkInterface",),
            resources=(f"{ec2}:*/*",),
            conditions=_NOT_FROM_CODE,
            unscoped_because="Lambda tries the role before there is an interface to name",
        ),
    )
