"""Whatever the configuration: a valid one is accepted, and what is wrong is named."""

from collections.abc import Callable
from copy import deepcopy

import pytest
from hypothesis import Phase, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from settings import Settings, SettingsError, parse, schema
from tests.settings.examples import CLUSTER, FULL, stack_file
from tests.settings.json_schema import wrong
from tests.settings.mutating import Mutation, Raw
from tests.settings.mutations import ELSEWHERE, MUTATIONS
from tests.settings.strategies import invalid_configurations, unhurried, valid_configurations

BASES = (
    FULL,
    {**FULL, "database": CLUSTER},
    {
        **{
            name: value
            for name, value in FULL.items()
            if name not in {"network", "api", "objectives"}
        },
        "database": {"kind": "external", "secret_arn": ELSEWHERE},
    },
    {
        name: value
        for name, value in FULL.items()
        if name not in {"network", "database", "api", "objectives"}
    },
)
SCHEMA = schema.schema()
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def assert_names(path: str, raw: Raw) -> None:
    """The configuration is refused, and the error names the setting or a part of it."""
    with pytest.raises(SettingsError) as caught:
        parse(raw)
    paths = [problem.path for problem in caught.value.problems]
    assert any(named == path or named.startswith((f"{path}.", f"{path}[")) for named in paths)


@unhurried
@given(valid_configurations())
def test_a_valid_configuration_is_accepted_with_all_its_sections_and_obeys_the_schema(
    raw: Raw,
) -> None:
    current = parse(raw)

    assert isinstance(current, Settings)
    assert set(raw) == current.model_fields_set
    assert wrong(stack_file(raw), SCHEMA) == []


@unhurried
@given(invalid_configurations())
def test_what_is_wrong_is_named(case: tuple[Raw, str]) -> None:
    raw, path = case

    assert_names(path, raw)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.path)
def test_each_way_to_be_wrong_is_named(mutation: Mutation) -> None:
    bases = [deepcopy(base) for base in BASES if mutation.fits(base)]

    assert bases
    for raw in bases:
        parse(raw)
        path = mutation.apply(raw)
        assert_names(path, raw)


@unhurried
@given(st.dictionaries(st.sampled_from([*Settings.model_fields]) | st.text(), plain, max_size=12))
def test_any_nonsense_is_refused_in_whole_lines(raw: Raw) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(raw)

    assert len(str(caught.value).splitlines()) == len(caught.value.problems) + 1


def _has(*path: str, value: object) -> Callable[[Raw], bool]:
    def holds(raw: Raw) -> bool:
        held: object = raw
        for name in path:
            held = held.get(name) if isinstance(held, dict) else None
        return held == value

    return holds


FORMS = {
    "database.kind instance": _has("database", "kind", value="instance"),
    "database.kind aurora-serverless": _has("database", "kind", value="aurora-serverless"),
    "database.kind external": _has("database", "kind", value="external"),
    "database.proxy True": _has("database", "proxy", value=True),
    "database.min_capacity 0": _has("database", "min_capacity", value=0),
    "network.nat per-az": _has("network", "nat", value="per-az"),
    "network.nat single": _has("network", "nat", value="single"),
    "network.gateway_endpoints []": _has("network", "gateway_endpoints", value=[]),
    "encryption.customer_keys per-store": _has("encryption", "customer_keys", value="per-store"),
    "api.in_network True": _has("api", "in_network", value=True),
    "api.internet True": _has("api", "internet", value=True),
    "api.domain api.example.com": _has("api", "domain", value="api.example.com"),
    "api.libraries layer": _has("api", "libraries", value="layer"),
    "api.snap_start True": _has("api", "snap_start", value=True),
    "a concurrency schedule": lambda raw: bool(raw.get("api", {}).get("concurrency_schedule")),
    "site.domain www.example.com": _has("site", "domain", value="www.example.com"),
    "site.indexed False": _has("site", "indexed", value=False),
    "every section": lambda raw: set(raw) == set(Settings.model_fields),
    "no section": lambda raw: len(raw) == 4,
    "a site without an API": lambda raw: "site" in raw and "api" not in raw,
    "an API without a site": lambda raw: "api" in raw and "site" not in raw,
    "a firewall": lambda raw: bool(raw.get("site", {}).get("firewall")),
    "aliases": lambda raw: bool(raw.get("site", {}).get("aliases")),
    "an API with tables": lambda raw: bool(raw.get("api", {}).get("tables")),
    "an API with buckets": lambda raw: bool(raw.get("api", {}).get("buckets")),
    "two tables": lambda raw: len(raw.get("tables", {})) == 2,
    "an index": lambda raw: any(table.get("indexes") for table in raw.get("tables", {}).values()),
}


def test_valid_configurations_come_in_every_form() -> None:
    seen: list[Raw] = []

    @effort(unhurried, max_examples=250, derandomize=True, database=None, phases=[Phase.generate])
    @given(valid_configurations())
    def draw(raw: Raw) -> None:
        seen.append(raw)

    draw()
    assert [name for name, form in FORMS.items() if not any(map(form, seen))] == []
