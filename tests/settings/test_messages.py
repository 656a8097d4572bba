"""An error says where, what is allowed and what was got; all of them at once."""

from typing import Any

import pytest

from settings import Settings, SettingsError, parse
from tests.settings.examples import FULL, MINIMAL, NETWORK, problems


def one(section: str, value: object) -> str:
    """The only problem of a section."""
    (problem,) = problems({**FULL, section: value})
    return problem


def test_every_problem_is_in_one_message_in_the_order_of_the_sections() -> None:
    raw = {
        "account_id": 111122223333,
        "owner": "",
        "cost_centre": "web-platform",
        "netwerk": {},
        "api": {"memory_mb": "512", "timeout_seconds": True, "domain": "api.example.com"},
        "tables": {"coupons": {"partition_key": 7}},
        "buckets": {"b": {"archive_after_days": 30, "expire_after_days": 10}},
    }

    with pytest.raises(SettingsError) as caught:
        parse(raw)

    assert str(caught.value).splitlines() == [
        "the stack's configuration has problems:",
        (
            "  - netwerk is not a setting; did you mean network? choose from"
            f" {', '.join(Settings.model_fields)}"
        ),
        '  - account_id must be 12 digits in quotes, such as "111122223333"; got 111122223333',
        (
            "  - region is missing: the AWS region that everything but CloudFront's parts is in,"
            " such as eu-west-2"
        ),
        (
            "  - owner must be 1 to 256 letters, digits, spaces and characters of _ . : / = + - @,"
            " without a space at either end, and not aws: at the beginning; got nothing"
        ),
        "  - tables.coupons.partition_key must be a mapping of settings, got 7",
        "  - buckets.b.expire_after_days must be more than archive_after_days, 30; got 10",
        "  - api.memory_mb must be a whole number from 128 to 10240, got '512'",
        "  - api.timeout_seconds must be a whole number from 1 to 29, got true",
        "  - api.hosted_zone_id must name the Route 53 zone in which api.example.com is; got null",
    ]


def test_the_paths_of_the_problems_are_there_for_programs() -> None:
    with pytest.raises(SettingsError) as caught:
        parse({**MINIMAL, "site": {"indexed": "no", "aliases": ["a"]}})

    assert [problem.path for problem in caught.value.problems] == [
        "site.aliases[0]",
        "site.indexed",
    ]


def test_a_choice_names_the_choices() -> None:
    assert one("network", {**NETWORK, "nat": "two"}) == (
        "network.nat must be one of none, single, per-az; got 'two'"
    )


def test_a_choice_that_is_nearly_right_is_pointed_out() -> None:
    assert one("network", {**NETWORK, "nat": "per_az"}) == (
        "network.nat must be one of none, single, per-az; got 'per_az'; did you mean per-az?"
    )


def test_an_unknown_setting_is_pointed_out_once_and_not_taken_for_left_out() -> None:
    raw = {**FULL, "network": {**NETWORK, "natt": "single"}}
    raw["api"] = {"in_network": True, "internet": True}

    assert problems(raw) == [
        (
            "network.natt is not a setting; did you mean nat? choose from cidr, zones, nat,"
            " gateway_endpoints, interface_endpoints, flow_log_retention_days"
        )
    ]


def test_a_mistyped_section_is_not_taken_for_left_out() -> None:
    raw = {**MINIMAL, "netwrok": NETWORK, "database": {"kind": "instance"}}

    assert [line.split()[0] for line in problems(raw)] == ["netwrok"]


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (1, "1"),
        (0.5, "0.5"),
        (False, "false"),
        (None, "null"),
        ("", "nothing"),
        ("x" * 100, f"'{'x' * 60}…'"),
        (["eu-west-2"], "a list"),
        ({"eu-west-2": "x"}, "a mapping"),
    ],
)
def test_a_value_is_shown_as_the_file_has_it(value: object, got: str) -> None:
    assert one("region", value) == (
        f"region must be a region of the aws partition, such as eu-west-2; got {got}"
    )


def test_a_region_that_is_nearly_right_is_pointed_out() -> None:
    assert problems({**MINIMAL, "region": "eu-wset-2"}) == [
        (
            "region must be a region of the aws partition, such as eu-west-2; got 'eu-wset-2'; did"
            " you mean eu-west-2?"
        )
    ]


@pytest.mark.parametrize("section", ["network", "database", "api", "site"])
@pytest.mark.parametrize(
    ("value", "got"), [("on", "'on'"), (7, "7"), (True, "true"), ([], "a list")]
)
def test_a_section_must_be_a_mapping(section: str, value: object, got: str) -> None:
    assert one(section, value) == f"{section} must be a mapping of settings, got {got}"


