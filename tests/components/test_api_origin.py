from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from offline.graph import Graph
from offline.values import Secret
from tests.components.api_support import REGION, built, guard, key, statements

FUNCTION = "aws:lambda/function:Function"
PARAMETER = "aws:ssm/parameter:Parameter"
API_KEY = "aws:apigateway/apiKey:ApiKey"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return built(lambda: guard(key()))


def test_aws_makes_up_the_value_in_a_key_that_opens_nothing(graph: Graph) -> None:
    inputs = graph.one(API_KEY, "origin-secret").inputs
    assert inputs["enabled"] is False
    assert "value" not in inputs


def test_the_value_is_kept_as_a_secure_string_under_the_customer_key(graph: Graph) -> None:
    inputs = graph.one(PARAMETER, "origin-parameter").inputs
    assert inputs["type"] == "SecureString"
    assert inputs["tier"] == "Standard"
    assert inputs["keyId"] == graph.one("aws:kms/key:Key", "main-key").outputs["arn"]
    assert inputs["value"] == graph.one(API_KEY, "origin-secret").outputs["value"]


def test_the_value_is_a_secret_wherever_it_appears(graph: Graph) -> None:
    made = graph.one(API_KEY, "origin-secret").outputs["value"]
    assert isinstance(made, Secret)
    for resource in graph.resources:
        for values in (resource.inputs, resource.outputs):
            assert made.value not in str(values)


def test_the_distribution_gets_the_header_and_its_value_only_once_it_is_stored() -> None:
    def program() -> None:
        made = guard(key())
        value = pulumi.Output.concat(made.header_name, ": ", made.header_value)
        aws.ssm.Parameter("reader", type="SecureString", value=value)

    graph = built(program)
    reader, stored = (graph.one(PARAMETER, name) for name in ("reader", "origin-parameter"))
    assert reader.inputs["value"] == Secret(f"x-origin-verify: {stored.inputs['value'].value}")
    assert stored.urn in reader.dependencies


def test_the_authoriser_knows_the_parameters_name_and_no_secret(graph: Graph) -> None:
    inputs = graph.one(FUNCTION, "origin-authoriser-function").inputs
    name = graph.one(PARAMETER, "origin-parameter").outputs["name"]
    assert inputs["environment"] == {"variables": {"PARAMETER_NAME": name}}


def test_the_authoriser_stays_out_of_the_network_and_answers_before_api_gateway_gives_up(
    graph: Graph,
) -> None:
    inputs = graph.one(FUNCTION, "origin-authoriser-function").inputs
    assert "vpcConfig" not in inputs
    assert inputs["timeout"] < 10


def test_the_authoriser_may_read_one_parameter_and_nothing_else(graph: Graph) -> None:
    found = statements(graph, "origin-authoriser-policy")
    assert found.keys() == {
        "WriteLog",
        "WriteTraces",
        "DecryptEnvironment",
        "ReadParameter",
        "DecryptParameter",
    }
    parameter = graph.one(PARAMETER, "origin-parameter").outputs["arn"]
    assert found["ReadParameter"] == {
        "Effect": "Allow",
        "Action": ["ssm:GetParameter"],
        "Resource": [parameter],
    }
    assert found["DecryptParameter"] == {
        "Effect": "Allow",
        "Action": ["kms:Decrypt"],
        "Resource": [graph.one("aws:kms/key:Key", "main-key").outputs["arn"]],
        "Condition": {
            "StringEquals": {
                "kms:ViaService": f"ssm.{REGION}.amazonaws.com",
                "kms:EncryptionContext:PARAMETER_ARN": parameter,
            }
        },
    }


def test_the_handler_is_where_the_package_has_it(graph: Graph) -> None:
    module, function = (
        graph.one(FUNCTION, "origin-authoriser-function").inputs["handler"].split(".")
    )
    source = Path(__file__).parents[2] / "app" / "authoriser" / f"{module}.py"
    assert f"def {function}(" in source.read_text()


def test_a_preview_needs_nothing_that_aws_has_yet_to_make() -> None:
    preview = built(lambda: guard(key()), unknown=True)
    assert preview.one(PARAMETER, "origin-parameter").inputs["type"] == "SecureString"
