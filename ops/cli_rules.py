"""``plinth rules``: what the policy pack holds, for people."""

from difflib import get_close_matches
from typing import Annotated

import typer

app = typer.Typer(help="List and explain the rules of the policy pack.")


@app.callback(invoke_without_command=True)
def listed(context: typer.Context) -> None:
    """List every rule: its id, its severity, and what it holds."""
    if context.invoked_subcommand is not None:
        return
    import rules  # noqa: PLC0415 a plan pays for no command that it is not

    width = max(map(len, rules.RULES))
    for rule in rules.RULES.values():
        typer.echo(f"{rule.id:{width}}  {rule.severity.value:8}  {rule.title}")
    typer.echo(f"{len(rules.RULES)} rules; plinth rules explain ID shows one")


@app.command()
def explain(rule_id: Annotated[str, typer.Argument(metavar="ID", help="The rule's id.")]) -> None:
    """Show one rule: what it holds, why, the fix, its thresholds, and the standards behind it."""
    import rules  # noqa: PLC0415

    rule = rules.RULES.get(rule_id)
    if rule is None:
        close = get_close_matches(rule_id, rules.RULES)
        hint = f"; did you mean {' or '.join(close)}?" if close else "; plinth rules lists them"
        typer.secho(f"error: there is no rule {rule_id!r}{hint}", err=True, fg=typer.colors.RED)
        raise typer.Exit(2)
    typer.secho(f"{rule.id} ({rule.severity.value}, {rule.kind.value} rule)", bold=True)
    typer.echo(f"{rule.title}\n\nWhy: {rule.why}\nFix: {rule.fix}")
    for name, threshold in rule.thresholds.items():
        typer.echo(f"Threshold {name} = {threshold.default!r}: {threshold.limit.says}")
    if rule.remediable:
        typer.echo("The pack can set it right, where a configuration asks for it.")
    if rule.standards.all:
        typer.echo(f"Answers to: {', '.join(rule.standards.all)}")
    typer.echo(f"Examples: docs/rules.md#{rule.id}")
