import json
import re

import pytest

from rules.core import actions
from tools import delivery
from tools.delivery_kinds import Service
from tools.delivery_services import SERVICES

TABLE = json.loads(delivery.TARGET.read_text(encoding="utf-8"))
LOOKING = {"look", "read"}


def test_the_file_is_what_the_pack_s_table_makes() -> None:
    assert delivery.TARGET.read_text(encoding="utf-8") == delivery.text()
    assert delivery.main(["--check"]) is None


@pytest.mark.parametrize("service", sorted(TABLE))
def test_every_action_is_in_the_group_of_its_access_level(service: str) -> None:
    for name, group in TABLE[service].items():
        listed = group["actions"] if isinstance(group, dict) else group
        levels = {getattr(actions.find(f"{service}:{item}"), "access", None) for item in listed}
        assert None not in levels
        if name in LOOKING:
            assert levels <= {"L", "R"}
        elif name == "label":
            assert levels == {"T"}
        else:
            assert not levels & {"L", "R"}


@pytest.mark.parametrize("service", sorted(TABLE))
def test_an_action_is_free_only_where_aws_knows_no_resource_or_hides_some(service: str) -> None:
    for group in TABLE[service].values():
        if isinstance(group, list):
            limited = {i for i in group if actions.find(f"{service}:{i}").has_resources}  # type: ignore[union-attr]
            assert limited <= {*SERVICES[service].whole}


@pytest.mark.parametrize(("prefix", "service"), sorted(SERVICES.items()))
def test_no_action_is_lost_for_want_of_its_resource_s_type(prefix: str, service: Service) -> None:
    groups = delivery.statements(prefix, service).values()
    kept = {
        item
        for group in groups
        for item in (group["actions"] if isinstance(group, dict) else group)
    }
    asked = {action.name.partition(":")[2] for action in actions.expanded(f"{prefix}:*")}
    assert {item for item in asked if re.fullmatch(service.actions, item)} == kept


def test_an_action_that_aws_does_not_have_is_named() -> None:
    service = Service(actions="CreateTable|CreateTabel", expected=("CreateTabel",))
    with pytest.raises(ValueError, match="AWS has no action of dynamodb called CreateTabel"):
        delivery.statements("dynamodb", service)


def test_nothing_reads_data_or_acts_for_the_stack() -> None:
    allowed = {
        f"{service}:{action}"
        for service, groups in TABLE.items()
        for group in groups.values()
        for action in (group["actions"] if isinstance(group, dict) else group)
    }
    assert not allowed & {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "kms:Decrypt",
        "lambda:InvokeFunction",
        "logs:GetLogEvents",
        "rds:DownloadDBLogFilePortion",
        "s3:GetObject",
        "s3:PutObject",
        "secretsmanager:GetSecretValue",
        "sns:Publish",
        "sqs:ReceiveMessage",
    }


def test_a_slip_of_the_pen_loses_no_action() -> None:
    assert all(service.expected for service in SERVICES.values())


def test_the_command_says_how_it_is_used() -> None:
    assert delivery.main(["--write"]) == ("usage: python -m tools.delivery [--check], got --write")
