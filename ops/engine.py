"""Runs the real Pulumi CLI on the offline provider: preview, up, refresh and destroy."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.text import Text

from offline import project
from ops import pulumi_cli
from ops.console import console_for
from ops.interruption import Interruption
from ops.outcome import CLEAN, WRONG, not_built, verdict
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
    trouble = _trouble(cli)
    if cli is None or trouble:
        return _without_engine(trouble, root, operation, stack, options)
    interruption = Interruption()
    try:
        with interruption:
            loaded = project.load(root, stack, options.config_file)
            workspace = Workspace(options.folder or root / FOLDER, loaded, cli)
            with workspace.locked():
                workspace.prepare()
                return _run(cli, workspace, root, operation, options, interruption)
    except (project.ProjectError, WorkspaceError, ProviderError) as error:
        return _wrong(str(error))
    except OSError as error:
        return _wrong(f"{error.filename or cli.path}: {error.strerror or error}")
    except KeyboardInterrupt:
        return _wrong(f"interrupted; {_resumed(operation, stack)}")


def _run(
    cli: Cli,
    workspace: Workspace,
    root: Path,
    operation: str,
    options: EngineOptions,
    interruption: Interruption,
) -> int:
    stack = workspace.project.stack
    if operation == "destroy" and not options.arguments:
        held = workspace.protected()
        if held:
            return _refused(workspace, held)
    _say(f"Offline: no account is asked, and the state is {_shown(workspace.folder, root)}")
    with provider(
        root,
        state=workspace.resources,
        account=workspace.account,
        known=workspace.known() if operation != "preview" else None,
        log=workspace.folder / "provider.log",
    ) as served:
        process = subprocess.Popen(  # noqa: S603
            _command(cli, workspace, root, operation, options),
            cwd=root,
            env=workspace.environment(served.port),
            stdin=subprocess.DEVNULL,
            # One Ctrl-C must reach it once, and by way of this process.
            start_new_session=True,
        )
        with interruption.passed_on_to(process):
            code = served.wait_for(process)
    if served.is_lost:
        _say("error: the offline provider was ended, and the CLI with it", style="bold red")
    if code != CLEAN and (interruption.came or served.is_lost or code < 0):
        _say(f"Stopped on the way: {_resumed(operation, stack)}")
    if operation == "destroy":
        _finish(workspace, code)
    package = not_built(workspace.events)
    if package is not None:
        _wrong(f"there is no {_shown(package, root)}: `plinth package` builds it")
    return verdict(code, workspace.events)


def _command(
    cli: Cli, workspace: Workspace, root: Path, operation: str, options: EngineOptions
) -> list[str]:
    workspace.events.unlink(missing_ok=True)
    stack = workspace.project.stack
    command = [str(cli.path), operation, "--stack", stack, "--non-interactive"]
    command += ["--config-file", str(workspace.config_file), "--event-log", str(workspace.events)]
    command += ["--yes"] if operation != "preview" else []
    # Dots that tell a person at a terminal that it goes on.
    command += [] if sys.stdout.isatty() else ["--suppress-progress"]
    command += _policy(root, stack, options) if operation in _JUDGED else []
    return [*command, *options.arguments]


def _refused(workspace: Workspace, held: tuple[str, ...]) -> int:
    """Say in our words what the CLI would say ten times, with advice for a state elsewhere."""
    stack = workspace.project.stack
    _wrong(f"{_held(held)}. Nothing was destroyed.")
    _say(f"All that they don't need goes with `plinth destroy {stack} -- --exclude-protected`.")
    _forgetting(workspace)
    return WRONG


def _finish(workspace: Workspace, code: int) -> None:
    """After a destroy: forget what is gone, or say what holds the rest."""
    stack = workspace.project.stack
    if code == CLEAN and workspace.is_empty():
        workspace.clear()
        _say(f"All of the offline {stack} is gone: for `pulumi stack rm` there is nothing left.")
    held = workspace.protected()
    if held:
        _say(f"{_held(held)}.")
        _forgetting(workspace)


def _held(names: tuple[str, ...]) -> str:
    stay = "resource stays" if len(names) == 1 else "resources stay"
    return f"{len(names)} protected {stay}, as in the account: {', '.join(names)}"


def _forgetting(workspace: Workspace) -> None:
    stack = workspace.project.stack
    _say(f"To forget this offline {stack} altogether, remove the folder {workspace.folder}")


def _resumed(operation: str, stack: str) -> str:
    if operation == "preview":
        return "nothing was changed"
    return f"the next `plinth {operation} {stack}` takes up from here"


def _shown(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path


def _policy(root: Path, stack: str, options: EngineOptions) -> list[str]:
    pack = root / "policy"
    if not options.policy or not pack.is_dir():
        return []
    from offline import judge  # noqa: PLC0415 it loads every rule

    configuration = options.policy_config or judge.configuration_of(root, stack)
    given = ["--policy-pack", str(pack)]
    return given + (["--policy-pack-config", str(configuration)] if configuration else [])


def _trouble(cli: Cli | None) -> str:
    """Why there is no engine, as a sentence without its end; empty where there is one."""
    if cli is None:
        return "There is no Pulumi CLI on PATH"
    if cli.trouble:
        return f"The {cli} {cli.trouble}"
    if cli.language_host() is None:
        return (
            f"The {cli} can't run Python: its companion {pulumi_cli.LANGUAGE_HOST} is neither "
            "beside it nor on PATH"
        )
    return ""


def _without_engine(
    trouble: str, root: Path, operation: str, stack: str, options: EngineOptions
) -> int:
    """Say what is missing; a preview is then planned in-process."""
    if operation == "preview" and not options.arguments:
        from ops import plan as planning  # noqa: PLC0415

        _say(f"{trouble}: planning in-process instead (`plinth setup-cli` installs one).")
        return planning.plan(
            root,
            stack,
            planning.PlanOptions(
                config_file=options.config_file,
                policy_config=options.policy_config,
                policy=options.policy,
            ),
        )
    oldest = ".".join(map(str, pulumi_cli.OLDEST))
    return _wrong(
        f"{trouble}, and `plinth {operation}` needs {oldest} or later: `plinth setup-cli` "
        "installs one into this folder; `plinth plan` needs none"
    )


def _wrong(message: str) -> int:
    _say(f"error: {message}", style="bold red")
    return WRONG


def _say(message: str, style: str = "") -> None:
    console_for(stderr=True).print(Text(message, style=style))
