"""What people and pipelines need to know of a stack: names and addresses, never a secret."""

from collections.abc import Iterator

import pulumi

from components.api.functions import Function
from components.api.rollout import Rollout
from components.network.vpc import Network
from composition.api import Api
from composition.data import Stores
from composition.delivery import Delivery
from composition.frontend import Front
from composition.observe import Observation
from settings import Settings


def outputs(
    current: Settings,
    network: Network | None,
    stores: Stores,
    api: Api | None,
    migrations: Function | None,
    front: Front,
    observation: Observation | None,
    rollout: Rollout | None,
    delivery: Delivery | None,
) -> Iterator[tuple[str, pulumi.Input[object]]]:
    """The stack's outputs by name. A name, once given, stays: pipelines read it."""
    yield "region", current.region
    if network is not None:
        yield "vpc_id", network.vpc_id
    if stores.tables:
        yield "tables", {name: table.table_name for name, table in stores.tables.items()}
    if stores.buckets:
        yield "buckets", {name: bucket.bucket_name for name, bucket in stores.buckets.items()}
    if stores.database is not None:
        yield "database_endpoint", stores.database.endpoint
        yield "database_secret_arn", stores.database.secret_arn
    if api is not None:
        yield "api_url", api.http.url
        yield "api_function", api.function.function_name
    if migrations is not None:
        yield "migrations_function", migrations.function_name
    if api is not None and rollout is not None:
        # What a deployment of CodeDeploy names: it moves `live` from where it is to this version.
        yield (
            "api_release",
            {
                "application": rollout.application_name,
                "group": rollout.group_name,
                "function": api.function.function_name,
                "version": api.function.version,
            },
        )
    yield from _front(front)
    if delivery is not None:
        yield "preview_role_arn", delivery.github.preview_role_arn
        yield "deploy_role_arn", delivery.github.deploy_role_arn
    if observation is not None:
        yield "dashboard", observation.dashboard.dashboard_name


def _front(front: Front) -> Iterator[tuple[str, pulumi.Input[object]]]:
    if front.site is not None:
        yield "site_url", front.site.url
        yield "site_bucket", front.site.bucket_name
        yield "distribution_id", front.site.distribution_id
        yield "distribution_domain", front.site.distribution_domain
    further = {name: site for name, site in front.sites.items() if site is not front.site}
    if further:
        # All that it takes to publish one.
        yield (
            "sites",
            {
                name: {
                    "url": site.url,
                    "bucket": site.bucket_name,
                    "distribution_id": site.distribution_id,
                }
                for name, site in further.items()
            },
        )
    if front.portals:
        yield "portals", {name: portal.origin for name, portal in front.portals.items()}
