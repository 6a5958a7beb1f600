"""The exports of a made-up company."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.group import main
from generator.cli.places import FOLDER
from generator.cli.session import Session


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--leads", type=click.IntRange(min=50), default=5000, show_default=True, help="How many leads.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed makes the same bytes.")
@click.option("--months", type=click.IntRange(min=6, max=60), default=24, show_default=True, help="How long a history.")
@click.option(
    "--drops",
    type=click.IntRange(min=2, max=12),
    help="Write so many drops instead, a week apart and one folder each: rows come late, leads merge, a deal reopens.",
)
@click.pass_obj
def demo(session: Session, folder: Path, leads: int, seed: int, months: int, drops: int | None) -> None:
    """Write the exports of a made-up company, in the shapes that real systems write."""
    from generator.demo import make_demo, make_drops

    if folder.exists() and any(folder.iterdir()) and not (folder / "manifest.json").is_file():
        raise click.UsageError(f"{folder} holds files that are no drop. Name an empty folder, or an earlier demo's.")
    if drops:
        with session.progress.step(f"Making up a company with {leads} leads and {drops} drops"):
            folders = make_drops(folder, drops=drops, leads=leads, seed=seed, months=months)
        click.echo(f"{folder}: {drops} drops. Next, one after the other: onefunnel publish --exports {folders[0]}")
        return
    with session.progress.step(f"Making up a company with {leads} leads"):
        make_demo(folder, leads=leads, seed=seed, months=months)
    click.echo(f"{folder}: exports of a made-up company. Next: onefunnel build --exports {folder}")
