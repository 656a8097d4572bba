"""Stand-ins for the programs that the live commands run: they remember, and do as they are told."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any, Final

from ops.coordinates import Coordinates
from ops.live.engine import Engine, engine
from tests.ops.emulator import ROOT

URN: Final = "urn:pulumi:dev::plinth::"
STACK: Final = f"{URN}pulumi:pulumi:Stack::plinth-dev"

_PULUMI: Final = """
import json, pathlib, sys
here = pathlib.Path(__file__).parent
told = json.loads((here / "told.json").read_text())
arguments = sys.argv[1:]
with (here / "calls").open("a") as calls:
    calls.write(json.dumps(arguments) + "\\n")
state = here / "state.json"
if arguments == ["version"]:
    print(told.get("version", "v3.272.0"))
elif arguments[:2] == ["stack", "export"]:
    if not state.exists():
        print("error: no stack named 'dev' found", file=sys.stderr)
        sys.exit(6)
    print(state.read_text())
elif arguments[:2] == ["stack", "output"]:
    print(json.dumps(told.get("outputs", {})))
else:
    print(told.get("says", arguments[0] + "ing"))
    if arguments[0] == "preview":
        plan = arguments[arguments.index("--save-plan") + 1]
        pathlib.Path(plan).write_text(json.dumps({"resourcePlans": told.get("plan", {})}))
    if told.get("moves") or arguments[0] == "up":
        state.write_text(json.dumps({"deployment": {"moved": True}}))
    sys.exit(told.get("exit", 0))
"""


class FakePulumi:
    """A CLI in a project's own folder, where the commands look first."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folder = root / ".pulumi" / "bin"
        self._folder.mkdir(parents=True)
        self.told: dict[str, Any] = {}
        self.tell()
        self.state({"deployment": {}})
        write_program(self._folder / "pulumi", _PULUMI)

    def tell(self, **told: Any) -> None:
        """Say what it shall do: says, exit, plan, moves, outputs, version."""
        self.told |= told
        (self._folder / "told.json").write_text(json.dumps(self.told))

    def state(self, content: dict[str, Any] | None) -> None:
        """Put a state where an update would, or remove it."""
        path = self._folder / "state.json"
        if content is None:
            path.unlink()
        else:
            path.write_text(json.dumps(content))

    @property
    def calls(self) -> list[list[str]]:
        """What it was called with, but for questions about the state."""
        lines = (self._folder / "calls").read_text().splitlines()
        return [call for call in map(json.loads, lines) if call[0] not in {"version", "stack"}]

    def engine(self) -> Engine:
        """The engine that runs it."""
        return engine(self.root, coordinates(self.root))


def coordinates(root: Path) -> Coordinates:
    """The dev stack's, without its file."""
    return Coordinates(
        project="plinth",
        stack="dev",
        account_id="111122223333",
        region="eu-west-2",
        owner="platform-team",
        cost_centre="web-platform",
        config_file=root / "Pulumi.dev.yaml",
    )


def project_files(root: Path) -> None:
    """Copy what says where the dev stack is."""
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / name, root / name)


def write_program(path: Path, source: str) -> None:
    """Write a program that this Python runs."""
    path.write_text(f"#!{sys.executable}\n{source}")
    path.chmod(0o755)
