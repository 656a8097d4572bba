"""What the sections hold, and what they default to."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from settings import Settings, parse
from settings.data import KeyAttribute
from settings.database import AuroraSettings, InstanceSettings
from tests.settings.examples import FULL, MINIMAL, NETWORK


def models(model: type[BaseModel] = Settings) -> set[type[BaseModel]]:
    """A model and all that it can hold."""
    found = {model}
    pending: list[Any] = [field.annotation for field in model.model_fields.values()]
    while pending:
        annotation = pending.pop()
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found |= models(annotation)
        pending += getattr(annotation, "__args__", ())
    return found


def test_only_where_and_whose_must_be_said() -> None:
    current = parse(MINIMAL)

    assert (current.network, current.database, current.api, current.site) == (None,) * 4
    assert (dict(current.tables), dict(current.buckets)) == ({}, {})
    assert current.encryption.customer_keys == "shared"


def test_the_defaults_are_those_of_production() -> None:
    raw = {**MINIMAL, "network": NETWORK, "tables": {"t": {"partition_key": "id"}}}
    raw |= {"buckets": {"b": {}}, "database": {"kind": "instance"}, "site": {}}
    current = parse(raw)

    assert current.encryption.protect is True
    assert current.tables["t"].protect is True
    assert current.tables["t"].point_in_time_recovery_days == 35
    assert current.buckets["b"].protect is True
    assert current.network is not None
    assert current.network.flow_log_retention_days == 365
    assert current.network.gateway_endpoints == ("s3", "dynamodb")
    assert current.site is not None
    assert (current.site.protect, current.site.indexed) == (True, True)
    assert isinstance(current.database, InstanceSettings)
    assert (current.database.protect, current.database.multi_az) == (True, True)


def test_a_key_is_text_unless_it_says_otherwise() -> None:
    index = {"partition_key": {"name": "owner"}, "sort_key": {"name": "at", "type": "N"}}
    table = {"partition_key": "id", "indexes": {"by-owner": index}}
    current = parse({**MINIMAL, "tables": {"t": table}}).tables["t"]

    assert current.partition_key == KeyAttribute(name="id", type="S")
    assert current.indexes["by-owner"].partition_key == KeyAttribute(name="owner", type="S")
    assert current.indexes["by-owner"].sort_key == KeyAttribute(name="at", type="N")


def test_the_kind_of_a_database_chooses_its_settings() -> None:
    cluster = {"kind": "aurora-serverless", "min_capacity": 0, "auto_pause_minutes": 10}
    current = parse({**MINIMAL, "network": NETWORK, "database": cluster}).database

    assert isinstance(current, AuroraSettings)
    assert (current.min_capacity, current.max_capacity) == (0.0, 4.0)
    assert (current.auto_pause_minutes, current.readers) == (10, 1)


def test_an_account_id_keeps_its_leading_zero() -> None:
    assert parse({**MINIMAL, "account_id": "012345678901"}).account_id == "012345678901"


def test_settings_can_not_be_changed() -> None:
    current = parse(FULL)

    with pytest.raises(ValidationError, match="frozen"):
        current.region = "eu-west-1"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        current.tables["coupons"].protect = False  # type: ignore[misc]
    with pytest.raises(TypeError, match="item assignment"):
        current.tables["more"] = current.tables["coupons"]  # type: ignore[index]


def test_settings_are_a_copy_of_what_they_were_made_from() -> None:
    raw = {**MINIMAL, "network": {**NETWORK, "zones": ["eu-west-2a", "eu-west-2b"]}}
    current = parse(raw)
    raw["network"]["zones"].append("eu-west-2c")

    assert current.network is not None
    assert current.network.zones == ("eu-west-2a", "eu-west-2b")


def test_settings_can_be_written_down_and_read_again() -> None:
    current = parse(FULL)

    assert parse(current.model_dump(mode="json")) == current


@pytest.mark.parametrize("model", sorted(models(), key=str))
def test_every_setting_is_described(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        assert field.description, name
        assert field.description[0].isupper() or field.description.startswith("`"), name
        assert field.description.endswith("."), name


@pytest.mark.parametrize(
    ("section", "setting", "unit"),
    [
        ("network", "nat", "by the hour"),
        ("network", "interface_endpoints", "by the hour"),
        ("network", "flow_log_retention_days", "by the gigabyte"),
        ("api", "provisioned_concurrency", "by the hour"),
        ("site", "firewall", "by the month"),
    ],
)
def test_what_costs_money_says_by_what(section: str, setting: str, unit: str) -> None:
    by_name = {model.__name__: model for model in models()}
    field = by_name[f"{section.capitalize()}Settings"].model_fields[setting]

    assert unit in str(field.description)
