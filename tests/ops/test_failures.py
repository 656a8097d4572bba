from pathlib import Path

import pulumi
import pytest

from offline.engine import synthesise
from ops.failures import explained

ROOT = Path(__file__).resolve().parents[2]


def boom(_value: object) -> None:
    raise RuntimeError("it broke")


def at_once() -> None:
    raise RuntimeError("it broke")


def in_an_apply() -> None:
    pulumi.Output.from_input(1).apply(boom)


@pytest.mark.parametrize(("program", "line"), [(at_once, at_once), (in_an_apply, boom)])
def test_an_error_shows_the_line_of_the_program_and_not_of_pulumi(
    program: object, line: object, capsys: pytest.CaptureFixture[str]
) -> None:
    with explained(ROOT) as outcome:
        synthesise(program)  # type: ignore[arg-type]

    shown = capsys.readouterr().err
    number = line.__code__.co_firstlineno + 1  # type: ignore[attr-defined]
    assert outcome.failed
    assert shown.startswith("error: the program failed: RuntimeError: it broke\n")
    assert shown.splitlines()[1] == f"  at tests/ops/test_failures.py:{number}"
    assert "site-packages" not in shown


def test_every_frame_is_shown_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with explained(ROOT, show_traceback=True):
        synthesise(at_once)
    assert "offline/engine.py" in capsys.readouterr().err


def test_nothing_is_shown_when_nothing_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with explained(ROOT) as outcome:
        synthesise(lambda: None)
    assert not outcome.failed
    assert capsys.readouterr().err == ""
