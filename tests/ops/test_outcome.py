import json
from pathlib import Path

import pytest

from ops.outcome import not_built, verdict

MANDATORY = {"policyEvent": {"enforcementLevel": "mandatory"}}
ADVISORY = {"policyEvent": {"enforcementLevel": "advisory"}}
SUMMARY = {"diagnosticEvent": {"severity": "error", "message": "preview failed\n"}}
ERROR = {"diagnosticEvent": {"severity": "error", "message": "Program failed\n"}}
CUT_OFF = {
    "diagnosticEvent": {
        "severity": "error",
        "message": "awsx:ec2:Vpc resource 'main' has a problem: "
        "grpc: the client connection is closing\n",
    }
}
WARNING = {"diagnosticEvent": {"severity": "warning", "message": "careful\n"}}
FAILED = {"resOpFailedEvent": {"status": 0}}


@pytest.mark.parametrize(
    ("code", "events", "exit_code"),
    [
        (0, [ADVISORY, WARNING], 0),
        (1, [MANDATORY], 1),
        (255, [MANDATORY, SUMMARY, WARNING], 1),
        (255, [MANDATORY, SUMMARY, CUT_OFF], 1),
        (1, [MANDATORY, CUT_OFF, ERROR], 2),
        (1, [CUT_OFF], 2),
        (1, [MANDATORY, ERROR], 2),
        (1, [MANDATORY, FAILED], 2),
        (1, [ADVISORY, SUMMARY], 2),
        (-9, [], 2),
    ],
)
def test_a_run_is_clean_violating_or_wrong(
    code: int, events: list[object], exit_code: int, tmp_path: Path
) -> None:
    log = tmp_path / "events.json"
    log.write_text("\n".join(map(json.dumps, events)) + '\n{"cut short')
    assert verdict(code, log) == exit_code


def test_a_run_that_wrote_no_events_is_wrong(tmp_path: Path) -> None:
    assert verdict(1, tmp_path / "none.json") == 2


def test_a_package_that_nobody_built_is_named(tmp_path: Path) -> None:
    log = tmp_path / "events.json"
    said = (
        'Exception: failed to compute archive hash for "code": open /p/dist/api.zip: no such file'
    )
    lines = (SUMMARY, {"diagnosticEvent": {"severity": "error", "message": f"trace\n{said} ..."}})
    log.write_text("\n".join(map(json.dumps, lines)))
    assert not_built(log) == Path("/p/dist/api.zip")
    log.write_text(json.dumps(SUMMARY))
    assert not_built(log) is None
