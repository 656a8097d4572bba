"""The offline plan as a command: run the program, show what it declares, judge it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

import rules
from offline import deployment, imports, judge, junit, project, remedies, sarif, tree
from offline.graph import Graph
from ops.console import console_for
from ops.failures import explained

CLEAN: Final = 0
VIOLATIONS: Final = 1
WRONG: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanOptions:
    """What a user may ask of a plan.

    Attributes:
        config_file: the stack's values, where they are not in ``Pulumi.<stack>.yaml``.
        policy_config: levels and thresholds, where they are not in ``policy/config/<stack>.json``.
        out: where to write the deployment.
        sarif: where to write the violations for code scanning.
        junit: where to write the violations as a test report.
        policy: whether to judge.
        quiet: show findings and the verdict, not the resources.
        unknown: leave what AWS computes unknown, as a preview does.
        show_traceback: on an error, every frame instead of the program's lines.
    """

    config_file: Path | None = None
    policy_config: Path | None = None
    out: Path | None = None
    sarif: Path | None = None
    junit: Path | None = None
    policy: bool = True
    quiet: bool = False
    unknown: bool = False
    show_traceback: bool = False


def plan(root: Path, stack: str, options: PlanOptions) -> int:
    """Plan one stack and print the result. The exit code: 0 clean, 1 violations, 2 wrong."""
    imports.load_only_what_is_named()
    with explained(root, show_traceback=options.show_traceback) as outcome:
        loaded = project.load(root, stack, options.config_file)
        # Before the program runs: nobody waits for a plan that can't be judged.
        terms = judge.terms(_configuration(root, stack, options)) if options.policy else None
        graph = loaded.run(unknown=options.unknown)
        report = judge.judge(graph, terms, datetime.now(UTC).date()) if terms else None
        console = console_for()
        told = {}
        if report is not None and report.remediated:
            graph = remedies.remedied(graph, report)
            told = remedies.told(report)
        if not options.quiet:
            _show(console, graph, told)
        _write(console, graph, report, root, options)
        if report is None:
            counted = f"{len(graph.managed)} resources, not judged"
            console.print(Text(f"{graph.project}-{graph.stack}: {counted}", style="bold"))
            return CLEAN
        for line in judge.lines(report, graph):
            console.print(line)
        return VIOLATIONS if report.mandatory else CLEAN
    return WRONG if outcome.failed else CLEAN


def _configuration(root: Path, stack: str, options: PlanOptions) -> Path | None:
    return options.policy_config or judge.configuration_of(root, stack)


def _show(console: Console, graph: Graph, remedied: Mapping[str, str]) -> None:
    console.print(tree.tree(graph, remedied))
    console.print()
    for kind, count in tree.summary(graph):
        console.print(f"{count:5}  {kind}")
    console.print()
    for key, value in tree.exports(graph).items():
        console.print(Text.assemble((f"{key}: ", "bold"), str(value)))
    for warning in graph.warnings:
        console.print(Text(f"warning: {warning}", style="yellow"))
    console.print()


def _write(
    console: Console, graph: Graph, report: rules.Report | None, root: Path, options: PlanOptions
) -> None:
    if options.out is not None:
        _save(console, options.out, _json(deployment.deployment(graph, root)))
    if report is not None and options.sarif is not None:
        _save(console, options.sarif, _json(sarif.sarif(report)))
    if report is not None and options.junit is not None:
        _save(console, options.junit, junit.junit(report, graph.stack))


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1) + "\n"


def _save(console: Console, path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    console.print(f"wrote {path}")
