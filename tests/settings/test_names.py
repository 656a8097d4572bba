"""Names that AWS would refuse once they are part of a physical name."""

from typing import Any

import pytest

from offline import aws
from settings import parse
from settings.names import LONGEST_OWN
from tests import stacks
from tests.settings.examples import MINIMAL, problems


@pytest.mark.parametrize("name", ["a", "coupons", "a-1", "audit-2026-entries", "a" * 40])
def test_a_name_in_kebab_case_is_accepted(name: str) -> None:
    assert name in parse({**MINIMAL, "tables": {name: {"partition_key": "id"}}}).tables


@pytest.mark.parametrize(
    "name", ["", "A", "1a", "a_b", "a.b", "a--b", "a-", "-a", "café", "a b", "a\n", "a" * 41]
)
@pytest.mark.parametrize(
    ("section", "value"), [("tables", {"partition_key": "id"}), ("buckets", {})]
)
def test_any_other_name_is_refused(section: str, value: object, name: str) -> None:
    (problem,) = problems({**MINIMAL, section: {name: value}})

    assert "must be a name of lower-case letters, digits and single hyphens" in problem


def test_a_bucket_s_name_must_leave_room_for_what_stands_around_it() -> None:
    # plinth-production- and -<role of 12>-1a2b3c leave 25 of S3's 63 characters.
    fits, too_long = "b" * 25, "b" * 26

    assert parse({**MINIMAL, "buckets": {fits: {}}}, stack="production")
    assert problems({**MINIMAL, "buckets": {too_long: {}}}, stack="production") == [
        (
            f"buckets.{too_long} must have a name of at most 25 characters, since S3 takes 63 for"
            f" plinth-production-{too_long}-…; got 26"
        )
    ]


@pytest.mark.parametrize("stack", ["dev", "prod", "pr-1234", "a" * 18, "2026"])
def test_a_stack_may_have_any_short_name_in_kebab_case(stack: str) -> None:
    assert parse(MINIMAL, stack=stack)


@pytest.mark.parametrize("stack", ["Prod", "pr_1", "a.b", "a--b", "dev-", "-dev"])
def test_a_stack_s_name_must_suit_buckets_and_servers(stack: str) -> None:
    assert problems(MINIMAL, stack=stack) == [
        (
            "stack must have a name of lower-case letters, digits and single hyphens, since it"
            f" begins the names of buckets and database servers; got '{stack}'"
        )
    ]


def test_a_stack_s_name_must_leave_room_for_the_platform_s_own_names() -> None:
    assert problems(MINIMAL, stack="a" * 19) == [
        (
            "stack must have a shorter name: AWS's limits leave 24 characters for plinth and it"
            " together; got 25"
        )
    ]


def test_the_project_s_name_must_suit_database_servers() -> None:
    assert [line.split()[0] for line in problems(MINIMAL, project="1st")] == ["project"]


@pytest.mark.parametrize("project", ["aws-shop", "awscope", "ssm", "sg", "sthree", "amzn-s3-demo"])
def test_a_project_can_not_begin_as_what_aws_keeps_for_itself(project: str) -> None:
    (problem,) = problems(MINIMAL, project=project)

    assert problem.startswith("project must have a name that doesn't begin with ")


@pytest.mark.parametrize("project", ["awesome", "sgt", "s-three", "platform-aws"])
def test_a_project_may_have_any_other_short_name(project: str) -> None:
    assert parse(MINIMAL, project=project)


@pytest.mark.parametrize(
    ("section", "value"), [("tables", {"partition_key": "id"}), ("buckets", {})]
)
def test_names_must_differ_by_more_than_a_hyphen_before_a_digit(section: str, value: Any) -> None:
    assert problems(
        {**MINIMAL, section: {"a-1": value, "a1": value, "a-b": value, "ab": value}}
    ) == [
        (
            f"{section}.a1 must differ from {section}.a-1 by more than a hyphen before a digit:"
            " statements of IAM know both by one name; got 'a1'"
        )
    ]


def test_the_platform_s_own_names_are_as_short_as_is_assumed() -> None:
    named = [
        item.name
        for item in stacks.graph("prod").managed
        if (name := aws.row(item.type).name) is not None and name.max_length <= 64
    ]

    assert named
    assert max(map(len, named)) <= LONGEST_OWN


@pytest.mark.parametrize(
    "name", ["app", "coupons_2", "a", "x" * 63, "users", "admin", "orders", "analytics"]
)
def test_a_database_may_have_any_plain_name(name: str) -> None:
    raw = {**MINIMAL, "network": {"cidr": "10.0.0.0/16", "zones": ["eu-west-2a", "eu-west-2b"]}}

    assert parse({**raw, "database": {"kind": "instance", "name": name}})


@pytest.mark.parametrize(
    "name",
    ["user", "order", "analyse", "postgres", "template1", "rdsadmin", "pg_app", "App", "1a", "a-b"],
)
def test_a_database_can_not_have_a_name_that_is_taken_or_must_be_quoted(name: str) -> None:
    raw = {**MINIMAL, "network": {"cidr": "10.0.0.0/16", "zones": ["eu-west-2a", "eu-west-2b"]}}
    (problem,) = problems({**raw, "database": {"kind": "aurora-serverless", "name": name}})

    assert problem.startswith("database.name must be a name of lower-case letters, digits and _")


@pytest.mark.parametrize(
    "domain",
    [
        "example.com",
        "a.b.c.example.co.uk",
        "xn--bcher-kva.example",
        "1.example.com",
        "a-b.example.com",
    ],
)
def test_a_domain_in_lower_case_is_accepted(domain: str) -> None:
    assert parse({**MINIMAL, "site": {"domain": domain, "hosted_zone_id": "Z1"}})


@pytest.mark.parametrize(
    "domain",
    [
        "example",
        "Example.com",
        "example.com.",
        "*.example.com",
        "exa_mple.com",
        "-a.example.com",
        "a-.example.com",
        "a..example.com",
        "example.c",
        "10.0.0.1",
        "https://example.com",
        f"{'a' * 64}.com",
        f"{'a' * 50}.{'b' * 10}.com",
        "bücher.example",
        "example.com\n",
    ],
)
def test_what_is_no_domain_in_lower_case_is_refused(domain: str) -> None:
    (problem,) = problems({**MINIMAL, "site": {"domain": domain, "hosted_zone_id": "Z1"}})

    assert problem.startswith("site.domain must be a domain name such as www.example.com")


@pytest.mark.parametrize("zone", ["Z", "z1", "Z1 ", "/hostedzone/Z1", f"Z{'A' * 32}"])
def test_what_is_no_hosted_zone_is_refused(zone: str) -> None:
    (problem,) = problems({**MINIMAL, "api": {"domain": "a.example.com", "hosted_zone_id": zone}})

    assert problem.startswith("api.hosted_zone_id must be the id of a Route 53 hosted zone")
