"""What people read of the rules: the page, and the command."""

from typing import Any

from typer.testing import CliRunner

from ops import cli_rules
from rules import RULES
from tests.stacks import ROOT
from tools import rules_doc


def plinth(*arguments: str) -> Any:
    """What ``plinth rules`` answers."""
    return CliRunner().invoke(cli_rules.app, arguments)


def test_the_page_is_current() -> None:
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == rules_doc.document(), "run: make rules-doc"


def test_every_rule_has_a_section_with_its_reason_and_its_fix() -> None:
    for rule_id, rule in RULES.items():
        section = rules_doc.section(rule)
        assert section.startswith(f"## {rule_id}\n")
        assert rule.why in section
        assert rule.fix in section


def test_the_command_lists_every_rule() -> None:
    done = plinth()
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[:-1]] == list(RULES)


def test_a_rule_is_explained_by_its_id() -> None:
    shown = plinth("explain", "kms-key-rotation").stdout
    rule = RULES["kms-key-rotation"]
    assert rule.title in shown
    assert f"Why: {rule.why}" in shown
    assert "CKV_AWS_7" in shown


def test_a_rule_that_is_not_there_ends_with_2_and_those_that_are_called_alike() -> None:
    done = plinth("explain", "kms-key-rotatoin")
    assert done.exit_code == 2
    assert done.stderr.startswith(
        "error: there is no rule 'kms-key-rotatoin'; did you mean kms-key-rotation"
    )
    done = plinth("explain", "zzz")
    assert done.exit_code == 2
    assert done.stderr == "error: there is no rule 'zzz'; plinth rules lists them\n"
