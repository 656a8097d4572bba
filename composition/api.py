"""The section ``api``: the HTTP API, its function, and all that the function may reach."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from components.api.functions import Function, FunctionArgs
from components.api.http_api import ApiDomain, HttpApi, HttpApiArgs
from components.api.layers import Layer, LayerArgs
from components.api.origin import OriginGuard, OriginGuardArgs
from components.api.readiness import Readiness, WarmFrom
from components.data.buckets import Bucket
from components.data.postgres import Postgres
from components.data.tables import Table
from components.frontend.portals import Portal
from components.iam import Statement
from components.network.security import (
    Placement,
    SecurityGroup,
    SecurityGroupArgs,
    allow,
    allow_internet,
    allow_prefix_list,
)
from components.network.vpc import Network
from composition.data import Stores
from composition.keys import Keys
from settings import Settings
from settings.api import ApiSettings

# Made by `plinth package`.
API_PACKAGE: Final = "dist/api.zip"
API_CODE: Final = "dist/api-code.zip"
API_LIBRARIES: Final = "dist/api-libraries.zip"
DATABASE_LIBRARIES: Final = "dist/database-libraries.zip"
AUTHORISER_PACKAGE: Final = "dist/authoriser.zip"
DATABASE_LAYER: Final = "database-libraries"
# Whom the API signs in to the database as: its migrations make this user.
DATABASE_USER: Final = "app"


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """The API, and what lets the site through to it.

    Attributes:
        guard: turns away whoever did not come through a site; none where no site leads here.
        layers: what the function's libraries are in, by name.
    """

    http: HttpApi
    function: Function
    guard: OriginGuard | None
    layers: Mapping[str, Layer]


def make_api(
    current: Settings,
    network: Network | None,
    stores: Stores,
    portals: Mapping[str, Portal],
    keys: Keys,
    platform: pulumi.ResourceOptions,
) -> Api | None:
    """The API. It reaches what its settings name, and nothing else; portals' pages may call it."""
    api = current.api
    if api is None:
        return None
    placement = _placement(current, network, stores, platform) if api.in_network else None
    layers = dict(_layers(api, stores, platform))
    function = Function(
        "api",
        FunctionArgs(
            code=pulumi.FileArchive(API_PACKAGE if api.libraries == "bundled" else API_CODE),
            handler="handler.handler",
            layers=tuple(layer.arn for layer in layers.values()),
            key=keys.logs,
            account_id=current.account_id,
            region=current.region,
            permissions=tuple(_permissions(current, stores)),
            environment=dict(_environment(current, stores)),
            memory_mb=api.memory_mb,
            timeout_seconds=api.timeout_seconds,
            log_retention_days=api.log_retention_days,
            log_level=api.log_level,
            placement=placement,
            readiness=_readiness(api),
            staged=api.rollout is not None,
            reserved_concurrency=api.reserved_concurrency,
            code_signing_config_arn=api.code_signing_config_arn,
        ),
        opts=platform,
    )
    fronted = any(site.api for site in current.every_site().values())
    guard = _guard(current, keys, platform) if fronted else None
    http = HttpApi(
        "http",
        HttpApiArgs(
            function=function,
            region=current.region,
            log_key=keys.logs,
            log_retention_days=api.log_retention_days,
            throttle_rate=api.throttle.rate,
            throttle_burst=api.throttle.burst,
            cors_origins=tuple(_origins(current, portals)),
            domain=(
                ApiDomain(domain=api.domain, hosted_zone_id=api.hosted_zone_id)
                if api.domain and api.hosted_zone_id
                else None
            ),
            origin_guard=guard,
        ),
        opts=platform,
    )
    return Api(http=http, function=function, guard=guard, layers=layers)


def _origins(current: Settings, portals: Mapping[str, Portal]) -> Iterator[pulumi.Input[str]]:
    """Whose pages may call the API: those that the settings name, and every portal's on Amplify.

    Sites and the other portals have the API at their own address.
    """
    named = current.api.cors_origins if current.api else ()
    yield from named
    for name, portal in portals.items():
        domain = current.portals.domain_of(name) if current.portals else None
        if domain is None:
            yield portal.origin
        elif f"https://{domain}" not in named:
            yield f"https://{domain}"


