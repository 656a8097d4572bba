"""Settings as Pulumi hands them over: text, or JSON, by full key."""

import json
from typing import Any

import pulumi
import pytest

import settings
from offline.engine import synthesise
from settings import Settings, SettingsError
from tests.settings.examples import FULL, MINIMAL, NETWORK


def load(
    raw: dict[str, Any],
    *,
    secret_keys: tuple[str, ...] = (),
    others: dict[str, str] | None = None,
    project: str = "plinth",
    stack: str = "dev",
) -> Settings:
    """Load the settings in a program that runs as a stack with this configuration.

    Args:
        raw: values by key in the project's namespace, encoded as the engine encodes them.
        others: text by full key, of other namespaces.
    """
    config = {
        f"{project}:{name}": value if isinstance(value, str) else json.dumps(value)
        for name, value in raw.items()
    }
    loaded: list[Settings] = []
    synthesise(
        lambda: loaded.append(settings.load(pulumi.Config())),
        project=project,
        stack=stack,
        config={**config, **(others or {})},
        secret_keys=secret_keys,
    )
    return loaded[0]


def problems(raw: dict[str, Any], **more: Any) -> list[str]:
    """The lines of the error that a configuration gets."""
    with pytest.raises(SettingsError) as caught:
        load(raw, **more)
    return [line.removeprefix("  - ") for line in str(caught.value).splitlines()[1:]]


def test_sections_are_read_as_json_and_the_rest_as_text() -> None:
    assert load(FULL) == settings.parse(FULL)


def test_a_section_may_be_left_out() -> None:
    assert load(MINIMAL).network is None


def test_an_account_id_without_quotes_comes_as_the_same_text() -> None:
    assert load({**MINIMAL, "account_id": 111122223333}).account_id == "111122223333"


def test_an_account_id_whose_leading_zero_yaml_has_dropped_is_told_to_have_quotes() -> None:
    assert problems({**MINIMAL, "account_id": "12345678901"}) == [
        "account_id must be 12 digits in quotes, such as \"111122223333\"; got '12345678901'"
    ]


@pytest.mark.parametrize("owner", ["on", "true", "null", "42", "1e3"])
def test_text_is_never_read_as_json(owner: str) -> None:
    assert load({**MINIMAL, "owner": owner}).owner == owner


@pytest.mark.parametrize(
    ("text", "got"),
    [("on", "'on'"), ("10.0.0.0/16", "'10.0.0.0/16'"), ("42", "42"), ("[]", "a list")],
)
def test_a_section_that_is_text_or_a_number_is_refused(text: str, got: str) -> None:
    assert problems({**MINIMAL, "network": text}) == [
        f"network must be a mapping of settings, got {got}"
    ]


def test_a_section_without_a_value_is_refused() -> None:
    assert problems({**MINIMAL, "site": ""}) == [
        "site is empty: give its settings, {} for the defaults, or leave it out"
    ]


def test_an_unknown_key_of_the_project_is_refused_without_its_value() -> None:
    (problem,) = problems({**MINIMAL, "webhook": "hunter2"})

    assert problem.startswith("webhook is not a setting; choose from account_id, region")
    assert "hunter2" not in problem


def test_other_namespaces_belong_to_others() -> None:
    others = {"aws:region": "eu-west-2", "pulumi:disable-default-providers": '["aws"]', "x:y": "z"}

    assert load(MINIMAL, others=others).region == "eu-west-2"


def test_a_region_for_the_provider_that_is_not_the_stacks_is_refused_beside_the_rest() -> None:
    # Whoever set it means it to count, and it would not.
    others = {"aws:region": "eu-west-1"}
    refused = (
        "aws:region must be left out, since the stack is where plinth:region says; got 'eu-west-1'"
    )

    assert problems(MINIMAL, others=others) == [refused]
    assert [line.split()[0] for line in problems({**MINIMAL, "api": "on"}, others=others)] == [
        "api",
        "aws:region",
    ]


def test_a_setting_under_another_namespace_is_pointed_out() -> None:
    missing = {name: value for name, value in MINIMAL.items() if name not in {"region", "owner"}}
    others = {"aws:region": "eu-west-1", "platform:owner": "someone"}

    assert [line.rpartition("; ")[2] for line in problems(missing, others=others)] == [
        "aws:region isn't read, write plinth:region",
        "platform:owner isn't read, write plinth:owner",
    ]


@pytest.mark.parametrize("section", sorted(FULL))
def test_a_section_that_holds_a_secret_is_refused_without_showing_any_of_it(section: str) -> None:
    # Pulumi tells which sections hold a secret, and hands over its plain text.
    raw = {**FULL, section: {"nat": "hunter2", "password": "hunter2"}}
    found = problems(raw, secret_keys=(f"plinth:{section}",))

    assert found == [
        (
            f"{section} must not be a secret, nor hold one: keep it in AWS Secrets Manager, out of"
            " the configuration"
        )
    ]


def test_an_unknown_secret_is_refused_as_a_secret() -> None:
    found = problems({**MINIMAL, "webhook": "hunter2"}, secret_keys=("plinth:webhook",))

    assert [line.split(":")[0] for line in found] == ["webhook must not be a secret, nor hold one"]


def test_the_names_of_project_and_stack_are_judged() -> None:
    assert [line.split()[0] for line in problems(MINIMAL, stack="Prod_1")] == ["stack"]


def test_the_project_may_have_another_name() -> None:
    raw = {**MINIMAL, "network": NETWORK}

    assert load(raw, project="shop") == settings.parse(raw, project="shop")


def test_pulumi_prints_the_error_without_a_traceback() -> None:
    assert issubclass(SettingsError, pulumi.RunError)
