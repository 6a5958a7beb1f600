"""The message about a drop."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.group import main
from generator.cli.places import ADDRESS, FOLDER


@main.command()
@click.argument("version", required=False)
@click.option("--to", "target", type=FOLDER, default="public", show_default=True, help="Where the versions stand.")
@click.option(
    "--format", "form", type=click.Choice(["markdown", "slack", "html"]), default="markdown", show_default=True
)
@click.option("--site-url", type=ADDRESS, help="Where the versions are served; with it the message has links.")
def digest(version: str | None, target: Path, form: str, site_url: str | None) -> None:
    """Print the message about a version: where we stand, what changed, what needs attention.

    VERSION is its id or an alias; by default the newest.
    """
    from generator.digest import digest_text, read_digest

    click.echo(digest_text(read_digest(target.resolve(), version, site_url), form), nl=False)
