"""How resources are told to belong together, also those that others stand between."""

import pytest

from rules.core.resource import Given, Resource
from rules.core.rule import Findings, Severity, stack_rule
from rules.core.stack import Stack
from rules.core.types import STACK
from rules.core.values import UNKNOWN, NotKnown
from rules.links import (
    API,
    BUCKET,
    FUNCTION,
    QUEUE,
    bucket_name,
    function_name,
    function_qualifier,
    said,
    sources,
    targets,
)
from tests.policy.cases import Case, Declared, Ref, aws
from tests.policy.judging import judged, messages

ARN = "arn:aws:lambda:eu-west-2:111122223333:function:orders-1a2b"
PERMISSION = "aws:lambda/permission:Permission"
SCHEDULE = "aws:scheduler/schedule:Schedule"
POLICY = "aws:sqs/queuePolicy:QueuePolicy"


@stack_rule("sqs-joined", QUEUE.kind, reads=(POLICY,), severity=Severity.LOW, why="W.", fix="F.")
def has_policy(item: Resource, stack: Stack) -> Findings:
    """A queue has a policy."""
    if not sources(stack, item, POLICY, "queueUrl", QUEUE):
        yield "no policy"


@stack_rule("sqs-target", POLICY, reads=(QUEUE.kind,), severity=Severity.LOW, why="W.", fix="F.")
def has_queue(item: Resource, stack: Stack) -> Findings:
    """A policy has a queue."""
    if not targets(stack, item, "queueUrl", QUEUE):
        yield "no queue"


def queue(called: str, /, **inputs: object) -> Declared:
    return aws("sqs/queue:Queue", called, inputs)


def policy(url: object, name: str = "policy") -> Declared:
    return aws("sqs/queuePolicy:QueuePolicy", name, {"queueUrl": url, "policy": "{}"})


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    "case",
    [
        pytest.param((queue("one"), queue("two"), policy(Ref("one"))), id="recorded"),
        pytest.param(
            (queue("one", name="orders"), queue("two", name="other"), policy("orders")), id="value"
        ),
    ],
)
def test_joined_by_what_pulumi_recorded_or_by_value_in_a_preview_too(
    case: Case, preview: bool
) -> None:
    report = judged(has_policy, case, preview=preview)
    assert [item.subject.name for item in report.violations] == ["two"]
    assert report.not_yet_known == ()
    assert messages(judged(has_queue, case, preview=preview)) == []


@pytest.mark.parametrize("preview", [False, True])
def test_a_value_that_nothing_goes_by_refers_to_nothing(preview: bool) -> None:
    assert messages(judged(has_queue, (policy("nothing"),), preview=preview)) == ["no queue"]


def test_one_that_could_be_any_leaves_the_others_unanswered_not_those_that_have_theirs() -> None:
    case = (queue("one", name="a"), queue("two"), policy("a"), policy(UNKNOWN, "p"))
    report = judged(has_policy, case)
    assert messages(report) == []
    assert [item.subject.name for item in report.not_yet_known] == ["two"]
    assert judged(has_queue, (policy(UNKNOWN),)).not_yet_known


def made(kind: str, urn: str, made_from: dict[str, list[str]], /, **properties: object) -> Resource:
    dependencies = {path: tuple(urns) for path, urns in made_from.items()}
    given = Given(urn=urn, type=kind, name=urn, property_dependencies=dependencies)
    return Resource(given, properties)


def stack_of(*resources: Resource) -> Stack:
    return Stack(resources, Resource(Given(urn="", type=STACK, name=""), {}))


@pytest.mark.parametrize(
    ("text", "name", "qualifier"),
    [
        ("orders", "orders", ""),
        ("orders:live", "orders", "live"),
        (ARN, "orders-1a2b", ""),
        (f"{ARN}:$LATEST", "orders-1a2b", "$LATEST"),
        ("111122223333:function:orders:7", "orders", "7"),
        (
            f"arn:aws:apigateway:eu-west-2:lambda:path/2015-03-31/functions/{ARN}:live/invocations",
            "orders-1a2b",
            "live",
        ),
        ("arn:aws:sqs:eu-west-2:111122223333:orders", "", ""),
        ("", "", ""),
    ],
)
def test_a_function_is_known_by_any_form_of_its_name(text: str, name: str, qualifier: str) -> None:
    assert function_name(text) == name
    assert function_qualifier(text) == qualifier


