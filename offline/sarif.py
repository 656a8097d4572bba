"""Writes what judging found as SARIF 2.1.0, for code scanning.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import hashlib
from collections import Counter
from typing import Any, Final

import rules
from rules import Rule
from rules.core.report import Violation, Waived
from rules.core.rule import Level, Severity

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
# As code scanning ranks them: https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
_SCORES: Final = {
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.0",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}


def sarif(report: rules.Report) -> dict[str, Any]:
    """One run: every rule with its help, every violation, and the waived ones as suppressed."""
    index = {rule_id: number for number, rule_id in enumerate(rules.RULES)}
    found: list[Violation | Waived] = [*report.violations, *report.waived]
    # Several findings of one rule on one resource are told apart by their order.
    seen: Counter[tuple[str, str]] = Counter()
    results = []
    for item in found:
        key = (item.rule.id, item.subject.urn)
        results.append(_result(item, index, seen[key]))
        seen[key] += 1
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "plinth",
                        "rules": [_rule(rule) for rule in rules.RULES.values()],
                    }
                },
                "originalUriBaseIds": {"ROOT": {"description": {"text": "The project's folder"}}},
                "columnKind": "utf16CodeUnits",
                "results": results,
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    help_text = f"{rule.why}\n\nFix: {rule.fix}"
    standards = ", ".join(rule.standards.all)
    return {
        "id": rule.id,
        "name": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        # What the pack is without a configuration: each result has its own.
        "defaultConfiguration": {"level": "error"},
        "help": {
            "text": help_text,
            "markdown": help_text + (f"\n\nAnswers to: {standards}" if standards else ""),
        },
        "properties": {
            "security-severity": _SCORES[rule.severity],
            "tags": ["security", "infrastructure"],
        },
    }


def _result(item: Violation | Waived, index: dict[str, int], number: int) -> dict[str, Any]:
    subject = item.subject
    identity = f"{item.rule.id} {subject.urn}" + (f" {number}" if number else "")
    result: dict[str, Any] = {
        "ruleId": item.rule.id,
        "ruleIndex": index[item.rule.id],
        "level": "error" if _is_mandatory(item) else "warning",
        "message": {"text": f"{subject.name}: {item.message} {item.rule.fix}"},
        "locations": [_location(item)],
        # The same finding on the same resource, wherever its line has moved.
        "partialFingerprints": {"plinth/v1": hashlib.sha256(identity.encode()).hexdigest()},
    }
    if isinstance(item, Waived):
        waiver = item.waiver
        reason = f"{waiver.reason} ({waiver.owner}, until {waiver.expiry})"
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": reason}
        ]
    return result


def _is_mandatory(item: Violation | Waived) -> bool:
    return isinstance(item, Waived) or item.level is Level.MANDATORY


def _location(item: Violation | Waived) -> dict[str, Any]:
    location: dict[str, Any] = {
        "logicalLocations": [
            {
                "name": item.subject.name,
                "fullyQualifiedName": item.subject.urn,
                "kind": "resource",
            }
        ]
    }
    position = item.subject.position
    if position is not None:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": position.file, "uriBaseId": "ROOT"},
            "region": {"startLine": position.line},
        }
    return location
