"""A first draft of a source profile."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.group import main
from generator.cli.places import Place


@main.command()
@click.argument("files", nargs=-1, required=True, type=Place(exists=True, dir_okay=False, path_type=Path))
@click.option("--system", default="unknown", show_default=True, help="Name of the system that wrote the files.")
def profile(files: tuple[Path, ...], system: str) -> None:
    """Draft a profile for files that nobody knows. Put it into content/sources/ once its questions (?) are answered."""
    from generator.sources.drafting import draft_profile

    click.echo(draft_profile(files, system), nl=False)
