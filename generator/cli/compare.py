"""What is different between two versions, and why."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli.group import main
from generator.cli.places import FOLDER
from generator.cli.session import Session
from generator.errors import Mistake, PublishError


@main.command()
@click.argument("versions", nargs=2, metavar="VERSION VERSION")
@click.option("--to", "target", type=FOLDER, default="public", show_default=True, help="Where the versions stand.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="KPIs shown.")
@click.option("--json", "as_json", is_flag=True, help="Print every difference as JSON.")
@click.pass_obj
def compare(session: Session, versions: tuple[str, str], target: Path, limit: int, as_json: bool) -> None:
    """Say what changed between two versions: which closed figures moved, why, and what was agreed otherwise.

    A VERSION is the id of one below --to, or the folder of any version. The earlier one comes first.
    """
    from generator.history import changes_json, compare_versions
    from generator.pages.changes_text import changes_text

    one, other = (_data(version, target) for version in versions)
    with session.progress.step("Comparing the versions"):
        changes, settings = compare_versions(one, other)
    if as_json:
        click.echo(changes_json(changes), nl=False)
    else:
        click.echo(changes_text(changes, settings.reporting_currency, limit))


def _data(version: str, target: Path) -> Path:
    """Return the data folder of a version, by its id, an alias or its own place; PublishError where there is none."""
    tried = [place / below for place in (target / version, Path(version)) for below in ("data", ".")]
    for folder in tried:
        if (folder / "build.json").is_file():
            return folder.resolve()
    from generator.publish import versions_of

    known = ", ".join(one.id for one in versions_of(target)) or "none"
    what = f"has no version {version}; there are: {known}"
    raise PublishError(
        "There is nothing to compare.", [Mistake(str(target), what, "Name a folder of versions with --to.")]
    )
