"""Judges a graph with the policy pack, as the engine would, and shows what was found."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.text import Text

import rules
from offline.graph import Graph
from rules.core.report import NotYetKnown, Remediated, Violation, Waived
from rules.core.rule import Level

Finding = Violation | NotYetKnown | Waived | Remediated


def configuration_of(root: Path, stack: str) -> Path | None:
    """The stack's own levels and thresholds; without a file the pack is production's.

    A name is only that of a file: what it means for the stack is said in there.
    """
    files = (root / "policy" / "config").glob("*.json")
    return next((path for path in files if path.stem == stack), None)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a stack is judged by: levels, thresholds and waivers, read and found right."""

    configuration: rules.Configuration
    waivers: tuple[rules.Waiver, ...]


def terms(configuration: Path | None) -> Terms:
    """Read them.

    Raises:
        rules.ConfigurationError: the pack's configuration is wrong.
        rules.WaiverError: its waivers are.
    """
    return Terms(rules.configured(configuration), rules.waived())


def judge(graph: Graph, by: Terms, today: date) -> rules.Report:
    """Judge everything that the program declares."""
    return rules.judge(graph.resources, by.configuration, by.waivers, today)


def lines(report: rules.Report, graph: Graph) -> Iterator[Text]:
    """What people read: violations by component, what can't be judged yet, and what is waived."""
    for component, found in by_component(report.violations, graph).items():
        yield Text(component, style="bold")
        for item in found:
            yield from _violation(item)
    yield from _listed("not yet known (judged again on update)", report.not_yet_known, graph)
    yield from _listed("waived", report.waived, graph)
    yield from _listed("remedied", report.remediated, graph)
    counted = len(report.violations)
    verdict = f"{counted} violation{'' if counted == 1 else 's'}" if counted else "no violations"
    yield Text(
        f"{report.judged} resources judged by {len(rules.RULES)} rules: {verdict}",
        style="bold red" if report.mandatory else "bold green",
    )


def by_component(found: Iterable[Finding], graph: Graph) -> dict[str, list[Finding]]:
    """Findings below the component that made the resource, both as the program names them."""
    labels = {item.urn: f"{item.type} {item.name}" for item in graph.resources if not item.custom}
    grouped: dict[str, list[Finding]] = defaultdict(list)
    for item in found:
        grouped[labels.get(item.subject.parent, f"{graph.project}-{graph.stack}")].append(item)
    return dict(sorted(grouped.items()))


def _violation(item: Finding) -> Iterator[Text]:
    if not isinstance(item, Violation):
        return
    mandatory = item.level is Level.MANDATORY
    yield Text.assemble(
        "  ",
        (f"{item.level.value} {item.rule.severity.value}", "red" if mandatory else "yellow"),
        f"  {item.rule.id}  {item.subject.name}: {item.message}",
    )
    where = f" ({item.subject.position})" if item.subject.position is not None else ""
    yield Text(f"      {item.rule.fix}{where}", style="dim")


def _listed(title: str, found: tuple[Finding, ...], graph: Graph) -> Iterator[Text]:
    if not found:
        return
    yield Text(f"{title}:", style="bold")
    for component, items in by_component(found, graph).items():
        for item in items:
            yield Text(f"  {item.rule.id}  {component} / {item.subject.name}: {_about(item)}")


def _about(item: Finding) -> str:
    if isinstance(item, Waived):
        waiver = item.waiver
        return f"{item.message} (until {waiver.expiry}, {waiver.owner}: {waiver.reason})"
    if isinstance(item, Remediated):
        # What it set may be secret.
        return ", ".join(item.changes)
    return item.path if isinstance(item, NotYetKnown) else item.message
