import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from app.authoriser import handler as authoriser
from app.authoriser.handler import Parameter

NAME = "plinth-test-origin-parameter-0a1b2c"


class Store:
    """Systems Manager with one parameter and all its versions."""

    def __init__(self, *values: str, changed: datetime) -> None:
        self.values = list(values)
        self.changed = changed
        self.asked: list[str] = []

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803
        assert WithDecryption
        self.asked.append(Name)
        name, _, version = Name.partition(":")
        assert name == NAME
        number = int(version) if version else len(self.values)
        return {
            "Parameter": {
                "Value": self.values[number - 1],
                "Version": number,
                "LastModifiedDate": self.changed,
            }
        }


class Clock:
    """The time, as far as it has come."""

    def __init__(self) -> None:
        self.now = datetime(2025, 6, 1, 12, tzinfo=UTC)

    def date(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def parameter(store: Store, clock: Clock) -> Parameter:
    return Parameter(store, NAME, monotonic=clock.seconds, now=clock.date)


def test_the_value_of_the_parameter_is_taken(clock: Clock) -> None:
    assert parameter(Store("right", changed=clock.now), clock).matches("right")


@pytest.mark.parametrize("given", ["wrong", "", "righ", "right ", "RIGHT", "naïve"])
def test_any_other_value_is_refused(given: str, clock: Clock) -> None:
    assert not parameter(Store("right", changed=clock.now), clock).matches(given)


def test_the_parameter_is_read_once_for_many_requests(clock: Clock) -> None:
    store = Store("right", changed=clock.now)
    known = parameter(store, clock)
    assert all(known.matches("right") for _ in range(100))
    assert store.asked == [NAME]


def test_wrong_values_cannot_make_it_read_for_each_request(clock: Clock) -> None:
    store = Store("right", changed=clock.now)
    known = parameter(store, clock)
    assert not any(known.matches(f"guess {number}") for number in range(100))
    assert store.asked == [NAME]


def test_a_value_that_is_new_is_taken_as_soon_as_it_comes(clock: Clock) -> None:
    store = Store("old", changed=clock.now)
    known = parameter(store, clock)
    assert known.matches("old")
    clock.passes(authoriser.MIN_AGE)
    store.values.append("new")
    store.changed = clock.now
    assert known.matches("new")


def test_the_value_before_is_taken_while_the_distribution_changes(clock: Clock) -> None:
    store = Store("older", "old", "new", changed=clock.now)
    clock.passes(authoriser.GRACE.total_seconds() - 1)
    known = parameter(store, clock)
    assert known.matches("old")
    assert known.matches("new")
    assert not known.matches("older")
    assert store.asked == [NAME, f"{NAME}:2"]


def test_the_value_before_is_refused_after_that(clock: Clock) -> None:
    store = Store("old", "new", changed=clock.now)
    known = parameter(store, clock)
    assert known.matches("old")
    clock.passes(authoriser.GRACE.total_seconds())
    assert not known.matches("old")
    assert known.matches("new")


def test_an_instance_that_lives_long_reads_again(clock: Clock) -> None:
    store = Store("old", changed=clock.now)
    known = parameter(store, clock)
    assert known.matches("old")
    store.values = ["new"]
    clock.passes(authoriser.MAX_AGE)
    assert not known.matches("old")


def test_a_store_that_cannot_be_read_lets_nobody_through(clock: Clock) -> None:
    class Broken(Store):
        def get_parameter(self, *, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803
            raise TimeoutError(Name)

    with pytest.raises(TimeoutError):
        parameter(Broken("right", changed=clock.now), clock).matches("right")


@pytest.mark.parametrize(("given", "answer"), [("right", True), ("wrong", False)])
def test_api_gateway_gets_its_simple_answer(
    given: str, answer: bool, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = parameter(Store("right", changed=clock.now), clock)
    monkeypatch.setattr(authoriser, "_parameter", lambda: known)
    event = {"version": "2.0", "type": "REQUEST", "identitySource": [given]}
    assert authoriser.handler(event, None) == {"isAuthorized": answer}


def test_the_real_client_reads_the_parameter_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("PARAMETER_NAME", NAME)
    client = boto3.client("ssm", region_name="eu-west-2")
    stub = Stubber(client)
    stub.add_response(
        "get_parameter",
        {"Parameter": {"Value": "right", "Version": 1, "LastModifiedDate": datetime.now(UTC)}},
        {"Name": NAME, "WithDecryption": True},
    )
    monkeypatch.setattr(boto3, "client", lambda service, config: client)
    authoriser._parameter.cache_clear()
    with stub:
        assert authoriser.handler({"identitySource": ["right"]}, None) == {"isAuthorized": True}
    authoriser._parameter.cache_clear()


def test_loading_the_handler_does_not_load_boto3() -> None:
    # A boto3 client takes longer to load than all else that the authoriser does.
    script = "import sys, app.authoriser.handler; sys.exit('boto3' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
