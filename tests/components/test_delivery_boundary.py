import json
from typing import Any

from components.delivery.boundary import Boundary, BoundaryArgs
from components.delivery.services import Scope, known_services
from offline.engine import synthesise

SECRET = "arn:aws:secretsmanager:eu-west-2:999988887777:secret:movies-AbCdEf"  # noqa: S105 an ARN
KEY = "arn:aws:kms:eu-west-2:999988887777:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


def statements(*services: str, **changes: Any) -> list[dict[str, Any]]:
    def program() -> None:
        scope = Scope(account_id="111122223333", region="eu-west-2")
        Boundary("boundary", BoundaryArgs(scope=scope, services=services, **changes))

    policy = synthesise(program).one("aws:iam/policy:Policy", "boundary-policy")
    assert policy.inputs["path"] == "/delivery/"
    found: list[dict[str, Any]] = json.loads(policy.inputs["policy"])["Statement"]
    return found


KEYS = {
    "Sid": "StackKeys",
    "Effect": "Allow",
    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
    "Resource": ["arn:aws:kms:eu-west-2:111122223333:key*"],
    "Condition": {
        "StringEquals": {
            "aws:ResourceTag/project": "plinth",
            "aws:ResourceTag/environment": "test",
        }
    },
}


def test_a_workload_works_on_the_stacks_own_resources_at_most() -> None:
    assert statements("dynamodb", "ssm") == [
        {
            "Sid": "DynamodbItems",
            "Effect": "Allow",
            "Action": [
                "dynamodb:BatchGetItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
            ],
            "Resource": ["arn:aws:dynamodb:eu-west-2:111122223333:table/plinth-test-*"],
        },
        {
            "Sid": "SsmParameters",
            "Effect": "Allow",
            "Action": ["ssm:GetParameter"],
            "Resource": ["arn:aws:ssm:eu-west-2:111122223333:parameter/plinth-test-*"],
        },
        KEYS,
    ]


def test_an_interface_is_made_in_the_stacks_own_subnets_and_groups_only() -> None:
    ec2 = "arn:aws:ec2:eu-west-2:111122223333"
    found = [
        (item["Resource"], item.get("Condition"))
        for item in statements("ec2")
        if "ec2:CreateNetworkInterface" in item["Action"]
    ]
    assert found == [
        ([f"{ec2}:network-interface*"], None),
        ([f"{ec2}:security-group*", f"{ec2}:subnet*"], KEYS["Condition"]),
    ]


def test_a_secret_of_somebody_elses_is_named() -> None:
    assert statements(secrets=(SECRET,), keys=(KEY,)) == [
        KEYS,
        {
            "Sid": "OtherSecrets",
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue"],
            "Resource": [SECRET],
        },
        {"Sid": "OtherKeys", "Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [KEY]},
    ]


def test_no_workload_ever_touches_iam() -> None:
    actions = {action for item in statements(*known_services()) for action in item["Action"]}
    assert len(actions) > 20
    assert not [action for action in actions if action.startswith(("iam:", "sts:"))]
