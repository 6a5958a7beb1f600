"""The command line: options in, one function called, its outcome printed.

Rooms are imported inside the commands: pandas, DuckDB and Altair take longer to import than `--help` may take.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator import __version__
from generator.errors import AgreementError, ExportError, KpiError, ReportError, SiteError, printable, told
from generator.progress import progress_on
from generator.project import Project, find_project

if TYPE_CHECKING:
    from generator.build import Request
    from generator.sources.report import LoadReport


class _Place(click.Path):
    """A path; an empty one is no path, though the system takes it for the folder where one stands."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; fail for one that no system can have."""
        if not str(value).strip() or "\0" in str(value):
            self.fail("names no place.", param, ctx)
        return super().convert(value, param, ctx)


_FOLDER = _Place(file_okay=False, path_type=Path)
_FILE = _Place(dir_okay=False, path_type=Path)

#: Commands that read a drop.
_SLOW = ("build", "measure", "check", "explain", "serve")

_EPILOG = """\b
A first site, from a made-up company:
  onefunnel demo exports/demo
  onefunnel build --exports exports/demo
  (open site/index.html)

\b
Exit codes: 0 ok, 2 usage, 10 agreement, 11 exports, 12 KPI files,
13 engine, 14 site, 15 publish."""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="onefunnel")
@click.option("--project", "folder", type=_FOLDER, help="Folder of content/ and mkdocs.yml; default: the nearest.")
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
    context.obj = _Session(Project(folder.resolve()) if folder else find_project(), quiet)
    if context.invoked_subcommand in _SLOW:
        context.obj.progress.note(f"onefunnel {__version__}")  # the rooms of these take a second to import


class _Session:
    """What all commands share."""

    def __init__(self, project: Project, quiet: bool) -> None:
        self.project = project
        self.progress = progress_on(quiet=quiet)


