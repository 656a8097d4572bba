"""Levels and thresholds: strict without a configuration, and refused where nothing uses them."""

from pathlib import Path
from typing import Any

import pytest

from rules import PACK, RULES, ConfigurationError, configured
from rules.core.configuration import Configuration, parse
from rules.core.rule import Level

WINDOW = RULES["kms-deletion-window"]
DESTROY = RULES["s3-no-force-destroy"]


def problem(raw: Any) -> str:
    with pytest.raises(ConfigurationError) as refusal:
        parse(raw, RULES)
    return str(refusal.value)


def test_without_a_configuration_every_rule_is_mandatory_with_productions_thresholds() -> None:
    configuration = configured()
    assert {configuration.level(rule) for rule in RULES.values()} == {Level.MANDATORY}
    assert configuration.values(WINDOW) == {"minimum_days": 30}
    assert configuration.values(DESTROY) == {"production": True}


def test_a_level_is_given_alone_or_beside_thresholds() -> None:
    configuration = parse(
        {
            "s3-versioning": "advisory",
            "kms-deletion-window": {"enforcementLevel": "remediate", "minimum_days": 7},
            "s3-no-force-destroy": {"production": False},
        },
        RULES,
    )
    assert configuration.level(RULES["s3-versioning"]) is Level.ADVISORY
    assert configuration.level(WINDOW) is Level.REMEDIATE
    assert configuration.values(WINDOW) == {"minimum_days": 7}
    assert configuration.level(DESTROY) is Level.MANDATORY
    assert configuration.values(DESTROY) == {"production": False}


def test_what_is_said_of_all_gives_way_to_what_is_said_of_one() -> None:
    configuration = parse(
        {
            "all": {"enforcementLevel": "advisory", "production": False},
            "kms-deletion-window": "mandatory",
        },
        RULES,
    )
    assert configuration.level(DESTROY) is Level.ADVISORY
    assert configuration.values(DESTROY) == {"production": False}
    assert configuration.level(WINDOW) is Level.MANDATORY


def test_every_problem_is_named() -> None:
    raw = {
        "kms-deletion-windw": "mandatory",
        "kms-deletion-window": {"minimum_days": 3},
        "s3-versioning": {"enforcementLevel": "fatal", "days": 3},
        "tags-required": {"required": "owner", "patterns": {"owner": "("}},
        "all": {"production": "no"},
    }
    assert problem(raw).splitlines() == [
        "all.enforcementLevel must be given beside thresholds for all rules",
        "all.production must be true or false, got 'no'",
        "kms-deletion-window.minimum_days must be a whole number from 7 to 30, got 3",
        "there is no rule kms-deletion-windw; did you mean kms-deletion-window?",
        (
            "s3-versioning.enforcementLevel must be one of "
            "advisory, mandatory, remediate, disabled; got 'fatal'"
        ),
        "s3-versioning.days is not a threshold; the rule has none: choose from enforcementLevel",
        "tags-required.required must be a list of texts, got 'owner'",
        (
            "tags-required.patterns must be a mapping of texts that are regular expressions, "
            "got {'owner': '('}"
        ),
    ]


@pytest.mark.parametrize(
    ("raw", "allowed"),
    [
        ({"nothing-like-it": "mandatory"}, "; plinth rules lists them"),
        ({"kms-deletion-window": {"days": 9}}, "; choose from minimum_days"),
        ({"all": {"enforcementLevel": "mandatory", "prodution": True}}, "did you mean production?"),
        ({"kms-deletion-window": 3}, "one of advisory, mandatory, remediate, disabled; got 3"),
        ({"kms-deletion-window": None}, "remediate, disabled; got None"),
        ({"kms-deletion-window": ["mandatory"]}, "disabled; got ['mandatory']"),
        ({"kms-deletion-window": {"enforcementLevel": "MANDATORY"}}, "disabled; got 'MANDATORY'"),
    ],
)
def test_a_refusal_names_what_is_allowed(raw: Any, allowed: str) -> None:
    assert allowed in problem(raw)


@pytest.mark.parametrize("value", [True, 7.5, "7", None, [7], 31, -1, float("nan")])
def test_a_threshold_of_another_type_or_out_of_range_is_refused(value: Any) -> None:
    assert "must be a whole number from 7 to 30" in problem(
        {"kms-deletion-window": {"minimum_days": value}}
    )


def test_what_the_wire_makes_of_a_whole_number_is_one() -> None:
    configuration = parse({"kms-deletion-window": {"minimum_days": 7.0}}, RULES)
    assert configuration.values(WINDOW) == {"minimum_days": 7}
    assert isinstance(configuration.values(WINDOW)["minimum_days"], int)


@pytest.mark.parametrize("raw", [[], "mandatory", None])
def test_a_configuration_is_a_mapping(raw: Any) -> None:
    assert "must be a mapping" in problem(raw)


def test_a_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "prod.json"
    for text in ("{", '{"nothing": "mandatory"}'):
        path.write_text(text)
        with pytest.raises(ConfigurationError, match=r"^prod\.json: "):
            configured(path)
    with pytest.raises(ConfigurationError, match=r"^absent\.json: "):
        configured(tmp_path / "absent.json")


@pytest.mark.parametrize(
    "path", sorted((PACK / "config").glob("*.json")), ids=lambda path: path.stem
)
def test_the_projects_own_configurations_are_right(path: Path) -> None:
    configured(path)


def test_production_is_production_in_its_own_configuration() -> None:
    # What can be made anew, and needs no backup, only a configuration can know.
    known = {"not_kept"}
    given, strict = configured(PACK / "config" / "prod.json"), Configuration()
    for rule in RULES.values():
        assert given.level(rule) is Level.MANDATORY
        wanted = {name: item for name, item in strict.values(rule).items() if name not in known}
        assert wanted.items() <= given.values(rule).items()
