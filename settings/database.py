"""The section `database`: PostgreSQL, as an instance, as serverless Aurora, or elsewhere."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from settings.kinds import Flag, LogDays, Number, Section, Text, Whole
from settings.problems import Problem

# What PostgreSQL reserves (the R rows of its key words), for a name that is given to psql and to
# migrations without quotes, and what every RDS database holds already.
_RESERVED: Final = (
    "all analyse analyze and any array as asc asymmetric both case cast check collate column"
    " constraint create current_catalog current_date current_role current_time current_timestamp"
    " current_user default deferrable desc distinct do else end except false fetch for foreign"
    " from grant group having in initially intersect into lateral leading limit localtime"
    " localtimestamp not null offset on only or order placing primary references returning select"
    " session_user some symmetric system_user table then to trailing true union unique user using"
    " variadic when where window with"
    " postgres template0 template1 rdsadmin"
)

DatabaseName: TypeAlias = Annotated[
    str,
    Text(
        "a name of lower-case letters, digits and _ that starts with a letter, has at most 63"
        " characters and isn't reserved by PostgreSQL or RDS",
        r"^[a-z][a-z0-9_]{0,62}$",
        check=lambda value: value not in _RESERVED.split() and not value.startswith("pg_"),
    ),
]
EngineVersion: TypeAlias = Annotated[
    str,
    Text(
        'a major version of PostgreSQL from 14 to 18 in quotes, such as "17"',
        r"^1[4-8]$",
    ),
]
BackupDays: TypeAlias = Annotated[int, Whole(1, 35)]

_VERSION = (
    'The major version of PostgreSQL in quotes, "14" to "18"; minor releases follow by themselves'
    " in the maintenance window. Another major version means an outage, and there is no way back."
)
_NAME = "The name of the database in the server; it can't change without a new, empty server."
_BACKUPS = (
    "Days back to which the database can be restored, 1 to 35. Backups up to the database's own"
    " size are free."
)
_LOGS = (
    "Days that the server's logs are kept: a value that CloudWatch Logs accepts. Logs cost by the"
    " gigabyte written and kept."
)
_FINAL_SNAPSHOT = (
    "Take a last snapshot when the database is deleted, which protect has to allow first. It costs"
    " by the gigabyte until somebody deletes it."
)
_PROTECT = "Refuse to delete the database, in Pulumi and in RDS."


class InstanceSettings(Section):
    """PostgreSQL on an instance of a fixed size, paid by the hour."""

    kind: Literal["instance"] = Field(
        description="`instance`: a server of a fixed size, always on and paid by the hour."
    )
    engine_version: EngineVersion = Field("17", description=_VERSION)
    name: DatabaseName = Field("app", description=_NAME)
    instance_class: Annotated[
        str,
        Text(
            "an instance class such as db.t4g.medium, of a family that PostgreSQL runs on (t3, m5,"
            " c6, r5 or newer, x2g, x2idn, x2iedn) and a size of that family (serverless is the"
            " kind aurora-serverless)",
            # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html
            r"^db\.(t[3-9][a-z]*\.(micro|small|medium|large|2?xlarge)|c[6-9][a-z]*\.medium"
            r"|([mr][5-9][a-z]*|c[6-9][a-z]*|x2(g|idn|iedn))"
            r"\.(large|(2|4|8|12|16|24|32|48)?xlarge|metal-(24|48|96)xl))$",
        ),
    ] = Field(
        "db.t4g.medium",
        description=(
            "The size of the server, such as db.t4g.medium (2 processors, 4 GB). The main cost of"
            " an instance, by the hour. A change means a short outage."
        ),
    )
    # RDS takes 65536 GiB, of which a tenth must be left to grow.
    storage_gb: Annotated[int, Whole(20, 59_578)] = Field(
        20, description="Storage to begin with, 20 to 59578 GiB, paid by the month. Never shrinks."
    )
    max_storage_gb: Annotated[int, Whole(22, 65_536)] = Field(
        100,
        description=(
            "Up to how many GiB the storage grows by itself, at least a tenth more than storage_gb:"
            " bounds the cost, and fills up if it is too little."
        ),
    )
    multi_az: Flag = Field(
        default=True,
        description=(
            "Keep a standby in another zone that takes over within minutes. Doubles the cost of"
            " server and storage."
        ),
    )
    backup_retention_days: BackupDays = Field(7, description=_BACKUPS)
    log_retention_days: LogDays = Field(365, description=_LOGS)
    proxy: Flag = Field(
        default=False,
        description=(
            "Pool connections in an RDS Proxy, for many short-lived functions. Costs by the hour"
            " and processor of the server."
        ),
    )
    final_snapshot: Flag = Field(default=True, description=_FINAL_SNAPSHOT)
    protect: Flag = Field(default=True, description=_PROTECT)


class AuroraSettings(Section):
    """PostgreSQL on Aurora, whose servers grow and shrink with the load."""

    kind: Literal["aurora-serverless"] = Field(
        description=(
            "`aurora-serverless`: servers that grow and shrink with the load, paid by the capacity"
            " in use; they can pause."
        )
    )
    engine_version: EngineVersion = Field("17", description=_VERSION)
    name: DatabaseName = Field("app", description=_NAME)
    min_capacity: Annotated[float, Number(0, 256, 0.5)] = Field(
        0.5,
        description=(
            "The least capacity of a server, 0 to 256 in steps of 0.5 (1 is about 2 GB of memory),"
            " paid for all the time. 0 lets an idle server pause, see auto_pause_minutes."
        ),
    )
    max_capacity: Annotated[float, Number(1, 256, 0.5)] = Field(
        4,
        description=(
            "The most capacity of a server, 1 to 256 in steps of 0.5: bounds the cost, and the"
            " number of connections."
        ),
    )
    auto_pause_minutes: Annotated[int, Whole(5, 1_440)] | None = Field(
        None,
        description=(
            "Minutes without a connection, 5 to 1440, after which a server pauses and costs its"
            " storage only; the next connection waits about 15 seconds. With min_capacity 0 only;"
            " null never pauses."
        ),
    )
    readers: Annotated[int, Whole(0, 3)] = Field(
        1,
        description=(
            "Further servers, one in each further zone of the network, for reading and to take over"
            " within a minute. Each costs as much as the first."
        ),
    )
    backup_retention_days: BackupDays = Field(7, description=_BACKUPS)
    log_retention_days: LogDays = Field(365, description=_LOGS)
    proxy: Flag = Field(
        default=False,
        description=(
            "Pool connections in an RDS Proxy, for many short-lived functions. Costs by the hour"
            " and capacity; its open connections would keep a server from pausing."
        ),
    )
    final_snapshot: Flag = Field(default=True, description=_FINAL_SNAPSHOT)
    protect: Flag = Field(default=True, description=_PROTECT)


class ExternalSettings(Section):
    """PostgreSQL that somebody else runs: a secret says where it is, and the API may read it."""

    kind: Literal["external"] = Field(
        description=(
            "`external`: a database that somebody else runs. Nothing is made and nothing costs;"
            " only the API may read the secret that says how to connect. It needs no network."
        )
    )
    secret_arn: Annotated[
        str,
        Text(
            "the whole ARN of a secret in Secrets Manager, with the six characters at its end",
            r"^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]+"
            r"-[A-Za-z0-9]{6}$",
        ),
    ] = Field(
        description=(
            "The ARN of the secret that holds `host`, `port`, `dbname`, `username` and `password`"
            " as JSON. Only the ARN reaches the function; it reads the rest when it runs."
        )
    )
    key_arn: (
        Annotated[
            str,
            Text(
                "the ARN of a KMS key (of the key itself: an alias opens nothing)",
                r"^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]{36}$",
            ),
        ]
        | None
    ) = Field(
        None,
        description="The customer key that encrypts the secret; null where AWS's own key does.",
    )


ManagedDatabase: TypeAlias = InstanceSettings | AuroraSettings
DatabaseSettings: TypeAlias = Annotated[
    InstanceSettings | AuroraSettings | ExternalSettings, Field(discriminator="kind")
]


def database_contradictions(
    database: ManagedDatabase | ExternalSettings, account_id: str, region: str
) -> Iterator[Problem]:
    """What is wrong between the database's own settings, and with where it is."""
    if isinstance(database, InstanceSettings):
        yield from _storage(database)
    elif isinstance(database, AuroraSettings):
        yield from _capacity(database)
        yield from _pause(database)
    else:
        yield from _secret(database, account_id, region)


