"""The section `api`."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from settings.kinds import (
    Domain,
    Flag,
    HostedZoneId,
    ListOf,
    LogDays,
    Named,
    OneOf,
    Section,
    Text,
    Whole,
    nothing_named,
)
from settings.problems import Problem
from settings.readiness import (
    RolloutSettings,
    WarmFromSettings,
    readiness_contradictions,
    rollout_contradictions,
)

Access: TypeAlias = Annotated[Literal["read", "write", "read-write"], OneOf()]

_LAST_PORT: Final = 65_535

Origin: TypeAlias = Annotated[
    str,
    Text(
        "an origin such as https://www.example.com: scheme, host and perhaps port, nothing after"
        " them (http for localhost only)",
        r"^(https://([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
        r"|https?://localhost)(:[1-9][0-9]{0,4})?$",
        longest=253,
        check=lambda value: int(value.partition("://")[2].partition(":")[2] or 0) <= _LAST_PORT,
    ),
]


class ThrottleSettings(Section):
    """How many requests the API takes, from all its callers together."""

    rate: Annotated[int, Whole(1, 10_000)] = Field(
        100, description="Requests a second in the long run, 1 to 10000; more get a 429."
    )
    burst: Annotated[int, Whole(1, 5_000)] = Field(
        200, description="Requests that may come at once, 1 to 5000; more get a 429."
    )


class ApiSettings(Section):
    """An HTTP API and the function behind it, paid by request and by the time it runs."""

    memory_mb: Annotated[int, Whole(128, 10_240)] = Field(
        512,
        description=(
            "Memory of the function, 128 to 10240 MB; processor time grows with it, and so does"
            " the cost of each millisecond."
        ),
    )
    timeout_seconds: Annotated[int, Whole(1, 29)] = Field(
        10,
        description=(
            "Seconds after which a request is given up, 1 to 29: the API itself waits for 30."
        ),
    )
    provisioned_concurrency: Annotated[int, Whole(1, 1_000)] | None = Field(
        None,
        description=(
            "Environments kept warm, so that these many requests at once never wait for a start;"
            " each costs by the hour, used or not. null keeps none."
        ),
    )
    concurrency_schedule: Named[WarmFromSettings] = Field(
        default_factory=nothing_named,
        description=(
            "Environments kept warm by the clock instead of at all hours: moments by name, such as"
            " `morning` and `evening`, and how many from each on. None are warm before the first;"
            " the last number stays when the schedule goes, so end with 0."
        ),
    )
    snap_start: Flag = Field(
        default=False,
        description=(
            "Begin new environments from a snapshot of an initialised one, in place of warm ones."
            " Each version costs by the gigabyte of memory and the hour as long as it exists, used"
            " or not, and each start by the gigabyte."
        ),
    )
    reserved_concurrency: Annotated[int, Whole(1, 10_000)] | None = Field(
        None,
        description=(
            "The most requests at once, kept back from the account's quota for this function; free"
            " of charge. null shares the quota."
        ),
    )
    libraries: Annotated[Literal["bundled", "layer"], OneOf()] = Field(
        "bundled",
        description=(
            "Where the function's libraries are: `bundled` with its code, or in a `layer` of their"
            " own, so that a release of the code alone uploads little. Free of charge."
        ),
    )
    rollout: RolloutSettings | None = Field(
        None,
        description=(
            "Move callers to a new version in steps, and back when an alarm of the function goes"
            " off, by CodeDeploy and free of charge; needs the section alerts. null moves all of"
            " them at once, in the update itself."
        ),
    )
    throttle: ThrottleSettings = Field(
        default_factory=ThrottleSettings,
        description="How many requests the API takes; bounds the cost of an attack.",
    )
    cors_origins: ListOf[Origin] = Field(
        (),
        description=(
            "Other sites whose pages may call the API, such as [https://www.example.com]. The"
            " stack's own site needs no entry: it shares the API's origin."
        ),
    )
    domain: Domain | None = Field(
        None,
        description=(
            "The API's own domain, such as api.example.com, with hosted_zone_id; null leaves it"
            " the address that AWS gives."
        ),
    )
    hosted_zone_id: HostedZoneId | None = Field(
        None, description="The public Route 53 zone in which the domain is, such as Z0123456789ABC."
    )
    in_network: Flag = Field(
        default=False,
        description="Run the function in the network, to reach the database and other parts of it.",
    )
    internet: Flag = Field(
        default=False,
        description=(
            "Let the function in the network call the internet, through NAT. Outside the network"
            " it always can."
        ),
    )
    tables: Named[Access] = Field(
        default_factory=nothing_named,
        description="Tables that the API uses, by name: read, write or read-write.",
    )
    buckets: Named[Access] = Field(
        default_factory=nothing_named,
        description="Buckets that the API uses, by name: read, write or read-write.",
    )
    log_retention_days: LogDays = Field(
        365,
        description=(
            "Days that the API's logs are kept: a value that CloudWatch Logs accepts. Logs cost by"
            " the gigabyte written and kept."
        ),
    )
    log_level: Annotated[Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"], OneOf()] = (
        Field("INFO", description="The least level that is logged; DEBUG can multiply the cost.")
    )
    code_signing_config_arn: (
        Annotated[
            str,
            Text(
                "the ARN of a Lambda code signing configuration",
                r"^arn:aws:lambda:[a-z0-9-]+:[0-9]{12}:code-signing-config:csc-[a-z0-9]{17}$",
            ),
        ]
        | None
    ) = Field(
        None,
        description=(
            "The Lambda code signing configuration whose publishers alone may deploy the function;"
            " null takes any package."
        ),
    )


def api_contradictions(api: ApiSettings, region: str) -> Iterator[Problem]:
    """What is wrong between the API's own settings."""
    if api.domain is not None and api.hosted_zone_id is None:
        yield Problem(
            "api.hosted_zone_id",
            f"must name the Route 53 zone in which {api.domain} is; got null",
            because=("api.domain",),
        )
    if api.hosted_zone_id is not None and api.domain is None:
        yield Problem(
            "api.domain",
            "must name the API's domain in the hosted zone, or hosted_zone_id be left out; got"
            " null",
            because=("api.hosted_zone_id",),
        )
    provisioned, reserved = api.provisioned_concurrency, api.reserved_concurrency
    if provisioned is not None and reserved is not None and provisioned > reserved:
        yield Problem(
            "api.provisioned_concurrency",
            f"must be at most reserved_concurrency, {reserved}; got {provisioned}",
            because=("api.reserved_concurrency",),
        )
    yield from readiness_contradictions(
        provisioned,
        api.concurrency_schedule,
        reserved,
        snap_start=api.snap_start,
        region=region,
    )
    if api.rollout is not None:
        yield from rollout_contradictions(api.rollout)
    if api.internet and not api.in_network:
        yield Problem(
            "api.internet",
            "must be false without in_network: a function outside the network reaches the internet"
            " anyway; got true",
            because=("api.in_network",),
        )
    arn = api.code_signing_config_arn
    if arn is not None and arn.split(":")[3] != region:
        yield Problem(
            "api.code_signing_config_arn",
            f"must be of the stack's region {region}, got {arn!r}",
            because=("region",),
        )
