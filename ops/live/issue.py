"""Keeps exactly one open issue about drift on GitHub, through `gh`."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from ops.live.drift import Report, Status
from ops.live.engine import LiveError

LABEL: Final = "drift"
MARK: Final = "<!-- kept by plinth drift-issue -->"
# GitHub takes 65,536 characters; several stacks share them.
LONGEST_TEXT: Final = 12_000

Gh = Callable[..., str]


def reports(folder: Path) -> list[Report]:
    """The reports of all stacks that were looked at.

    Raises:
        LiveError: when there is none.
    """
    found = [Report.load(path) for path in sorted(folder.glob("*.json"))]
    if not found:
        raise LiveError(f"{folder} holds no report: make one with `plinth live drift`")
    return found


def keep(found: Sequence[Report], gh: Gh) -> str:
    """Open, update or close the issue, as the reports ask for; a sentence that says which."""
    drifted = [report.stack for report in found if report.status is Status.DRIFTED]
    numbers = _open(gh)
    if drifted:
        title, body = f"Drift in {', '.join(drifted)}", _body(found)
        if not numbers:
            gh("label", "create", LABEL, "--description", "Changed by hand", "--force")
            gh("issue", "create", "--title", title, "--label", LABEL, "--body-file", "-", text=body)
            return f"opened: {title}"
        first, *others = numbers
        gh("issue", "edit", first, "--title", title, "--body-file", "-", text=body)
        for number in others:
            gh("issue", "close", number, "--comment", f"The same as #{first}.")
        return f"updated #{first}: {title}"
    if numbers and all(report.status is Status.SAME for report in found):
        for number in numbers:
            gh("issue", "close", number, "--comment", "There is no drift any more.")
        return f"closed {', '.join(f'#{number}' for number in numbers)}: no drift"
    return "nothing to say: no drift found"


def command(root: Path) -> Gh:
    """The `gh` of this machine.

    Raises:
        LiveError: when there is none, or from a call that fails.
    """
    binary = shutil.which("gh")
    if binary is None:
        raise LiveError("there is no `gh` on PATH: install GitHub's command line")

    def gh(*arguments: str, text: str = "") -> str:
        done = subprocess.run(  # noqa: S603 no shell
            [binary, *arguments],
            cwd=root,
            input=text,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != 0:
            said = " ".join(done.stderr.split())
            raise LiveError(f"`gh {' '.join(arguments[:2])}` failed: {said}")
        return done.stdout

    return gh


def _open(gh: Gh) -> list[str]:
    """The numbers of our open issues, the oldest first."""
    asked = ("--state", "open", "--label", LABEL, "--limit", "100", "--json", "number,body")
    listed = json.loads(gh("issue", "list", *asked))
    return [str(number) for number in sorted(
        item["number"] for item in listed if MARK in item["body"]
    )]  # fmt: skip


def _body(found: Sequence[Report]) -> str:
    lines = [
        MARK,
        "What is in the account is no longer what was deployed: somebody or something changed it.",
        "Deploy again to take the change back, or put it into the program and deploy that.",
        "This issue closes by itself once nothing drifts.",
        "",
    ]
    run = _run()
    if run:
        lines += [f"Found by {run}.", ""]
    for report in found:
        lines += [f"## {report.stack}: {report.status}", ""]
        if report.status is not Status.SAME:
            lines += ["````diff", report.text[-LONGEST_TEXT:].rstrip(), "````", ""]
    return "\n".join(lines)


def _run() -> str:
    server, repository, run = (
        os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}" if run else ""
