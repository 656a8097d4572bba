"""What settings allow is what components and AWS take; settings may not import either."""

import re
from typing import Any, get_args

import botocore.session
import pytest

from components import logs
from components.data.postgres_sizes import memory_bytes
from components.dns import MAX_NAMES
from components.frontend.site import DEFAULT_CONTENT_SECURITY_POLICY
from components.network.endpoints import GATEWAY_SERVICES, INTERFACE_SERVICES
from settings.core import Region
from settings.database import InstanceSettings
from settings.frontend import SiteSettings
from settings.kinds import LOG_DAYS, Text
from settings.network import NetworkSettings


def choices(annotation: Any) -> set[str]:
    """The words of a choice, however deep it lies in the annotation."""
    if isinstance(annotation, str):
        return {annotation}
    found: set[str] = set()
    for argument in get_args(annotation):
        found |= choices(argument)
    return found


def test_the_regions_are_all_those_of_the_aws_partition() -> None:
    known = set(botocore.session.get_session().get_available_regions("ec2", "aws"))

    assert known <= set(get_args(Region))


def test_retentions_are_those_that_components_take() -> None:
    assert tuple(logs.RETENTION_DAYS) == LOG_DAYS


@pytest.mark.parametrize(
    ("setting", "services"),
    [("gateway_endpoints", GATEWAY_SERVICES), ("interface_endpoints", INTERFACE_SERVICES)],
)
def test_endpoints_are_those_that_the_network_can_make(setting: str, services: Any) -> None:
    assert choices(NetworkSettings.model_fields[setting].annotation) == set(services)


def test_the_site_has_the_same_policy_by_default() -> None:
    assert SiteSettings().content_security_policy == DEFAULT_CONTENT_SECURITY_POLICY


def test_every_class_of_instance_has_a_memory_that_is_known() -> None:
    sizes = [
        *("micro", "small", "medium", "large", "xlarge", "3xlarge", "metal", "metal-24xl"),
        *(f"{number}xlarge" for number in (2, 4, 8, 12, 16, 24, 32, 48)),
    ]
    families = [
        *("t3", "t4g", "m5", "m6gd", "m7g", "m8g", "r5b", "r6idn", "r8g", "c6gd"),
        *("x2g", "x2idn", "x2iedn", "x2iezn", "x8g", "z1d", "t2"),
    ]
    pattern = instance_class_pattern()
    accepted = [
        name
        for family in families
        for size in sizes
        if pattern.fullmatch(name := f"db.{family}.{size}")
    ]

    assert all(memory_bytes(name) for name in accepted)
    assert {"db.t4g.medium", "db.m8g.metal-24xl", "db.x2g.48xlarge"} <= {*accepted}
    assert not {"db.m7g.metal", "db.x2iezn.large", "db.m7g.3xlarge", "db.t4g.4xlarge"} & {*accepted}


def instance_class_pattern() -> re.Pattern[str]:
    """The form of an instance class, as the settings have it."""
    metadata = InstanceSettings.model_fields["instance_class"].metadata
    (form,) = [item for item in metadata if isinstance(item, Text)]
    return re.compile(form.pattern)


def test_domain_and_aliases_fit_on_one_certificate() -> None:
    metadata = SiteSettings.model_fields["aliases"].metadata
    (longest,) = [item.max_length for item in metadata if hasattr(item, "max_length")]

    assert longest == MAX_NAMES - 1
