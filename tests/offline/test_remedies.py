"""A plan that is written holds what the remedies set."""

import json
from pathlib import Path

from offline import deployment, remedies, tree
from offline.values import UNKNOWN, Secret
from tests.offline.judging import GRAPH, report, with_key


def test_what_a_remedy_sets_is_in_the_inputs_and_the_outputs() -> None:
    graph = remedies.remedied(GRAPH, report(kms_deletion_window="remediate"))
    short = graph.one("aws:kms/key:Key", "short")
    assert short.inputs == {"deletionWindowInDays": 30, "enableKeyRotation": True}
    assert short.outputs == {**short.inputs, "arn": "arn:short"}
    unknown = graph.one("aws:kms/key:Key", "unknown")
    assert unknown == GRAPH.one("aws:kms/key:Key", "unknown")


def test_nothing_is_set_unless_the_configuration_asks_for_it() -> None:
    assert remedies.remedied(GRAPH, report()) == GRAPH


def test_what_was_secret_stays_secret_in_the_deployment_too(tmp_path: Path) -> None:
    graph = with_key("it", {"deletionWindowInDays": Secret(7), "description": Secret("hush")})
    graph = remedies.remedied(graph, report(graph, kms_deletion_window="remediate"))
    key = graph.one("aws:kms/key:Key", "it")
    assert key.inputs == {"deletionWindowInDays": Secret(30), "description": Secret("hush")}
    written = json.dumps(deployment.deployment(graph, tmp_path))
    assert "hush" not in written
    # Twice each: in the inputs, and in the outputs.
    assert written.count("[secret]") == 4


def test_the_tags_of_a_remedy_keep_what_is_secret_and_what_is_unknown() -> None:
    graph = with_key(
        "it", {"tags": {"owner": Secret("hush"), "cost-centre": "a"}, "policy": UNKNOWN}
    )
    found = report(graph, tags_required="remediate")
    key = remedies.remedied(graph, found).one("aws:kms/key:Key", "it")
    assert key.inputs["tags"] == {
        "owner": Secret("hush"),
        "cost-centre": "a",
        "environment": "test",
        "project": "plinth",
        "managed-by": "pulumi",
    }
    assert key.inputs["policy"] is UNKNOWN


def test_the_tree_tells_which_property_of_which_resource_was_set_and_not_to_what() -> None:
    found = report(kms_deletion_window="remediate")
    told = remedies.told(found)
    assert told == {
        GRAPH.one("aws:kms/key:Key", name).urn: "deletionWindowInDays (kms-deletion-window)"
        for name in ("short", "nowhere")
    }
    root = tree.tree(remedies.remedied(GRAPH, found), told)
    labels = [str(item.label) for branch in root.children for item in (branch, *branch.children)]
    assert "short  aws:kms/key:Key  remedied: deletionWindowInDays (kms-deletion-window)" in labels
    assert "unknown  aws:kms/key:Key" in labels
