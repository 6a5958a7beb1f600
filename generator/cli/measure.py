"""Results without a site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from generator.cli.group import main
from generator.cli.places import FILE, need_apart, need_place
from generator.cli.session import Session, drop_options, request_of
from generator.errors import SiteError, told


@main.command()
@drop_options
@click.option("--out", type=FILE, help="CSV, JSON or Parquet by the file's ending; default: CSV on the screen.")
@click.pass_obj
def measure(session: Session, /, out: Path | None, **options: Any) -> None:
    """Compute the results only, without a site."""
    from generator.build import measure
    from generator.kpis import csv_text, write_results

    if out is not None and out.suffix not in (".csv", ".json", ".parquet"):
        raise click.BadParameter(f"{out} ends in neither .csv, .json nor .parquet.", param_hint="--out")
    if out is not None:
        if not out.absolute().parent.is_dir():
            raise click.BadParameter(f"there is no folder {out.parent}.", param_hint="--out")
        need_apart(out, session.project, options["exports"])
        need_place(out.absolute().parent, out)
    report = measure(session.project, request_of(options), session.progress)
    if out is None:
        click.echo(csv_text(report.results.cells), nl=False)
        return
    with told(SiteError, "The results cannot be written."):
        write_results(report.results, out)
    click.echo(f"{out}: {len(report.results.cells)} cells", err=True)
