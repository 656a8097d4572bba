"""Plans every stack and example, and writes what code scanning and reviewers read."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from offline.graph import STACK_TYPE
from ops.plan import CLEAN, WRONG, PlanOptions, plan

MERGED: Final = "plans.sarif"
SUMMARY: Final = "summary.md"


def configurations(root: Path) -> dict[str, Path]:
    """The configuration file of every stack, and of every example, by name."""
    stacks = {path.name.split(".")[1]: path for path in root.glob("Pulumi.*.yaml")}
    examples = {path.stem: path for path in (root / "examples").glob("*.yaml")}
    return dict(sorted({**examples, **stacks}.items()))


def reports(root: Path, folder: Path) -> int:
    """Plan and judge each, and write its reports into ``folder``.

    For each: the deployment, SARIF and JUnit; for all: one SARIF file and one summary. The exit
    code is the worst of theirs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    worst = CLEAN
    runs: list[dict[str, Any]] = []
    summary = ["## Plans", "", "| stack | resources | violations | warnings | waived |",
               "|---|--:|--:|--:|--:|"]  # fmt: skip
    details: list[str] = []
    for name, path in configurations(root).items():
        sarif = folder / f"{name}.sarif"
        deployment = folder / f"{name}.json"
        sarif.unlink(missing_ok=True)
        status = plan(
            root,
            name,
            PlanOptions(
                config_file=path,
                out=deployment,
                sarif=sarif,
                junit=folder / f"{name}.xml",
                quiet=True,
            ),
        )
        worst = max(worst, status)
        if status == WRONG:
            summary.append(f"| {name} | can't be planned: see the log | | | |")
            continue
        run = _run(json.loads(sarif.read_text(encoding="utf-8")), name, path.relative_to(root))
        runs.append(run)
        resources = _resources(deployment)
        summary.append(_row(name, resources, run["results"]))
        details += [*_details(name, resources, run["results"])]
    _write(folder / MERGED, json.dumps(_merged(runs), indent=1))
    _write(folder / SUMMARY, "\n".join([*summary, "", *details]))
    return worst


def _resources(deployment: Path) -> list[Any]:
    """What a deployment holds beside the stack itself."""
    listed = json.loads(deployment.read_text(encoding="utf-8"))["deployment"]["resources"]
    return [item for item in listed if item["type"] != STACK_TYPE]


def _merged(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    }


def _run(sarif: Mapping[str, Any], stack: str, config_file: Path) -> dict[str, Any]:
    """The one run of a stack's SARIF, named so that code scanning keeps the stacks apart."""
    run: dict[str, Any] = sarif["runs"][0]
    for result in run["results"]:
        for location in result["locations"]:
            # Code scanning shows nothing without a file: a finding on the stack itself has its own.
            location.setdefault(
                "physicalLocation",
                {
                    "artifactLocation": {"uri": config_file.as_posix(), "uriBaseId": "ROOT"},
                    "region": {"startLine": 1},
                },
            )
    return {"automationDetails": {"id": f"plinth/{stack}/"}, **run}


def _row(name: str, resources: list[Any], results: list[Any]) -> str:
    levels = Counter(_level(result) for result in results)
    return (
        f"| {name} | {len(resources)} | {levels['error']} | {levels['warning']}"
        f" | {levels['waived']} |"
    )


def _level(result: Mapping[str, Any]) -> str:
    return "waived" if "suppressions" in result else str(result["level"])


def _details(name: str, resources: list[Any], results: list[Any]) -> Iterator[str]:
    open_results = [result for result in results if _level(result) != "waived"]
    for result in open_results:
        yield f"- {name}: **{result['ruleId']}** {result['message']['text']}"
    if open_results:
        yield ""
    yield f"<details><summary>{name}: what it creates</summary>"
    yield ""
    yield "| type | names |"
    yield "|---|---|"
    by_type: dict[str, list[str]] = {}
    for resource in resources:
        by_type.setdefault(resource["type"], []).append(resource["urn"].split("::", 3)[3])
    for kind, names in sorted(by_type.items()):
        yield f"| `{kind}` | {', '.join(f'`{item}`' for item in sorted(names))} |"
    yield ""
    yield "</details>"
    yield ""


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8")
