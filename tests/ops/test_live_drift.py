"""Drift is looked for without touching anything, and there is one issue about it at most."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ops.live import drift, issue
from ops.live.drift import Report, Status
from ops.live.engine import LiveError
from tests.ops.fake_tools import FakePulumi, write_program

_GH = """
import json, pathlib, sys
here = pathlib.Path(__file__).parent
store = here / "issues.json"
issues = json.loads(store.read_text()) if store.exists() else []
arguments = sys.argv[1:]
def option(name):
    return arguments[arguments.index(name) + 1]
match arguments[:2]:
    case ["issue", "list"]:
        print(json.dumps([i for i in issues if i["open"] and option("--label") in i["labels"]]))
    case ["label", "create"]:
        (here / "label").write_text(arguments[2])
    case ["issue", "create"]:
        assert (here / "label").read_text() == option("--label")
        issues.append({"number": len(issues) + 1, "title": option("--title"), "open": True,
                       "labels": [option("--label")], "body": sys.stdin.read()})
    case ["issue", "edit"]:
        issue = issues[int(arguments[2]) - 1]
        issue |= {"title": option("--title"), "body": sys.stdin.read()}
    case ["issue", "close"]:
        issues[int(arguments[2]) - 1]["open"] = False
    case _:
        sys.exit(f"gh: unknown command {arguments}")
store.write_text(json.dumps(issues))
"""


@pytest.fixture
def pulumi(tmp_path: Path) -> FakePulumi:
    return FakePulumi(tmp_path)


class GitHub:
    """The issues of a repository, behind a `gh` that keeps them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.gh = issue.command(folder)

    def keep(self, *reports: Report) -> str:
        return issue.keep(reports, self.gh)

    @property
    def issues(self) -> list[dict[str, Any]]:
        path = self._folder / "issues.json"
        kept: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
        return kept

    def add(self, **issue: Any) -> None:
        number = len(self.issues) + 1
        added = {"number": number, "open": True, "labels": ["drift"], "title": "", "body": ""}
        (self._folder / "issues.json").write_text(json.dumps([*self.issues, {**added, **issue}]))

    @property
    def open(self) -> list[str]:
        return [item["title"] for item in self.issues if item["open"]]


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitHub:
    folder = tmp_path / "gh"
    folder.mkdir()
    write_program(folder / "gh", _GH)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return GitHub(folder)


DRIFTED = Report("prod", Status.DRIFTED, "~ aws:sns/topic:Topic alarms\n")
SAME = Report("dev", Status.SAME, "")


def test_a_look_changes_neither_account_nor_state(pulumi: FakePulumi) -> None:
    assert drift.look(pulumi.engine()).status is Status.SAME
    (call,) = pulumi.calls
    assert call == [
        *("refresh", "--preview-only", "--expect-no-changes", "--diff", "--color", "never"),
        *("--stack", "dev", "--non-interactive"),
    ]


@pytest.mark.parametrize(
    "told",
    [
        {"exit": 7, "says": "~ a topic"},
        {"exit": 255, "says": "error: no changes were expected but changes were proposed"},
    ],
)
def test_a_change_behind_our_back_is_drift(pulumi: FakePulumi, told: dict[str, Any]) -> None:
    pulumi.tell(**told)
    assert drift.look(pulumi.engine()) == Report("dev", Status.DRIFTED, f"{told['says']}\n")


def test_a_look_that_fails_is_not_taken_for_drift(pulumi: FakePulumi) -> None:
    pulumi.tell(exit=1, says="error: no rights")
    with pytest.raises(LiveError, match="exit code 1"):
        drift.look(pulumi.engine())


def test_an_update_that_is_under_way_is_not_taken_for_drift(pulumi: FakePulumi) -> None:
    pulumi.state({"deployment": {"pending_operations": [{"type": "creating"}]}})
    assert drift.look(pulumi.engine()).status is Status.BUSY


def test_an_update_during_the_look_is_not_taken_for_drift(pulumi: FakePulumi) -> None:
    pulumi.tell(exit=7, moves=True)
    assert drift.look(pulumi.engine()).status is Status.BUSY


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    DRIFTED.save(tmp_path)
    SAME.save(tmp_path)
    assert issue.reports(tmp_path) == [SAME, DRIFTED]


def test_without_reports_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(LiveError, match="holds no report"):
        issue.reports(tmp_path)


def test_drift_opens_an_issue(github: GitHub) -> None:
    assert github.keep(SAME, DRIFTED) == "opened: Drift in prod"
    (opened,) = github.issues
    assert opened["title"] == "Drift in prod"
    assert opened["body"].splitlines()[5:] == [
        "## dev: same",
        "",
        "## prod: drifted",
        "",
        "````diff",
        "~ aws:sns/topic:Topic alarms",
        "````",
    ]


def test_the_issue_names_the_run_that_found_it(
    github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.example.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "team/plinth")
    monkeypatch.setenv("GITHUB_RUN_ID", "7")
    github.keep(DRIFTED)
    found = "Found by https://git.example.com/team/plinth/actions/runs/7."
    assert found in github.issues[0]["body"]


def test_more_drift_updates_the_same_issue(github: GitHub) -> None:
    github.keep(SAME, DRIFTED)
    also = Report("dev", Status.DRIFTED, "~ more\n")
    assert github.keep(also, DRIFTED) == "updated #1: Drift in dev, prod"
    assert github.open == ["Drift in dev, prod"]
    assert "~ more" in github.issues[0]["body"]


def test_two_issues_about_drift_become_one(github: GitHub) -> None:
    github.add(title="Drift in dev", body=issue.MARK)
    github.add(title="Drift in dev", body=issue.MARK)
    github.keep(DRIFTED)
    assert github.open == ["Drift in prod"]


def test_an_issue_that_a_person_opened_is_left_alone(github: GitHub) -> None:
    github.add(title="Is this drift?", body="I saw something.")
    github.keep(DRIFTED)
    github.keep(SAME)
    assert github.open == ["Is this drift?"]


def test_the_issue_closes_once_nothing_drifts(github: GitHub) -> None:
    github.keep(DRIFTED)
    assert github.keep(SAME, Report("prod", Status.SAME, "")) == "closed #1: no drift"
    assert github.open == []


@pytest.mark.parametrize("status", [Status.BUSY, Status.FAILED])
def test_the_issue_stays_while_a_stack_could_not_be_looked_at(
    github: GitHub, status: Status
) -> None:
    github.keep(DRIFTED)
    github.keep(SAME, Report("prod", status, "?\n"))
    assert github.open == ["Drift in prod"]


def test_no_drift_opens_nothing(github: GitHub) -> None:
    assert github.keep(SAME) == "nothing to say: no drift found"
    assert github.issues == []


def test_an_issue_is_never_longer_than_github_takes(github: GitHub) -> None:
    long = [Report(f"stack{i}", Status.DRIFTED, "~ line\n" * 9_000) for i in range(4)]
    github.keep(*long)
    assert len(github.issues[0]["body"]) < 65_536


def test_what_gh_refuses_is_said(github: GitHub) -> None:
    with pytest.raises(LiveError, match=r"`gh issue nonsense` failed: gh: unknown command"):
        github.gh("issue", "nonsense")
