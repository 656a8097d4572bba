"""Which store a function has."""

from collections.abc import Mapping

from coupons.store import Store


def open_store(environment: Mapping[str, str]) -> Store:
    """The store that the function's environment describes: PostgreSQL if there is one.

    Raises KeyError when it describes none. Nothing is connected yet, and only what the chosen
    store needs is imported: the libraries of PostgreSQL take as long as the rest of the service,
    and the package of a function without a database does not have them.
    """
    if "DATABASE_HOST" in environment or "DATABASE_SECRET_ARN" in environment:
        from coupons.database import open_database  # noqa: PLC0415
        from coupons.sql_store import SqlStore  # noqa: PLC0415

        store: Store = SqlStore(open_database(environment))
    else:
        from coupons.table_store import TableStore  # noqa: PLC0415

        store = TableStore(environment["TABLE_COUPONS"])
    if "TABLE_LOGS" in environment:
        from coupons.redemptions import LoggedStore, RedemptionLog  # noqa: PLC0415

        store = LoggedStore(store, RedemptionLog(environment["TABLE_LOGS"]))
    return store
