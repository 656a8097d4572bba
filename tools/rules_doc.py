"""Writes ``docs/rules.md``: a section for each rule, its examples taken from the tests.

python -m tools.rules_doc [--check]
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from rules import RULES, Rule
from rules.core.types import Group
from rules.core.values import Secret
from tests.policy.cases import Case, Declared, Ref
from tests.policy.judging import FIXTURES

PATH: Final = Path(__file__).resolve().parent.parent / "docs" / "rules.md"
HEAD: Final = """# The rules

Every rule of the pack: what it holds, why, how to keep it, and the controls of published standards
that it answers to. Made by `make rules-doc` from the rules and from the cases that test them; the
examples are Pulumi YAML, the shortest way to write a resource down. `plinth rules` lists them in
the terminal, `plinth rules explain ID` shows one.

Thresholds, levels and waivers: see `policy/README.md`. Without a configuration every rule is
mandatory, with the thresholds given here.
"""


def document() -> str:
    """The whole page."""
    services: dict[str, list[Rule]] = {}
    for rule in RULES.values():
        services.setdefault(rule.id.partition("-")[0], []).append(rule)
    index = "\n".join(
        f"- **{service}**: " + ", ".join(f"[{rule.id}](#{rule.id})" for rule in found)
        for service, found in services.items()
    )
    sections = "\n".join(section(rule) for rule in RULES.values())
    return f"{HEAD}\n{len(RULES)} rules:\n\n{index}\n\n{sections}"


def section(rule: Rule) -> str:
    """One rule: its facts, then a passing and a failing example."""
    parts = [
        f"## {rule.id}",
        rule.title,
        f"**Why.** {rule.why}",
        f"**Fix.** {rule.fix}",
        "\n".join(facts(rule)),
    ]
    fixture = FIXTURES.get(rule.id)
    if fixture is not None:
        parts += [f"Passes:\n\n{example(fixture.passes[0])}"]
        parts += [f"Fails:\n\n{example(fixture.fails[0])}"]
    return "\n\n".join(parts) + "\n"


def facts(rule: Rule) -> list[str]:
    """What a table would hold, as a list."""
    types = ", ".join(item.name if isinstance(item, Group) else f"`{item}`" for item in rule.types)
    thresholds = [
        f"`{name}` = `{json.dumps(threshold.default, default=list)}`: {threshold.limit.says}"
        for name, threshold in rule.thresholds.items()
    ]
    standards = {
        "Security Hub": rule.standards.security_hub,
        "CIS": rule.standards.cis,
        "cdk-nag": rule.standards.cdk_nag,
        "checkov": rule.standards.checkov,
    }
    answered = [f"{name} {', '.join(ids)}" for name, ids in standards.items() if ids]
    return [
        f"- Severity: {rule.severity.value}",
        f"- Judges: {types}",
        *([f"- Reads as well: {', '.join(f'`{kind}`' for kind in rule.reads)}"] * bool(rule.reads)),
        *(f"- Threshold {item}" for item in thresholds),
        *(["- Can be set right by the pack, where a configuration asks for it"] * rule.remediable),
        *([f"- Answers to: {'; '.join(answered)}"] if answered else []),
    ]


def example(case: Case) -> str:
    """The resources of a case as a Pulumi YAML program."""
    resources = {item.name: _resource(item) for item in case}
    text = yaml.safe_dump({"resources": resources}, sort_keys=False, allow_unicode=True, width=100)
    return f"```yaml\n{text}```"


def _resource(item: Declared) -> dict[str, Any]:
    options = {"protect": item.protect, "ignoreChanges": list(item.ignore_changes)}
    given = {name: value for name, value in options.items() if value}
    written: dict[str, Any] = {"type": item.type}
    if item.inputs:
        written["properties"] = _value(item.inputs)
    return {**written, **({"options": given} if given else {})}


def _value(value: Any) -> Any:
    if isinstance(value, Ref):
        return f"${{{value.name}.{value.output}}}"
    if isinstance(value, Secret):
        return {"fn::secret": _value(value.value)}
    if isinstance(value, Mapping):
        return {name: _value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_value(inner) for inner in value]
    if isinstance(value, str) and value.startswith("{"):
        return {"fn::toJSON": json.loads(value)}
    return value


def main() -> int:
    """Write the page, or say whether it is current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether it is current")
    wanted = document()
    if parser.parse_args().check:
        current = PATH.is_file() and PATH.read_text(encoding="utf-8") == wanted
        print("docs/rules.md is current" if current else "docs/rules.md is not: make rules-doc")
        return 0 if current else 1
    PATH.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
