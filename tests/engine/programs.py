"""Small programs in folders of their own, and the engine run on them."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from offline import project
from offline.provider_state import Folder, Record
from ops import engine, pulumi_cli
from ops.workspace import Workspace
from tests import stacks

STACK = "test"
PULUMI_YAML = f"""
name: small
runtime:
  name: python
  options: {{toolchain: uv, virtualenv: {stacks.ROOT / ".venv"}}}
config:
  pulumi:autonaming:
    value:
      pattern: ${{project}}-${{stack}}-${{name}}-${{hex(6)}}
"""
HEAD = """
import json
import pulumi
import pulumi_aws as aws

provider = aws.Provider(
    "aws",
    region="eu-west-2",
    allowed_account_ids=["111122223333"],
    default_tags=aws.ProviderDefaultTagsArgs(tags={"owner": "us"}),
)
opts = pulumi.ResourceOptions(provider=provider)
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
"""
ROLE = 'aws.iam.Role("reader", assume_role_policy=TRUST, opts=opts)'
# Runs `plinth` on another project than this one, in a process that can be killed.
RUNNER = """
import sys
from pathlib import Path
from ops import engine
options = engine.EngineOptions(arguments=tuple(sys.argv[4:]))
sys.exit(engine.run(Path(sys.argv[1]), sys.argv[2], sys.argv[3], options))
"""


@cache
def found_cli() -> pulumi_cli.Cli:
    """The CLI, asked once for its version."""
    found = pulumi_cli.find(stacks.ROOT)
    assert found is not None
    return found


@dataclass(frozen=True, slots=True)
class Program:
    """A program in a folder, with the state that the engine keeps beside it."""

    folder: Path

    @classmethod
    def write(cls, folder: Path, *lines: str) -> "Program":
        """Make the folder; ``lines`` are the program, behind the provider and its ``opts``."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Pulumi.yaml").write_text(PULUMI_YAML)
        (folder / f"Pulumi.{STACK}.yaml").write_text("config: {}\n")
        # Where the language host looks up what is installed.
        (folder / "uv.lock").symlink_to(stacks.ROOT / "uv.lock")
        made = cls(folder)
        made.change(*lines)
        return made

    def change(self, *lines: str, head: str = HEAD) -> None:
        """Put another program in the place of this one."""
        (self.folder / "__main__.py").write_text("\n".join((head, *map(dedent, lines))) + "\n")

    def copy(self, to: Path) -> "Program":
        """The same program and state elsewhere."""
        shutil.copytree(self.folder, to, symlinks=True)
        return Program(to)

    def run(self, operation: str, *arguments: str, **options: Any) -> int:
        """Run ``plinth OPERATION``; the exit code."""
        given = engine.EngineOptions(arguments=arguments, **options)
        return engine.run(self.folder, operation, STACK, given)

    def up(self, *arguments: str, **options: Any) -> int:
        """Update without the preview that goes before: half the time."""
        return self.run("up", "--skip-preview", *arguments, **options)

    def start(self, operation: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Begin ``plinth OPERATION`` in a process of its own."""
        command = [sys.executable, "-c", RUNNER, str(self.folder), operation, STACK, *arguments]
        return subprocess.Popen(
            command,
            cwd=stacks.ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def workspace(self) -> Workspace:
        loaded = project.load(self.folder, STACK)
        return Workspace(self.folder / engine.FOLDER, loaded, found_cli())

    def cli(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the CLI itself on this state."""
        workspace = self.workspace
        return subprocess.run(
            [str(found_cli().path), *map(str, arguments), "--non-interactive"],
            cwd=workspace.folder / "scratch",
            env=workspace.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def export(self) -> dict[str, Any]:
        """The engine's state, as ``pulumi stack export`` gives it."""
        exported = self.cli("stack", "export", "--stack", STACK)
        assert exported.returncode == 0, exported.stderr
        found: dict[str, Any] = json.loads(exported.stdout)
        return found

    def state(self) -> dict[str, dict[str, Any]]:
        """The engine's state: its resources by name, without the stack and the providers."""
        exported = self.export()["deployment"]
        assert not exported.get("pending_operations")
        return {
            f"{item['type'].rpartition(':')[2]} {item['urn'].rpartition('::')[2]}": item
            for item in exported.get("resources", [])
            if not item["type"].startswith("pulumi:")
        }

    def records(self) -> list[Record]:
        """What the provider has made."""
        return list(Folder(self.workspace.resources).all())

    def drift(self, name: str, **properties: Any) -> None:
        """Change a resource behind the engine's back."""
        file = self._file(name)
        content = json.loads(file.read_text())
        content["properties"] |= properties
        file.write_text(json.dumps(content))

    def lose(self, name: str) -> None:
        """Delete a resource behind the engine's back."""
        self._file(name).unlink()

    def fill(self, name: str, *contents: str) -> None:
        """Put something into a bucket."""
        file = self._file(name)
        file.write_text(json.dumps({**json.loads(file.read_text()), "contents": contents}))

    def steps(self) -> list[tuple[str, str]]:
        """What the last run did, in order: operation and name."""
        events = self.workspace.folder / "events.json"
        found = []
        for line in events.read_text().splitlines():
            metadata = json.loads(line).get("resourcePreEvent", {}).get("metadata", {})
            name = metadata.get("urn", "").rpartition("::")[2]
            if metadata.get("op", "same") != "same" and name not in {"aws", "awsx"}:
                found.append((metadata["op"], name))
        return found

    def _file(self, name: str) -> Path:
        (found,) = (
            file
            for file in self.workspace.resources.glob("*.json")
            if json.loads(file.read_text())["urn"].endswith(f"::{name}")
        )
        return found


def _processes(column: str, number: int) -> dict[int, str]:
    """The processes with this number in a column of ps, and their command lines."""
    listed = subprocess.run(
        ["/bin/ps", "-A", "-o", f"pid=,{column}=,args="], capture_output=True, text=True, check=True
    )
    rows = (line.split(None, 2) for line in listed.stdout.splitlines())
    return {int(row[0]): row[2] for row in rows if len(row) == 3 and int(row[1]) == number}


def child(process: int, said: str) -> int | None:
    """The process that another one started with these words on its command line."""
    started = _processes("ppid", process)
    return next((pid for pid, line in started.items() if said in line), None)


def session(leader: int) -> list[int]:
    """A process that leads a session, and all that it has started in it."""
    return list(_processes("sess", leader))
