"""Configurations for property tests: plain data, as a stack file holds it behind ``plinth:``.

`valid_configurations` are all accepted; they turn every section on and off, make every choice and
leave out every setting that has a default. At most two tables, buckets, indexes or aliases keep
each of them quick to plan.

`invalid_configurations` are valid ones with one thing wrong, and the path that the error must name.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeAlias

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from settings.kinds import LOG_DAYS
from tests.settings.api_strategies import elsewhere, rollouts, starts
from tests.settings.front_strategies import app_links, deliveries, paths, portals
from tests.settings.mutating import leaves, wrong_kind
from tests.settings.mutations import MUTATIONS
from tests.settings.observe_strategies import alerts, budgets, objectives

Raw: TypeAlias = dict[str, Any]

REGIONS = ("eu-west-2", "us-east-1", "ap-southeast-1")
NAMES = ("coupons", "documents", "a", "audit-2026-entries")
ATTRIBUTES = ("coupon_id", "listing", "issued_at", "expires_at")
ZONE_ID = "Z0123456789ABCDEFGHIJ"
INTERFACE_ENDPOINTS = ("ecr.api", "kms", "logs", "secretsmanager", "sqs", "sts", "xray")

# A machine that is busy is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

log_days = st.sampled_from(LOG_DAYS)
flags = st.booleans()


def some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[list[str]]:
    """A few different ones of these."""
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


def optional(**settings: st.SearchStrategy[Any]) -> st.SearchStrategy[Raw]:
    """Any of these settings, the others left out."""
    return st.fixed_dictionaries({}, optional=settings)


owners = st.one_of(
    st.sampled_from(["platform-team", "Équipe Produit", "a", "team@example.com", "x" * 256]),
    st.text("abcXYZ019 _.:/=+-@", min_size=1, max_size=30)
    .map(str.strip)
    # With a colon it could have the form of an address with a password.
    .filter(lambda text: text != "" and ":" not in text),
)

encryptions = optional(customer_keys=st.sampled_from(["shared", "per-store"]), protect=flags)


@st.composite
def networks(draw: st.DrawFn, region: str) -> Raw:
    letters = draw(st.lists(st.sampled_from("abcd"), min_size=2, max_size=4, unique=True))
    cidr = draw(st.sampled_from(["10.20.0.0/16", "172.16.128.0/20", "192.168.4.0/24"]))
    return {
        "cidr": cidr,
        "zones": [f"{region}{letter}" for letter in letters],
        **draw(
            optional(
                nat=st.sampled_from(["none", "single", "per-az"]),
                gateway_endpoints=some(("s3", "dynamodb")),
                interface_endpoints=some(INTERFACE_ENDPOINTS, most=3),
                flow_log_retention_days=log_days,
            )
        ),
    }


@st.composite
def keys(draw: st.DrawFn, name: str, types: dict[str, str]) -> Any:
    """A key attribute, in short or in full; ``types`` keeps an attribute's type the same."""
    kind = types.setdefault(name, draw(st.sampled_from(["S", "N", "B"])))
    short: list[Any] = [name, {"name": name}] if kind == "S" else []
    return draw(st.sampled_from([*short, {"name": name, "type": kind}]))


@st.composite
def schemas(draw: st.DrawFn, types: dict[str, str]) -> Raw:
    first, second = draw(st.lists(st.sampled_from(ATTRIBUTES), min_size=2, max_size=2, unique=True))
    schema = {"partition_key": draw(keys(first, types))}
    how = draw(st.sampled_from(["absent", "null", "given"]))
    if how != "absent":
        schema["sort_key"] = draw(keys(second, types)) if how == "given" else None
    return schema