def test_what_is_not_known_is_joined_by_what_it_was_made_from_also_through_an_alias() -> None:
    function = made(FUNCTION.kind, "orders", {}, name=UNKNOWN)
    alias = made(
        "aws:lambda/alias:Alias", "live", {"functionName": ["orders"]}, functionName=UNKNOWN
    )
    permission = made(PERMISSION, "allowed", {"function": ["live"]}, function=UNKNOWN)
    stack = stack_of(function, alias, permission)
    assert targets(stack, permission, "function", FUNCTION) == (function,)
    assert sources(stack, function, PERMISSION, "function", FUNCTION) == (permission,)


def test_a_known_value_decides_whatever_else_its_block_was_made_from() -> None:
    function = made(FUNCTION.kind, "orders", {}, name="orders-1a2b", arn=ARN)
    target = {"arn": "arn:aws:sqs:eu-west-2:111122223333:jobs", "input": ARN}
    schedule = made(SCHEDULE, "hourly", {"target": ["orders"]}, target=target)
    stack = stack_of(function, schedule)
    assert targets(stack, schedule, "target.arn", FUNCTION) == ()


def test_what_is_neither_known_nor_made_from_anything_raises() -> None:
    api = made(API.kind, "gateway", {}, id="a1b2c3")
    mapping = made("aws:apigatewayv2/apiMapping:ApiMapping", "mapping", {}, apiId=UNKNOWN)
    stack = stack_of(api, mapping)
    with pytest.raises(NotKnown):
        targets(stack, mapping, "apiId", API)
    with pytest.raises(NotKnown, match="apiId of mapping"):
        sources(stack, api, mapping.type, "apiId", API)


def test_texts_are_read_through_lists_of_blocks() -> None:
    blocks = [{"arn": "one"}, {"arn": UNKNOWN}, {}, "text"]
    assert said(made("", "it", {}, blocks=blocks), "blocks.arn") == (["one"], True)
    assert said(made("", "it", {}, blocks=UNKNOWN), "blocks.arn") == ([], True)
    assert said(made("", "it", {}), "blocks.arn") == ([], False)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("orders", "orders"),
        ("orders.example.com", "orders.example.com"),
        ("arn:aws-cn:s3:::orders", "orders"),
        ("arn:aws:s3:::orders/flows/", "orders"),
        ("orders.s3.amazonaws.com", "orders"),
        ("orders.s3.eu-west-2.amazonaws.com", "orders"),
        ("orders.s3-eu-west-2.amazonaws.com/logs", "orders"),
        ("arn:aws:logs:eu-west-2:111122223333:log-group:flows", ""),
    ],
)
def test_a_bucket_is_known_by_its_name_its_host_and_its_arn(text: str, name: str) -> None:
    assert bucket_name(text) == name


def test_what_is_named_after_a_bucket_is_not_that_bucket() -> None:
    bucket = made(BUCKET.kind, "orders", {}, bucket="orders")
    block = made("block", "block", {"bucket": ["orders"]}, bucket="orders-logs")
    assert targets(stack_of(bucket, block), block, "bucket", BUCKET) == ()


def test_where_no_name_is_to_be_had_what_it_was_made_from_counts() -> None:
    bucket = made(BUCKET.kind, "orders", {})
    block = made("block", "block", {"bucket": ["orders"]}, bucket="orders-1a2b")
    assert targets(stack_of(bucket, block), block, "bucket", BUCKET) == (bucket,)


def test_what_is_made_from_others_alone_leads_nowhere() -> None:
    group = made("group", "group", {})
    flow = made("flow", "flow", {"logDestination": ["group"]}, logDestination=UNKNOWN)
    assert targets(stack_of(group, flow), flow, "logDestination", BUCKET) == ()


def test_two_that_have_their_names_from_a_third_may_be_each_others() -> None:
    third = made("random:index/randomPet:RandomPet", "pet", {})
    bucket = made(BUCKET.kind, "orders", {"bucket": ["pet"]}, bucket=UNKNOWN)
    block = made("side", "block", {"bucket": ["pet"]}, bucket=UNKNOWN)
    with pytest.raises(NotKnown):
        sources(stack_of(third, bucket, block), bucket, "side", "bucket", BUCKET)
