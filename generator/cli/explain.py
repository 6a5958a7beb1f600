"""The rows behind a number."""

from __future__ import annotations

from typing import Any

import click

from generator.cli.group import main
from generator.cli.session import Session, drop_options, request_of


@main.command()
@click.argument("kpi")
@click.option("--period", required=True, help="2026-04, 2026Q2, 2026-W45, 2026 or all.")
@click.option("--where", multiple=True, metavar="DIM=MEMBER", help="Only one member, such as channel=webinar.")
@click.option("--format", "form", type=click.Choice(["table", "csv"]), default="table", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Rows shown in a table.")
@drop_options
@click.pass_obj
def explain(
    session: Session, /, kpi: str, period: str, where: tuple[str, ...], form: str, limit: int, **options: Any
) -> None:
    """Show the rows behind a number: which count, which do not, and why. They stay on this machine."""
    from generator.build import explain_cell
    from generator.kpis import csv_text

    members = dict(_member(text) for text in where)
    found = explain_cell(session.project, request_of(options), kpi, period, members, session.progress)
    if form == "csv":
        click.echo(csv_text(found.rows), nl=False)
        return
    click.echo(found.summary)
    if table := found.table(limit):
        click.echo(table)
    if len(found.rows) > limit:
        click.echo(f"... {len(found.rows) - limit} more rows; --limit or --format csv shows them")
    if found.goes_on:
        click.echo("\n".join(["To go on:", *(f"  {way}" for way in found.goes_on)]))


def _member(text: str) -> tuple[str, str]:
    dim, equals, member = text.partition("=")
    if not equals or not dim:
        raise click.BadParameter(f"{text!r} is not DIM=MEMBER.", param_hint="--where")
    return dim.strip(), member.strip()
