"""Ways to make a valid configuration wrong, each with the path that the error must name."""

from collections.abc import Callable

from tests.settings.mutating import Mutation, Raw, put, top, without


def _is(kind: str) -> Callable[[Raw], bool]:
    return lambda raw: raw["database"]["kind"] == kind


def _database(kind: str, path: str, **settings: object) -> Mutation:
    return Mutation(
        f"database.{path}",
        lambda raw: raw["database"].update(settings),
        ("database",),
        when=_is(kind),
    )


_TABLE = {"partition_key": "id"}
ELSEWHERE = "arn:aws:secretsmanager:eu-west-2:111122223333:secret:movies/database-AbCdEf"
_ALL_NAMES = {"domain": "www.example.com", "hosted_zone_id": "Z0123456789ABC"}

MUTATIONS = (
    # What is missing, unknown, empty or secret.
    *(without(name) for name in ("account_id", "region", "owner", "cost_centre")),
    *(top(name, None) for name in ("network", "tables", "database", "api", "site")),
    top("netwerk", {}),
    top("webhook", "x"),
    *(put(f"{section}.nonsense", 1) for section in ("network", "encryption", "api", "site")),
    Mutation("network.cidr", lambda raw: raw["network"].pop("cidr"), ("network",)),
    Mutation("database.kind", lambda raw: raw["database"].pop("kind"), ("database",)),
    top("owner", "AKIAIOSFODNN7EXAMPLE"),
    top("site", {"secure": "v1:abcdefghijkl:mnopqrstuvwx"}),
    # Values out of bounds, or of the wrong form.
    top("account_id", "12345678901"),
    top("account_id", "1234567890123"),
    top("region", "eu-west-9"),
    top("region", "cn-north-1"),
    top("region", "us-gov-west-1"),
    top("owner", ""),
    top("owner", " x"),
    top("cost_centre", "100 %"),
    top("cost_centre", "x" * 257),
    put("network.cidr", "10.20.0.1/16"),
    put("network.cidr", "10.0.0.0/15"),
    put("network.cidr", "10.0.0.0/25"),
    put("network.cidr", "52.95.0.0/16"),
    put("network.cidr", "172.32.0.0/16"),
    put("network.cidr", "10.0.0.256/24"),
    put("network.zones", ["eu-west-2a"]),
    put("network.zones", [f"eu-west-2{letter}" for letter in "abcde"]),
    put("network.zones", ["eu-west-2a", "eu-west-2a"]),
    put("network.zones[1]", ["eu-west-2a", "eu-west-2-lon-1a"]),
    put("network.zones[0]", ["eu-central-1a", "eu-central-1b"]),
    put("network.nat", "two"),
    put("network.nat", None),
    put("network.gateway_endpoints[0]", ["sqs"]),
    put("network.interface_endpoints[0]", ["s4"]),
    put("network.flow_log_retention_days", 10),
    put("network.flow_log_retention_days", True),
    put("encryption.customer_keys", "none"),
    put("api.memory_mb", 127),
    put("api.memory_mb", 10_241),
    put("api.timeout_seconds", 30),
    put("api.provisioned_concurrency", 0),
    put("api.log_level", "info"),
    put("api.libraries", "zip"),
    put("api.snap_start", "PublishedVersions"),
    put("api.snap_start", True, provisioned_concurrency=1, reserved_concurrency=None),
    put("api.concurrency_schedule", {"morning": 8}),
    put("api.concurrency_schedule", {"morning": {"cron": "0 8 * * * *", "environments": 1}}),
    put(
        "api.provisioned_concurrency",
        5,
        concurrency_schedule={"morning": {"cron": "0 8 ? * MON-FRI *", "environments": 1}},
        reserved_concurrency=None,
        snap_start=False,
    ),
    Mutation(
        "api.rollout",
        lambda raw: (
            [raw.pop(name, None) for name in ("alerts", "objectives", "budget")],
            raw["api"].update(rollout={"kind": "canary"}),
        ),
        ("api",),
    ),
    put("api.rollout", {"percent": 100}),
    put("api.cors_origins[0]", ["*"]),
    put("api.cors_origins[0]", ["https://www.example.com/"]),
    put("api.cors_origins[0]", ["http://www.example.com"]),
    put("api.domain", "API.example.com", hosted_zone_id="Z1"),
    put("api.domain", "example", hosted_zone_id="Z1"),
    put("api.domain", "-a.example.com", hosted_zone_id="Z1"),
    put("api.domain", f"{'a' * 64}.example.com", hosted_zone_id="Z1"),
    put("api.hosted_zone_id", "/hostedzone/Z1", domain="api.example.com"),
    put("api.code_signing_config_arn", "csc-0123456789abcdef0"),
    put("site.price_class", "PriceClass_300"),
    put("site.firewall", 2_000),
    put("site.firewall", {"rate_limit": 9}),
    put("site.content_security_policy", "default-src 'self'\nscript-src 'self'"),
    put("site.content_security_policy", "default-src 'self'; scrpt-src 'none'"),
    put("site.content_security_policy", "script-src 'self'"),
    put("site.content_security_policy", "default-src self"),
    top("owner", "aws:platform"),
    put("api.cors_origins[0]", ["https://www.example.com:65536"]),
    put("site.aliases", [f"{letter}.example.com" for letter in "abcdefghij"], **_ALL_NAMES),
    _database("instance", "instance_class", instance_class="db.serverless"),
    _database("instance", "instance_class", instance_class="db.t2.medium"),
    _database("instance", "instance_class", instance_class="db.z1d.large"),
    _database("instance", "engine_version", engine_version="17.4"),
    _database("instance", "name", name="user"),
    _database("instance", "name", name="1st"),
    _database("instance", "backup_retention_days", backup_retention_days=0),
    _database("aurora-serverless", "min_capacity", min_capacity=0.7, auto_pause_minutes=None),
    _database("aurora-serverless", "max_capacity", max_capacity=0.5, min_capacity=0.5),
    _database("aurora-serverless", "auto_pause_minutes", auto_pause_minutes=4, min_capacity=0),
    Mutation("tables.Bad_Name", lambda raw: raw.update(tables={"Bad_Name": _TABLE})),
    Mutation("buckets.a--b", lambda raw: raw.update(buckets={"a--b": {}})),
    Mutation("tables.t.partition_key", lambda raw: raw.update(tables={"t": {}})),
    # Settings that contradict each other.
    Mutation(
        "database",
        lambda raw: raw.pop("network"),
        ("network", "database"),
        when=lambda raw: raw["database"]["kind"] != "external",
    ),
    _database("external", "secret_arn", secret_arn=ELSEWHERE.removesuffix("-AbCdEf")),
    _database("external", "secret_arn", secret_arn=ELSEWHERE.replace("-2:", "-3:")),
    _database("external", "key_arn", key_arn="alias/main"),
    _database("external", "key_arn", secret_arn=ELSEWHERE.replace("1111", "9999"), key_arn=None),
    Mutation(
        "api.internet",
        lambda raw: (
            raw.update(database={"kind": "external", "secret_arn": ELSEWHERE}),
            raw["api"].update(in_network=True, internet=False),
        ),
        ("network", "api"),
    ),
    Mutation(
        "api.in_network",
        lambda raw: raw.update(api={"in_network": True}),
        when=lambda raw: "network" not in raw,
    ),
    put("api.internet", True, in_network=False, tables={}, buckets={}),
    Mutation(
        "api.internet",
        lambda raw: (
            raw["network"].update(nat="none"),
            raw["api"].update(internet=True, in_network=True),
        ),
        ("network", "api"),
    ),
    Mutation(
        "network.gateway_endpoints",
        lambda raw: (
            raw["network"].update(gateway_endpoints=["s3"]),
            raw.update(tables={"t": _TABLE}, api={"in_network": True, "tables": {"t": "read"}}),
        ),
        ("network",),
    ),
    Mutation(
        "network.cidr",
        lambda raw: (
            raw["network"].update(cidr="10.0.0.0/24", nat="none"),
            raw.update(api={"in_network": True}, database={"kind": "instance", "proxy": True}),
        ),
        ("network",),
    ),
    Mutation(
        "api.tables.unheard-of",
        lambda raw: raw["api"].update(tables={"unheard-of": "read"}, in_network=False),
        ("api",),
    ),
    Mutation(
        "api.buckets.unheard-of",
        lambda raw: raw["api"].update(buckets={"unheard-of": "read"}, in_network=False),
        ("api",),
    ),
    put("api.hosted_zone_id", None, domain="api.example.com"),
    put("api.domain", None, hosted_zone_id="Z1"),
    put("api.provisioned_concurrency", 6, reserved_concurrency=5),
    put(
        "api.code_signing_config_arn",
        "arn:aws:lambda:eu-west-3:111122223333:code-signing-config:csc-0123456789abcdef0",
    ),
    put("site.hosted_zone_id", None, domain="www.example.com", aliases=[]),
    put("site.domain", None, hosted_zone_id="Z1", aliases=[]),
    put("site.aliases", ["example.com"], domain=None, hosted_zone_id=None),
    put("site.aliases[0]", ["www.example.com"], **_ALL_NAMES),
    put("site.aliases[1]", ["example.com", "example.org"], **_ALL_NAMES),
    Mutation(
        "api.domain",
        lambda raw: (raw["site"].update(_ALL_NAMES, aliases=[]), raw["api"].update(_ALL_NAMES)),
        ("api", "site"),
    ),
    Mutation(
        "api.domain",
        lambda raw: (
            raw["site"].update(_ALL_NAMES, aliases=[]),
            raw["api"].update(_ALL_NAMES, domain="api.example.org"),
        ),
        ("api", "site"),
    ),
    _database("instance", "auto_pause_minutes", auto_pause_minutes=10),
    _database("instance", "max_storage_gb", storage_gb=100, max_storage_gb=109),
    _database(
        "aurora-serverless", "min_capacity", min_capacity=0.5, auto_pause_minutes=5, proxy=False
    ),
    _database("aurora-serverless", "auto_pause_minutes", min_capacity=0, auto_pause_minutes=None),
    _database("aurora-serverless", "proxy", min_capacity=0, auto_pause_minutes=5, proxy=True),
    _database(
        "aurora-serverless", "max_capacity", max_capacity=2, min_capacity=4, auto_pause_minutes=None
    ),
    Mutation(
        "database.readers",
        lambda raw: (
            raw["network"].update(zones=[f"{raw['region']}a", f"{raw['region']}b"]),
            raw["database"].update(readers=2),
        ),
        ("network", "database"),
        when=_is("aurora-serverless"),
    ),
    Mutation(
        "tables.t.sort_key",
        lambda raw: raw.update(tables={"t": {**_TABLE, "sort_key": "id"}}),
    ),
    Mutation(
        "tables.t.indexes.by-id.partition_key",
        lambda raw: raw.update(
            tables={
                "t": {
                    **_TABLE,
                    "indexes": {"by-id": {"partition_key": {"name": "id", "type": "N"}}},
                }
            }
        ),
    ),
    Mutation(
        "tables.t.ttl_attribute",
        lambda raw: raw.update(tables={"t": {**_TABLE, "ttl_attribute": "id"}}),
    ),
    Mutation(
        "buckets.b.expire_after_days",
        lambda raw: raw.update(buckets={"b": {"expire_after_days": 30, "archive_after_days": 30}}),
    ),
)