def test_a_name_with_nothing_behind_it_is_told_how_to_take_the_defaults() -> None:
    portals = {**FULL["portals"], "apps": {"b2b": None}}
    assert one("portals", portals) == (
        "portals.apps.b2b must be a mapping of settings, {} for the defaults; got null"
    )
    # Where something must be said, the defaults alone won't do.
    assert problems({**MINIMAL, "tables": {"logs": None}}) == [
        "tables.logs must be a mapping of settings, got null"
    ]


@pytest.mark.parametrize("section", ["network", "encryption", "tables", "database", "api", "site"])
@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_section_says_neither_yes_nor_no(section: str, value: object) -> None:
    assert f"{section} is empty: give its settings, {{}} for the defaults, or leave it out" in (
        problems({**FULL, section: value})
    )


@pytest.mark.parametrize("value", ["read", ["coupons"]])
def test_what_goes_by_name_must_be_a_mapping(value: Any) -> None:
    got = "a list" if isinstance(value, list) else "'read'"
    assert one("api", {"tables": value}) == (
        f"api.tables must be a mapping of names to their settings, got {got}"
    )


def test_a_list_is_named_with_the_place_of_the_entry() -> None:
    raw = {**MINIMAL, "network": {**NETWORK, "zones": ["eu-west-2a", "eu-west-2", 3]}}

    assert problems(raw) == [
        "network.zones[1] must be an availability zone such as eu-west-2a, got 'eu-west-2'",
        "network.zones[2] must be an availability zone such as eu-west-2a, got 3",
    ]


def test_a_list_of_the_wrong_length_says_how_long() -> None:
    assert one("network", {**NETWORK, "zones": ["eu-west-2a"]}) == (
        "network.zones must have at least 2 entries, got 1"
    )


def test_an_entry_that_stands_twice_is_named() -> None:
    assert one("network", {**NETWORK, "gateway_endpoints": ["s3", "s3"]}) == (
        "network.gateway_endpoints must have each entry once, got 's3' twice"
    )


def test_a_database_is_judged_as_the_kind_it_says() -> None:
    assert one("database", {"kind": "instance", "multi_az": "yes"}) == (
        "database.multi_az must be true or false, got 'yes'"
    )


def test_a_setting_of_the_other_kind_says_so() -> None:
    assert one("database", {"kind": "instance", "auto_pause_minutes": 10}) == (
        "database.auto_pause_minutes is a setting of kind aurora-serverless only; this database is"
        " of kind instance"
    )
    assert one("database", {"kind": "aurora-serverless", "multi_az": True}) == (
        "database.multi_az is a setting of kind instance only; this database is of kind"
        " aurora-serverless"
    )


def test_a_database_must_say_its_kind() -> None:
    assert one("database", {"multi_az": "yes"}) == (
        "database.kind is missing: one of instance, aurora-serverless, external"
    )
    assert one("database", {"kind": "mysql", "multi_az": "yes"}) == (
        "database.kind must be one of instance, aurora-serverless, external; got 'mysql'"
    )


def test_a_version_without_quotes_is_told_to_have_them() -> None:
    assert one("database", {"kind": "instance", "engine_version": 17}) == (
        "database.engine_version must be a major version of PostgreSQL from 14 to 18 in quotes,"
        ' such as "17"; got 17'
    )


def test_a_name_that_aws_would_refuse_is_named() -> None:
    assert problems({**MINIMAL, "tables": {"Coupons": {"partition_key": "id"}}}) == [
        (
            "tables.Coupons must be a name of lower-case letters, digits and single hyphens that"
            " starts with a letter and has at most 40 characters; got 'Coupons'"
        )
    ]


def test_what_only_follows_from_a_problem_is_no_problem_of_its_own() -> None:
    raw = {**FULL, "network": {"cidr": "10.0.0.0/8", "zones": "eu-west-2a", "nat": "one"}}
    raw["api"] = {"in_network": True, "internet": True}

    assert [line.split()[0] for line in problems(raw)] == [
        "network.cidr",
        "network.zones",
        "network.nat",
    ]


def test_contradictions_are_reported_beside_other_problems_of_the_same_section() -> None:
    raw = {**MINIMAL, "api": {"memory_mb": 1, "internet": True, "domain": "api.example.com"}}

    assert [line.split()[0] for line in problems(raw)] == [
        "api.memory_mb",
        "api.hosted_zone_id",
        "api.internet",
    ]
