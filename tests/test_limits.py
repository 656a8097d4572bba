"""What the settings foresee of a plan before there is one: how long things get, and their names."""

from collections import Counter
from typing import Any

import pytest

from offline.graph import Graph
from settings import SettingsError, parse
from settings.limits import permissions_needed, variables_needed
from tests.settings.examples import CLUSTER, MINIMAL, NETWORK
from tests.test_properties import run

# As long as the settings take one with this project.
STACK = "s" * 18
# The longest of either; alarms are named after both.
TABLE, INDEX = "t" * 40, "i" * 128
INDEXED = {"partition_key": "id", "indexes": {INDEX: {"partition_key": "day"}}}
# A region with a long name, and something of every kind that a role has statements for.
REGION = "ap-northeast-1"
ZONE = {"hosted_zone_id": f"Z{'A' * 31}"}
KEY = f"arn:aws:kms:{REGION}:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
RAW: dict[str, Any] = {
    **MINIMAL,
    "region": REGION,
    "network": {**NETWORK, "zones": [f"{REGION}{letter}" for letter in "abcd"]},
    "encryption": {"customer_keys": "per-store"},
    "tables": {"a": INDEXED, TABLE: INDEXED, "c": INDEXED},
    "buckets": {"documents": {}, "customer-pictures": {}},
    "database": {**CLUSTER, "proxy": True},
    "api": {
        "in_network": True,
        "domain": "api.example.com",
        **ZONE,
        "libraries": "layer",
        "concurrency_schedule": {"day": {"cron": "0 8 ? * MON-FRI *", "environments": 1}},
        "rollout": {},
        "tables": {"a": "read", TABLE: "read-write", "c": "write"},
        "buckets": {"documents": "read", "customer-pictures": "write"},
    },
    "site": {"firewall": {}},
    "sites": {"site-api": {}},
    "portals": {
        "repository": "https://github.com/example-org/{portal}",
        "apps": {"http": {}},
        "domain": "{portal}.example.com",
        **ZONE,
    },
    "delivery": {
        "repository": "example-org/plinth",
        "preview": {"environment": "preview"},
        "deploy": {"environment": "production"},
        "state": {"bucket": "plinth-state", "key_arn": KEY},
    },
    "objectives": {},
    "budget": {"limit_usd": 500},
    "alerts": {"emails": ["team@example.com"]},
}


@pytest.fixture(name="graph", scope="module")
def _graph() -> Graph:
    return run(RAW, unknown=False, stack=STACK)


def test_the_roles_permissions_are_foreseen_and_little_more(graph: Graph) -> None:
    foreseen = permissions_needed(parse(RAW, stack=STACK), project="plinth", stack=STACK)
    needed = len(graph.one("aws:iam/rolePolicy:RolePolicy", "api-policy").inputs["policy"])

    assert needed <= foreseen <= needed * 1.1


def test_the_functions_variables_are_foreseen_and_little_more(graph: Graph) -> None:
    foreseen = variables_needed(parse(RAW, stack=STACK), project="plinth", stack=STACK)
    function = graph.one("aws:lambda/function:Function", "api-function")
    variables = function.inputs["environment"]["variables"]
    needed = sum(len(f'"{name}":"{value}",') for name, value in variables.items())

    assert needed <= foreseen <= needed * 1.3


def test_the_longest_name_of_a_stack_leaves_room_for_every_other(graph: Graph) -> None:
    assert graph.one("aws:xray/group:Group", "traces-group").inputs["groupName"] == (
        f"plinth-{STACK}-traces"
    )
    with pytest.raises(SettingsError):
        parse(RAW, stack=f"{STACK}s")


def test_sites_may_be_called_as_parts_of_another_site(graph: Graph) -> None:
    policies = graph.of("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy")

    assert sorted(policy.name for policy in policies) == [
        "site-api-headers",
        "site-api-headers-api",
        "site-headers",
        "site-headers-api",
    ]


def test_a_portal_may_be_called_as_a_part_of_the_api(graph: Graph) -> None:
    certificates = graph.of("aws:acm/certificate:Certificate")

    assert {item.inputs["domainName"]: item.name for item in certificates} == {
        "api.example.com": "http-tls-certificate",
        "http.example.com": "http-domain-certificate",
    }


def test_a_delivery_of_all_there_is_fits_into_the_policies_of_a_role(graph: Graph) -> None:
    # A role takes ten; that none is too long, the plan itself has shown.
    attached = graph.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    roles = Counter(item.inputs["role"] for item in attached)

    assert max(roles.values()) <= 10
