"""Runs the real Pulumi CLI on the offline provider: preview, up, refresh and destroy."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from rich.text import Text

from offline import aws, judge, project
from ops import pulumi_cli
from ops.failures import console_for
from ops.outcome import CLEAN, WRONG, verdict
from ops.provider_process import ProviderError, provider
from ops.pulumi_cli import Cli
from ops.workspace import Workspace, WorkspaceError

FOLDER: Final = Path(".cache/engine")
# These run the program, and with it the policy pack.
_JUDGED: Final = frozenset({"preview", "up"})


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineOptions:
    """What a user may ask of a run.

    Attributes:
        config_file: the stack's values, where they are not in ``Pulumi.<stack>.yaml``.
        policy_config: levels and thresholds, where they are not in ``policy/config/<stack>.json``.
        policy: whether to judge.
        arguments: what is passed on to the CLI as it is.
        folder: where the state of all stacks is kept, if not in the project's cache.
    """

    config_file: Path | None = None
    policy_config: Path | None = None
    policy: bool = True
    arguments: tuple[str, ...] = ()
    folder: Path | None = None


def run(root: Path, operation: str, stack: str, options: EngineOptions) -> int:
    """Run one operation of the engine. The exit code: 0 clean, 1 violations, 2 wrong."""
    cli = pulumi_cli.find(root)
    if cli is None or cli.is_too_old:
        return _without_engine(cli, root, operation, stack, options)
    try:
        loaded = project.load(root, stack, options.config_file)
        workspace = Workspace(options.folder or root / FOLDER, loaded, cli)
        with workspace.locked():
            workspace.prepare()
            code = _run(cli, workspace, root, operation, loaded, options)
            if operation == "destroy":
                _finish(workspace, code)
            return code
    except (project.ProjectError, WorkspaceError, ProviderError) as error:
        _say(f"error: {error}", style="bold red")
        return WRONG


def _run(
    cli: Cli,
    workspace: Workspace,
    root: Path,
    operation: str,
    loaded: project.Project,
    options: EngineOptions,
) -> int:
    events = workspace.folder / "events.json"
    events.unlink(missing_ok=True)
    command = [str(cli.path), operation, "--stack", loaded.stack, "--non-interactive"]
    command += ["--config-file", str(workspace.config_file), "--event-log", str(events)]
    command += ["--yes"] if operation != "preview" else []
    command += _policy(root, loaded.stack, options) if operation in _JUDGED else []
    with provider(
        root,
        state=workspace.resources,
        account=loaded.config.get(f"{loaded.name}:account_id", aws.DEFAULT_ACCOUNT),
        known=workspace.known() if operation != "preview" else None,
        log=workspace.folder / "provider.log",
    ) as served:
        process = subprocess.Popen(  # noqa: S603
            [*command, *options.arguments],
            cwd=root,
            env=workspace.environment(served.port),
            stdin=subprocess.DEVNULL,
            # One Ctrl-C must reach it once, and by way of this process.
            start_new_session=True,
        )
        with _interrupting(process):
            return verdict(served.wait_for(process), events)


def _finish(workspace: Workspace, code: int) -> None:
    """After a destroy: forget what is gone, or say what holds the rest."""
    if code == CLEAN and workspace.is_empty():
        workspace.clear()
    held = workspace.protected()
    if not held:
        return
    _say(
        f"{len(held)} resources are protected and stay, as they would in the account: "
        f"{', '.join(held)}."
    )
    stack = workspace.folder.name
    if code != CLEAN:
        _say(f"All that they don't need goes with `plinth destroy {stack} -- --exclude-protected`.")
    _say(f"To forget this offline {stack} altogether, remove the folder {workspace.folder}")


def _policy(root: Path, stack: str, options: EngineOptions) -> list[str]:
    pack = root / "policy"
    if not options.policy or not pack.is_dir():
        return []
    configuration = options.policy_config or judge.configuration_of(root, stack)
    given = ["--policy-pack", str(pack)]
    return given + (["--policy-pack-config", str(configuration)] if configuration else [])


@contextmanager
def _interrupting(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Pass Ctrl-C and a request to end on to the CLI, which then stops in good order.

    A second one makes it stop at once, as it does without us.
    """

    def passed_on(_number: int, _frame: FrameType | None) -> None:
        process.send_signal(signal.SIGINT)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, passed_on) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _without_engine(
    cli: Cli | None, root: Path, operation: str, stack: str, options: EngineOptions
) -> int:
    """Say what is missing; a preview is then planned in-process."""
    oldest = ".".join(map(str, pulumi_cli.OLDEST))
    missing = (
        "There is no Pulumi CLI on PATH"
        if cli is None
        else f"The Pulumi CLI {cli.version} at {cli.path} is older than {oldest}"
    )
    if operation == "preview" and not options.arguments:
        from ops import plan as planning  # noqa: PLC0415

        _say(f"{missing}: planning in-process instead (`plinth setup-cli` installs one).")
        return planning.plan(
            root,
            stack,
            planning.PlanOptions(
                config_file=options.config_file,
                policy_config=options.policy_config,
                policy=options.policy,
            ),
        )
    _say(
        f"error: {missing}, and `plinth {operation}` needs {oldest} or later: `plinth setup-cli` "
        "installs one into this folder; `plinth plan` needs none",
        style="bold red",
    )
    return WRONG


def _say(message: str, style: str = "") -> None:
    console_for(stderr=True).print(Text(message, style=style))
