import json
import subprocess
import sys
from typing import Any

import pytest

from components.frontend.firewall import Firewall, FirewallArgs
from offline.engine import synthesise
from offline.graph import Graph
from tests.components.frontends import ACCOUNT, distribution, plan

ACL = "aws:wafv2/webAcl:WebAcl"
KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
POLICY = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"


def args(**changes: Any) -> FirewallArgs:
    return FirewallArgs(**{"account_id": ACCOUNT} | changes)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return synthesise(lambda: Firewall("edge", args(rate_limit=500, log_retention_days=90)))


def rules(graph: Graph) -> dict[str, dict[str, Any]]:
    return {rule["name"]: rule for rule in graph.one(ACL, "edge-acl").inputs["rules"]}


def group(rule: dict[str, Any]) -> str:
    managed = rule["statement"]["managedRuleGroupStatement"]
    assert managed["vendorName"] == "AWS"
    return str(managed["name"])


def test_a_site_stands_behind_the_firewall_it_asks_for() -> None:
    site = plan(with_api=False, firewall=args())
    firewall = site.one(ACL, "site-firewall-acl")
    assert distribution(site)["webAclId"] == firewall.outputs["arn"]


def test_the_firewall_is_for_cloudfront_and_lets_through_what_no_rule_stops(graph: Graph) -> None:
    acl = graph.one(ACL, "edge-acl").inputs
    assert acl["scope"] == "CLOUDFRONT"
    assert acl["defaultAction"] == {"allow": {}}


def test_everything_about_the_firewall_is_in_virginia(graph: Graph) -> None:
    regions = {item.inputs.get("region") for item in graph.managed}
    assert regions == {"us-east-1"}


@pytest.mark.parametrize(
    ("rule", "managed"),
    [
        ("ip-reputation", "AWSManagedRulesAmazonIpReputationList"),
        ("common", "AWSManagedRulesCommonRuleSet"),
        ("known-bad-inputs", "AWSManagedRulesKnownBadInputsRuleSet"),
    ],
)
def test_managed_rules_block(graph: Graph, rule: str, managed: str) -> None:
    made = rules(graph)[rule]
    assert group(made) == managed
    assert made["overrideAction"] == {"none": {}}


def test_anonymous_addresses_are_counted_but_let_through(graph: Graph) -> None:
    made = rules(graph)["anonymous-ip"]
    assert group(made) == "AWSManagedRulesAnonymousIpList"
    assert made["overrideAction"] == {"count": {}}


def test_an_address_that_asks_too_often_is_blocked(graph: Graph) -> None:
    made = rules(graph)["rate-limit"]
    assert made["action"] == {"block": {}}
    assert made["statement"] == {
        "rateBasedStatement": {
            "limit": 500,
            "aggregateKeyType": "IP",
            "evaluationWindowSec": 300,
        }
    }


def test_rules_have_an_order_and_metrics(graph: Graph) -> None:
    made = sorted(rules(graph).values(), key=lambda rule: int(rule["priority"]))
    assert [rule["name"] for rule in made] == [
        "ip-reputation",
        "rate-limit",
        "anonymous-ip",
        "common",
        "known-bad-inputs",
    ]
    assert len({rule["priority"] for rule in made}) == len(made)
    assert all(rule["visibilityConfig"]["cloudwatchMetricsEnabled"] for rule in made)


def test_metrics_of_two_stacks_in_one_account_stay_apart(graph: Graph) -> None:
    assert graph.one(ACL, "edge-acl").inputs["visibilityConfig"] == {
        "cloudwatchMetricsEnabled": True,
        "metricName": "plinth-test-edge",
        "sampledRequestsEnabled": True,
    }


def test_credentials_are_kept_out_of_logs_and_samples(graph: Graph) -> None:
    assert graph.one(LOGGING, "edge-logging").inputs["redactedFields"] == [
        {"singleHeader": {"name": "authorization"}},
        {"singleHeader": {"name": "cookie"}},
    ]
    assert graph.one(ACL, "edge-acl").inputs["dataProtectionConfig"] == {
        "dataProtections": [
            {
                "action": "SUBSTITUTION",
                "field": {"fieldType": "SINGLE_HEADER", "fieldKeys": ["authorization", "cookie"]},
            }
        ]
    }


def test_what_rules_caught_is_logged_and_nothing_else(graph: Graph) -> None:
    logging = graph.one(LOGGING, "edge-logging").inputs
    assert logging["resourceArn"] == graph.one(ACL, "edge-acl").outputs["arn"]
    assert logging["logDestinationConfigs"] == [graph.one(LOG_GROUP, "edge-log").outputs["arn"]]
    assert logging["loggingFilter"] == {
        "defaultBehavior": "DROP",
        "filters": [
            {
                "behavior": "KEEP",
                "requirement": "MEETS_ANY",
                "conditions": [
                    {"actionCondition": {"action": "BLOCK"}},
                    {"actionCondition": {"action": "COUNT"}},
                ],
            }
        ],
    }


def test_the_log_has_the_name_aws_demands_and_a_key_of_its_own(graph: Graph) -> None:
    log = graph.one(LOG_GROUP, "edge-log").inputs
    assert log["name"] == "aws-waf-logs-plinth-test-edge"
    assert log["retentionInDays"] == 90
    assert log["kmsKeyId"] == graph.one(KEY, "edge-logs-key").outputs["arn"]


def test_only_this_accounts_deliveries_may_write_the_log(graph: Graph) -> None:
    policy = graph.one(POLICY, "edge-log-policy")
    log = graph.one(LOG_GROUP, "edge-log").outputs["arn"]
    assert json.loads(policy.inputs["policyDocument"])["Statement"] == [
        {
            "Sid": "FirewallLogDelivery",
            "Effect": "Allow",
            "Principal": {"Service": ["delivery.logs.amazonaws.com"]},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [f"{log}:log-stream:*"],
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:*"},
            },
        }
    ]
    assert policy.urn in graph.one(LOGGING, "edge-logging").dependencies


def test_the_key_of_the_log_is_protected_unless_the_site_is_disposable(graph: Graph) -> None:
    assert graph.one(KEY, "edge-logs-key").protect
    disposable = synthesise(lambda: Firewall("edge", args(protect=False)))
    assert not disposable.one(KEY, "edge-logs-key").protect


@pytest.mark.parametrize("limit", [9, 2_000_000_001])
def test_a_rate_limit_that_aws_refuses_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match=f"rate_limit must be from 10 to 2000000000, got {limit}"):
        args(rate_limit=limit)


def test_a_stack_without_a_firewall_does_not_load_its_heavy_module() -> None:
    loads = "import sys, components.frontend.site; print('pulumi_aws.wafv2.web_acl' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
