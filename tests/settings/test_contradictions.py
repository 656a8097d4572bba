"""Values that are right by themselves, and contradict each other."""

from typing import Any

import pytest

from settings import parse
from tests.settings.examples import CLUSTER, FULL, MINIMAL, NETWORK, problems

INSTANCE: dict[str, Any] = {"kind": "instance"}
ELSEWHERE = "arn:aws:secretsmanager:eu-west-2:111122223333:secret:movies-AbCdEf"
EXTERNAL: dict[str, Any] = {"kind": "external", "secret_arn": ELSEWHERE}
TABLE: dict[str, Any] = {"partition_key": "id"}
ZONE = "Z0123456789ABC"
OWN = {"domain": "www.example.com", "hosted_zone_id": ZONE}


@pytest.mark.parametrize(
    ("cidr", "expected"),
    [
        ("10.20.0.0", "an IPv4 network such as 10.20.0.0/16, got '10.20.0.0'"),
        ("10.20.0.256/24", "an IPv4 network such as 10.20.0.0/16, got '10.20.0.256/24'"),
        ("010.20.0.0/16", "an IPv4 network such as 10.20.0.0/16, got '010.20.0.0/16'"),
        (
            "10.20.0.0/255.255.0.0",
            "an IPv4 network such as 10.20.0.0/16, got '10.20.0.0/255.255.0.0'",
        ),
        ("10.20.0.0/１６", "an IPv4 network such as 10.20.0.0/16, got '10.20.0.0/１６'"),  # noqa: RUF001
        ("fd00::/56", "an IPv4 network such as 10.20.0.0/16, got 'fd00::/56'"),
        ("10.20.0.1/16", "the first address of its network: 10.20.0.0/16, got '10.20.0.1/16'"),
        (
            "100.64.0.0/16",
            (
                "a private network, within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16; got"
                " '100.64.0.0/16'"
            ),
        ),
        (
            "10.20.0.0/25",
            (
                "a network with a mask from /16, the widest of a VPC, to /24, the narrowest with"
                " room for the subnets of four zones; got '10.20.0.0/25'"
            ),
        ),
    ],
)
def test_a_network_must_be_one_that_a_vpc_can_have(cidr: str, expected: str) -> None:
    raw = {**MINIMAL, "network": {**NETWORK, "cidr": cidr}}

    assert problems(raw) == [f"network.cidr must be {expected}"]


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        (
            {"network": {**NETWORK, "zones": ["eu-west-2a", "us-east-1b"]}},
            "network.zones[1] must be a zone of the stack's region eu-west-2, got 'us-east-1b'",
        ),
        (
            {"database": INSTANCE},
            "database must be in a network: add a section network",
        ),
        (
            {"database": {**EXTERNAL, "secret_arn": ELSEWHERE.replace("eu-west-2", "eu-west-3")}},
            (
                "database.secret_arn must be of the stack's region eu-west-2, got"
                " 'arn:aws:secretsmanager:eu-west-3:111122223333:secret:movies-AbCdEf'"
            ),
        ),
        (
            {"database": {**EXTERNAL, "secret_arn": ELSEWHERE.replace("1111", "9999")}},
            (
                "database.key_arn must name the customer key of a secret in another account: AWS's"
                " own key opens to its account alone; got null"
            ),
        ),
        (
            {"network": NETWORK, "database": EXTERNAL, "api": {"in_network": True}},
            (
                "api.internet must be true for an API in the network with an external database,"
                " which is reached over the internet; got false"
            ),
        ),
        (
            {"network": NETWORK, "database": {**CLUSTER, "readers": 2}},
            "database.readers must be at most 1, one in each further zone of the network; got 2",
        ),
        (
            {
                "network": {**NETWORK, "cidr": "10.0.0.0/24"},
                "database": {**INSTANCE, "proxy": True},
                "api": {"in_network": True},
            },
            (
                "network.cidr must be a wider network: interface endpoints, database, proxy and API"
                " need 13 addresses a zone, and its subnets have 11 each; got '10.0.0.0/24'"
            ),
        ),
        (
            {"api": {"in_network": True}},
            (
                "api.in_network must be false where there is no network: add a section network; got"
                " true"
            ),
        ),
        (
            {"api": {"internet": True}},
            (
                "api.internet must be false without in_network: a function outside the network"
                " reaches the internet anyway; got true"
            ),
        ),
        (
            {"network": NETWORK, "api": {"in_network": True, "internet": True}},
            (
                "api.internet must be false where network.nat is none: choose single or per-az,"
                " which cost by the hour; got true"
            ),
        ),
        (
            {
                "network": {**NETWORK, "gateway_endpoints": ["s3"]},
                "tables": {"t": TABLE},
                "api": {"in_network": True, "tables": {"t": "read"}},
            },
            (
                "network.gateway_endpoints must include dynamodb, free of charge: the API in the"
                " network has no other way to api.tables"
            ),
        ),
        (
            {"tables": {"coupons": TABLE}, "api": {"tables": {"cupons": "read"}}},
            (
                "api.tables.cupons is not one of the stack's tables; did you mean coupons? choose"
                " from coupons"
            ),
        ),
        (
            {"api": {"buckets": {"documents": "read"}}},
            "api.buckets.documents is not one of the stack's buckets; there is none",
        ),
        (
            {"api": {"domain": "api.example.com"}},
            "api.hosted_zone_id must name the Route 53 zone in which api.example.com is; got null",
        ),
        (
            {"api": {"hosted_zone_id": ZONE}},
            (
                "api.domain must name the API's domain in the hosted zone, or hosted_zone_id be"
                " left out; got null"
            ),
        ),
        (
            {"api": {"provisioned_concurrency": 6, "reserved_concurrency": 5}},
            "api.provisioned_concurrency must be at most reserved_concurrency, 5; got 6",
        ),
        (
            {
                "api": {
                    "code_signing_config_arn": "arn:aws:lambda:eu-west-1:111122223333:"
                    "code-signing-config:csc-0123456789abcdef0"
                }
            },
            (
                "api.code_signing_config_arn must be of the stack's region eu-west-2, got"
                " 'arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0'"
            ),
        ),
        (
            {"site": {"domain": "www.example.com"}},
            "site.hosted_zone_id must name the Route 53 zone in which www.example.com is; got null",
        ),
        (
            {"site": {"hosted_zone_id": ZONE}},
            (
                "site.domain must name the site's domain in the hosted zone, or hosted_zone_id be"
                " left out; got null"
            ),
        ),
        (
            {"site": {"aliases": ["example.com", "example.org"]}},
            (
                "site.aliases must be empty without a domain that they lead to; got example.com,"
                " example.org"
            ),
        ),
        (
            {"site": {**OWN, "aliases": ["www.example.com"]}},
            "site.aliases[0] must be another name than domain, got 'www.example.com'",
        ),
        (
            {"site": {**OWN, "aliases": ["example.com", "example.org"]}},
            "site.aliases[1] must be in the same hosted zone as www.example.com, got 'example.org'",
        ),
        (
            {"site": {**OWN, "aliases": ["example.com"]}, "api": {**OWN, "domain": "example.com"}},
            "api.domain must be another name than site.aliases[0], got 'example.com'",
        ),
        (
            {"site": OWN, "api": {**OWN, "domain": "api.example.org"}},
            (
                "api.domain must be in the same domain as www.example.com, since both are in the"
                " hosted zone Z0123456789ABC; got 'api.example.org'"
            ),
        ),
        (
            {"network": NETWORK, "database": {**INSTANCE, "storage_gb": 200}},
            "database.max_storage_gb must be at least 220, a tenth more than storage_gb; got 100",
        ),
        (
            {"network": NETWORK, "database": {**CLUSTER, "min_capacity": 8}},
            "database.max_capacity must be at least min_capacity, 8; got 4",
        ),
        (
            {"network": NETWORK, "database": {**CLUSTER, "min_capacity": 0}},
            (
                "database.auto_pause_minutes must say after how many idle minutes a server pauses,"
                " 5 to 1440, since min_capacity is 0; got null"
            ),
        ),
        (
            {"network": NETWORK, "database": {**CLUSTER, "auto_pause_minutes": 10}},
            (
                "database.min_capacity must be 0 for a server to pause, or auto_pause_minutes left"
                " out; got 0.5"
            ),
        ),
        (
            {
                "network": NETWORK,
                "database": {
                    **CLUSTER,
                    "min_capacity": 0,
                    "auto_pause_minutes": 10,
                    "proxy": True,
                },
            },
            (
                "database.proxy must be false where servers pause: a proxy keeps connections open,"
                " and a server with connections never pauses; got true"
            ),
        ),
        (
            {"tables": {"t": {**TABLE, "sort_key": "id"}}},
            "tables.t.sort_key must be another attribute than partition_key, got 'id'",
        ),
        (
            {
                "tables": {
                    "t": {
                        **TABLE,
                        "indexes": {"by-id": {"partition_key": {"name": "id", "type": "N"}}},
                    }
                }
            },
            (
                "tables.t.indexes.by-id.partition_key must give 'id' the same type as"
                " tables.t.partition_key, S; got N"
            ),
        ),
        (
            {"tables": {"t": {**TABLE, "ttl_attribute": "id"}}},
            (
                "tables.t.ttl_attribute must be an attribute that holds a number; 'id' has type S"
                " by tables.t.partition_key"
            ),
        ),
        (
            {"buckets": {"b": {"archive_after_days": 30, "expire_after_days": 30}}},
            "buckets.b.expire_after_days must be more than archive_after_days, 30; got 30",
        ),
    ],
)
def test_a_contradiction_says_what_to_change(sections: dict[str, Any], expected: str) -> None:
    assert problems({**MINIMAL, **sections}) == [expected]


def test_zones_are_not_judged_by_a_region_that_is_wrong() -> None:
    assert [line.split()[0] for line in problems({**FULL, "region": "eu-west-22"})] == ["region"]


def test_a_contradiction_within_one_section_hides_none_in_another() -> None:
    raw = {**MINIMAL, "database": {**INSTANCE, "name": "user"}, "site": {"hosted_zone_id": ZONE}}

    assert [line.split()[0] for line in problems(raw)] == [
        "database.name",
        "database",
        "site.domain",
    ]


def test_with_nat_the_api_takes_no_address_beside_the_database() -> None:
    network = {**NETWORK, "cidr": "10.0.0.0/24", "nat": "single"}
    raw = {**MINIMAL, "network": network, "database": {**INSTANCE, "proxy": True}}

    assert parse({**raw, "api": {"in_network": True}})
