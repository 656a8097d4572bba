"""What is wrong between the sections, each of which would do by itself."""

from collections.abc import Iterator
from typing import Final

from settings.api import ApiSettings, api_contradictions
from settings.core import Settings
from settings.data import data_contradictions
from settings.database import (
    AuroraSettings,
    ExternalSettings,
    ManagedDatabase,
    database_contradictions,
)
from settings.delivery import delivery_contradictions
from settings.domains import domain_contradictions
from settings.frontend import site_contradictions
from settings.limits import limit_contradictions
from settings.names import name_contradictions
from settings.network import NetworkSettings, network_contradictions
from settings.observe import (
    alert_contradictions,
    budget_contradictions,
    objective_contradictions,
)
from settings.portals import portal_contradictions
from settings.problems import Problem, unknown

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-network-prereqs.html
_FREE_FOR_A_PROXY: Final = 10


def contradictions(settings: Settings, *, project: str, stack: str) -> Iterator[Problem]:
    """All contradictions, section by section."""
    yield from name_contradictions(settings, project, stack)
    if settings.network is not None:
        yield from network_contradictions(settings.network, settings.region)
        yield from _addresses(settings)
    yield from data_contradictions(settings.tables, settings.buckets)
    if settings.database is not None:
        yield from database_contradictions(settings.database, settings.account_id, settings.region)
        if not isinstance(settings.database, ExternalSettings):
            yield from _place(settings.network, settings.database)
    if settings.api is not None:
        yield from api_contradictions(settings.api, settings.region)
        yield from _reach(settings, settings.api)
        yield from _stores(settings, settings.api)
        yield from limit_contradictions(settings, project, stack)
        if settings.api.rollout is not None and settings.alerts is None:
            yield Problem(
                "api.rollout",
                "must be left out without a section alerts, whose alarms watch each step",
                because=("alerts",),
            )
    if settings.site is not None:
        yield from site_contradictions("site", settings.site)
    for name, site in settings.sites.items():
        yield from site_contradictions(f"sites.{name}", site)
    if settings.portals is not None:
        yield from portal_contradictions(settings.portals)
    yield from domain_contradictions(settings)
    if settings.delivery is not None:
        yield from delivery_contradictions(settings.delivery, settings.account_id)
    yield from _watchers(settings)


def _watchers(settings: Settings) -> Iterator[Problem]:
    """Whether those who watch have something to watch, and somebody to tell."""
    alerts = settings.alerts
    if alerts is not None:
        yield from alert_contradictions(alerts)
    if settings.objectives is not None:
        yield from objective_contradictions(
            settings.objectives, alerts=alerts is not None, api=settings.api is not None
        )
    if settings.budget is not None:
        yield from budget_contradictions(settings.budget, alerts, settings.account_id)


def _place(network: NetworkSettings | None, database: ManagedDatabase) -> Iterator[Problem]:
    if network is None:
        yield Problem(
            "database", "must be in a network: add a section network", because=("network",)
        )
    elif isinstance(database, AuroraSettings) and database.readers >= len(network.zones):
        yield Problem(
            "database.readers",
            f"must be at most {len(network.zones) - 1}, one in each further zone of the network;"
            f" got {database.readers}",
            because=("network.zones",),
        )


def _reach(settings: Settings, api: ApiSettings) -> Iterator[Problem]:
    if not api.in_network:
        return
    if settings.network is None:
        yield Problem(
            "api.in_network",
            "must be false where there is no network: add a section network; got true",
            because=("network",),
        )
        return
    if api.internet and settings.network.nat == "none":
        yield Problem(
            "api.internet",
            "must be false where network.nat is none: choose single or per-az, which cost by the"
            " hour; got true",
            because=("network.nat", "api.in_network"),
        )
    for service, used, what in (
        ("dynamodb", api.tables, "api.tables"),
        ("s3", api.buckets, "api.buckets"),
    ):
        if used and not api.internet and service not in settings.network.gateway_endpoints:
            yield Problem(
                "network.gateway_endpoints",
                f"must include {service}, free of charge: the API in the network has no other way"
                f" to {what}",
                because=(what, "api.in_network", "api.internet"),
            )
    if isinstance(settings.database, ExternalSettings) and not api.internet:
        # Its server, too, is outside the network as far as the platform can know.
        yield Problem(
            "api.internet",
            "must be true for an API in the network with an external database, which is reached"
            " over the internet; got false",
            because=("database", "api.in_network", "network.nat"),
        )


def _stores(settings: Settings, api: ApiSettings) -> Iterator[Problem]:
    for what, used, stores in (
        ("tables", api.tables, settings.tables),
        ("buckets", api.buckets, settings.buckets),
    ):
        for name in used:
            if name not in stores:
                yield Problem(
                    f"api.{what}.{name}",
                    unknown(name, f"one of the stack's {what}", stores),
                    because=(f"{what}.{name}",),
                )


def _addresses(settings: Settings) -> Iterator[Problem]:
    """Whether a subnet holds what a zone needs in it."""
    network, database, api = settings.network, settings.database, settings.api
    if network is None:
        return
    functions = 1 if api is not None and api.in_network else 0
    stores = 0
    if database is not None and not isinstance(database, ExternalSettings):
        stores = 1 + (_FREE_FOR_A_PROXY if database.proxy else 0)
        # Beside the API's function there is the one for its migrations.
        functions *= 2
    workloads = len(network.interface_endpoints) + functions
    # With NAT the workloads have private subnets of their own.
    needed = workloads + stores if network.nat == "none" else max(workloads, stores)
    if needed > network.addresses_in_a_subnet():
        yield Problem(
            "network.cidr",
            "must be a wider network: interface endpoints, database, proxy and API need"
            f" {needed} addresses a zone, and its subnets have {network.addresses_in_a_subnet()}"
            f" each; got {network.cidr!r}",
            because=("network.interface_endpoints", "network.nat", "database", "api.in_network"),
        )
