"""Remedies: what they may change, and what happens when one can't."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi.runtime import proto

from rules.core.engine import Servicer
from rules.core.remedies import changed, setting
from rules.core.resource import Resource
from rules.core.rule import Changes, Findings, Rule, Severity, resource_rule
from rules.core.values import UNKNOWN, NotKnown, Secret, Unreadable, revealed
from rules.core.waivers import Waiver
from tests.policy.cases import aws, resources
from tests.policy.judging import TODAY, messages, run
from tests.policy.wire import analyze_request

QUEUE = "aws:sqs/queue:Queue"


def rule(remedy: Callable[..., Changes]) -> Rule:
    """A rule about the names of queues, with a remedy."""

    @resource_rule("sqs-test", QUEUE, severity=Severity.LOW, why="W.", fix="F.", remedy=remedy)
    def named(item: Resource) -> Findings:
        """A queue is called right."""
        if item.text("name") != "right":
            yield "name is wrong"

    return named


def unreadable(item: Resource) -> Changes:
    raise Unreadable("policy", "a policy document in JSON")


def broken(item: Resource) -> Changes:
    raise KeyError(item.text("name"))


def not_known(item: Resource) -> Changes:
    raise NotKnown("policy")


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ({"a": 1}, "a", {"a": 9}),
        ({}, "a.b", {"a": {"b": 9}}),
        ({"a": {"c": 1}}, "a.b", {"a": {"c": 1, "b": 9}}),
        ({"a": [{"c": 1}]}, "a.b", {"a": [{"c": 1, "b": 9}]}),
        ({"a": []}, "a.b", {"a": {"b": 9}}),
        ({"a": None}, "a.b", {"a": {"b": 9}}),
        ({"a": {"b": UNKNOWN}}, "a.b", {"a": {"b": 9}}),
    ],
)
def test_a_change_leaves_all_else(before: Any, path: str, after: Any) -> None:
    assert changed(before, {path: 9}) == after


@pytest.mark.parametrize(
    ("before", "path"),
    [
        ({"a": Secret(1)}, "a"),
        ({"a": Secret({"b": 1})}, "a.b"),
        ({"a": {"b": Secret(1)}}, "a.b"),
        ({"a": [Secret({"b": 1})]}, "a.b"),
        ({"a": Secret([{"b": 1}])}, "a.b"),
    ],
)
def test_what_was_secret_stays_secret(before: Any, path: str) -> None:
    after = changed(before, {path: 9})
    assert "9" not in repr(after)
    assert "9" in repr(revealed(after))


def test_a_block_that_is_not_known_or_one_of_several_is_left_alone() -> None:
    with pytest.raises(NotKnown):
        changed({"a": UNKNOWN}, {"a.b": 9})
    with pytest.raises(NotKnown):
        changed({"a": Secret(UNKNOWN)}, {"a.b": 9})
    with pytest.raises(Unreadable):
        changed({"a": [{"b": 1}, {"b": 2}]}, {"a.b": 9})


def complaints(remedy: Callable[..., Changes], **inputs: Any) -> Iterator[tuple[str, str, bool]]:
    report = run(
        resources((aws("sqs/queue:Queue", "orders", inputs),)), rule(remedy), level="remediate"
    )
    for item in report.mandatory:
        yield item.subject.name, item.message, report.remediated == ()


@pytest.mark.parametrize(
    ("remedy", "told"),
    [
        (unreadable, "policy is not a policy document in JSON: not remedied"),
        (broken, "rule sqs-test broke with KeyError: the resource was not remedied"),
        (setting({"redrivePolicy.x": 1}), "redrivePolicy.x is not in one block: not remedied"),
    ],
)
def test_a_remedy_that_fails_leaves_the_violation_and_says_so_of_its_rule_and_resource(
    remedy: Callable[..., Changes], told: str
) -> None:
    found = [*complaints(remedy, name="hunter2", redrivePolicy=[{}, {}])]
    assert found == [("orders", "name is wrong", True), ("orders", told, True)]


def test_a_remedy_that_does_not_know_yet_leaves_the_violation() -> None:
    assert [*complaints(not_known)] == [("orders", "name is wrong", True)]


def test_a_remedy_that_fails_for_one_resource_is_applied_to_the_next() -> None:
    def only_known(item: Resource) -> Changes:
        return {"name": "right"} if item.text("tags") else unreadable(item)

    case = (aws("sqs/queue:Queue", "one"), aws("sqs/queue:Queue", "two", {"tags": "x"}))
    report = run(resources(case), rule(only_known), level="remediate")
    assert [item.subject.name for item in report.remediated] == ["two"]
    assert {item.subject.name for item in report.violations} == {"one"}


@pytest.mark.parametrize("remedy", [unreadable, broken])
def test_the_engine_hears_that_a_remedy_failed_and_of_nothing_once_it_is_mended(
    remedy: Callable[..., Changes],
) -> None:
    table = {"sqs-test": rule(remedy)}
    service = Servicer("plinth", table, (), TODAY)
    levels = {"sqs-test": proto.PolicyConfig(enforcementLevel=proto.REMEDIATE)}
    service.Configure(proto.ConfigureAnalyzerRequest(policyConfig=levels), None)

    def asked(**inputs: Any) -> list[tuple[Any, bool]]:
        request = analyze_request(resources((aws("sqs/queue:Queue", "orders", inputs),))[0])
        assert not service.Remediate(request, None).remediations
        answer = service.Analyze(request, None).diagnostics
        return [(item.enforcementLevel, "not remedied" in item.message) for item in answer]

    assert asked() == [(proto.MANDATORY, False), (proto.MANDATORY, True)]
    assert asked(name="right") == []


def test_what_is_waived_is_not_remedied() -> None:
    exempt = Waiver("sqs-test", "*", "Because.", "platform-team", TODAY)
    case = (aws("sqs/queue:Queue", "orders"),)
    fixed = rule(setting({"name": "right"}))
    report = run(resources(case), fixed, level="remediate", waivers=(exempt,))
    assert (messages(report), report.remediated) == ([], ())
    assert len(report.waived) == 1
