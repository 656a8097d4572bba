"""What to look at in whatever is there: one function a kind of resource."""

from components.observe.metrics import Vital
from components.observe.thresholds import Thresholds
from components.observe.vitals_api import api_vitals, function_vitals
from components.observe.vitals_data import queue_vitals, table_vitals
from components.observe.vitals_database import cluster_vitals, server_vitals
from components.observe.vitals_edge import (
    certificate_vitals,
    distribution_vitals,
    firewall_vitals,
)
from components.watched import (
    Watched,
    WatchedApi,
    WatchedCertificate,
    WatchedCluster,
    WatchedDistribution,
    WatchedFirewall,
    WatchedFunction,
    WatchedQueue,
    WatchedServer,
    WatchedTable,
)


def vitals_of(item: Watched, limits: Thresholds) -> tuple[Vital, ...]:  # noqa: PLR0911
    """All that is worth looking at in a resource; a type checker sees that no kind is left out."""
    match item:
        case WatchedFunction():
            return function_vitals(item, limits)
        case WatchedApi():
            return api_vitals(item, limits)
        case WatchedTable():
            return table_vitals(item, limits)
        case WatchedServer():
            return server_vitals(item, limits)
        case WatchedCluster():
            return cluster_vitals(item, limits)
        case WatchedDistribution():
            return distribution_vitals(item, limits)
        case WatchedFirewall():
            return firewall_vitals(item, limits)
        case WatchedCertificate():
            return certificate_vitals(item, limits)
        case WatchedQueue():
            return queue_vitals(item, limits)