def _drop_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which drop is read, and how."""
    for option in (
        click.option("--engine", default="duckdb", show_default=True, help="Database that runs the queries."),
        click.option(
            "--settings",
            type=_Place(exists=True, dir_okay=False, path_type=Path),
            help="YAML or JSON laid over content/agreement/settings.yml.",
        ),
        click.option("--as-of", help="Instant, or a date (end of that local day); default: what the drop says."),
        click.option("--exports", type=_FOLDER, help="Folder of the drop; default: the newest below exports/."),
    ):
        command = option(command)
    return command


def _request(options: dict[str, Any]) -> Request:
    from generator.build import Request

    return Request(**{key: options[key] for key in ("exports", "as_of", "settings", "engine")})


@main.command()
@_drop_options
@click.option("--out", type=_FOLDER, default="site", show_default=True, help="Where the site goes.")
@click.option("--site-url", help="Where the site will be served; links then open without loading the page anew.")
@click.option("--json", "as_json", is_flag=True, help="Print what was built as JSON.")
@click.pass_obj
def build(session: _Session, /, out: Path, site_url: str | None, as_json: bool, **options: Any) -> None:
    """Build the site of one drop, strictly: any mistake stops it and the old site stays."""
    from generator.build import build
    from generator.models.two_homes import OVERRULED

    _need_project(session.project)
    _need_apart(out, session.project, options["exports"])
    _need_place(out.absolute().parent, out)
    report = build(session.project, _request(options), out.resolve(), session.progress, site_url=site_url)
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
        _print_json(outcome)
        return
    for finding in report.findings:
        if finding.id == OVERRULED:
            click.echo(f"Note: {finding.text}", err=True)
    for file in report.load.unclaimed:
        click.echo(f"No profile claims {file}; nothing of it is in the site.", err=True)
    click.echo(f"{out / 'index.html'}: the drop of {report.drop.id}, {len(report.kpis)} KPIs")


@main.command()
@_drop_options
@click.option("--out", type=_FILE, help="CSV, JSON or Parquet by the file's ending; default: CSV on the screen.")
@click.pass_obj
def measure(session: _Session, /, out: Path | None, **options: Any) -> None:
    """Compute the results only, without a site."""
    from generator.build import measure
    from generator.kpis import csv_text, write_results

    if out is not None and out.suffix not in (".csv", ".json", ".parquet"):
        raise click.BadParameter(f"{out} ends in neither .csv, .json nor .parquet.", param_hint="--out")
    if out is not None:
        if not out.absolute().parent.is_dir():
            raise click.BadParameter(f"there is no folder {out.parent}.", param_hint="--out")
        _need_apart(out, session.project, options["exports"])
        _need_place(out.absolute().parent, out)
    report = measure(session.project, _request(options), session.progress)
    if out is None:
        click.echo(csv_text(report.results.cells), nl=False)
        return
    with told(SiteError, "The results cannot be written."):
        write_results(report.results, out)
    click.echo(f"{out}: {len(report.results.cells)} cells", err=True)


@main.command()
@_drop_options
@click.option("--json", "as_json", is_flag=True, help="Print mistakes and load report as JSON.")
@click.pass_obj
def check(session: _Session, /, as_json: bool, **options: Any) -> None:
    """Find every mistake in agreement, KPI files, profiles and exports; then report what was read."""
    from generator.build import check

    problems, load = check(session.project, _request(options), session.progress)
    unclaimed = load.unclaimed if load else ()
    if as_json:
        _print_json(_check_record(problems, load))
    else:
        for problem in problems:
            click.echo(f"Error: {problem.message}", err=True)
        if load:
            click.echo(_load_text(load))
        for line in _unclaimed_lines(session.project, unclaimed):
            click.echo(f"Error: {line}", err=True)
    if problems:
        sys.exit(problems[0].exit_code)
    if unclaimed:
        sys.exit(ExportError.exit_code)


@main.command()
@click.argument("kpi")
@click.option("--period", required=True, help="2026-04, 2026Q2, 2026-W45, 2026 or all.")
@click.option("--where", multiple=True, metavar="DIM=MEMBER", help="Only one member, such as channel=webinar.")
@click.option("--format", "form", type=click.Choice(["table", "csv"]), default="table", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Rows shown in a table.")
@_drop_options
@click.pass_obj
def explain(
    session: _Session, /, kpi: str, period: str, where: tuple[str, ...], form: str, limit: int, **options: Any
) -> None:
    """Show the rows behind a number: which count, which do not, and why. They stay on this machine."""
    from generator.build import explain_cell
    from generator.kpis import csv_text

    members = dict(_member(text) for text in where)
    found = explain_cell(session.project, _request(options), kpi, period, members, session.progress)
    if form == "csv":
        click.echo(csv_text(found.rows), nl=False)
        return
    click.echo(found.summary)
    if table := found.table(limit):
        click.echo(table)
    if len(found.rows) > limit:
        click.echo(f"... {len(found.rows) - limit} more rows; --limit or --format csv shows them")
    if found.goes_on:
        click.echo("\n".join(["To go on:", *(f"  {way}" for way in found.goes_on)]))


@main.command()
@click.argument("folder", type=_FOLDER)
@click.option("--leads", type=click.IntRange(min=50), default=5000, show_default=True, help="How many leads.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed makes the same bytes.")
@click.option("--months", type=click.IntRange(min=6, max=60), default=24, show_default=True, help="How long a history.")
@click.pass_obj
def demo(session: _Session, folder: Path, leads: int, seed: int, months: int) -> None:
    """Write the exports of a made-up company, in the shapes that real systems write."""
    from generator.demo import make_demo

    if folder.exists() and any(folder.iterdir()) and not (folder / "manifest.json").is_file():
        raise click.UsageError(f"{folder} holds files that are no drop. Name an empty folder, or an earlier demo's.")
    with session.progress.step(f"Making up a company with {leads} leads"):
        make_demo(folder, leads=leads, seed=seed, months=months)
    click.echo(f"{folder}: exports of a made-up company. Next: onefunnel build --exports {folder}")


@main.command()
@_drop_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.pass_obj
def serve(session: _Session, /, host: str, port: int, **options: Any) -> None:
    """Show the site live: an edit in content/ or site_templates/ appears in the browser by itself."""
    from generator.preview import preview

    _need_project(session.project)
    preview(session.project, _request(options), host, port, session.progress)


def _need_project(project: Project) -> None:
    """Refuse to build a site where no project is: its words and numbers would be somebody else's."""
    if project.here is not None:
        raise click.UsageError(
            f"No project here: neither {project.here} nor a folder above it has mkdocs.yml and content/.\n"
            "Make one (mkdir content; echo 'site_name: Our KPIs' > mkdocs.yml), or name one with --project."
        )


