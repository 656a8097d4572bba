"""The commands of first deployments and pipelines."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from ops.coordinates import Coordinates

FAILED: Final = 1
WRONG: Final = 2
REPORTS: Final = Path("dist/reports")
DRIFT: Final = Path("dist/drift")

Stack = Annotated[str, typer.Argument(help="The stack: Pulumi.STACK.yaml holds its configuration.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only read, and say what would be done.")]
To = Annotated[Path, typer.Option("--to", help="The folder to write to.")]
Lines = Annotated[
    Path | None,
    typer.Option(
        "--output",
        envvar="GITHUB_OUTPUT",
        show_envvar=False,
        help="Append NAME=VALUE lines to this file too; in a workflow, to the step's outputs.",
    ),
]
Summary = Annotated[
    Path | None,
    typer.Option(
        "--summary",
        envvar="GITHUB_STEP_SUMMARY",
        show_envvar=False,
        help="Append the summary to this file too; in a workflow, to the job's.",
    ),
]


def register(app: typer.Typer, root: Path) -> None:
    """Add the commands to the command line of the project at ``root``."""
    _prepare(app, root)
    _report(app, root)
    app.add_typer(_live(root), name="live")


def _prepare(app: typer.Typer, root: Path) -> None:
    @app.command()
    def bootstrap(stack: Stack, dry_run: DryRun = False) -> None:  # noqa: FBT002 a flag
        """Prepare a stack's account: state bucket, key, GitHub's identity provider.

        Safe to repeat. Exit: 0 done, 2 something is missing or refused.
        """
        from ops.aws_errors import AwsError, explain  # noqa: PLC0415
        from ops.bootstrap import run  # noqa: PLC0415
        from ops.bootstrap.parts import BootstrapError  # noqa: PLC0415

        place = _coordinates(root, stack)
        try:
            run.bootstrap(place, typer.echo, dry_run=dry_run)
        except BootstrapError as error:
            raise _wrong(str(error)) from error
        except AwsError as error:
            raise _wrong(explain(error)) from error

    @app.command()
    def where(stack: Stack, output: Lines = None) -> None:
        """Print where a stack lives: account, region, state, the key of its secrets."""
        shown = _coordinates(root, stack).shown()
        for key, value in shown.items():
            typer.echo(f"{key}={value}")
        _append(output, [f"{key}={value}" for key, value in shown.items()])


def _report(app: typer.Typer, root: Path) -> None:
    @app.command()
    def reports(to: To = REPORTS, summary: Summary = None) -> None:
        """Plan and judge every stack and example, and write reports: SARIF, JUnit, a summary.

        Exit: 0 clean, 1 mandatory violations, 2 the program or a configuration is wrong.
        """
        from ops import reports as reporting  # noqa: PLC0415

        status = reporting.reports(root, to)
        _append(summary, [(to / reporting.SUMMARY).read_text(encoding="utf-8")])
        raise typer.Exit(status)

    @app.command()
    def drift_issue(
        reports: Annotated[
            Path, typer.Argument(help="The folder of the reports of `plinth live drift`.")
        ] = DRIFT,
    ) -> None:
        """Open, update or close the one GitHub issue about drift, through `gh`."""
        from ops.live import issue  # noqa: PLC0415

        with _refusals():
            typer.echo(issue.keep(issue.reports(reports), issue.command(root)))


def _live(root: Path) -> typer.Typer:
    """The commands that need an account."""
    live = typer.Typer(
        help="A stack in its own account. Needs a Pulumi CLI and credentials.",
        no_args_is_help=True,
    )
    _previews(live, root)
    _updates(live, root)
    _looks(live, root)
    return live


def _previews(live: typer.Typer, root: Path) -> None:
    @live.command()
    def preview(
        stack: Stack,
        to: Annotated[
            Path | None, typer.Option("--to", help="The folder to write to: dist/review/STACK.")
        ] = None,
        summary: Summary = None,
        output: Lines = None,
    ) -> None:
        """Preview STACK, judged by the pack, and keep the plan for review.

        Exit: 0 done, 1 the preview failed or the pack refuses it, 2 something is missing.
        """
        from ops.live import review  # noqa: PLC0415
        from ops.live.engine import engine  # noqa: PLC0415

        folder = to or Path("dist/review") / stack
        with _refusals():
            status = review.preview(engine(root, _coordinates(root, stack)), folder)
        _append(summary, [(folder / review.SUMMARY).read_text(encoding="utf-8")])
        if status != 0:
            for problem in review.problems(folder):
                typer.secho(problem, err=True, fg=typer.colors.RED)
            raise typer.Exit(FAILED)
        _append(output, [f"changes={str(review.changes(folder)).lower()}"])
        typer.echo(f"The plan is in {folder}: `plinth live up {stack} --plan {folder}` applies it.")


def _updates(live: typer.Typer, root: Path) -> None:
    @live.command()
    def up(
        stack: Stack,
        plan: Annotated[Path, typer.Option("--plan", help="The folder of the reviewed plan.")],
        output: Lines = None,
    ) -> None:
        """Apply the plan that was reviewed, and nothing else.

        Exit: 0 done, 1 the update failed, 2 the plan no longer fits, or something is missing.
        """
        from ops.live import review  # noqa: PLC0415
        from ops.live.engine import engine  # noqa: PLC0415

        with _refusals():
            cli = engine(root, _coordinates(root, stack))
            if review.deploy(cli, plan) != 0:
                raise typer.Exit(FAILED)
            site = review.outputs(cli).get("site_url")
        _append(output, [f"url={site}"] if site else [])

    @live.command()
    def migrate(stack: Stack) -> None:
        """Bring the tables of STACK's database up to date, by the function in its network.

        Exit: 0 done, or there is no database; 1 the migration failed, 2 something is missing.
        """
        from ops.aws_errors import AwsError, explain  # noqa: PLC0415
        from ops.live import migrate as migrating  # noqa: PLC0415
        from ops.live.engine import engine  # noqa: PLC0415

        with _refusals():
            try:
                typer.echo(migrating.migrate(engine(root, _coordinates(root, stack))))
            except migrating.MigrationError as error:
                raise _ended(str(error), FAILED) from error
            except AwsError as error:
                raise _wrong(explain(error)) from error


def _looks(live: typer.Typer, root: Path) -> None:
    @live.command()
    def drift(stack: Stack, to: To = DRIFT) -> None:
        """Compare the account with the state, and keep a report.

        Exit: 0 no drift, or an update is under way; 1 drift; 2 it could not be looked at.
        """
        from ops.live import drift as looking  # noqa: PLC0415
        from ops.live.engine import LiveError, engine  # noqa: PLC0415

        with _refusals():
            try:
                report = looking.look(engine(root, _coordinates(root, stack)))
            except LiveError as error:
                looking.Report(stack, looking.Status.FAILED, f"{error}\n").save(to)
                raise
            report.save(to)
        typer.echo(f"{stack}: {report.status}")
        raise typer.Exit(FAILED if report.status is looking.Status.DRIFTED else 0)


def _coordinates(root: Path, stack: str) -> "Coordinates":
    from ops.coordinates import CoordinatesError, coordinates  # noqa: PLC0415

    try:
        return coordinates(root, stack)
    except CoordinatesError as error:
        raise _wrong(str(error)) from error


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell of what is missing or no longer fits, instead of raising it."""
    from ops.live.engine import LiveError  # noqa: PLC0415

    try:
        yield
    except LiveError as error:
        raise _wrong(str(error)) from error


def _wrong(message: str) -> typer.Exit:
    return _ended(message, WRONG)


def _ended(message: str, status: int) -> typer.Exit:
    typer.secho(f"error: {message}", err=True, fg=typer.colors.RED)
    return typer.Exit(status)


def _append(path: Path | None, texts: list[str]) -> None:
    if path is None:
        return
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{text}\n" for text in texts)
