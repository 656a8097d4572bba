"""The project's own stacks by the real engine: the same graph as the plan, and no change after."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from offline import deployment, project
from ops import engine
from ops.workspace import Workspace
from tests import stacks
from tests.engine.programs import found_cli

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 the mark of one
# When and where, which a plan doesn't say here: it has no clock.
PASSING = {"created", "modified", "sourcePosition", "stackTrace"}
STATELESS = ("aws:lambda/", "aws:cloudfront/", "aws:apigatewayv2/", "aws:wafv2/")
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


class Stack:
    """One of the project's stacks, with a state of its own in a folder."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder

    def run(self, operation: str, *arguments: str, policy: bool = False) -> int:
        options = engine.EngineOptions(policy=policy, arguments=arguments, folder=self._folder)
        return engine.run(stacks.ROOT, operation, self.name, options)

    def resources(self) -> dict[str, dict[str, Any]]:
        workspace = Workspace(self._folder, project.load(stacks.ROOT, self.name), found_cli())
        exported = json.loads(workspace.command("stack", "export"))["deployment"]
        return {item["urn"]: item for item in exported.get("resources", ())}

    def is_as_planned(self) -> bool:
        plan = deployment.deployment(stacks.graph(self.name), stacks.ROOT)["deployment"]
        planned = {item["urn"]: comparable(item, self.name) for item in plan["resources"]}
        found = {urn: comparable(item, self.name) for urn, item in self.resources().items()}
        assert found.keys() == planned.keys()
        assert [urn for urn in planned if found[urn] != planned[urn]] == []
        return True


@pytest.mark.timeout(240)
def test_dev_is_made_as_it_was_planned_stays_as_it_is_and_goes_without_a_trace(
    tmp_path: Path,
) -> None:
    dev = Stack("dev", tmp_path)

    assert dev.run("up", "--skip-preview", policy=True) == 0
    assert dev.is_as_planned()
    assert dev.run("up", "--skip-preview", "--expect-no-changes", policy=True) == 0
    assert dev.run("refresh", "--skip-preview", "--expect-no-changes") == 0
    assert dev.run("destroy", "--skip-preview") == 0
    assert dev.resources() == {}


@pytest.mark.timeout(240)
def test_prod_is_made_as_it_was_planned_and_is_not_destroyed_by_accident(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    prod = Stack("prod", tmp_path)

    assert prod.run("up", "--skip-preview") == 0
    assert prod.is_as_planned()
    assert prod.run("preview", "--expect-no-changes", policy=True) == 0
    assert prod.run("refresh", "--skip-preview", "--expect-no-changes") == 0
    made = prod.resources().keys()
    capfd.readouterr()
    assert prod.run("destroy") == 2
    said = " ".join(capfd.readouterr().err.split())
    assert "11 protected resources stay, as in the account: " in said
    assert "database-instance" in said
    assert "`plinth destroy prod -- --exclude-protected`" in said
    assert prod.resources().keys() == made
    assert prod.run("destroy", "--exclude-protected", "--skip-preview") == 0
    left = prod.resources()
    assert len(left) < len(made)
    assert sum(item.get("protect", False) for item in left.values()) == 11
    assert not any(item["type"].startswith(STATELESS) for item in left.values())
