"""Build the site of a drop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from generator.cli.group import main
from generator.cli.places import ADDRESS, FOLDER, need_apart, need_place, need_project
from generator.cli.session import Session, drop_options, print_json, request_of


@main.command()
@drop_options
@click.option("--out", type=FOLDER, default="site", show_default=True, help="Where the site goes.")
@click.option(
    "--site-url", type=ADDRESS, help="Where the site will be served; links then open without loading the page anew."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was built as JSON.")
@click.pass_obj
def build(session: Session, /, out: Path, site_url: str | None, as_json: bool, **options: Any) -> None:
    """Build the site of one drop, strictly: any mistake stops it and the old site stays."""
    from generator.build import build
    from generator.models.two_homes import OVERRULED

    need_project(session.project)
    need_apart(out, session.project, options["exports"])
    need_place(out.absolute().parent, out)
    report = build(session.project, request_of(options), out.resolve(), session.progress, site_url=site_url)
    outcome = {
        "site": str(out),
        "index": str(out / "index.html"),
        "drop": report.drop.id,
        "kpis": len(report.kpis),
        "missing": sorted(report.missing),
        "unclaimed": list(report.load.unclaimed),
        "quarantined": len(report.load.quarantine),
    }
    if as_json:
        print_json(outcome)
        return
    for finding in report.findings:
        if finding.id == OVERRULED:
            click.echo(f"Note: {finding.text}", err=True)
    for file in report.load.unclaimed:
        click.echo(f"No profile claims {file}; nothing of it is in the site.", err=True)
    click.echo(f"{out / 'index.html'}: the drop of {report.drop.id}, {len(report.kpis)} KPIs")