@st.composite
def tables(draw: st.DrawFn) -> Raw:
    types: dict[str, str] = {}
    table = draw(schemas(types))
    if draw(flags):
        indexes: list[str] = draw(some(("newest", "by.owner", "x_1")))
        table["indexes"] = {name: draw(schemas(types)) for name in indexes}
    numbers = [name for name in ATTRIBUTES if types.get(name, "N") == "N"]
    if draw(flags) and numbers:
        table["ttl_attribute"] = draw(st.sampled_from([*numbers, "ttl", None]))
    return table | draw(
        optional(
            point_in_time_recovery_days=st.integers(1, 35),
            max_read_units=st.integers(1, 40_000),
            max_write_units=st.integers(1, 40_000),
            protect=flags,
        )
    )


buckets = optional(
    archive_after_days=st.none() | st.integers(1, 1_000),
    expire_after_days=st.none() | st.integers(1_001, 36_500),
    noncurrent_days=st.integers(1, 36_500),
    protect=flags,
)


servers = {
    "engine_version": st.sampled_from(["14", "15", "16", "17", "18"]),
    "name": st.sampled_from(["app", "a", "coupons_2", "x" * 63]),
    "backup_retention_days": st.integers(1, 35),
    "log_retention_days": log_days,
    "protect": flags,
}


