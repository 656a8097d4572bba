"""How Alembic runs the migrations: over the API's own way to the database.

Whoever has opened the database already hands it over in the attributes of the configuration.
"""

import os

from alembic import context
from sqlalchemy import Engine

from coupons.database import open_database
from coupons.tables import COUPONS


def migrate(engine: Engine) -> None:
    """Run what was asked for, all of it or nothing."""
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=COUPONS.metadata)
        with context.begin_transaction():
            # An index on a large table takes longer than a caller of the API would wait.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            context.run_migrations()


migrate(context.config.attributes.get("engine") or open_database(os.environ))
