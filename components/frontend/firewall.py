"""The firewall before the site.

``aws.wafv2`` is only named inside functions, and in quotes in their signatures: Pulumi loads the
module when it is first used, and it is the heaviest of all, so a stack without a firewall must
not pay for it.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.data.keys import Key, KeyArgs
from components.iam import ResourceStatement, resource_policy
from components.logs import check_retention
from components.watched import EDGE_REGION, Watched, WatchedFirewall

# Where AWS keeps everything about a firewall for CloudFront.
_REGION = EDGE_REGION
_SECRET_HEADERS = ("authorization", "cookie")
# AWS's managed groups by the name of their rule, with its priority and whether it blocks.
_MANAGED_GROUPS = {
    "ip-reputation": ("AWSManagedRulesAmazonIpReputationList", 10, True),
    # Seen but let through: it would turn away whoever uses a VPN, and our own checks from a
    # cloud provider.
    "anonymous-ip": ("AWSManagedRulesAnonymousIpList", 30, False),
    "common": ("AWSManagedRulesCommonRuleSet", 40, True),
    "known-bad-inputs": ("AWSManagedRulesKnownBadInputsRuleSet", 50, True),
}
_MIN_RATE_LIMIT, _MAX_RATE_LIMIT = 10, 2_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class FirewallArgs:
    """Settings of a firewall.

    Attributes:
        account_id: the account it is made in, twelve digits.
        rate_limit: requests that one address may send in any five minutes, from 10.
        log_retention_days: how long the log of blocked requests is kept.
        protect: refuse to delete the key that encrypts the log.
    """

    account_id: str
    rate_limit: int = 2_000
    log_retention_days: int = 365
    protect: bool = True

    def __post_init__(self) -> None:
        check_retention("log_retention_days", self.log_retention_days)
        if not _MIN_RATE_LIMIT <= self.rate_limit <= _MAX_RATE_LIMIT:
            raise ValueError(
                f"rate_limit must be from {_MIN_RATE_LIMIT} to {_MAX_RATE_LIMIT}, "
                f"got {self.rate_limit}"
            )


class Firewall(pulumi.ComponentResource):
    """A web ACL for CloudFront: managed rules, a rate limit, and a log of what they caught."""

    arn: pulumi.Output[str]
    watched: tuple[Watched, ...]

    def __init__(
        self, name: str, args: FirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("plinth:frontend:Firewall", name, None, opts)
        # Pulumi names neither metrics nor account-wide policies, and stacks share an account.
        unique = f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}"
        acl = aws.wafv2.WebAcl(
            f"{name}-acl",
            scope="CLOUDFRONT",
            description="Managed rules and a rate limit before the site",
            default_action=aws.wafv2.WebAclDefaultActionArgs(
                allow=aws.wafv2.WebAclDefaultActionAllowArgs()
            ),
            rules=_rules(args.rate_limit),
            # Holds for the samples in the console too, which the logging's redaction doesn't.
            data_protection_config=aws.wafv2.WebAclDataProtectionConfigArgs(
                data_protections=[
                    aws.wafv2.WebAclDataProtectionConfigDataProtectionArgs(
                        action="SUBSTITUTION",
                        field=aws.wafv2.WebAclDataProtectionConfigDataProtectionFieldArgs(
                            field_type="SINGLE_HEADER", field_keys=list(_SECRET_HEADERS)
                        ),
                    )
                ]
            ),
            visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(
                cloudwatch_metrics_enabled=True, metric_name=unique, sampled_requests_enabled=True
            ),
            region=_REGION,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._log(name, unique, args, acl.arn)
        self.arn = acl.arn
        self.watched = (WatchedFirewall(name=name, metric_name=unique),)
        self.register_outputs({"arn": self.arn})

    def _log(self, name: str, unique: str, args: FirewallArgs, acl_arn: pulumi.Output[str]) -> None:
        child = pulumi.ResourceOptions(parent=self)
        key = Key(
            f"{name}-logs",
            KeyArgs(
                description="Encrypts the log of the firewall before the site",
                region=_REGION,
                account_id=args.account_id,
                services=("logs",),
                protect=args.protect,
            ),
            opts=child,
        )
        group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            # The firewall takes no other beginning.
            name=f"aws-waf-logs-{unique}",
            kms_key_id=key.arn,
            retention_in_days=args.log_retention_days,
            region=_REGION,
            opts=child,
        )
        # Without it AWS would write the statement into a policy of its own, which every log group
        # of the account shares until it is full.
        delivery = aws.cloudwatch.LogResourcePolicy(
            f"{name}-log-policy",
            policy_name=unique,
            policy_document=resource_policy((_delivery(group.arn, args.account_id),)),
            region=_REGION,
            opts=child,
        )
        aws.wafv2.WebAclLoggingConfiguration(
            f"{name}-logging",
            resource_arn=acl_arn,
            log_destination_configs=[group.arn],
            logging_filter=_only_what_was_caught(),
            redacted_fields=[
                aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgs(
                    single_header=aws.wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs(
                        name=header
                    )
                )
                for header in _SECRET_HEADERS
            ],
            region=_REGION,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[delivery]),
        )


def _rules(rate_limit: int) -> "list[aws.wafv2.WebAclRuleArgs]":
    rate = aws.wafv2.WebAclRuleArgs(
        name="rate-limit",
        priority=20,
        action=aws.wafv2.WebAclRuleActionArgs(block=aws.wafv2.WebAclRuleActionBlockArgs()),
        statement=aws.wafv2.WebAclRuleStatementArgs(
            rate_based_statement=aws.wafv2.WebAclRuleStatementRateBasedStatementArgs(
                limit=rate_limit, aggregate_key_type="IP", evaluation_window_sec=300
            )
        ),
        visibility_config=_visibility("rate-limit"),
    )
    managed = [
        _managed(rule, group, priority, blocks=blocks)
        for rule, (group, priority, blocks) in _MANAGED_GROUPS.items()
    ]
    return [rate, *managed]


def _managed(rule: str, group: str, priority: int, *, blocks: bool) -> "aws.wafv2.WebAclRuleArgs":
    if blocks:
        override = aws.wafv2.WebAclRuleOverrideActionArgs(
            none=aws.wafv2.WebAclRuleOverrideActionNoneArgs()  # type: ignore[no-untyped-call]
        )
    else:
        override = aws.wafv2.WebAclRuleOverrideActionArgs(
            count=aws.wafv2.WebAclRuleOverrideActionCountArgs()  # type: ignore[no-untyped-call]
        )
    return aws.wafv2.WebAclRuleArgs(
        name=rule,
        priority=priority,
        override_action=override,
        statement=aws.wafv2.WebAclRuleStatementArgs(
            managed_rule_group_statement=aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
                vendor_name="AWS", name=group
            )
        ),
        visibility_config=_visibility(rule),
    )


def _visibility(rule: str) -> "aws.wafv2.WebAclRuleVisibilityConfigArgs":
    return aws.wafv2.WebAclRuleVisibilityConfigArgs(
        cloudwatch_metrics_enabled=True, metric_name=rule, sampled_requests_enabled=True
    )


def _only_what_was_caught() -> "aws.wafv2.WebAclLoggingConfigurationLoggingFilterArgs":
    """Keep what a rule blocked or counted; the access logs have every request."""
    conditions = [
        aws.wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionArgs(
            action_condition=aws.wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionActionConditionArgs(
                action=action
            )
        )
        for action in ("BLOCK", "COUNT")
    ]
    return aws.wafv2.WebAclLoggingConfigurationLoggingFilterArgs(
        default_behavior="DROP",
        filters=[
            aws.wafv2.WebAclLoggingConfigurationLoggingFilterFilterArgs(
                behavior="KEEP", requirement="MEETS_ANY", conditions=conditions
            )
        ],
    )


def _delivery(group_arn: pulumi.Output[str], account_id: str) -> ResourceStatement:
    return ResourceStatement(
        sid="FirewallLogDelivery",
        services=("delivery.logs.amazonaws.com",),
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        resources=(pulumi.Output.concat(group_arn, ":log-stream:*"),),
        conditions={
            "StringEquals": {"aws:SourceAccount": account_id},
            "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{_REGION}:{account_id}:*"},
        },
    )
