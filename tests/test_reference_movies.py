"""`examples/movies.yaml` has what the movie site has: a test for each item of its row."""

import json
from typing import Any

import pytest

from offline.graph import Graph, Resource
from offline.values import masked
from tests import stacks

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
FUNCTION = "aws:lambda/function:Function"
SECRET_ARN = "arn:aws:secretsmanager:eu-west-2:555566667777:secret:movies/database-AbCdEf"  # noqa: S105 an address


@pytest.fixture(scope="module", name="movies")
def _movies() -> Graph:
    return stacks.graph("movies")


def distribution(graph: Graph) -> Resource:
    (only,) = graph.of(DISTRIBUTION)
    return only


def origins(graph: Graph) -> dict[str, Any]:
    return {origin["originId"]: origin for origin in distribution(graph).given["origins"]}


def behaviour(graph: Graph, pattern: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = distribution(graph).inputs["orderedCacheBehaviors"]
    (only,) = (one for one in found if one["pathPattern"] == pattern)
    return only


def permissions(graph: Graph, policy: str) -> list[dict[str, Any]]:
    text = graph.one("aws:iam/rolePolicy:RolePolicy", policy).inputs["policy"]
    found: list[dict[str, Any]] = json.loads(text)["Statement"]
    return found


def test_by_default_the_distribution_serves_a_private_bucket_that_only_it_reads(
    movies: Graph,
) -> None:
    bucket = movies.one("aws:s3/bucket:Bucket", "site-content-bucket")
    (control,) = movies.of("aws:cloudfront/originAccessControl:OriginAccessControl")
    assert distribution(movies).inputs["defaultCacheBehavior"]["targetOriginId"] == "content"
    assert origins(movies)["content"] == {
        "originId": "content",
        "domainName": bucket.outputs["bucketRegionalDomainName"],
        "originAccessControlId": control.id,
    }
    blocked = movies.one(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "site-content-access-block"
    )
    assert blocked.inputs["restrictPublicBuckets"] is True
    policy = json.loads(
        movies.one("aws:s3/bucketPolicy:BucketPolicy", "site-content-policy").inputs["policy"]
    )
    allowed = [one for one in policy["Statement"] if one["Effect"] == "Allow"]
    for one in allowed:
        assert one["Principal"] == {"Service": ["cloudfront.amazonaws.com"]}
        arn = distribution(movies).outputs["arn"]
        assert one["Condition"] == {"StringEquals": {"aws:SourceArn": arn}}


def test_the_paths_of_the_api_go_to_an_http_api_of_the_same_origin(movies: Graph) -> None:
    (api,) = movies.of("aws:apigatewayv2/api:Api")
    assert api.inputs["protocolType"] == "HTTP"
    assert behaviour(movies, "/api/*")["targetOriginId"] == "api"
    host = api.outputs["apiEndpoint"].removeprefix("https://")
    assert origins(movies)["api"]["domainName"] == host


def test_the_api_is_a_fastapi_function_on_arm64_with_256_mb(movies: Graph) -> None:
    inputs = movies.one(FUNCTION, "api-function").inputs
    assert inputs["architectures"] == ["arm64"]
    assert inputs["memorySize"] == 256
    assert inputs["handler"] == "handler.handler"
    requirements = (stacks.ROOT / "pyproject.toml").read_text()
    assert "fastapi" in requirements.split("app = [")[1].split("]")[0]


def test_pages_are_routed_by_a_function_before_the_bucket_and_never_before_the_api(
    movies: Graph,
) -> None:
    viewer = movies.one("aws:cloudfront/function:Function", "site-viewer").outputs["arn"]

    def asked_first(of: dict[str, Any]) -> list[str]:
        found = of.get("functionAssociations", [])
        return [one["functionArn"] for one in found if one["eventType"] == "viewer-request"]

    assert asked_first(distribution(movies).inputs["defaultCacheBehavior"]) == [viewer]
    assert asked_first(behaviour(movies, "/api/*")) == []
    # Error pages would also stand in for the API's own.
    assert "customErrorResponses" not in distribution(movies).inputs


def test_the_name_is_in_route_53_and_its_certificate_in_us_east_1(movies: Graph) -> None:
    (certificate,) = movies.of("aws:acm/certificate:Certificate")
    assert certificate.inputs["domainName"] == "movies.example.com"
    assert certificate.inputs["region"] == "us-east-1"
    records = {
        item.inputs["type"]: item.inputs["aliases"][0]["name"]
        for item in movies.of("aws:route53/record:Record")
        if item.inputs["name"] == "movies.example.com"
    }
    domain = distribution(movies).outputs["domainName"]
    assert records == {"A": domain, "AAAA": domain}
    assert distribution(movies).inputs["aliases"] == ["movies.example.com"]


def test_github_deploys_by_a_role_without_a_key(movies: Graph) -> None:
    (provider,) = movies.of("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert provider.inputs["url"] == "https://token.actions.githubusercontent.com"
    trusts = [
        statement
        for role in movies.of("aws:iam/role:Role")
        for statement in json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        if statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    ]
    subjects = [one["Condition"]["StringEquals"] for one in trusts]
    host = "token.actions.githubusercontent.com"
    assert sorted(one[f"{host}:sub"] for one in subjects) == [
        "repo:example-org/movies:environment:preview",
        "repo:example-org/movies:environment:production",
    ]
    assert {one[f"{host}:aud"] for one in subjects} == {"sts.amazonaws.com"}
    assert movies.of("aws:iam/accessKey:AccessKey") == ()


def test_the_database_is_elsewhere_and_the_function_knows_where_its_secret_is(
    movies: Graph,
) -> None:
    assert not [item.name for item in movies.managed if item.type.startswith("aws:rds/")]
    variables = movies.one(FUNCTION, "api-function").inputs["environment"]["variables"]
    assert variables == {"DATABASE_SECRET_ARN": SECRET_ARN}
    reads = [
        {key: value for key, value in one.items() if key != "Sid"}
        for one in permissions(movies, "api-policy")
        if any(action.startswith("secretsmanager:") for action in one["Action"])
    ]
    assert reads == [
        {
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue"],
            "Resource": [SECRET_ARN],
        }
    ]


def test_there_is_no_network_and_nothing_that_costs_by_the_hour(movies: Graph) -> None:
    by_the_hour = ("aws:ec2/", "aws:vpc/", "aws:rds/", "aws:ecs/", "aws:lb/", "awsx:")
    assert not [item.type for item in movies.resources if item.type.startswith(by_the_hour)]
    assert "vpcConfig" not in movies.one(FUNCTION, "api-function").inputs


def test_nothing_of_the_secret_but_its_address_is_anywhere(movies: Graph) -> None:
    shown = json.dumps([masked({**item.inputs}) for item in movies.resources])
    assert shown.count("movies/database") == shown.count(SECRET_ARN)
