from typing import Any

import pytest

from components.data.keys import Key
from components.data.postgres_aurora import AuroraArgs
from components.data.postgres_basis import checked_identifier
from components.data.postgres_instance import InstanceArgs
from tests.components.data_support import built, key
from tests.components.databases import database


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"database_name": "Clinic"}, "database_name must be 1 to 63 of a-z"),
        ({"database_name": "1st"}, "database_name must be 1 to 63 of a-z"),
        ({"users": ()}, "users must not be empty"),
        ({"users": ("App",)}, "users must be 1 to 63 of a-z"),
        ({"users": ("platform_owner",)}, "users must be 1 to 63 of a-z"),
        ({"backup_retention_days": 0}, "backup_retention_days must be from 1 to 35, got 0"),
        ({"backup_retention_days": 36}, "backup_retention_days must be from 1 to 35, got 36"),
        ({"log_retention_days": 100}, "log_retention_days must be one of 1, 3, 5"),
        (
            {"proxy": True, "engine": AuroraArgs(min_capacity=0, auto_pause_minutes=5)},
            "proxy must be False with auto_pause_minutes",
        ),
    ],
)
def test_what_rds_would_refuse_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        built(lambda: database(**changes))


def test_a_key_that_cannot_encrypt_logs_is_refused() -> None:
    def other() -> Key:
        return key("other", services=("cloudfront",))

    with pytest.raises(ValueError, match=r"key must serve logs, got one for \('cloudfront',\)"):
        built(lambda: database(key=other()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"engine_version": "17.4"}, "engine_version must be a major version such as 17"),
        ({"instance_class": "t4g.medium"}, "instance_class must be a class such as db.t4g.medium"),
        ({"storage_gb": 19}, "storage_gb must be at least 20, got 19"),
        ({"storage_gb": 100, "max_storage_gb": 109}, "max_storage_gb must be a tenth more than"),
    ],
)
def test_an_instance_that_rds_would_refuse_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        InstanceArgs(**changes)


@pytest.mark.parametrize("identifier", ["a" * 64, "Plinth", "a--b", "a-", "1a"])
def test_an_identifier_that_rds_would_refuse_is_refused(identifier: str) -> None:
    with pytest.raises(ValueError, match="an identifier in RDS must be at most 63"):
        checked_identifier(identifier)


def test_an_identifier_of_63_characters_is_taken() -> None:
    assert checked_identifier("a" * 63) == "a" * 63
