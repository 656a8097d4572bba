"""No shape of properties breaks a rule, and no message shows what is secret."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi_policy.proxy import UNKNOWN_BOOLEAN_VALUE, unknown_checking_proxy
from pulumi_policy.secret import Secret as SdkSecret

from offline import values as offline
from rules.core.resource import Given
from rules.core.rule import Rule
from rules.core.types import PROVIDER, STACK, canonical
from rules.core.values import UNKNOWN, Secret
from tests.policy.cases import STACK as PREFIX
from tests.policy.cases import resources
from tests.policy.judging import FIXTURES, PROVEN, run

RULES = [pytest.param(rule, id=name) for name, rule in PROVEN.items()]
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


def shapes(names: list[str]) -> st.SearchStrategy[Any]:
    """Nested data whose keys are often such as rules look for."""
    keys = st.sampled_from([*names, *ELEMENTS]) | st.text(max_size=3)
    nested = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=6,
    )
    return nested | nested.map(lambda value: Secret({"secret": MARK, "value": value}))


def names_in(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return {str(key) for key in value} | {
            name for item in value.values() for name in names_in(item)
        }
    return {name for item in value for name in names_in(item)} if isinstance(value, list) else set()


@pytest.mark.parametrize("rule", RULES)
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(data=st.data())
def test_no_shape_breaks_a_rule_or_shows_a_secret(rule: Rule, data: st.DataObject) -> None:
    fixture = FIXTURES[rule.id]
    case = data.draw(st.sampled_from((*fixture.passes, *fixture.fails)))
    given_resources = []
    for item in resources(case):
        names = sorted(names_in(dict(item.inputs))) or ["policy"]
        shape = shapes(names)
        changes = data.draw(st.dictionaries(st.sampled_from(names), shape, max_size=3))
        wrap = unknown_checking_proxy if data.draw(st.booleans()) else dict
        given_resources.append(
            Given(
                urn=item.urn,
                type=item.type,
                name=item.name,
                provider=item.provider,
                inputs=wrap({**item.inputs, **changes}),
                outputs=data.draw(st.dictionaries(st.sampled_from(names), shape, max_size=1)),
                property_dependencies=item.property_dependencies,
            )
        )
    report = run(given_resources)
    assert [item.message for item in report.violations if item.broken] == []
    assert MARK not in "".join(item.message for item in report.violations)
    assert MARK not in "".join(item.path for item in report.not_yet_known)


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
