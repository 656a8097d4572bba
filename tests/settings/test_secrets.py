"""No secret passes through the settings, and none is shown on the way out."""

import traceback
from typing import Any

import pytest

from settings import SettingsError, parse
from settings.secrets import looks_secret
from tests.settings.examples import FULL, MINIMAL, problems
from tests.settings.mutating import Location, leaves

REFUSAL = (
    "must not be a secret, nor hold one: keep it in AWS Secrets Manager, out of the configuration"
)
PLANTED = "AKIAIOSFODNN7EXAMPLE"


def planted_at(location: Location, secret: object) -> dict[str, Any]:
    """The full example with a secret in the place of one value."""

    def copy(raw: Any, rest: Location) -> Any:
        if not rest:
            return secret
        if isinstance(raw, list):
            return [copy(v, rest[1:]) if i == rest[0] else v for i, v in enumerate(raw)]
        return {k: copy(v, rest[1:]) if k == rest[0] else v for k, v in raw.items()}

    copied: dict[str, Any] = copy(FULL, location)
    return copied


@pytest.mark.parametrize("secret", [PLANTED, {"secure": f"v1:{PLANTED}"}, {"x": [PLANTED]}])
def test_a_secret_anywhere_is_refused_and_never_shown(secret: object) -> None:
    for location in leaves(FULL):
        with pytest.raises(SettingsError) as caught:
            parse(planted_at(location, secret))

        everything = "".join(traceback.format_exception(caught.value)) + repr(caught.value.problems)
        assert PLANTED not in everything, location
        assert "must not be a secret, nor hold one: " in everything, location


def test_a_secret_is_reported_beside_the_other_problems() -> None:
    raw = {**FULL, "owner": PLANTED, "site": {"indexed": "no"}}

    assert problems(raw) == [f"owner {REFUSAL}", "site.indexed must be true or false, got 'no'"]


def test_a_secret_as_a_name_is_not_shown_either() -> None:
    raw = {**MINIMAL, "tables": {PLANTED: {"partition_key": "id"}}, PLANTED: {}}

    assert problems(raw) == [f"[secret] {REFUSAL}", f"tables.[secret] {REFUSAL}"]


@pytest.mark.parametrize("name", ["db_password", "api_key", "webhook_secret", "github_token"])
def test_an_unknown_setting_that_asks_for_a_secret_says_where_it_belongs(name: str) -> None:
    assert problems({**MINIMAL, "api": {name: "hunter2"}}) == [
        f"api.{name} is not a setting, and {REFUSAL}"
    ]


@pytest.mark.parametrize(
    ("section", "setting", "value", "instead"),
    [
        (
            "alerts",
            "pagerduty",
            "https://events.pagerduty.com/integration/0/enqueue",
            "pagerduty:endpoint",
        ),
        ("portals", "access_token", "ghp_abcdefghijklmnopqrst0123", "amplify:access_token"),
        ("portals", "access_token", "hunter2", "amplify:access_token"),
    ],
)
def test_a_secret_that_has_a_place_is_shown_to_it(
    section: str, setting: str, value: str, instead: str
) -> None:
    (problem,) = problems({**FULL, section: {**FULL[section], setting: value}})

    assert problem.endswith(
        f"must not be a secret, nor hold one: use `pulumi config set --secret {instead}`"
    )


@pytest.mark.parametrize("name", ["secrets", "tokens", "secure", "api-keys"])
def test_a_table_may_be_about_secrets(name: str) -> None:
    table = {"partition_key": "token", "ttl_attribute": "secret_until"}
    raw = {**MINIMAL, "tables": {name: table}, "api": {"tables": {name: "read", "b": "read"}}}

    assert parse({**raw, "tables": {**raw["tables"], "b": table}})


@pytest.mark.parametrize(
    "text",
    [
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "-----BEGIN RSA PRIVATE KEY-----",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "xoxb-123456789012",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
        "v1:8m+rKMEzxQgjMtma:Oy2B/c8Z+LPrbxFgmLvEktPuE8x6plU=",
        "postgres://app:hunter2@db.example.com/app",
        "password = hunter2",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    ],
)
def test_what_has_the_form_of_a_secret_is_taken_for_one(text: str) -> None:
    assert looks_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "platform-team",
        "Platform-Team-For-Retail-Banking-2026-Europe",
        "PlatformTeamForRetailBankingEurope2026",
        "Z0123456789ABCDEFGHIJKLMNOPQRSTU",
        "arn:aws:lambda:eu-west-2:111122223333:code-signing-config:csc-0123456789abcdef0",
        "default-src 'self'; script-src 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='",
        "https://www.example.com:8443",
        "audit-2026-entries-of-all-the-regions",
        "0" * 32,
    ],
)
def test_what_people_write_is_not_taken_for_a_secret(text: str) -> None:
    assert not looks_secret(text)


def test_where_a_secret_is_kept_is_no_secret() -> None:
    arn = "arn:aws:secretsmanager:eu-west-2:111122223333:secret:movies/password-AbCdEf"

    assert not looks_secret(arn)
    assert looks_secret(arn.replace("movies/password", "AKIAIOSFODNN7EXAMPLE"))
    assert looks_secret("secret:hunter2")