@st.composite
def instances(draw: st.DrawFn, *, roomy: bool) -> Raw:
    storage = draw(st.integers(20, 90))
    return {
        "kind": "instance",
        **draw(
            optional(
                **servers,
                instance_class=st.sampled_from(
                    ["db.t4g.micro", "db.m7g.large", "db.r6gd.16xlarge"]
                ),
                storage_gb=st.just(storage),
                max_storage_gb=st.integers(-(-storage * 11 // 10), 65_536),
                multi_az=flags,
                proxy=flags if roomy else st.just(value=False),
            )
        ),
    }


halves = st.integers(2, 512).map(lambda number: number / 2)


@st.composite
def clusters(draw: st.DrawFn, *, roomy: bool, zones: int) -> Raw:
    cluster = draw(optional(**servers, readers=st.integers(0, zones - 1), max_capacity=halves))
    cluster["kind"] = "aurora-serverless"
    match draw(st.sampled_from(["pausing", "awake", "small"])):
        case "pausing":
            cluster |= {"min_capacity": 0, "auto_pause_minutes": draw(st.integers(5, 1_440))}
        case "awake":
            most = cluster.get("max_capacity", 4)
            cluster["min_capacity"] = draw(st.integers(1, int(most * 2))) / 2
            cluster |= draw(optional(auto_pause_minutes=st.none()))
    if cluster.get("auto_pause_minutes") is None and roomy:
        cluster |= draw(optional(proxy=flags))
    return cluster


def names_of_its_own(host: str) -> st.SearchStrategy[Raw]:
    """No domain, or one in the zone of example.com."""
    none = optional(domain=st.none(), hosted_zone_id=st.none())
    own = st.just({"domain": f"{host}.example.com", "hosted_zone_id": ZONE_ID})
    return none | own


@st.composite
def apis(draw: st.DrawFn, raw: Raw) -> Raw:
    network: Raw = raw.get("network", {})
    api = draw(names_of_its_own("api"))
    inside = "network" in raw and draw(flags)
    if inside or draw(flags):
        api["in_network"] = inside
    abroad = raw.get("database", {}).get("kind") == "external"
    if inside and (abroad or draw(flags)):
        network["nat"] = draw(st.sampled_from(["single", "per-az"]))
        api["internet"] = abroad or draw(flags)
    for store, service in (("tables", "dynamodb"), ("buckets", "s3")):
        endpoints = network.get("gateway_endpoints", ["s3", "dynamodb"]) if inside else [service]
        if store in raw and (service in endpoints or api.get("internet")):
            used = draw(some(tuple(raw[store]))) if raw[store] else []
            access = st.sampled_from(["read", "write", "read-write"])
            api[store] = {name: draw(access) for name in used}
    reserved = draw(st.none() | st.integers(1, 1_000))
    api |= draw(starts(reserved or 1_000))
    return api | draw(
        optional(
            memory_mb=st.integers(128, 10_240),
            # With 128 MB, three seconds are what a function has of which nothing is said.
            timeout_seconds=st.integers(1, 29).filter(lambda seconds: seconds != 3),
            reserved_concurrency=st.just(reserved),
            libraries=st.sampled_from(["bundled", "layer"]),
            throttle=optional(rate=st.integers(1, 10_000), burst=st.integers(1, 5_000)),
            cors_origins=some(
                ("https://www.example.org", "https://a.example.org:8443", "http://localhost:5173")
            ),
            log_retention_days=log_days,
            log_level=st.sampled_from(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]),
            code_signing_config_arn=st.none()
            | st.just(
                f"arn:aws:lambda:{raw['region']}:{raw['account_id']}"
                ":code-signing-config:csc-0123456789abcdef0"
            ),
        )
    )


@st.composite
def sites(draw: st.DrawFn, host: str = "www") -> Raw:
    site = draw(names_of_its_own(host))
    if site.get("domain") and host == "www":
        site |= draw(optional(aliases=some(("example.com", "old.example.com"))))
    return site | draw(
        optional(
            price_class=st.sampled_from(["PriceClass_100", "PriceClass_200", "PriceClass_All"]),
            firewall=st.none() | optional(rate_limit=st.integers(10, 2_000_000_000)),
            content_security_policy=st.sampled_from(
                ["default-src 'self'", "default-src 'none'; img-src https: data:; sandbox"]
            ),
            indexed=flags,
            sitemap=paths,
            app_links=st.none() | app_links,
            api=flags,
            log_retention_days=log_days,
            protect=flags,
        )
    )


@st.composite
def valid_configurations(draw: st.DrawFn) -> Raw:
    """A configuration that must be accepted."""
    raw: Raw = {
        "account_id": draw(st.text("0123456789", min_size=12, max_size=12)),
        "region": draw(st.sampled_from(REGIONS)),
        "owner": draw(owners),
        "cost_centre": draw(owners),
    }
    sections: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
        "network": lambda: networks(raw["region"]),
        "encryption": lambda: encryptions,
        "tables": lambda: st.dictionaries(st.sampled_from(NAMES), tables(), max_size=2),
        "buckets": lambda: st.dictionaries(st.sampled_from(NAMES), buckets, max_size=2),
        "database": lambda: databases(raw),
        "api": lambda: apis(raw),
        "site": sites,
        "sites": lambda: st.fixed_dictionaries({}, optional={"docs": sites("docs")}),
        "portals": lambda: portals(ZONE_ID),
        "delivery": lambda: deliveries(raw["account_id"], raw["region"]),
        "alerts": lambda: alerts,
        "budget": lambda: budgets(raw),
    }
    # All of them often: what contradicts needs two sections at least.
    chosen = draw(st.sets(st.sampled_from(list(sections))) | st.just(set(sections)))
    for name, section in sections.items():
        if name in chosen:
            raw[name] = draw(section())
    if "api" in raw and "alerts" in raw:
        raw["api"] |= draw(optional(rollout=st.none() | rollouts))
        raw |= draw(optional(objectives=objectives))
    return raw


def databases(raw: Raw) -> st.SearchStrategy[Raw]:
    """A database that fits into the network, or one elsewhere."""
    abroad = elsewhere(raw["account_id"], raw["region"])
    network = raw.get("network")
    if network is None:
        return abroad
    roomy = not network["cidr"].endswith("/24")
    return instances(roomy=roomy) | clusters(roomy=roomy, zones=len(network["zones"])) | abroad


@st.composite
def invalid_configurations(draw: st.DrawFn) -> tuple[Raw, str]:
    """A configuration with one thing wrong, and the path that the error must name."""
    raw = deepcopy(draw(valid_configurations()))
    if draw(flags):
        location = draw(st.sampled_from(list(leaves(raw))))
        return raw, wrong_kind(raw, location)
    fitting = [mutation for mutation in MUTATIONS if mutation.fits(raw)]
    return raw, draw(st.sampled_from(fitting)).apply(raw)
