"""Brings the database up to date from inside the network, for who has its administrator's secret.

The function may read no secret, and has no rights in the database: what it is invoked with opens
the database, and is kept nowhere.
"""

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from coupons.database import SignIn, make_engine

CONFIG = Path(__file__).with_name("alembic.ini")
# An Aurora that has paused for long needs half a minute to wake up.
CONNECT_SECONDS = 60

# Alembic says there which migrations it runs.
logging.getLogger("alembic").setLevel(logging.INFO)


def handler(event: Mapping[str, object], _context: object) -> dict[str, str | None]:
    """Run the migrations that are new.

    Args:
        event: the administrator's secret as RDS keeps it, with ``username`` and ``password``.

    Returns:
        The revision of the database before and after.

    Raises:
        ValueError: the event is something else.
    """
    way = _sign_in(event)
    engine = make_engine(lambda: way, connect_seconds=CONNECT_SECONDS)
    config = Config(str(CONFIG))
    config.attributes["engine"] = engine
    try:
        before = _revision(engine)
        command.upgrade(config, "head")
        return {"before": before, "after": _revision(engine)}
    finally:
        # The next invocation may be somebody else's.
        engine.dispose()


def _sign_in(event: Mapping[str, object]) -> SignIn:
    match event:
        case {"username": str(user), "password": str(password)}:
            return SignIn(
                host=os.environ["DATABASE_HOST"],
                port=os.environ["DATABASE_PORT"],
                dbname=os.environ["DATABASE_NAME"],
                user=user,
                password=password,
            )
    # It isn't shown: whatever it is, it may hold a secret.
    raise ValueError("the event must be the administrator's secret, with username and password")


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
