"""What is taken for a secret, by its name or by its form."""

import time

import pytest

from rules.core.report import Report
from rules.core.values import UNKNOWN, Secret
from rules.sensitive import is_reference, is_secret_itself, is_sensitive_name
from tests.policy.cases import aws
from tests.policy.judging import PROVEN, judged, messages


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "dbPassword",
        "DBPASSWORD",
        "DB_PASS",
        "DBPASS",
        "HMAC_KEY",
        "/app/partner/api-key",
        "stripeApiKey",
        "APIKey",
        "CLIENT_SECRET",
        "SECRET_KEY_BASE",
        "OAuthToken",
        "github-token",
        "/app/signing_key",
        "credentials",
        "CONNECTION_STRING",
        "AWS_SECRET_ACCESS_KEY",
    ],
)
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_sensitive_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "TABLE_COUPONS",
        "SECRET_ARN",
        "DB_SECRET_NAME",
        "TOKEN_URL",
        "MAX_TOKENS",
        "PASSWORD_MIN_LENGTH",
        "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT",
        "SECRETS_MANAGER_TTL",
        "AWS_ACCESS_KEY_ID",
        "partition-key",
        "/app/keyboard/layout",
        "BYPASS",
        "PASS",
        "COMPASS_HEADING",
        "secretary",
    ],
)
def test_names_of_other_things_are_not_taken_for_secrets(name: str) -> None:
    assert not is_sensitive_name(name)


@pytest.mark.parametrize(
    "value",
    [
        "AKIA" + "Q7" * 8,
        "key=" + "ASIA" + "Q7" * 8,
        "wJalrXU7nF" * 4,
        "eyJhbGciOiJI" + "." + "eyJzdWIiOiIx" + ".c2ln",
        "-----BEGIN " + "OPENSSH PRIVATE KEY-----",
        "https://hooks.slack.com/services/" + "T0/B0/" + "a1B2" * 6,
        "amqps://app:" + "hunter22@broker:5671",
    ],
)
def test_secrets_are_known_by_their_form(value: str) -> None:
    assert is_secret_itself(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        "INFO",
        "x" * 50_000,
        "a://" * 2_000,
        "https://user@example.com/path:1@2",
        "postgres://app:${PASSWORD}@database",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "arn:aws:sqs:eu-west-2:111122223333:orders",
        "https://sqs.eu-west-2.amazonaws.com/111122223333/orders",
        "-----BEGIN CERTIFICATE-----",
        "kiosk-task-sk-orders",
    ],
)
def test_other_values_are_not_taken_for_secrets(value: object) -> None:
    start = time.process_time()
    assert not is_secret_itself(value)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("arn:aws:secretsmanager:eu-west-2:111122223333:secret:a", True),
        ("arn:aws-cn:ssm:cn-north-1:111122223333:parameter/a", True),
        ("/app/database/password", True),
        ("https://id.example.com/token", True),
        ("production/database", True),
        ("True", True),
        ("  ", True),
        ("hunter22", False),
        ("aB3/x9Qz", False),
        ("0", False),
    ],
)
def test_where_a_secret_is_kept_is_none(value: str, expected: bool) -> None:
    assert is_reference(value) is expected


def test_a_variable_that_the_program_keeps_secret_is_a_leak() -> None:
    rule = PROVEN["lambda-env-no-secrets"]

    def report(value: object) -> Report:
        inputs = {"environment": {"variables": {"SETTING": value}}}
        return judged(rule, (aws("lambda/function:Function", inputs=inputs),))

    leak = "variable SETTING holds what the program keeps secret"
    assert messages(report(Secret("zebra"))) == [leak]
    assert messages(report(Secret("arn:aws:ssm:eu-west-2:111122223333:parameter/a"))) == []
    assert messages(report("zebra")) == []
    assert messages(report(Secret(UNKNOWN))) == []
    assert report(Secret(UNKNOWN)).not_yet_known
