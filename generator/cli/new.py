"""A fresh project."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.group import main
from generator.cli.places import FOLDER


@main.command()
@click.argument("folder", type=FOLDER)
def new(folder: Path) -> None:
    """Write a project of your own: settings, prose, look, and ready files for CI."""
    from generator.fresh import write_project

    files = write_project(folder)
    click.echo("\n".join(f"{folder / name}" for name in files if "/schema/" not in name))
    there = "" if folder.resolve() == Path.cwd() else f"cd {folder}; "
    click.echo(
        f"Next: {there}set currency and time zone in content/agreement/settings.yml;"
        " put a folder of exports below exports/, or try: onefunnel demo exports/2026-11-20"
    )
