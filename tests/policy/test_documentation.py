"""What people read of the rules: the page, and the command."""

import subprocess
import sys
from pathlib import Path

import pytest

from rules import RULES
from tests.stacks import ROOT
from tools import rules_doc

PLINTH = Path(sys.executable).with_name("plinth")


def plinth(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(PLINTH), "rules", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_the_page_is_current() -> None:
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == rules_doc.document(), "run: make rules-doc"


@pytest.mark.parametrize("rule_id", RULES)
def test_every_rule_has_a_section_with_its_reason_and_its_fix(rule_id: str) -> None:
    section = rules_doc.section(RULES[rule_id])
    assert section.startswith(f"## {rule_id}\n")
    assert RULES[rule_id].why in section
    assert RULES[rule_id].fix in section


def test_the_command_lists_every_rule() -> None:
    done = plinth()
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[:-1]] == list(RULES)


def test_a_rule_is_explained_by_its_id() -> None:
    shown = plinth("explain", "kms-key-rotation").stdout
    rule = RULES["kms-key-rotation"]
    assert rule.title in shown
    assert f"Why: {rule.why}" in shown
    assert "CKV_AWS_7" in shown


def test_a_rule_that_is_not_there_ends_with_2_and_a_suggestion() -> None:
    done = plinth("explain", "kms-key-rotatoin")
    assert done.returncode == 2
    assert done.stderr == (
        "error: there is no rule 'kms-key-rotatoin'; did you mean kms-key-rotation?\n"
    )
