import pytest

from components.data.postgres import Postgres
from components.iam import Statement
from tests.components.data_support import ACCOUNT, REGION, built, granted
from tests.components.databases import database, instance


def test_callers_are_let_into_the_group_of_the_database() -> None:
    seen: list[Postgres] = []
    built(lambda: seen.append(database()))
    assert seen[0].security_group._name == "records-engine"


def test_signing_in_is_granted_as_one_user_of_one_database() -> None:
    graph, policy = granted(lambda: database().grant_connect("app"))
    assert policy == [
        {
            "Sid": "RecordsConnectApp",
            "Effect": "Allow",
            "Action": ["rds-db:connect"],
            "Resource": [f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:{instance(graph).id}/app"],
        }
    ]


def test_two_users_fit_in_one_policy() -> None:
    def both() -> tuple[Statement, ...]:
        made = database(users=("app", "reports"))
        return (
            *made.grant_connect("app"),
            *made.grant_connect("reports"),
            *made.grant_connect("app"),
        )

    _, policy = granted(both)
    assert [statement["Sid"] for statement in policy] == [
        "RecordsConnectApp",
        "RecordsConnectReports",
    ]


def test_only_the_users_of_the_database_can_be_granted() -> None:
    with pytest.raises(ValueError, match="user must be one of app, reports; got 'root'"):
        built(lambda: database(users=("app", "reports")).grant_connect("root"))
