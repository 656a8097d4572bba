"""The function that makes the tables of the API's database, and changes them with a release.

The database is in the network, where nobody is. The function is, and holds no right to anything: it
is invoked with the administrator's secret, so that whoever may read the secret may migrate.
"""

from typing import Final

import pulumi

from components.api.functions import Function, FunctionArgs
from components.data.postgres import Postgres
from components.network.security import SecurityGroup, SecurityGroupArgs, allow
from components.network.vpc import Network
from composition.api import DATABASE_LAYER, Api
from composition.data import Stores
from composition.keys import Keys
from settings import Settings

# Made by `plinth package`.
PACKAGE: Final = "dist/migrations.zip"
# An index on a large table takes a while; nobody waits for the answer but who asked.
_TIMEOUT_SECONDS: Final = 300


def make_migrations(
    current: Settings,
    network: Network | None,
    stores: Stores,
    api: Api | None,
    keys: Keys,
    platform: pulumi.ResourceOptions,
) -> Function | None:
    """The function, where the API signs in to a database of the stack's own."""
    settings, database = current.api, stores.database
    if network is None or database is None or api is None or settings is None:
        return None
    if not settings.in_network:
        return None
    return Function(
        "migrations",
        FunctionArgs(
            code=pulumi.FileArchive(PACKAGE),
            handler="migrations.handler.handler",
            layers=(api.layers[DATABASE_LAYER].arn,),
            key=keys.logs,
            account_id=current.account_id,
            region=current.region,
            environment={
                "DATABASE_HOST": database.engine_host,
                "DATABASE_PORT": str(database.port),
                "DATABASE_NAME": database.database_name,
            },
            timeout_seconds=_TIMEOUT_SECONDS,
            log_retention_days=settings.log_retention_days,
            placement=network.place(_group(network, database, platform)),
            code_signing_config_arn=settings.code_signing_config_arn,
        ),
        opts=platform,
    )


def _group(network: Network, database: Postgres, platform: pulumi.ResourceOptions) -> SecurityGroup:
    """Whom the function may reach: the database itself, since a proxy takes no password."""
    group = SecurityGroup(
        "migrations",
        SecurityGroupArgs(vpc_id=network.vpc_id, description="Migrations of the database"),
        opts=platform,
    )
    engine = database.engine_security_group
    allow("migrations-database", group, engine, database.port, "PostgreSQL")
    return group
