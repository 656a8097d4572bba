"""What people and pipelines need to know of a stack: names and addresses, never a secret."""

from collections.abc import Iterator

import pulumi

from components.frontend.site import Site
from components.network.vpc import Network
from composition.api import Api
from composition.data import Stores


def outputs(
    network: Network | None, stores: Stores, api: Api | None, site: Site | None
) -> Iterator[tuple[str, pulumi.Input[object]]]:
    """The stack's outputs by name. A name, once given, stays: pipelines read it."""
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
    if site is not None:
        yield "site_url", site.url
        yield "site_bucket", site.bucket_name
        yield "distribution_id", site.distribution_id
        yield "distribution_domain", site.distribution_domain
