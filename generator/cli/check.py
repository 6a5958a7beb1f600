"""Mistakes, what was read, and whether the drop will build."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.cli.checked import record_of, text_of
from generator.cli.group import main
from generator.cli.places import FILE, FOLDER, need_apart, need_place
from generator.cli.session import Session, drop_options, print_json, request_of
from generator.errors import ExportError, printable
from generator.project import Project

if TYPE_CHECKING:
    from generator.checking import Checked
    from generator.sources.report import Quarantined

#: Where the site and the versions stand unless somebody says otherwise.
_BUILT = (Path("site"), Path("public"))


@main.command()
@drop_options
@click.option("--against", type=FOLDER, help="A site or a folder of versions to compare with; default: site, public.")
@click.option("--quarantine", type=FILE, help="Write the places of rows set aside to this CSV file, on this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print mistakes and load report as JSON.")
@click.pass_obj
def check(session: Session, /, against: Path | None, quarantine: Path | None, as_json: bool, **options: Any) -> None:
    """Find every mistake in agreement, KPI files, profiles and exports; then say whether the drop will build.

    What was read is told beside the last drop that was built: rows, days, feeds that fell silent, words that the
    agreement does not know, currencies without a rate, targets that are missing.
    """
    from generator.checking import check

    if quarantine is not None:
        _need_private(quarantine, session.project, options["exports"])
    built = (against,) if against is not None else _BUILT
    checked = check(session.project, request_of(options), session.progress, built)
    unclaimed = _unclaimed_lines(session.project, checked)
    if quarantine is not None:
        _write_quarantine(checked.set_aside, quarantine)
    if as_json:
        print_json(record_of(checked))
    else:
        for problem in checked.problems:
            click.echo(f"Error: {problem.message}", err=True)
        for line in unclaimed:
            click.echo(f"Error: {line}", err=True)
        click.echo(printable(text_of(checked)))
    if checked.problems:
        sys.exit(checked.problems[0].exit_code)
    if unclaimed:
        sys.exit(ExportError.exit_code)


def _unclaimed_lines(project: Project, checked: Checked) -> list[str]:
    """Return what is said of the files that no profile claims."""
    from generator.sources import load_profiles
    from generator.sources.telling import unclaimed_line

    files = checked.load.unclaimed if checked.load else ()
    return [printable(unclaimed_line(file, load_profiles(project))) for file in files]


def _need_private(file: Path, project: Project, exports: Path | None) -> None:
    """Refuse a place that is published, or read by the next build."""
    place = file.resolve()
    if any(
        (folder / "data" / "build.json").exists() or (folder / "versions.json").exists() for folder in place.parents
    ):
        what = f"{file} lies in a site. Rows set aside are not published; name a place beside it."
        raise click.BadParameter(what, param_hint="--quarantine")
    need_apart(file, project, exports, "--quarantine")
    need_place(file.absolute().parent, file, "--quarantine")


def _write_quarantine(rows: Iterable[Quarantined], file: Path) -> None:
    """Write where rows stand that were set aside, and why; never what they say."""
    from generator.kpis.writing import neutral

    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("file", "line", "table", "reason", "column"))
        for row in rows:
            writer.writerow((neutral(row.file), row.line, row.table, row.reason.value, neutral(row.column)))
