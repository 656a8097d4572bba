"""What is applied is what was reviewed."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ops.live import review
from ops.live.engine import LiveError
from tests.ops.fake_tools import STACK, URN, FakePulumi

GIT = shutil.which("git") or "git"
BUCKET = f"{URN}plinth:data:Bucket$aws:s3/bucket:Bucket::documents"


@pytest.fixture
def pulumi(tmp_path: Path) -> FakePulumi:
    return FakePulumi(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "review"


def reviewed(pulumi: FakePulumi, folder: Path) -> Path:
    assert review.preview(pulumi.engine(), folder) == 0
    return folder


def test_a_preview_is_judged_and_keeps_its_plan(pulumi: FakePulumi, folder: Path) -> None:
    reviewed(pulumi, folder)
    (call,) = pulumi.calls
    assert call == [
        *("preview", "--policy-pack", "policy", "--save-plan", str(folder / "plan.json")),
        *("--diff", "--color", "never", "--stack", "dev", "--non-interactive"),
    ]
    assert sorted(path.name for path in folder.iterdir()) == [
        "plan.json",
        "preview.txt",
        "review.json",
        "summary.md",
    ]


def test_what_the_preview_prints_is_shown_and_kept(
    pulumi: FakePulumi, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pulumi.tell(says="+ one bucket")
    reviewed(pulumi, folder)
    assert capfd.readouterr().out == "+ one bucket\n"
    assert (folder / "preview.txt").read_text() == "+ one bucket\n"


def test_a_preview_that_fails_leaves_nothing_to_apply(pulumi: FakePulumi, folder: Path) -> None:
    reviewed(pulumi, folder)
    pulumi.tell(exit=1)
    assert review.preview(pulumi.engine(), folder) == 1
    with pytest.raises(LiveError, match="holds no reviewed plan"):
        review.deploy(pulumi.engine(), folder)


def test_a_preview_that_fails_says_why(pulumi: FakePulumi, folder: Path) -> None:
    printed = [
        "    + aws:sns/topic:Topic: (create)",
        "    plinth@v0.1.0 [mandatory] [severity: medium]  sns-closed  (aws:sns:Topic: a)A topic.",
        "it is open",
        "    + aws:sns/topic:Topic: (create)",
        "        name: error",
        "    plinth@v0.1.0 [advisory] [severity: low]  sns-name  (aws:sns:Topic: b)Its name.",
        "error: preview failed",
    ]
    pulumi.tell(exit=1, says="\n".join(printed))
    assert review.preview(pulumi.engine(), folder) == 1
    assert review.problems(folder) == [f"{printed[1].strip()}\n{printed[2]}", printed[-1]]
    assert (folder / "summary.md").read_text().splitlines()[:6] == [
        "## The preview of dev failed",
        "",
        f"- {' '.join(printed[1].split())} it is open",
        "- error: preview failed",
        "",
        "<details><summary>What the preview printed</summary>",
    ]


def test_the_pack_takes_the_levels_of_the_stack(pulumi: FakePulumi, folder: Path) -> None:
    levels = pulumi.root / "policy" / "config" / "dev.json"
    levels.parent.mkdir(parents=True)
    levels.write_text("{}")
    reviewed(pulumi, folder)
    assert review.deploy(pulumi.engine(), folder) == 0
    given = ["--policy-pack", "policy", "--policy-pack-config", str(levels)]
    assert [call[1:5] for call in pulumi.calls] == [given, given]


def test_a_state_that_moves_during_the_preview_is_noticed(pulumi: FakePulumi, folder: Path) -> None:
    pulumi.tell(moves=True)
    with pytest.raises(LiveError, match="the state of dev moved during the preview"):
        review.preview(pulumi.engine(), folder)
    with pytest.raises(LiveError, match="holds no reviewed plan"):
        review.deploy(pulumi.engine(), folder)


def test_the_reviewed_plan_is_applied_and_no_other(pulumi: FakePulumi, folder: Path) -> None:
    reviewed(pulumi, folder)
    assert review.deploy(pulumi.engine(), folder) == 0
    assert pulumi.calls[-1] == [
        *("up", "--policy-pack", "policy", "--plan", str(folder / "plan.json")),
        *("--yes", "--skip-preview", "--color", "never", "--stack", "dev", "--non-interactive"),
    ]


def refused(pulumi: FakePulumi, folder: Path) -> str:
    with pytest.raises(LiveError) as caught:
        review.deploy(pulumi.engine(), folder)
    assert [call[0] for call in pulumi.calls] == ["preview"]
    return str(caught.value)


def test_a_plan_is_refused_once_the_state_has_moved(pulumi: FakePulumi, folder: Path) -> None:
    reviewed(pulumi, folder)
    pulumi.state({"deployment": {"somebody": "else"}})
    assert refused(pulumi, folder) == (
        "the state of dev has moved since the plan was made: preview dev again and have that"
        " reviewed"
    )


def test_a_plan_is_applied_once(pulumi: FakePulumi, folder: Path) -> None:
    reviewed(pulumi, folder)
    assert review.deploy(pulumi.engine(), folder) == 0
    with pytest.raises(LiveError, match="has moved since"):
        review.deploy(pulumi.engine(), folder)


def test_a_plan_that_was_changed_is_refused(pulumi: FakePulumi, folder: Path) -> None:
    reviewed(pulumi, folder)
    (folder / "plan.json").write_text("{}")
    assert "isn't the file that was reviewed" in refused(pulumi, folder)


def test_a_plan_of_another_stack_is_refused(pulumi: FakePulumi, folder: Path) -> None:
    reviewed(pulumi, folder)
    kept = json.loads((folder / "review.json").read_text())
    (folder / "review.json").write_text(json.dumps({**kept, "stack": "prod"}))
    assert refused(pulumi, folder) == f"{folder} holds a plan of prod, not of dev"


def test_a_plan_of_another_commit_is_refused(pulumi: FakePulumi, folder: Path) -> None:
    def commit() -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        made = ("commit", "--quiet", "--allow-empty", "--message=change")
        subprocess.run([GIT, *who, *made], cwd=pulumi.root, check=True)
        asked = [GIT, "rev-parse", "--short=12", "HEAD"]
        return subprocess.check_output(asked, cwd=pulumi.root, text=True).strip()

    subprocess.run([GIT, "init", "--quiet"], cwd=pulumi.root, check=True)
    first = commit()
    reviewed(pulumi, folder)
    second = commit()
    said = refused(pulumi, folder)
    assert said.startswith(f"the plan was made from commit {first} and this is {second}: ")


def test_a_stack_that_was_never_made_says_how_to_make_it(pulumi: FakePulumi, folder: Path) -> None:
    pulumi.state(None)
    with pytest.raises(LiveError) as caught:
        review.preview(pulumi.engine(), folder)
    assert str(caught.value) == (
        "there is no stack dev in s3://plinth-state-111122223333-eu-west-2?region=eu-west-2: make"
        " it with `pulumi stack init dev"
        " --secrets-provider='awskms://alias/plinth-state?region=eu-west-2'` after `plinth"
        " bootstrap dev`"
    )


def test_a_cli_that_is_too_old_is_not_used(pulumi: FakePulumi) -> None:
    pulumi.tell(version="v3.1.0")
    with pytest.raises(LiveError, match=r"the Pulumi CLI v3\.1\.0 at \S+ is older than 3\.\d+"):
        pulumi.engine()


def test_without_a_cli_it_says_where_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi = FakePulumi(tmp_path)
    (tmp_path / ".pulumi" / "bin" / "pulumi").unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LiveError, match="`plinth setup-cli`"):
        pulumi.engine()


def planned(*steps: str, **difference: Any) -> dict[str, Any]:
    return {"goal": {"inputDiff": difference}, "steps": list(steps)}


def summary(pulumi: FakePulumi, folder: Path, plan: dict[str, Any]) -> list[str]:
    pulumi.tell(plan=plan, says="- gone")
    reviewed(pulumi, folder)
    return (folder / "summary.md").read_text().splitlines()


def test_the_summary_shows_first_what_goes(pulumi: FakePulumi, folder: Path) -> None:
    steps = ("create-replacement", "replace", "delete-replaced")
    assert summary(
        pulumi,
        folder,
        {
            STACK: planned("same"),
            BUCKET: planned(*steps, updates={"bucket": "b"}, deletes=["acl"]),
            f"{URN}aws:sns/topic:Topic::added": planned("create", adds={"name": "added"}),
            f"{URN}aws:sns/topic:Topic::gone": {"steps": ["delete"]},
            f"{URN}aws:sns/topic:Topic::kept": planned("same"),
        },
    ) == [
        "## Plan of dev",
        "",
        "**1 to delete, 1 to replace, 1 to create**, 1 unchanged",
        "",
        "| delete | type | properties |",
        "|---|---|---|",
        "| `gone` | `aws:sns/topic:Topic` |  |",
        "",
        "| replace | type | properties |",
        "|---|---|---|",
        "| `documents` | `aws:s3/bucket:Bucket` | `acl`, `bucket` |",
        "",
        "| create | type | properties |",
        "|---|---|---|",
        "| `added` | `aws:sns/topic:Topic` |  |",
        "",
        "<details><summary>What the preview printed</summary>",
        "",
        "````diff",
        "- gone",
        "````",
        "",
        "</details>",
    ]


def test_a_changed_value_is_not_in_the_summary(pulumi: FakePulumi, folder: Path) -> None:
    plan = {BUCKET: planned("update", updates={"password": "sesame"})}
    shown = "\n".join(summary(pulumi, folder, plan))
    assert "| `documents` | `aws:s3/bucket:Bucket` | `password` |" in shown
    assert "sesame" not in shown


@pytest.mark.parametrize(
    ("plan", "changes"),
    [
        ({STACK: planned("same"), BUCKET: planned("same")}, False),
        ({STACK: planned("same"), BUCKET: planned("read")}, False),
        ({STACK: planned("same"), BUCKET: planned("update")}, True),
        ({STACK: planned("create"), BUCKET: planned("create")}, True),
        ({STACK: {"goal": {"outputDiff": {"adds": {"url": "u"}}}, "steps": ["same"]}}, True),
    ],
)
def test_a_plan_says_whether_there_is_anything_to_approve(
    pulumi: FakePulumi, folder: Path, plan: dict[str, Any], changes: bool
) -> None:
    pulumi.tell(plan=plan)
    assert review.changes(reviewed(pulumi, folder)) is changes
