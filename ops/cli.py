"""The ``plinth`` command line. Each command imports what it needs: a plan pays for no client."""

import gc
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from ops import cli_bootstrap, cli_rules

ROOT: Final = Path(__file__).resolve().parent.parent

app = typer.Typer(
    name="plinth",
    help="An AWS web platform that proves itself without a cloud.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(cli_rules.app, name="rules")
cli_bootstrap.register(app, ROOT)

Stack = Annotated[str, typer.Argument(help="The stack: Pulumi.STACK.yaml holds its configuration.")]
Arguments = Annotated[
    list[str] | None,
    typer.Argument(help="What stands after -- is passed on to the Pulumi CLI.", show_default=False),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config-file", help="Read the stack's configuration from this file instead."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Write the deployment, as `pulumi stack export` would. "
        "The passphrase of its placeholders for secrets is `offline`.",
    ),
]
Sarif = Annotated[Path | None, typer.Option("--sarif", help="Write the violations as SARIF 2.1.0.")]
Junit = Annotated[Path | None, typer.Option("--junit", help="Write the violations as JUnit XML.")]
NoPolicy = Annotated[bool, typer.Option("--no-policy", help="Do not judge the plan.")]
PolicyConfig = Annotated[
    Path | None,
    typer.Option(
        "--policy-config", help="Read the pack's levels and thresholds from this file instead."
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="Show findings and the verdict, not the resources.")
]
Unknown = Annotated[
    bool, typer.Option("--unknown", help="Leave what AWS computes unknown, as a preview does.")
]
Traceback = Annotated[bool, typer.Option("--traceback", help="On an error, show every frame.")]


@app.command()
def plan(
    stack: Stack,
    config_file: ConfigFile = None,
    out: Out = None,
    sarif: Sarif = None,
    junit: Junit = None,
    policy_config: PolicyConfig = None,
    no_policy: NoPolicy = False,  # noqa: FBT002 a flag of the command line
    quiet: Quiet = False,  # noqa: FBT002
    unknown: Unknown = False,  # noqa: FBT002
    show_traceback: Traceback = False,  # noqa: FBT002
) -> None:
    """Show and judge all that a stack would create, in-process: no engine, account or network.

    Exit: 0 clean, 1 mandatory violations, 2 the program or its configuration is wrong.
    """
    from ops import plan as planning  # noqa: PLC0415

    options = planning.PlanOptions(
        config_file=config_file,
        out=out,
        sarif=sarif,
        junit=junit,
        policy_config=policy_config,
        policy=not no_policy,
        quiet=quiet,
        unknown=unknown,
        show_traceback=show_traceback,
    )
    raise typer.Exit(planning.plan(ROOT, stack, options))


@app.command()
def preview(
    stack: Stack,
    arguments: Arguments = None,
    config_file: ConfigFile = None,
    policy_config: PolicyConfig = None,
    no_policy: NoPolicy = False,  # noqa: FBT002
) -> None:
    """Show and judge what an update would change, by the real engine on the offline provider.

    Without a Pulumi CLI, `plinth plan` does it in-process. Exit codes as of `plinth plan`.
    """
    _engine("preview", stack, arguments, config_file, policy_config, no_policy=no_policy)


@app.command()
def up(
    stack: Stack,
    arguments: Arguments = None,
    config_file: ConfigFile = None,
    policy_config: PolicyConfig = None,
    no_policy: NoPolicy = False,  # noqa: FBT002
) -> None:
    """Make or update a stack, by the real engine on the offline provider: nothing leaves here."""
    _engine("up", stack, arguments, config_file, policy_config, no_policy=no_policy)


@app.command()
def refresh(stack: Stack, arguments: Arguments = None, config_file: ConfigFile = None) -> None:
    """Bring the engine's state to what the offline provider has, showing what has drifted."""
    _engine("refresh", stack, arguments, config_file, None, no_policy=True)


@app.command()
def destroy(stack: Stack, arguments: Arguments = None, config_file: ConfigFile = None) -> None:
    """Delete what `plinth up` made. What is protected stays, and is named."""
    _engine("destroy", stack, arguments, config_file, None, no_policy=True)


@app.command("setup-cli")
def setup_cli() -> None:
    """Install the Pulumi CLI into this folder, where the other commands look for it first."""
    from ops import pulumi_cli  # noqa: PLC0415

    typer.echo("Asking get.pulumi.com for the Pulumi CLI", err=True)
    try:
        installed = pulumi_cli.install(ROOT)
    except pulumi_cli.InstallError as error:
        typer.secho(f"error: {error}", err=True, fg=typer.colors.RED)
        raise typer.Exit(2) from error
    typer.echo(f"The Pulumi CLI {installed.version} is at {installed.path}")


def _engine(
    operation: str,
    stack: str,
    arguments: list[str] | None,
    config_file: Path | None,
    policy_config: Path | None,
    *,
    no_policy: bool,
) -> None:
    from ops import engine  # noqa: PLC0415

    options = engine.EngineOptions(
        config_file=config_file,
        policy_config=policy_config,
        policy=not no_policy,
        arguments=tuple(arguments or ()),
    )
    raise typer.Exit(engine.run(ROOT, operation, stack, options))


@app.command()
def package() -> None:
    """Build the functions' zips in dist/. The same sources give the same bytes on any machine."""
    from ops.package import package as build  # noqa: PLC0415
    from ops.uv_tool import PackageError  # noqa: PLC0415

    try:
        build(ROOT, typer.echo)
    except PackageError as error:
        typer.secho(f"error: {error}", err=True, fg=typer.colors.RED)
        raise typer.Exit(2) from error


def main() -> None:
    """Run the command line with a collector that suits a short, allocating process."""
    # A plan keeps almost all that it allocates: looking for cycles on the way is half its cost.
    gc.set_threshold(50_000, 20, 100)
    try:
        app()
    finally:
        sys.stdout.flush()
        # Nor is there anything to collect at the end: the process gives all of it back at once.
        gc.freeze()
