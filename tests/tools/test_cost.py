"""docs/cost.md: from the plans, from dated prices, and current."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from offline.graph import Graph
from settings import Settings
from settings.core import REQUIRED
from tests import stacks
from tools import cost, costing, prices
from tools.prices import Prices


@pytest.fixture(scope="module", name="data")
def _data() -> Prices:
    return prices.load()


@pytest.fixture(scope="module", name="graphs")
def _graphs() -> dict[str, Graph]:
    return {stack: stacks.graph(stack) for stack in cost.STACKS}


def test_the_file_is_what_plans_and_prices_say(graphs: dict[str, Graph], data: Prices) -> None:
    current = cost.PATH.read_text(encoding="utf-8")
    assert current == cost.text(graphs, data), "run `python -m tools.cost`"


def test_every_price_says_when_and_where_it_was_published(data: Prices) -> None:
    for name, price in data.prices.items():
        assert 0 < price.usd < 10, name
        # Only a price without a date may do without one, and it is named in the document.
        published = price.published or date(2026, 6, 1)
        assert date(2026, 6, 1) <= published <= date(2026, 11, 21), name
        assert price.url.startswith("https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/")
        assert price.line, name


def test_a_price_stands_in_just_one_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for text in ("{line: NAT, usd: 0.05, list: AmazonEC2, published: null}", "{line: Nothing}"):
        name = "nat-hour" if "usd" in text else "nothing-hour"
        twice = tmp_path / "prices.yaml"
        twice.write_text(f"prices:\n  {name}: {text}\n", encoding="utf-8")
        monkeypatch.setattr(prices, "PATH", twice)
        with pytest.raises(ValueError, match=f"{name} must have its price in just one of"):
            prices.load()


@pytest.mark.parametrize("stack", cost.STACKS)
def test_every_part_of_a_stack_has_a_price(stack: str, data: Prices) -> None:
    found = list(costing.parts(stacks.graph(stack), data.usage[stack]))
    assert found
    assert {part.price for _, part in found} <= data.prices.keys()


def test_a_resource_of_which_nobody_knows_what_it_costs_is_refused(data: Prices) -> None:
    graph = stacks.graph("movies")
    key = replace(graph.of("aws:kms/key:Key")[0], type="aws:redshift/cluster:Cluster")
    with pytest.raises(LookupError, match="must say what aws:redshift/cluster:Cluster costs"):
        list(costing.parts(replace(graph, resources=(key,)), data.usage["movies"]))


def test_warm_environments_cost_what_their_memory_and_their_hours_do(data: Prices) -> None:
    paid = {
        item.type: part
        for item, part in costing.parts(stacks.graph("coupons"), data.usage["coupons"])
        if part.price == "lambda-warm-gb-second"
    }
    (part,) = paid.values()
    # Five environments of half a gigabyte, in 730 hours.
    assert part.quantity == 5 * 0.5 * 730 * 3_600


def test_a_standby_doubles_server_and_storage(data: Prices) -> None:
    graph = stacks.graph("coupons")
    (server,) = graph.of("aws:rds/instance:Instance")
    alone = replace(server, inputs={**server.inputs, "multiAz": False})

    def usd(resources: tuple[object, ...]) -> float:
        found = costing.parts(replace(graph, resources=resources), data.usage["coupons"])  # type: ignore[arg-type]
        return sum(part.quantity * data.usd(part.price) for _, part in found)

    secret = data.usd("secret-month")
    assert usd((server,)) - secret == pytest.approx(2 * (usd((alone,)) - secret))


def test_without_a_network_nothing_is_paid_by_the_hour(data: Prices) -> None:
    found = costing.parts(stacks.graph("movies"), data.usage["movies"])
    assert not [part.price for _, part in found if part.price.endswith("-hour")]


def test_a_price_that_is_not_there_is_asked_for(data: Prices) -> None:
    with pytest.raises(LookupError, match=r"docs/prices\.yaml has no price rds-db\.x1-hour"):
        data.usd("rds-db.x1-hour")


def test_a_switch_of_the_document_is_a_setting() -> None:
    text = cost.PATH.read_text(encoding="utf-8").split("## What each switch adds")[1]
    named = {line.split("`")[1].partition(":")[0] for line in text.splitlines() if "| `" in line}
    schema = (stacks.ROOT / "settings" / "schema.json").read_text(encoding="utf-8")
    assert named
    # Every section is there, so that nobody has to guess.
    sections = {setting.partition(".")[0] for setting in named}
    assert sections | {"site"} == set(Settings.model_fields) - set(REQUIRED)
    for setting in named:
        for part in setting.split("."):
            assert f'"{part}"' in schema or f'"plinth:{part}"' in schema, setting
