"""No shape of properties breaks a rule, and no message shows what is secret."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi_policy.proxy import UNKNOWN_BOOLEAN_VALUE, unknown_checking_proxy
from pulumi_policy.secret import Secret as SdkSecret

from offline import values as offline
from rules.core.resource import Given
from rules.core.types import PROVIDER, STACK, canonical
from rules.core.values import UNKNOWN, Secret
from tests.policy.cases import STACK as PREFIX
from tests.policy.cases import resources
from tests.policy.judging import FIXTURES, PROVEN, apart, run

# No rule's own words have this in them.
MARK = "zqxj-hunter2-"
ELEMENTS = (
    "Statement",
    "Effect",
    "Action",
    "Resource",
    "Principal",
    "Condition",
    "NotAction",
    "Sid",
)

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=True),
    st.text(max_size=8),
    st.sampled_from(
        ["", "*", "{}", "[]", "{", "null", "arn:aws:s3:::b", "Allow", "s3:*", UNKNOWN_BOOLEAN_VALUE]
    ),
    st.just("x" * 50_000),
    st.just(UNKNOWN),
    st.just(offline.UNKNOWN),
    st.builds(lambda text: Secret(MARK + text), st.text("abc", max_size=3)),
    st.builds(lambda text: offline.Secret(MARK + text), st.text("abc", max_size=3)),
    st.builds(lambda text: SdkSecret(MARK + text), st.text("abc", max_size=3)),
    st.just(offline.Archive(path="dist/api.zip")),
    st.just(offline.Reference("urn", "id")),
)


# A key of an example is one of what rules look for, a name of the resource's own by its number, or
# neither.
keys = st.sampled_from(ELEMENTS) | st.integers(0, 30) | st.text(max_size=3)
nested = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=6,
)
shapes = nested | nested.map(lambda value: Secret({"secret": MARK, "value": value}))


def named(shape: Any, names: list[str]) -> Any:
    """The shape with the names of a resource for the numbers of its keys."""
    if isinstance(shape, Secret):
        return Secret(named(shape.value, names))
    if isinstance(shape, dict):
        return {
            names[key % len(names)] if isinstance(key, int) else key: named(value, names)
            for key, value in shape.items()
        }
    return [named(item, names) for item in shape] if isinstance(shape, list) else shape


def names_in(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return {str(key) for key in value} | {
            name for item in value.values() for name in names_in(item)
        }
    return {name for item in value for name in names_in(item)} if isinstance(value, list) else set()


def marked(value: Any) -> Any:
    """What is nearly right, with the mark in every text, each of which is secret."""
    if isinstance(value, Mapping):
        return {name: marked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [marked(item) for item in value]
    return Secret(MARK + value) if isinstance(value, str) else value


def distorted(item: Given, pool: list[Any], chance: Random) -> Given:
    """A resource some of whose properties have other shapes than they should, or are secret."""
    names = sorted(names_in(dict(item.inputs))) or ["policy"]

    def some(most: int) -> dict[str, Any]:
        chosen = chance.choices(names, k=chance.randint(0, most))
        return {name: named(chance.choice(pool), names) for name in chosen}

    secret = {name: marked(value) for name, value in item.inputs.items() if chance.random() < 0.1}
    inputs = {**item.inputs, **secret, **some(3)}
    given_inputs = unknown_checking_proxy(inputs) if chance.random() < 0.5 else inputs
    return replace(item, inputs=given_inputs, outputs=some(1))


@settings(
    max_examples=24,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=True,
)
@given(pool=st.lists(shapes, min_size=16, max_size=16), chance=st.randoms(use_true_random=True))
def test_no_shape_breaks_a_rule_or_shows_a_secret(pool: list[Any], chance: Random) -> None:
    """Each example has one case of every rule, all in one stack, judged by all rules."""
    cases = {
        name: chance.choice((*fixture.passes, *fixture.fails)) for name, fixture in FIXTURES.items()
    }
    report = run(
        distorted(item, pool, chance)
        for name, case in cases.items()
        for item in apart(resources(case), f"{name}-")
    )
    assert [item.message for item in report.violations if item.broken] == []
    assert [item.rule.id for item in report.violations if MARK in item.message] == []
    assert [item.rule.id for item in report.not_yet_known if MARK in item.path] == []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(inputs=st.dictionaries(st.text(max_size=5), leaves, max_size=3), data=st.data())
def test_no_resource_of_any_type_breaks_the_pack(
    inputs: dict[str, Any], data: st.DataObject
) -> None:
    kinds = sorted(
        {
            canonical(kind)
            for rule in PROVEN.values()
            for kind in rule.types
            if isinstance(kind, str)
        }
    )
    kind = data.draw(
        st.sampled_from([*kinds, STACK, PROVIDER, "aws:new/thing:Thing", "plinth:x:Y", ""])
    )
    item = Given(urn=f"{PREFIX}::{kind}::it", type=kind, name="it", inputs=inputs, outputs=inputs)
    report = run([item])
    assert not any(found.broken for found in report.violations)


def test_a_secret_document_is_judged_and_no_part_of_it_is_shown() -> None:
    statement = (
        '{"Effect": "Allow", "Action": "zqxj:*", "Resource": "*", "Principal": "*", "Sid": "Zqxj"}'
    )
    item = Given(
        urn=f"{PREFIX}::aws:iam/policy:Policy::it",
        type="aws:iam/policy:Policy",
        name="it",
        inputs={"policy": Secret(f'{{"Statement": {statement}}}')},
    )
    report = run([item], PROVEN["iam-no-service-wildcard"])
    assert [found.message for found in report.violations] == ["statement [secret] allows [secret]"]
