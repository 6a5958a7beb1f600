"""The whole story in reading order: a drop is prepared, measured, written as pages and built into a site."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import generator
from generator.agreement import Agreement
from generator.charts import Pen, second_pen, write_drawings
from generator.data import write_data
from generator.errors import SiteError, told
from generator.history import (
    PRIVATE,
    Changes,
    first_told,
    losses,
    with_restatements,
)
from generator.kpis import (
    NEVER,
    Explanation,
    Kpi,
    MeasuredKpis,
    Memory,
    explain,
    measure_kpis,
    targets_ahead,
    windows_too_short,
)
from generator.labels import labels_of
from generator.measures import assemble
from generator.measures.results import Results
from generator.models.agreed import agreed_targets
from generator.models.coverage import coverage
from generator.models.practice import practice_of
from generator.models.records import list_records
from generator.pages import Pages, write_pages
from generator.prepare import Inputs, Prepared, Request, facts_of, prepared, worst_first
from generator.progress import Progress
from generator.project import Project
from generator.report import Report
from generator.restating import Since, changes, since
from generator.site import build_site
from generator.sources.report import Drop
from generator.targets import add_targets

#: How far back single records are listed by week, for the weekly reviews.
LISTED = timedelta(weeks=9)


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


def _cache(project: Project, work: Path) -> Path:
    """Return where drawings are kept between builds; without a project of one's own, for this build only."""
    return (project.root if project.has_own_place else work) / ".cache"


def explain_cell(
    project: Project, request: Request, metric: str, period: str, where: Mapping[str, str], progress: Progress
) -> Explanation:
    """Return the unit rows behind one cell; they stay on this machine."""
    with prepared(project, request, progress) as ready:
        return explain(metric, period, where, ready.kpis, ready.engine, ready.agreement, ready.load)
