"""A database elsewhere: what a reader of its secret may do, and what is refused."""

from typing import Any

import pytest

from components.data.external import ExternalDatabase
from tests.components.data_support import granted

ELSEWHERE = "arn:aws:secretsmanager:eu-west-2:111122223333:secret:movies/database-AbCdEf"
KEY = "arn:aws:kms:eu-west-2:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
READ: dict[str, Any] = {
    "Sid": "DatabaseReadSecret",
    "Effect": "Allow",
    "Action": ["secretsmanager:GetSecretValue"],
    "Resource": [ELSEWHERE],
}


def test_a_reader_may_read_the_one_secret_and_nothing_else() -> None:
    graph, found = granted(ExternalDatabase(name="database", secret_arn=ELSEWHERE).grant_read)
    assert found == [READ]
    assert graph.managed == ()


def test_a_customer_key_opens_for_this_secret_alone_and_only_through_secrets_manager() -> None:
    database = ExternalDatabase(name="database", secret_arn=ELSEWHERE, key_arn=KEY)
    _, found = granted(database.grant_read)
    assert found == [
        READ,
        {
            "Sid": "DatabaseDecryptSecret",
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": [KEY],
            "Condition": {
                "StringEquals": {
                    "kms:ViaService": "secretsmanager.eu-west-2.amazonaws.com",
                    "kms:EncryptionContext:SecretARN": ELSEWHERE,
                }
            },
        },
    ]


@pytest.mark.parametrize(
    "arn",
    [
        ELSEWHERE.removesuffix("-AbCdEf"),
        ELSEWHERE.replace("AbCdEf", "*"),
        "movies/database",
        "arn:aws:ssm:eu-west-2:111122223333:parameter/database",
    ],
)
def test_an_arn_that_iam_would_not_match_is_refused(arn: str) -> None:
    with pytest.raises(ValueError, match="secret_arn must be the whole ARN of a secret"):
        ExternalDatabase(name="database", secret_arn=arn)
