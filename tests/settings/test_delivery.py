"""The section `delivery`: who may deploy, exactly."""

from typing import Any

import pytest

from settings import parse
from tests.settings.examples import MINIMAL, problems

DELIVERY: dict[str, Any] = {
    "repository": "example-org/plinth",
    "preview": {"environment": "preview"},
    "deploy": {"environment": "production"},
}
ACCOUNT = MINIMAL["account_id"]
FOREIGN = "arn:aws:iam::999988887777:oidc-provider/token.actions.githubusercontent.com"


def refused(**changes: Any) -> list[str]:
    return problems({**MINIMAL, "delivery": {**DELIVERY, **changes}})


def test_a_delivery_says_who_may_look_and_who_may_deploy() -> None:
    current = parse({**MINIMAL, "delivery": DELIVERY}).delivery

    assert current is not None
    assert (current.preview.environment, current.deploy.environment) == ("preview", "production")
    assert (current.session_minutes, current.provider_arn, current.state) == (60, None, None)


@pytest.mark.parametrize(
    "repository", ["example-org/plinth", "a/b.c_d-e", "example-org@123456/plinth@456789"]
)
def test_a_repository_is_named_as_its_tokens_name_it(repository: str) -> None:
    current = parse({**MINIMAL, "delivery": {**DELIVERY, "repository": repository}})

    assert current.delivery is not None
    assert current.delivery.repository == repository


@pytest.mark.parametrize(
    "repository",
    [
        "plinth",
        "example-org/*",
        "*/plinth",
        "example-org/plinth:ref",
        "example-org@123456/plinth",
        "https://github.com/example-org/plinth",
    ],
)
def test_a_repository_is_one(repository: str) -> None:
    (problem,) = refused(repository=repository)
    assert problem.startswith("delivery.repository must be a repository such as")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"deploy": {}},
            "delivery.deploy must name an environment or a branch, got neither",
        ),
        (
            {"preview": {"environment": "a", "branch": "b"}},
            "delivery.preview must name an environment or a branch, got both",
        ),
        (
            {"preview": {"environment": "production"}},
            (
                "delivery.preview must be for other jobs than deploy: what may only look must not"
                " be able to change"
            ),
        ),
        (
            {"provider_arn": FOREIGN},
            (f"delivery.provider_arn must be of the stack's account {ACCOUNT}, got '{FOREIGN}'"),
        ),
        (
            {"session_minutes": 721},
            "delivery.session_minutes must be a whole number from 60 to 720, got 721",
        ),
        (
            {"deploy": {"branch": "main*"}},
            (
                "delivery.deploy.branch must be a branch's name of letters, digits and single"
                " characters of . _ - /, with at most 100 characters; got 'main*'"
            ),
        ),
    ],
)
def test_what_would_let_others_in_is_refused(changes: dict[str, Any], problem: str) -> None:
    assert refused(**changes) == [problem]


KEY = f"arn:aws:kms:eu-west-2:{ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize("bucket", ["abc", "plinth-state", "state.example.com", "a" * 63])
def test_the_state_is_in_any_bucket(bucket: str) -> None:
    state = {"bucket": bucket, "key_arn": KEY}

    assert parse({**MINIMAL, "delivery": {**DELIVERY, "state": state}})


@pytest.mark.parametrize(
    "bucket",
    [
        *("ab", "a" * 64, "State", "-state", "state-", "my_state", "my..state", "192.168.5.4"),
        *("xn--state", "sthree-state", "amzn-s3-demo-state"),
        *("state-s3alias", "state--ol-s3", "state.mrap", "state--x-s3", "state--table-s3"),
    ],
)
def test_the_state_can_not_be_where_s3_has_no_bucket(bucket: str) -> None:
    (problem,) = refused(state={"bucket": bucket, "key_arn": KEY})

    assert problem.startswith("delivery.state.bucket must be the name of an S3 bucket")
