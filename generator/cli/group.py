"""The command `onefunnel` itself: what stands before the name of a command, and the help."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from pathlib import Path

import click

from generator import __version__
from generator.cli.places import FOLDER
from generator.cli.session import Session
from generator.project import Project, find_project

#: Commands that read a drop.
SLOW = ("build", "publish", "measure", "check", "explain", "serve")
#: These make objects by the million that live to the end; Python would look through all of them for cycles, often.
_BETWEEN_LOOKS = 20_000

EPILOG = """\b
A first site, from a made-up company:
  onefunnel demo exports/demo
  onefunnel build --exports exports/demo
  (open site/index.html)

\b
Exit codes: 0 ok, 2 usage, 10 agreement, 11 exports, 12 KPI files,
13 engine, 14 site, 15 publish."""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="onefunnel")
@click.option("--project", "folder", type=FOLDER, help="Folder of content/ and mkdocs.yml; default: the nearest.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but results and mistakes.")
@click.pass_context
def main(context: click.Context, folder: Path | None, quiet: bool) -> None:
    """Turn what Marketing and Sales agreed, and the exports of their systems, into one shared site.

    A drop is a folder of exports (CRM, marketing, ad platforms, billing). The agreement, the KPIs and the prose stand
    in content/, and are edited and reviewed like code.
    """
    if folder is not None and not folder.is_dir():
        raise click.BadParameter(f"{folder} is no folder.", param_hint="--project")
    if threading.current_thread() is threading.main_thread():
        # As Ctrl+C does: what is half done goes away.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    context.obj = Session(Project(folder.resolve()) if folder else find_project(), quiet)
    if context.invoked_subcommand in SLOW:
        gc.set_threshold(_BETWEEN_LOOKS)
        context.obj.progress.note(f"onefunnel {__version__}")  # the rooms of these take a second to import
