"""What AWS bounds for all that the API uses together: its role's permissions, its variables.

Both are counted as AWS will count them, with the longest that what isn't known yet can be; IAM
would refuse the role, and Lambda the function, in the middle of an update.
"""

from collections.abc import Iterator
from typing import Final

from settings.api import ApiSettings
from settings.core import Settings
from settings.data import TableSettings
from settings.database import ExternalSettings
from settings.problems import Problem

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: of all inline policies
# of a role together.
_PERMISSIONS: Final = 10_240
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, counted as JSON.
_VARIABLES: Final = 4_096
# Characters of a statement without names and ARNs: what a test holds against the statements that
# the components make.
_READ_TABLE, _WRITE_TABLE, _INDEX = 124, 136, 10
_READ_BUCKET, _WRITE_BUCKET = 82, 109
_USE_KEY: Final = 260
# Log, traces and the variables' key; the interfaces in a network, and signing in to a database.
_OWN, _IN_NETWORK, _CONNECT, _SECRET = 640, 1_470, 200, 420
_DATABASE_VARIABLES: Final = 300
_QUOTES: Final = len('"":"",')


def limit_contradictions(settings: Settings, project: str, stack: str) -> Iterator[Problem]:
    """Whether IAM and Lambda take all that the API's tables and buckets come to."""
    api = settings.api
    if api is None:
        return
    because = ("tables", "buckets", "api.buckets", "api.in_network", "database", "encryption")
    permissions = permissions_needed(settings, project=project, stack=stack)
    variables = variables_needed(settings, project=project, stack=stack)
    for what, needed, most in (
        ("permissions of the API's role", permissions, _PERMISSIONS),
        ("variables of the API's function", variables, _VARIABLES),
    ):
        if needed > most:
            yield Problem(
                "api.tables",
                f"and api.buckets must be fewer, or have shorter names: AWS takes {most} characters"
                f" of {what}, and they need about {needed}; got {len(api.tables)} tables and"
                f" {len(api.buckets)} buckets",
                because=because,
            )


def permissions_needed(settings: Settings, *, project: str, stack: str) -> int:
    """Characters of the policy of the API's role."""
    api = settings.api or ApiSettings()
    needed = _OWN + (_IN_NETWORK if api.in_network else 0)
    if isinstance(settings.database, ExternalSettings):
        needed += _SECRET + 2 * len(settings.database.secret_arn)
    elif settings.database is not None:
        needed += _CONNECT
    tables = f"arn:aws:dynamodb:{settings.region}:{settings.account_id}:table/{project}-{stack}"
    for name, access in api.tables.items():
        arn = len(f"{tables}-{name}-table-1a2b3c")
        table = settings.tables.get(name)
        needed += 0 if access == "write" else _reading(name, arn, table)
        needed += 0 if access == "read" else _WRITE_TABLE + len(name) + arn
    for name, access in api.buckets.items():
        arn = len(f"arn:aws:s3:::{project}-{stack}-{name}-bucket-1a2b3c")
        needed += 0 if access == "write" else _READ_BUCKET + len(name) + arn
        needed += 0 if access == "read" else _WRITE_BUCKET + len(name) + arn
    return needed + _keys(settings, api)


def _reading(name: str, arn: int, table: TableSettings | None) -> int:
    indexes = () if table is None else table.indexes
    return _READ_TABLE + len(name) + arn + sum(arn + _INDEX + len(index) for index in indexes)


def _keys(settings: Settings, api: ApiSettings) -> int:
    """Of the statements that open keys: one a table, one or two a bucket; shared, once for all."""
    used = [
        *((name, 1) for name in api.tables),
        *((name, 1 if access == "read" else 2) for name, access in api.buckets.items()),
    ]
    if settings.encryption.customer_keys == "per-store":
        return sum(times * (_USE_KEY + len(name)) for name, times in used)
    most = max((times for _, times in used if api.buckets), default=0)
    return _USE_KEY * (most + bool(api.tables))


def variables_needed(settings: Settings, *, project: str, stack: str) -> int:
    """Characters of the variables of the API's function."""
    api = settings.api or ApiSettings()
    names = [
        *(("TABLE", name, "table") for name in api.tables),
        *(("BUCKET", name, "bucket") for name in api.buckets),
    ]
    return (0 if settings.database is None else _DATABASE_VARIABLES) + sum(
        _QUOTES + len(f"{kind}_{name}") + len(f"{project}-{stack}-{name}-{role}-1a2b3c")
        for kind, name, role in names
    )
