"""Writes what judging found as JUnit XML, for pipelines that show test reports.

One case a rule: it fails with all its violations, or is skipped where it can't be judged yet.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar
from xml.etree import ElementTree as ET

import rules
from rules.core.report import NotYetKnown, Violation, Waived

Found = TypeVar("Found", Violation, NotYetKnown, Waived)


def junit(report: rules.Report, suite: str) -> str:
    """The report as one test suite, named after the stack."""
    violations = _by_rule(report.violations)
    unknown = _by_rule(report.not_yet_known)
    waived = _by_rule(report.waived)
    skipped = unknown.keys() - violations.keys()
    root = ET.Element(
        "testsuite",
        name=suite,
        tests=str(len(rules.RULES)),
        failures=str(len(violations)),
        errors="0",
        skipped=str(len(skipped)),
    )
    for rule in rules.RULES.values():
        case = ET.SubElement(root, "testcase", classname=f"policy.{suite}", name=rule.id)
        found = violations.get(rule.id, [])
        if found:
            messages = [f"{item.subject.name}: {item.message}" for item in found]
            failure = ET.SubElement(
                case, "failure", message=_clean(messages[0]), type=rule.severity.value
            )
            failure.text = _clean("\n".join((*messages, "", rule.why, f"Fix: {rule.fix}")))
        elif rule.id in skipped:
            paths = {f"{item.subject.name}: {item.path}" for item in unknown[rule.id]}
            ET.SubElement(
                case, "skipped", message=_clean(f"not yet known: {', '.join(sorted(paths))}")
            )
        for item in waived.get(rule.id, []):
            output = ET.SubElement(case, "system-out")
            output.text = _clean(
                f"waived: {item.subject.name}: {item.message} ({item.waiver.reason})"
            )
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _by_rule(found: Iterable[Found]) -> dict[str, list[Found]]:
    grouped: dict[str, list[Found]] = defaultdict(list)
    for item in found:
        grouped[item.rule.id].append(item)
    return dict(grouped)


def _clean(text: str) -> str:
    # XML 1.0 has no place for other control characters, not even escaped.
    return "".join(c for c in text if c in "\t\n" or c.isprintable())
