"""The same program is the same graph in-process and in the engine's state."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from offline import deployment, project
from ops import engine, pulumi_cli
from ops.workspace import Workspace
from tests import stacks

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 the mark of one
# When and where, which a plan doesn't say here: it has no clock.
PASSING = {"created", "modified", "sourcePosition", "stackTrace"}
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def comparable(resource: dict[str, Any], stack: str) -> dict[str, Any]:
    """A resource without what differs from run to run: times, and random ends of names."""
    kept = {key: value for key, value in opened(resource).items() if key not in PASSING}
    text = json.dumps(kept)
    text = re.sub(rf"(plinth-{stack}(-[a-z0-9-]+?)?)-[0-9a-f]{{6}}(?![0-9a-f])", r"\1", text)
    # The id of a provider. Others have the form too, but the same value both ways.
    text = re.sub(rf"(pulumi:providers:\w+::\w+::){UUID}", r"\1", text)
    found: dict[str, Any] = json.loads(text)
    if found["type"].startswith("pulumi:providers:"):
        del found["id"]
    for urns in (found.get("dependencies", []), *found.get("propertyDependencies", {}).values()):
        urns.sort()
    return found


def opened(value: Any) -> Any:
    """The same with all secrets alike: one side has them encrypted, the other left out."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return {SIGNATURE: SECRET}
        return {key: opened(item) for key, item in value.items()}
    return [opened(item) for item in value] if isinstance(value, list) else value


@pytest.mark.timeout(240)
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_plan_and_the_state_after_an_update_are_the_same_graph(
    stack: str, tmp_path: Path
) -> None:
    options = engine.EngineOptions(
        policy=False, arguments=("--skip-preview", "--suppress-outputs"), folder=tmp_path
    )
    assert engine.run(stacks.ROOT, "up", stack, options) == 0
    cli = pulumi_cli.find(stacks.ROOT)
    assert cli is not None
    workspace = Workspace(tmp_path, project.load(stacks.ROOT, stack), cli)
    state = json.loads(workspace.command("stack", "export"))["deployment"]["resources"]
    plan = deployment.deployment(stacks.graph(stack), stacks.ROOT)["deployment"]["resources"]

    planned = {item["urn"]: comparable(item, stack) for item in plan}
    found = {item["urn"]: comparable(item, stack) for item in state}
    assert found.keys() == planned.keys()
    assert [urn for urn in planned if found[urn] != planned[urn]] == []
