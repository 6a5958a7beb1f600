"""Results, agreement and prose become Markdown, through the templates of site_templates/."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from generator.charts import Chart
from generator.pages import formats
from generator.pages.cells import cells_of
from generator.pages.changes import write_changes
from generator.pages.context import Context, Filling
from generator.pages.definitions import write_definitions
from generator.pages.digest import write_digest
from generator.pages.downloads import write_kpi_csvs
from generator.pages.glossary import anchor, write_glossary
from generator.pages.handbook import Prose, read_handbook, write_handbook
from generator.pages.home import write_home
from generator.pages.insights import write_insights
from generator.pages.kpi_pages import write_kpi_pages
from generator.pages.newcomers import NEWCOMERS, write_newcomers
from generator.pages.notes import Note, read_notes
from generator.pages.outline import INSIGHTS, PARTS
from generator.pages.parts import write_parts
from generator.pages.promises import write_promises
from generator.pages.reviews import write_reviews
from generator.pages.reviews.cadence import INDEX as REVIEWS
from generator.pages.templates import Templates
from generator.pages.trust import write_trust
from generator.project import Project
from generator.report import Report

NavItem = Mapping[str, object]
Drawing = Callable[[Iterable[Chart]], None]


@dataclass(frozen=True)
class Pages:
    """What was written, and from what."""

    nav: tuple[NavItem, ...]  # the order of the pages, as MkDocs wants it
    charts: Mapping[str, Chart]  # by the names that figures bear
    report: Report
    notes: tuple[Note, ...]
    fillings: tuple[Filling, ...]  # of the pages that follow from report and notes alone


def write_pages(
    report: Report, project: Project, docs: Path, *, before: Pages | None = None, begin: Drawing | None = None
) -> Pages:
    """Write every page of the site below `docs`, with the CSV of each KPI and the words of the glossary.

    `before` is what was written there last: what follows from the same report is not worked out again. `begin` is
    handed the charts that are known early, so that they can be drawn while the rest is written. Raises SiteError,
    naming the page and the template, when a template, a note or the glossary cannot be used.
    """
    context = Context(report, cells_of(report.results), templates(report, project), docs, read_notes(project))
    prose = read_handbook(project)
    is_counted_anew = before is None or before.report.results is not report.results
    _clear(docs, downloads=is_counted_anew)
    if before and before.report is report and before.notes == context.notes:
        context.charts.update(before.charts)
        for filling in before.fillings:
            context.write(*filling)
    else:
        _write_report(context, begin)
    fillings = tuple(context.fillings)
    write_glossary(context, project)
    write_handbook(context, prose)  # a company's own page of the same name takes the place of a generated one
    if is_counted_anew:
        write_kpi_csvs(context)
    return Pages(_nav(prose), context.charts, report, context.notes, fillings)


def _clear(docs: Path, *, downloads: bool) -> None:
    """Remove what is written anew: a page or a download of what is gone would stay."""
    for path in (*docs.rglob("*.md"), *(docs.glob("data/*.csv") if downloads else ())):
        path.unlink()


def _write_report(context: Context, begin: Drawing | None) -> None:
    """Write the pages that follow from the report and the notes alone."""
    write_kpi_pages(context)  # first, for they have most of the charts
    if begin:
        begin(context.charts.values())
    write_home(context)
    write_parts(context)
    write_insights(context)
    write_definitions(context)
    write_promises(context)
    write_reviews(context)
    write_trust(context)
    write_changes(context)
    write_digest(context)
    write_newcomers(context)


def templates(report: Report, project: Project) -> Templates:
    """Return the templates with the filters that print numbers, days and periods."""
    currency = report.agreement.settings.reporting_currency
    return Templates(
        project,
        {
            "number": lambda value, unit: formats.number(value, unit, currency),
            "percent": formats.percent,
            "counted": formats.counted,
            "day": formats.day,
            "instant": formats.instant,
            "listed": formats.listed,
            "several": formats.several,
            "sentence": formats.sentence,
            "anchor": anchor,
        },
    )


def _nav(prose: list[Prose]) -> tuple[NavItem, ...]:
    """Return the short navigation; KPI pages are reached from their lists, the funnel and the search."""
    parts: list[object] = ["funnel/index.md", *({part.title: part.page} for part in PARTS)]
    own = {page.page for page in prose}
    guide: list[object] = [{title: page} for page, title in NEWCOMERS if page not in own]
    guide += [{escape(page.title): page.page} for page in prose]
    return (
        {"Home": "index.md"},
        {"Funnel": parts},
        {"Insights": [{one.title: one.page} for one in INSIGHTS]},
        {"Reviews": REVIEWS},
        {"KPIs": "kpis/index.md"},
        {"Definitions": "definitions.md"},
        {"SLA": "sla.md"},
        {"Trust": "trust.md"},
        {"Changes": "changes.md"},
        {"Guide": [*guide, {"Glossary": "guide/glossary.md"}]},
    )
