import pytest

from components.data.keys import Key, KeyArgs
from tests.components.data_support import (
    ACCOUNT,
    REGION,
    built,
    granted,
    key,
    statements,
    via,
)

KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"

ADMINISTRATION = {
    "Sid": "AccountAdministration",
    "Effect": "Allow",
    "Principal": {"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]},
    "Action": ["kms:*"],
    "Resource": ["*"],
}
LOG_GROUPS = {
    "Sid": "LogGroups",
    "Effect": "Allow",
    "Principal": {"Service": [f"logs.{REGION}.amazonaws.com"]},
    "Action": [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
    ],
    "Resource": ["*"],
    "Condition": {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"
        }
    },
}
CLOUDFRONT = {
    "Sid": "CloudFrontDecrypt",
    "Effect": "Allow",
    "Principal": {"Service": ["cloudfront.amazonaws.com"]},
    "Action": ["kms:Decrypt"],
    "Resource": ["*"],
    "Condition": {
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/*"},
    },
}


def test_a_key_rotates_lives_in_one_region_and_takes_thirty_days_to_delete() -> None:
    made = built(key).one(KEY, "main-key")
    assert {name: value for name, value in made.given.items() if name != "policy"} == {
        "description": "Encrypts the tests",
        "enableKeyRotation": True,
        "deletionWindowInDays": 30,
        "multiRegion": False,
        "region": REGION,
    }


def test_a_key_has_an_alias_that_says_where_it_comes_from() -> None:
    graph = built(key)
    alias = graph.one(ALIAS, "main-alias")
    assert alias.inputs["name"].startswith("alias/plinth-test-main-alias-")
    assert alias.inputs["targetKeyId"] == graph.one(KEY, "main-key").id


@pytest.mark.parametrize("protect", [True, False])
def test_protection_is_the_keys(protect: bool) -> None:
    assert built(lambda: key(protect=protect)).one(KEY, "main-key").protect is protect


def test_without_services_only_the_account_may_say_who_uses_the_key() -> None:
    graph = built(lambda: key(services=()))
    assert statements(graph.one(KEY, "main-key").inputs["policy"]) == [ADMINISTRATION]


def test_each_service_gets_its_own_statement_and_no_other() -> None:
    graph = built(lambda: key(services=("cloudfront", "logs")))
    policy = graph.one(KEY, "main-key").inputs["policy"]
    assert statements(policy) == [ADMINISTRATION, CLOUDFRONT, LOG_GROUPS]


def test_a_key_in_another_region_serves_the_logs_of_that_region() -> None:
    graph = built(lambda: key(region="us-east-1"))
    made = graph.one(KEY, "main-key")
    _, logs = statements(made.inputs["policy"])
    assert made.inputs["region"] == graph.one(ALIAS, "main-alias").inputs["region"] == "us-east-1"
    assert logs["Principal"] == {"Service": ["logs.us-east-1.amazonaws.com"]}
    assert logs["Condition"]["ArnLike"] == {
        "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:*"
    }
    assert made.outputs["arn"].startswith(f"arn:aws:kms:us-east-1:{ACCOUNT}:key/")


def test_a_service_that_no_statement_is_known_for_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"services must be of cloudfront, cloudwatch, logs, sns; got \['ec2'\]"
    ):
        KeyArgs(description="", region=REGION, account_id=ACCOUNT, services=("ec2",))  # type: ignore[arg-type]


def test_decrypting_is_granted_through_one_service() -> None:
    graph, policy = granted(lambda: key().grant_decrypt("s3"))
    assert policy == [via(graph, "s3", "kms:Decrypt", sid="MainDecryptViaS3")]


def test_encrypting_does_not_include_decrypting() -> None:
    graph, policy = granted(lambda: key().grant_encrypt("ssm"))
    assert policy == [via(graph, "ssm", "kms:GenerateDataKey", sid="MainEncryptViaSsm")]


def test_a_grant_names_the_region_of_the_key() -> None:
    _, policy = granted(lambda: key(region="us-east-1").grant_decrypt("s3"))
    assert policy[0]["Condition"] == {
        "StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
    }


def test_a_grant_given_twice_stands_once_in_a_policy() -> None:
    def twice() -> tuple[object, ...]:
        made = key()
        return (*made.grant_decrypt("s3"), *made.grant_decrypt("s3"))

    _, policy = granted(twice)  # type: ignore[arg-type]
    assert len(policy) == 1


def test_a_preview_knows_the_policy_of_a_key() -> None:
    graph = built(lambda: key(services=("logs",)), unknown=True)
    assert statements(graph.one(KEY, "main-key").inputs["policy"]) == [ADMINISTRATION, LOG_GROUPS]


def test_a_key_shows_its_arn_and_id() -> None:
    graph = built(key)
    made = graph.one(KEY, "main-key")
    (component,) = graph.of("plinth:data:Key")
    assert graph.outputs[component.urn] == {"arn": made.outputs["arn"], "key_id": made.id}


def test_a_key_says_whom_it_serves() -> None:
    seen: list[Key] = []
    built(lambda: seen.append(key(services=("cloudfront",))))
    assert seen[0].services == ("cloudfront",)