def _layers(
    api: ApiSettings, stores: Stores, platform: pulumi.ResourceOptions
) -> Iterator[tuple[str, Layer]]:
    wanted: dict[str, LayerArgs] = {}
    if api.libraries == "layer":
        wanted["api-libraries"] = LayerArgs(
            code=pulumi.FileArchive(API_LIBRARIES), description="Libraries of the API's function"
        )
    # Most of what there is to load, so that an API without a database has none of it.
    if stores.external is not None or (api.in_network and stores.database is not None):
        wanted[DATABASE_LAYER] = LayerArgs(
            code=pulumi.FileArchive(DATABASE_LIBRARIES), description="Libraries for PostgreSQL"
        )
    for name, args in wanted.items():
        yield name, Layer(name, args, opts=platform)


def _readiness(api: ApiSettings) -> Readiness:
    return Readiness(
        provisioned=api.provisioned_concurrency,
        schedule={
            name: WarmFrom(cron=warm.cron, timezone=warm.timezone, environments=warm.environments)
            for name, warm in api.concurrency_schedule.items()
        },
        snap_start=api.snap_start,
    )


def _guard(current: Settings, keys: Keys, platform: pulumi.ResourceOptions) -> OriginGuard:
    return OriginGuard(
        "origin",
        OriginGuardArgs(
            code=pulumi.FileArchive(AUTHORISER_PACKAGE),
            key=keys.logs,
            account_id=current.account_id,
            region=current.region,
            log_retention_days=current.api.log_retention_days if current.api else 365,
        ),
        opts=platform,
    )


def _permissions(current: Settings, stores: Stores) -> Iterator[Statement]:
    api = current.api
    if api is None:
        return
    for name, access in api.tables.items():
        yield from _table_access(stores.tables[name], access)
    for name, access in api.buckets.items():
        yield from _bucket_access(stores.buckets[name], access)
    if api.in_network and stores.database is not None:
        yield from stores.database.grant_connect(DATABASE_USER)
    if stores.external is not None:
        yield from stores.external.grant_read()


def _table_access(table: Table, access: str) -> tuple[Statement, ...]:
    read = table.grant_read() if access != "write" else ()
    write = table.grant_write() if access != "read" else ()
    return (*read, *write)


def _bucket_access(bucket: Bucket, access: str) -> tuple[Statement, ...]:
    read = bucket.grant_read() if access != "write" else ()
    write = bucket.grant_write() if access != "read" else ()
    return (*read, *write)


def _environment(current: Settings, stores: Stores) -> Iterator[tuple[str, pulumi.Input[str]]]:
    """Where the function finds what it may use: names, never a secret."""
    api = current.api
    if api is None:
        return
    for name in api.tables:
        yield _variable("TABLE", name), stores.tables[name].table_name
    for name in api.buckets:
        yield _variable("BUCKET", name), stores.buckets[name].bucket_name
    if api.in_network and stores.database is not None:
        yield from _database_variables(stores.database).items()
    if stores.external is not None:
        yield "DATABASE_SECRET_ARN", stores.external.secret_arn


def _variable(prefix: str, name: str) -> str:
    return f"{prefix}_{name}".upper().replace("-", "_")


def _database_variables(database: Postgres) -> Mapping[str, pulumi.Input[str]]:
    return {
        "DATABASE_HOST": database.endpoint,
        "DATABASE_PORT": str(database.port),
        "DATABASE_NAME": database.database_name,
        "DATABASE_USER": DATABASE_USER,
    }


def _placement(
    current: Settings,
    network: Network | None,
    stores: Stores,
    platform: pulumi.ResourceOptions,
) -> Placement | None:
    """The function's place in the network, and whom it may reach from there."""
    if network is None or current.api is None:
        return None
    group = SecurityGroup(
        "api",
        SecurityGroupArgs(vpc_id=network.vpc_id, description="Function of the API"),
        opts=platform,
    )
    if stores.database is not None:
        database = stores.database
        allow("api-database", group, database.security_group, database.port, "PostgreSQL")
    for service, uses in {"dynamodb": current.api.tables, "s3": current.api.buckets}.items():
        prefix_list = network.endpoints.prefix_list_ids.get(service)
        if uses and prefix_list is not None:
            allow_prefix_list(f"api-{service}", group, prefix_list, f"Reach {service} privately")
    if network.endpoint_security_group is not None:
        network.endpoints.allow_from("api-endpoints", group)
    if current.api.internet:
        allow_internet("api-internet", group, "The API calls services outside AWS")
    return network.place(group)