def _need_apart(out: Path, project: Project, exports: Path | None) -> None:
    """Refuse to write into what is read, or over it: the next drop would hold this one's results."""
    place = out.resolve()
    for folder in (exports, project.exports, project.root / "content", project.root / "site_templates"):
        read = folder.resolve() if folder is not None else None
        if read is not None and (place.is_relative_to(read) or read.is_relative_to(place)):
            what = f"{out} holds, or lies in, what is read ({project.shown(read)}). Name a folder of its own."
            raise click.BadParameter(what, param_hint="--out")


def _need_place(folder: Path, out: Path) -> None:
    """Refuse a place that cannot be written before the work begins, not after it."""
    while not folder.exists():
        folder = folder.parent
    try:
        # Rights do not tell: there are folders in which not even root can make another.
        with tempfile.TemporaryDirectory(prefix=".onefunnel-", dir=folder):
            pass
    except OSError as problem:
        raise click.BadParameter(f"{out} cannot be written: {problem.strerror}.", param_hint="--out") from None


def _member(text: str) -> tuple[str, str]:
    dim, equals, member = text.partition("=")
    if not equals or not dim:
        raise click.BadParameter(f"{text!r} is not DIM=MEMBER.", param_hint="--where")
    return dim.strip(), member.strip()


def _unclaimed_lines(project: Project, files: Sequence[str]) -> list[str]:
    """Return what is said of the files that no profile claims."""
    from generator.sources import load_profiles
    from generator.sources.telling import unclaimed_line

    return [printable(unclaimed_line(file, load_profiles(project))) for file in files]


def _load_text(load: LoadReport) -> str:
    from generator.sources.telling import quarantine_lines

    lines = [f"{'file':44} {'table':24} {'read':>8} {'kept':>8} {'left out':>8} {'unusable':>8}"]
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for line in load.ledger:
        counts = rows.setdefault((line.file, line.table), {})
        counts[line.outcome.value] = counts.get(line.outcome.value, 0) + line.rows
    for (file, table), counts in sorted(rows.items()):
        numbers = " ".join(f"{counts.get(name, 0):>8}" for name in ("read", "kept", "excluded", "quarantined"))
        lines.append(f"{file:44} {table:24} {numbers}")
    for finding in load.findings:
        count = f" ({finding.failing} of {finding.checked})" if finding.checked else ""
        lines.append(f"{finding.severity.value}: {finding.text}{count}")
        if finding.snippet:
            lines.extend(f"    {line}" for line in finding.snippet.splitlines())
    lines.extend(quarantine_lines(load))
    return printable("\n".join(lines))


def _check_record(problems: list[ReportError], load: LoadReport | None) -> dict[str, Any]:
    kinds = {AgreementError: "agreement", ExportError: "exports", KpiError: "kpi"}
    return {
        "problems": [
            {
                "kind": kinds.get(type(problem), "other"),
                "exit_code": problem.exit_code,
                "summary": problem.summary,
                "mistakes": [{"where": m.where, "what": m.what, "next": m.next} for m in problem.mistakes],
            }
            for problem in problems
        ],
        "unclaimed": list(load.unclaimed) if load else [],
        "quarantine": [
            {"file": x.file, "line": x.line, "table": x.table, "reason": x.reason, "column": x.column}
            for x in (load.quarantine if load else ())
        ],
        "ledger": [
            {"file": x.file, "table": x.table, "outcome": x.outcome, "reason": x.reason, "rows": x.rows}
            for x in (load.ledger if load else ())
        ],
        "findings": [
            {"id": x.id, "severity": x.severity, "text": x.text, "failing": x.failing, "checked": x.checked}
            for x in (load.findings if load else ())
        ],
    }


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=1, sort_keys=True, default=str))


if __name__ == "__main__":
    main()