def _secret(database: ExternalSettings, account_id: str, region: str) -> Iterator[Problem]:
    for setting, arn in (("secret_arn", database.secret_arn), ("key_arn", database.key_arn)):
        if arn is not None and arn.split(":")[3] != region:
            yield Problem(
                f"database.{setting}",
                f"must be of the stack's region {region}, got {arn!r}",
                because=("region",),
            )
    if database.key_arn is None and database.secret_arn.split(":")[4] != account_id:
        yield Problem(
            "database.key_arn",
            "must name the customer key of a secret in another account: AWS's own key opens to its"
            " account alone; got null",
            because=("account_id", "database.secret_arn"),
        )


def _storage(database: InstanceSettings) -> Iterator[Problem]:
    # RDS refuses a limit that leaves no room for one step of growth.
    least = -(-database.storage_gb * 11 // 10)
    if database.max_storage_gb < least:
        yield Problem(
            "database.max_storage_gb",
            f"must be at least {least}, a tenth more than storage_gb; got"
            f" {database.max_storage_gb}",
            because=("database.storage_gb",),
        )


def _capacity(database: AuroraSettings) -> Iterator[Problem]:
    if database.max_capacity < database.min_capacity:
        yield Problem(
            "database.max_capacity",
            f"must be at least min_capacity, {database.min_capacity:g}; got"
            f" {database.max_capacity:g}",
            because=("database.min_capacity",),
        )


def _pause(database: AuroraSettings) -> Iterator[Problem]:
    pausing = ("database.min_capacity", "database.auto_pause_minutes")
    if database.auto_pause_minutes is None:
        if database.min_capacity == 0:
            yield Problem(
                "database.auto_pause_minutes",
                "must say after how many idle minutes a server pauses, 5 to 1440, since"
                " min_capacity is 0; got null",
                because=pausing,
            )
        return
    if database.min_capacity > 0:
        yield Problem(
            "database.min_capacity",
            "must be 0 for a server to pause, or auto_pause_minutes left out; got"
            f" {database.min_capacity:g}",
            because=pausing,
        )
    if database.proxy:
        yield Problem(
            "database.proxy",
            "must be false where servers pause: a proxy keeps connections open, and a server with"
            " connections never pauses; got true",
            because=("database.auto_pause_minutes",),
        )
