"""How rules are run: unknown values, broken rules, secrets."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest

from rules.core.findings import each, some
from rules.core.resource import Given, Resource
from rules.core.rule import Findings, Rule, Severity, resource_rule, stack_rule
from rules.core.stack import Stack
from rules.core.thresholds import Limit
from rules.core.types import STACK
from rules.core.values import UNKNOWN, NotKnown, Secret, plain
from rules.core.view import View
from rules.core.waivers import Waiver
from tests.policy.cases import STACK as PREFIX
from tests.policy.cases import aws, resources
from tests.policy.judging import TODAY, messages, run

QUEUE = "aws:sqs/queue:Queue"


def rule(check: Any) -> Rule:
    """A rule about queues."""
    return resource_rule("sqs-test", QUEUE, severity=Severity.LOW, why="W.", fix="F.")(check)


def queue(called: str = "it", /, **inputs: Any) -> Any:
    return aws("sqs/queue:Queue", called, inputs)


def judged(checked: Rule, *case: Any, preview: bool = False) -> Any:
    return run(resources(case, preview=preview), checked)


def test_what_is_not_known_of_one_resource_is_told_and_hides_no_other() -> None:
    @rule
    def named(item: Resource) -> Findings:
        yield f"called {item.text('name')}"

    report = judged(named, queue("one", name=UNKNOWN), queue("two", name="b"))
    assert messages(report) == ["called b"]
    (unknown,) = report.not_yet_known
    assert (unknown.rule.id, unknown.subject.name, unknown.path) == ("sqs-test", "one", "name")


def test_what_was_found_before_an_unknown_value_is_kept() -> None:
    @rule
    def two(item: Resource) -> Findings:
        yield "first"
        yield item.text("name")

    report = judged(two, queue(name=UNKNOWN))
    assert messages(report) == ["first"]
    assert len(report.not_yet_known) == 1


def test_a_rule_that_breaks_fails_closed_and_names_itself_its_resource_and_its_line() -> None:
    @rule
    def broken(item: Resource) -> Findings:
        raise KeyError(item.text("name"))
        yield ""

    report = judged(broken, queue("one", name="hunter2"), queue("two"))
    assert [item.subject.name for item in report.violations] == ["one", "two"]
    assert all(item.broken for item in report.mandatory)
    (first, _) = messages(report)
    assert first == "rule sqs-test broke with KeyError: the resource was not judged"


def test_a_broken_rule_can_not_be_waived() -> None:
    @rule
    def broken(item: Resource) -> Findings:
        return [item.memo["absent"]]

    exempt = Waiver("sqs-test", "*", "Because.", "platform-team", TODAY)
    report = run(resources((queue(),)), broken, waivers=(exempt,))
    assert report.violations
    assert report.waived == ()


def test_a_check_that_returns_nothing_is_broken_not_passed() -> None:
    @rule
    def forgets(item: Resource) -> Any:
        item.text("name")

    assert judged(forgets, queue()).violations[0].broken


@pytest.mark.parametrize("secret", ["hunter2", 1234567, {"a": ["hunter2"]}, '{"Sid": "hunter2"}'])
def test_no_message_shows_a_secret(secret: Any) -> None:
    @rule
    def tells(item: Resource) -> Findings:
        yield f"it says {item.get('name')} and HUNTER2 and 1234567"

    (message,) = messages(judged(tells, queue(name=Secret(secret))))
    hidden = "1234567" if secret == 1234567 else "hunter2"
    assert hidden not in message.lower()
    assert "[secret]" in message


def test_a_secret_of_the_provider_is_not_shown_either() -> None:
    @rule
    def tells(item: Resource) -> Findings:
        yield f"provider has {item.provider.text('secretKey')}"

    aws_provider = Given(
        urn="urn:p", type="pulumi:providers:aws", name="p", inputs={"secretKey": Secret("hunter2")}
    )
    item = Given(urn="urn:q", type=QUEUE, name="q", provider="urn:p::id")
    assert messages(run([aws_provider, item], tells)) == ["provider has [secret]"]


def test_each_judges_all_and_then_says_what_was_missing() -> None:
    def judge(item: Any) -> Iterator[str]:
        if item is UNKNOWN:
            raise NotKnown("item")
        yield str(item)

    found: list[str] = []
    with pytest.raises(NotKnown):
        found.extend(each([1, UNKNOWN, 3], judge))
    assert found == ["1", "3"]


def test_some_is_satisfied_by_one_that_is_known() -> None:
    views = [View({"on": UNKNOWN}), View({"on": True})]
    assert some(views, lambda view: view.flag("on") is True)
    with pytest.raises(NotKnown):
        some(views, lambda view: view.flag("on") is False)


class TestView:
    """How properties are read."""

    view = View(
        plain(
            {
                "text": "a",
                "number": 30.0,
                "spelled": "30",
                "flag": "True",
                "null": None,
                "block": [{"inner": {"deep": 1}}],
                "blocks": [{"a": 1}, None, 3, {"a": 2}],
                "unknown": "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
                "half": ["x", UNKNOWN],
                "secret": Secret({"a": Secret("b")}),
                "hidden": Secret(UNKNOWN),
                "empty": [],
            }
        )
    )

    def test_values_have_their_type_or_are_absent(self) -> None:
        assert self.view.text("text") == "a"
        assert self.view.text("number") == ""
        assert self.view.number("number") == 30
        assert isinstance(self.view.number("number"), int)
        assert self.view.number("spelled") == 30
        assert self.view.number("flag") is None
        assert self.view.flag("flag") is True
        assert self.view.flag("text") is None
        assert self.view.text("null") == self.view.text("absent.deeper") == ""

    def test_a_block_in_a_list_of_one_has_the_same_path(self) -> None:
        assert self.view.number("block.inner.deep") == 1
        assert self.view.view("block").number("inner.deep") == 1
        assert [item.number("a") for item in self.view.views("blocks")] == [1, 2]
        assert list(self.view.views("text")) == []

    def test_an_unknown_value_is_set_and_not_known(self) -> None:
        assert self.view.is_set("unknown")
        assert self.view.is_set("hidden")
        assert not self.view.is_known("unknown")
        for read in (self.view.text, self.view.flag, self.view.number, self.view.view):
            with pytest.raises(NotKnown, match="unknown"):
                read("unknown")
        with pytest.raises(NotKnown):
            self.view.is_set("unknown.inner")
        assert not any(self.view.is_set(name) for name in ("null", "absent", "empty"))

    def test_a_list_gives_what_it_knows_first(self) -> None:
        texts = self.view.texts("half")
        assert next(texts) == "x"
        with pytest.raises(NotKnown):
            next(texts)
        assert self.view.count("half") == 2

    def test_secrets_are_read_through(self) -> None:
        assert self.view.text("secret.a") == "b"
        assert self.view.names("secret") == ("a",)


def test_a_rule_of_the_stack_as_a_whole_is_asked_once_whether_the_runner_has_a_root_or_not() -> (
    None
):
    @stack_rule("stack-counted", STACK, severity=Severity.LOW, why="W.", fix="F.")
    def counted(root: Resource, stack: Stack) -> Findings:
        yield f"{root.stack} of {root.project} has {len(stack.of(QUEUE))} queues"

    given = resources((queue("one"), queue("two")))
    root = Given(urn=f"{PREFIX}::{STACK}::plinth-test", type=STACK, name="plinth-test")
    for case in (given, [root, *given]):
        report = run(case, counted)
        assert messages(report) == ["test of plinth has 2 queues"]
        assert report.violations[0].subject.urn == root.urn


def test_a_threshold_is_a_parameter_with_a_limit_and_a_default() -> None:
    with pytest.raises(TypeError, match="threshold days must have a default"):

        @rule
        def bare(item: Resource, *, days: int = 3) -> Findings:
            return ()

    with pytest.raises(ValueError, match="from 1 to 5, got 9"):

        @rule
        def outside(item: Resource, *, days: Annotated[int, Limit("Days.", 1, 5)] = 9) -> Findings:
            return ()


def test_a_rule_names_types_by_their_one_name() -> None:
    with pytest.raises(ValueError, match="must name aws:s3/bucket:Bucket"):
        resource_rule("x", "aws:s3/bucketV2:BucketV2", severity=Severity.LOW, why="W.", fix="F.")(
            lambda item: ()
        )
