"""What the provider's Check adds, and what the rules see of it."""

from collections.abc import Iterator
from dataclasses import replace

from offline import aws
from offline.aws import Place
from offline.lifecycle import filled_in
from offline.managed import checked, outputs
from offline.values import UNKNOWN, Secret
from rules.core.rule import Rule
from tests.policy.cases import Case
from tests.policy.judging import cases_of, each_file, judged

QUEUE, ENDPOINT = "aws:sqs/queue:Queue", "aws:rds/proxyTarget:ProxyTarget"
OURS = Place(tags={"owner": "us", "project": "p"})
# By rule: the cases that the engine can't tell from a program that means these values.
MEANT = {"lambda-explicit-limits fails[1]", "lambda-explicit-limits fails[2]"}


def test_the_tags_of_the_provider_are_an_input_beside_the_resources_own() -> None:
    found = checked(QUEUE, {"tags": {"owner": "them"}}, OURS)
    assert found["tags"] == {"owner": "them"}
    assert found["tagsAll"] == {"owner": "them", "project": "p"}
    assert "tagsAll" not in checked(ENDPOINT, {}, OURS)


def test_tags_are_as_unknown_and_as_secret_as_the_resources_own() -> None:
    assert checked(QUEUE, {"tags": UNKNOWN}, OURS)["tagsAll"] is UNKNOWN
    secret = checked(QUEUE, {"tags": {"key": Secret("planted")}}, Place())
    assert secret["tagsAll"] == Secret({"key": "planted"})


def test_what_was_checked_once_is_checked_already() -> None:
    once = checked(QUEUE, {"delaySeconds": 5}, OURS)
    assert checked(QUEUE, once, OURS) == once


def test_what_aws_computes_of_a_secret_is_secret() -> None:
    found = outputs({"url": Secret("planted")}, {"url": "planted", "arn": "arn"})
    assert found == {"url": Secret("planted"), "arn": "arn"}


def completed(case: Case) -> Case:
    """A case as the provider's Check hands it to the engine, and that to the rules."""
    return tuple(
        replace(item, inputs=filled_in(item.type, item.inputs))
        if item.type in aws.types()
        else item
        for item in case
    )


def completed_cases(file: str, *kinds: str) -> Iterator[tuple[str, Rule, Case, Case]]:
    for label, rule, case in cases_of(file, *kinds):
        found = completed(case)
        if found != case:
            yield label, rule, case, found


@each_file
def test_what_the_provider_fills_in_hides_nothing_from_a_rule(file: str) -> None:
    for label, rule, case, full in completed_cases(file, "fails"):
        before, after = judged(rule, case), judged(rule, full)
        wrong = {item.subject.urn for item in before.violations}
        found = {item.subject.urn for item in after.violations}
        silent = label in MEANT or after.not_yet_known
        assert found == wrong or (silent and not found), label


@each_file
def test_what_the_provider_fills_in_is_no_violation_by_itself(file: str) -> None:
    for label, rule, _, full in completed_cases(file, "passes", "unknown"):
        assert not judged(rule, full).violations, label
