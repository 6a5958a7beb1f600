"""The whole story in reading order: a drop is read, measured, written as pages and built into a site."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import generator
from generator.agreement import Agreement, load_agreement
from generator.calendar import TABLES as CALENDAR
from generator.calendar import build_calendar
from generator.charts import Pen, second_pen, write_drawings
from generator.data import write_data
from generator.engine import Engine, open_engine
from generator.errors import ExportError, SiteError, told
from generator.history import (
    PRIVATE,
    Changes,
    Snapshots,
    first_told,
    losses,
    record_of,
    with_precision,
    with_restatements,
)
from generator.kpis import (
    NEVER,
    Explanation,
    Kpi,
    MeasuredKpis,
    Memory,
    explain,
    load_kpis,
    measure_kpis,
    targets_ahead,
    targets_of_nothing,
    windows_too_short,
)
from generator.labels import labels_of
from generator.measures import assemble
from generator.measures.results import Results
from generator.models import build_facts
from generator.models.agreed import agreed_targets
from generator.models.coverage import coverage
from generator.models.history import History, history_of
from generator.models.practice import practice_of
from generator.models.records import list_records
from generator.models.standing import Standing
from generator.models.survey import Survey, before_facts, surveyed
from generator.pages import Pages, write_pages
from generator.progress import Progress
from generator.project import Project
from generator.report import Report
from generator.restating import Since, changes, since
from generator.site import build_site
from generator.sources import open_drop, read_kept
from generator.sources.report import Drop, Finding, LoadReport, Severity
from generator.targets import add_targets

#: How far back single records are listed by week, for the weekly reviews.
LISTED = timedelta(weeks=9)


@dataclass(frozen=True)
class Request:
    """What the command line asked for; None takes the default that the project states."""

    exports: Path | None = None
    as_of: str | None = None
    settings: Path | None = None
    engine: str = "duckdb"


@dataclass(frozen=True)
class Prepared:
    """A drop whose facts stand in the engine, ready for KPI SQL."""

    engine: Engine
    agreement: Agreement
    kpis: tuple[Kpi, ...]
    drop: Drop
    load: LoadReport
    findings: tuple[Finding, ...]
    agreed: Mapping[str, Any]  # the whole agreement as texts, as `record_of` returns it
    survey: Survey


@dataclass(frozen=True)
class Reading:
    """A drop that was read: its canonical tables stand in the engine, and whatever facts were built over them."""

    engine: Engine
    drop: Drop
    load: LoadReport
    standing: Standing


@dataclass(frozen=True)
class Inputs:
    """What a user wrote, read and checked, and which drop it is laid over."""

    agreement: Agreement
    kpis: tuple[Kpi, ...]
    drop: Drop


def read_inputs(project: Project, request: Request, progress: Progress) -> Inputs:
    """Read the agreement and the KPI files, and find the drop."""
    with progress.step("Reading the agreement and the KPI files"):
        agreement = load_agreement(project, request.settings)
        kpis = load_kpis(project, agreement)
    return Inputs(agreement, kpis, open_drop(request.exports, request.as_of, project, agreement.settings))


@contextmanager
def prepared(project: Project, request: Request, progress: Progress, held: Since | None = None) -> Iterator[Prepared]:
    """Read the agreement, the KPI files and the drop, and build the facts; the engine is sealed when it is yielded."""
    with facts_of(read_inputs(project, request, progress), project, request.engine, progress, held) as ready:
        yield ready


@contextmanager
def facts_of(
    inputs: Inputs, project: Project, engine_url: str, progress: Progress, held: Since | None = None
) -> Iterator[Prepared]:
    """Read the drop and build the facts; the engine is sealed when it is yielded.

    `held` looks at the rows in between, where it keeps a record of them.
    """
    with reading_of(inputs, project, engine_url, progress, held) as reading:
        yield facts_on(reading, inputs, project, progress)


@contextmanager
def reading_of(
    inputs: Inputs,
    project: Project,
    engine_url: str,
    progress: Progress,
    held: Since | None = None,
    *,
    keeps: bool = False,
) -> Iterator[Reading]:
    """Read the drop; `keeps` lets facts be built over it again and again, only those anew that an edit reaches."""
    agreement, drop = inputs.agreement, inputs.drop
    with open_engine(engine_url, agreement.settings.memory_limit) as engine:
        with (
            progress.step(f"Reading the exports in {project.shown(drop.path)} as of {drop.as_of:%Y-%m-%d %H:%M} UTC"),
            told(ExportError, "The drop cannot be read."),
        ):
            load = read_kept(drop, project, agreement, engine, _shelf(project))
        if held and held.book:
            held.book.look(engine, {file.path: file.sha256 for file in load.files}, drop.id, drop.as_of)
        snapshots = (held.snapshots if held else None) or Snapshots(project.root / PRIVATE)
        load = with_precision(engine, snapshots.date(engine, drop, load, agreement))
        engine.seal()
        yield Reading(engine, drop, load, Standing(keeps=keeps))


def facts_on(reading: Reading, inputs: Inputs, project: Project, progress: Progress) -> Prepared:
    """Build the facts over a reading; once more, where it keeps them and something else is agreed."""
    engine, load = reading.engine, reading.load
    with progress.step("Building the facts"):
        found, survey = reading.standing.make(
            "facts", lambda: inputs.agreement, partial(_built, reading, inputs.agreement)
        )
    idle = targets_of_nothing(engine, inputs.kpis, [target.metric for target in inputs.agreement.targets])
    findings = worst_first(load.findings + found + idle)
    agreed = record_of(project, inputs.agreement, inputs.kpis)
    return Prepared(engine, inputs.agreement, inputs.kpis, reading.drop, load, findings, agreed, survey)


def _built(reading: Reading, agreement: Agreement) -> tuple[tuple[Finding, ...], Survey]:
    """Create the calendar and the facts; return what was found wrong, and what the drop covers."""
    engine, load, as_of, standing = reading.engine, reading.load, reading.drop.as_of, reading.standing
    history = history_of(engine, as_of)
    remarks = standing.make(
        "calendar",
        lambda: (agreement.calendars, agreement.settings),
        lambda: build_calendar(engine, agreement, as_of, history.begins, history.earliest),
        CALENDAR,
    )
    begun = before_facts(engine, load)
    found = build_facts(engine, agreement, load, as_of, standing=standing) + _strays(history)
    calendars = tuple(Finding("calendar", Severity.NOTES, sentence, tables=("calendar",)) for sentence in remarks)
    return found + calendars, surveyed(engine, begun)


def _strays(history: History) -> tuple[Finding, ...]:
    if not history.stray:
        return ()
    text = f"rows from before {history.begins:%Y-%m-%d}, long before all others: they count in the whole, in no month"
    return (Finding("before_history", Severity.NOTES, text, history.stray),)


def measure(project: Project, request: Request, progress: Progress, held: Since | None = None) -> Report:
    """Return everything that pages may know about the drop; with `held`, also what is different from that version."""
    with prepared(project, request, progress, held) as ready:
        report = report_on(ready, progress, held=held)
    if held is None:
        return report
    first = first_told(held.earlier, report.results.cells, report.drop.id)
    lost = tuple(losses(report.load, held.earlier.rows)) if held.earlier else ()
    found = replace(report, findings=worst_first(report.findings + lost))
    return replace(found, changes=_changes(report, project, request, progress, held), first=first)


def _changes(report: Report, project: Project, request: Request, progress: Progress, held: Since) -> Changes:
    @contextmanager
    def measured(of: Project, agreement: Agreement, kpis: tuple[Kpi, ...], drop: Drop) -> Iterator[MeasuredKpis]:
        with facts_of(Inputs(agreement, kpis, drop), of, request.engine, progress) as ready:
            yield measure_kpis(ready.kpis, ready.engine, ready.agreement, ready.load, ready.drop.as_of)

    return changes(report, project, held, measured)


def report_on(ready: Prepared, progress: Progress, memory: Memory | None = None, held: Since | None = None) -> Report:
    """Measure all KPIs over prepared facts; `memory` recalls what an earlier call with it measured."""
    with progress.step(f"Measuring {len(ready.kpis)} KPIs"):
        measured = measure_kpis(ready.kpis, ready.engine, ready.agreement, ready.load, ready.drop.as_of, memory)
        if held and held.earlier:
            measured = with_restatements(
                measured, ready.kpis, ready.engine, ready.agreement, ready.load, ready.drop.as_of, held.earlier
            )
        settings, counted = ready.agreement.settings, measured.measured
        cells = add_targets(counted.cells, ready.kpis, ready.engine, measured.periods, settings, counted)
        results = assemble(counted, cells, measured.comparisons, measured.periods)
    return report_of(ready, results, measured.missing)


def report_of(ready: Prepared, results: Results, missing: Mapping[str, tuple[str, ...]]) -> Report:
    """Return the report of prepared facts whose KPIs gave `results`; missing: what the drop lacks, by metric id."""
    windows = windows_too_short(ready.kpis, results, ready.agreement.settings.windows.model_dump())
    targets = agreed_targets(ready.engine)
    today = date.fromisoformat(ready.drop.id)
    # That a KPI never had a target is no news on a page.
    ahead = tuple(one for one in targets_ahead(ready.kpis, targets, today) if one.id != NEVER)
    return Report(
        drop=ready.drop,
        agreement=ready.agreement,
        kpis=ready.kpis,
        results=results,
        load=ready.load,
        findings=worst_first((*ready.findings, *windows, *ahead, *coverage(ready.survey, today))),
        missing=missing,
        labels=labels_of(ready.engine, ready.agreement),
        version=generator.__version__,
        targets=targets,
        records=list_records(ready.engine, ready.agreement, ready.drop.as_of.date() - LISTED),
        practice=practice_of(ready.engine, ready.agreement, ready.drop.as_of),
        agreed=ready.agreed,
        survey=ready.survey,
    )


def build(
    project: Project,
    request: Request,
    out: Path,
    progress: Progress,
    *,
    site_url: str | None = None,
    latest: str | None = None,
    before: Path | None = None,
    private: Path | None = None,
) -> Report:
    """Build the site of one drop into `out`; what stood there stays until the new site is whole.

    `latest` is the name beside `out` under which readers find the newest version, for a site that is one of several.
    `before` is the data folder of the version that this one follows, to tell what changed; `private` the folder of a
    record of rows, from drop to drop, to tell why (`.onefunnel`).
    """
    held = since(before, private, project.root / PRIVATE)
    with (
        told(SiteError, "The site was not built; the previous one stays."),
        tempfile.TemporaryDirectory(prefix="onefunnel-") as folder,
    ):
        work = Path(folder)
        # A process takes a second to load its libraries, which is over when there is something to draw.
        with second_pen(_cache(project, work)) as pen:
            report = measure(project, request, progress, held)
            build_pages(report, project, work, out, progress, site_url=site_url, latest=latest, pen=pen, once=True)
    held.keep()
    return report


def build_pages(
    report: Report,
    project: Project,
    work: Path,
    out: Path,
    progress: Progress,
    *,
    only_changed: bool = False,
    written: Pages | None = None,
    site_url: str | None = None,
    latest: str | None = None,
    pen: Pen | None = None,
    once: bool = False,
) -> Pages:
    """Write the pages of `report` below `work` and build the site `out` from them.

    `only_changed` builds only the pages that differ from the last build from the same `work` into the same `out`;
    `written` is what that one returned, of which only what changed is worked out again.
    `site_url` is where the site will be served; with it, links open without loading the whole page anew. With `latest`
    pages let readers choose among the versions beside them. A second `pen` shares the drawing. `once`: nothing will be
    built again from this `work`.
    """
    docs = work / "docs"
    cache = _cache(project, work)
    begin = pen.draw if pen else None
    with progress.step("Writing the pages"):
        pages = write_pages(report, project, docs, before=written, begin=begin)
        if begin:
            begin(pages.charts.values())
        write_data(report, docs / "data", results=not written or written.report.results is not report.results)
    with progress.step(f"Building the site in {project.shown(out)} with {len(pages.charts)} charts"):
        build_site(
            docs,
            project,
            out,
            nav=pages.nav,
            site_url=site_url,
            latest=latest,
            dirty=only_changed,
            once=once,
            cache=cache,
            draw=partial(write_drawings, pages.charts, docs, cache, pen),
        )
    return pages


def _shelf(project: Project) -> Path | None:
    """Return where readings are kept between builds; without a project of one's own, nowhere."""
    return project.root / ".cache" / "readings" if _has_own_place(project) else None


def _cache(project: Project, work: Path) -> Path:
    """Return where drawings are kept between builds; without a project of one's own, for this build only."""
    return (project.root if _has_own_place(project) else work) / ".cache"


def _has_own_place(project: Project) -> bool:
    return not project.is_packaged or (project.root / ".git").exists()


def explain_cell(
    project: Project, request: Request, metric: str, period: str, where: Mapping[str, str], progress: Progress
) -> Explanation:
    """Return the unit rows behind one cell; they stay on this machine."""
    with prepared(project, request, progress) as ready:
        return explain(metric, period, where, ready.kpis, ready.engine, ready.agreement, ready.load)


def worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return `findings` by weight, those with most rows first."""
    order = list(Severity)
    return tuple(sorted(findings, key=lambda one: (order.index(one.severity), -one.failing, one.id, one.text)))
