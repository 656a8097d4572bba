"""The section `network`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field
from pydantic import GetCoreSchemaHandler as Handler
from pydantic_core import CoreSchema, core_schema

from settings.kinds import ListOf, LogDays, OneOf, Section, Text, Unique, not_allowed
from settings.problems import Problem

_PRIVATE: Final = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
# Cut into 16 subnets (4 tiers of 4 zones), a /24 gives /28s, the smallest that AWS has.
WIDEST, NARROWEST = 16, 24
_FORM: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class Cidr:
    """The range of a network, with a message of its own for each way to get it wrong."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Handler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            _cidr, core_schema.str_schema(pattern=r"^[0-9.]+/(1[6-9]|2[0-4])$")
        )


def _cidr(value: object) -> str:
    if not isinstance(value, str) or not _FORM.fullmatch(value):
        raise not_allowed("an IPv4 network such as 10.20.0.0/16")
    address, mask = value.split("/")
    if any(int(part) > 255 or part != str(int(part)) for part in address.split(".")):
        raise not_allowed("an IPv4 network such as 10.20.0.0/16")
    if not WIDEST <= int(mask) <= NARROWEST:
        raise not_allowed(
            f"a network with a mask from /{WIDEST}, the widest of a VPC, to /{NARROWEST}, the"
            f" narrowest with room for the subnets of four zones"
        )
    network = IPv4Network(value, strict=False)
    if str(network) != value:
        raise not_allowed(f"the first address of its network: {network}")
    if not any(network.subnet_of(private) for private in _PRIVATE):
        raise not_allowed(f"a private network, within {', '.join(map(str, _PRIVATE))}")
    return value


Zone: TypeAlias = Annotated[
    str, Text("an availability zone such as eu-west-2a", r"^[a-z]{2}(-[a-z]+)+-[0-9][a-f]$")
]


class NetworkSettings(Section):
    """A VPC with public, private and isolated subnets in two to four zones."""

    cidr: Annotated[str, Cidr()] = Field(
        description=(
            "The network's addresses: a private range with a mask from /16 to /24, such as"
            " 10.20.0.0/16. It can't change while anything runs in it, and should overlap no"
            " network that it will ever be joined to."
        )
    )
    zones: Annotated[
        tuple[Zone, ...], Field(strict=False, min_length=2, max_length=4), Unique()
    ] = Field(
        description=(
            "Two to four availability zones of the region, such as [eu-west-2a, eu-west-2b]. Add"
            " to the end: subnets go by place. Interface endpoints and per-az NAT cost by zone."
        )
    )
    nat: Annotated[Literal["none", "single", "per-az"], OneOf()] = Field(
        "none",
        description=(
            "How the network reaches the internet: `none`, by a `single` NAT gateway (gone when"
            " its zone is), or one `per-az`. Each gateway costs by the hour, used or not, and by"
            " the gigabyte."
        ),
    )
    gateway_endpoints: ListOf[Annotated[Literal["s3", "dynamodb"], OneOf()]] = Field(
        ("s3", "dynamodb"),
        description=(
            "Services reached from the network without the internet, free of charge: s3, dynamodb."
        ),
    )
    interface_endpoints: ListOf[
        Annotated[
            Literal[
                "ecr.api",
                "ecr.dkr",
                "events",
                "kms",
                "lambda",
                "logs",
                "monitoring",
                "secretsmanager",
                "sns",
                "sqs",
                "ssm",
                "states",
                "sts",
                "xray",
            ],
            OneOf(),
        ]
    ] = Field(
        (),
        description=(
            "Further services reached from the network without the internet. Each costs by the"
            " hour in every zone, and by the gigabyte."
        ),
    )
    flow_log_retention_days: LogDays = Field(
        365,
        description=(
            "Days that flow logs are kept: a value that CloudWatch Logs accepts. Flow logs cost by"
            " the gigabyte written and kept."
        ),
    )

    def addresses_in_a_subnet(self) -> int:
        """Addresses that AWS leaves free in each subnet: a 16th of the network, less 5."""
        return IPv4Network(self.cidr).num_addresses // 16 - 5


def network_contradictions(network: NetworkSettings, region: str) -> Iterator[Problem]:
    """What is wrong between the network's own settings."""
    for index, zone in enumerate(network.zones):
        if zone[:-1] != region:
            yield Problem(
                f"network.zones[{index}]",
                f"must be a zone of the stack's region {region}, got {zone!r}",
                because=("region",),
            )
