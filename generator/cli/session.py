"""What all commands share: the project, the progress, the options that name a drop."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.cli.places import FOLDER, Place
from generator.progress import progress_on
from generator.project import Project

if TYPE_CHECKING:
    from generator.prepare import Request


class Session:
    """What all commands share."""

    def __init__(self, project: Project, quiet: bool) -> None:
        self.project = project
        self.progress = progress_on(quiet=quiet)


def drop_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which drop is read, and how."""
    for option in (
        click.option("--engine", default="duckdb", show_default=True, help="Database that runs the queries."),
        click.option(
            "--settings",
            type=Place(exists=True, dir_okay=False, path_type=Path),
            help="YAML or JSON laid over content/agreement/settings.yml.",
        ),
        click.option("--as-of", help="Instant, or a date (end of that local day); default: what the drop says."),
        click.option("--exports", type=FOLDER, help="Folder of the drop; default: the newest below exports/."),
    ):
        command = option(command)
    return command


def request_of(options: dict[str, Any]) -> Request:
    """Return what `drop_options` were given as."""
    from generator.prepare import Request

    return Request(**{key: options[key] for key in ("exports", "as_of", "settings", "engine")})


def print_json(value: object) -> None:
    """Print `value` for machines, its keys in order."""
    click.echo(json.dumps(value, indent=1, sort_keys=True, default=str))
