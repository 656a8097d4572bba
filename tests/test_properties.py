"""Every configuration that the settings accept is an environment that can be made, and is sound."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import Phase, given, settings

import rules
from offline.engine import synthesise
from offline.graph import Graph
from offline.naming import Naming
from tests import stacks
from tests.settings.strategies import unhurried, valid_configurations

TODAY = date(2026, 1, 1)
# A whole plan an example: looking for a smaller one that fails would take minutes.
plans = settings(unhurried, phases=(Phase.explicit, Phase.reuse, Phase.generate))
# What an environment may choose (where, how large, how long) is not held against a configuration.
CONFIGURATION = stacks.ROOT / "tests" / "permissive.json"


def run(raw: Mapping[str, Any], *, unknown: bool, stack: str = "dev") -> Graph:
    project = stacks.project("dev")
    config = {
        f"plinth:{name}": value if isinstance(value, str) else json.dumps(value)
        for name, value in raw.items()
    }
    return synthesise(
        project._program, config=config, stack=stack, unknown=unknown, naming=Naming()
    )


def judged(graph: Graph) -> rules.Report:
    # Without the waivers: what is waived for a stack of ours is not waived for others.
    return rules.judge(graph.resources, rules.configured(CONFIGURATION), (), TODAY)


@settings(plans, max_examples=7)
@given(valid_configurations())
def test_a_valid_configuration_plans_without_a_violation(raw: Mapping[str, Any]) -> None:
    report = judged(run(raw, unknown=False))
    assert [
        f"{item.rule.id} {item.subject.name}: {item.message}" for item in report.mandatory
    ] == []


@settings(plans, max_examples=3)
@given(valid_configurations())
def test_a_valid_configuration_previews_without_a_violation(raw: Mapping[str, Any]) -> None:
    report = judged(run(raw, unknown=True))
    assert [
        f"{item.rule.id} {item.subject.name}: {item.message}" for item in report.mandatory
    ] == []
