"""The two stacks that the project carries: development is cheap, production keeps everything."""

from typing import Any

import pytest
import yaml

from settings import Settings, parse
from settings.database import AuroraSettings, InstanceSettings
from tests.settings.test_schema import ROOT


def settings_of(stack: str) -> Settings:
    """The settings of a stack file."""
    config: dict[str, Any] = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    raw = {name.removeprefix("plinth:"): value for name, value in config.items()}
    return parse(raw, stack=stack)


@pytest.fixture(name="dev")
def _dev() -> Settings:
    return settings_of("dev")


@pytest.fixture(name="prod")
def _prod() -> Settings:
    return settings_of("prod")


def protected(raw: Any) -> list[bool]:
    """Whether each part that keeps something is protected."""
    if not isinstance(raw, dict):
        return []
    own = [raw["protect"]] if "protect" in raw else []
    return own + [flag for value in raw.values() for flag in protected(value)]


def retentions(raw: Any) -> list[int]:
    """All log retentions."""
    if not isinstance(raw, dict):
        return []
    own = [days for name, days in raw.items() if name.endswith("log_retention_days")]
    return own + [days for value in raw.values() for days in retentions(value)]


def test_the_stacks_are_in_accounts_of_their_own(dev: Settings, prod: Settings) -> None:
    assert dev.account_id != prod.account_id


def test_their_networks_could_be_joined(dev: Settings, prod: Settings) -> None:
    assert dev.network is not None
    assert prod.network is not None
    assert dev.network.cidr != prod.network.cidr


def test_development_can_be_thrown_away(dev: Settings) -> None:
    assert set(protected(dev.model_dump())) == {False}


def test_development_costs_nothing_by_the_hour_while_nobody_works(dev: Settings) -> None:
    assert dev.network is not None
    assert (dev.network.nat, dev.network.interface_endpoints) == ("none", ())
    assert len(dev.network.zones) == 2
    assert isinstance(dev.database, AuroraSettings)
    assert (dev.database.min_capacity, dev.database.readers, dev.database.proxy) == (0, 0, False)
    assert dev.database.auto_pause_minutes is not None
    assert dev.api is not None
    assert dev.api.provisioned_concurrency is None
    assert dev.encryption.customer_keys == "shared"


def test_development_keeps_logs_for_a_week(dev: Settings) -> None:
    assert set(retentions(dev.model_dump())) == {7}


def test_development_stays_out_of_search_engines_and_has_no_domain(dev: Settings) -> None:
    assert dev.site is not None
    assert (dev.site.indexed, dev.site.domain, dev.site.firewall) == (False, None, None)


def test_production_survives_the_loss_of_a_zone(prod: Settings) -> None:
    assert prod.network is not None
    assert len(prod.network.zones) == 3
    assert isinstance(prod.database, InstanceSettings)
    assert prod.database.multi_az


def test_production_keeps_everything(prod: Settings) -> None:
    assert set(protected(prod.model_dump())) == {True}
    assert min(retentions(prod.model_dump())) == 365
    assert isinstance(prod.database, InstanceSettings)
    assert prod.database.backup_retention_days == 35
    assert {table.point_in_time_recovery_days for table in prod.tables.values()} == {35}


def test_production_has_its_own_names_and_a_firewall(prod: Settings) -> None:
    assert prod.site is not None
    assert prod.site.domain == "www.example.com"
    assert prod.site.hosted_zone_id is not None
    assert prod.site.firewall is not None
    assert prod.site.indexed
    assert prod.encryption.customer_keys == "per-store"


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_table_is_the_one_that_the_app_keeps_coupons_in(stack: str) -> None:
    current = settings_of(stack)
    coupons = current.tables["coupons"]
    newest = coupons.indexes["newest"]

    assert (coupons.partition_key.name, coupons.sort_key) == ("coupon_id", None)
    assert newest.sort_key is not None
    assert (newest.partition_key.name, newest.sort_key.name) == ("listing", "issued_at")
    assert coupons.ttl_attribute == "expires_at"
    assert current.api is not None
    assert dict(current.api.tables) == {"coupons": "read-write"}
