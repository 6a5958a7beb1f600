"""The live preview."""

from __future__ import annotations

from typing import Any

import click

from generator.cli.group import main
from generator.cli.places import need_project
from generator.cli.session import Session, drop_options, request_of


@main.command()
@drop_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.pass_obj
def serve(session: Session, /, host: str, port: int, **options: Any) -> None:
    """Show the site live: an edit in content/ or site_templates/ appears in the browser by itself."""
    from generator.preview import preview

    need_project(session.project)
    preview(session.project, request_of(options), host, port, session.progress)
