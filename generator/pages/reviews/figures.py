"""Tables of figures as a review reads them: each KPI in the period of the review, or the newest that can speak."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator.kpis.kpi import Kpi
from generator.measures.scopes import ALL, scope_text
from generator.pages import formats, words
from generator.pages.cells import Cell, member_of
from generator.pages.composed import dimension_of, members_text
from generator.pages.context import Context, address, kpi_page
from generator.pages.headline import (
    Headline,
    chip,
    headline_of,
    interval_text,
    is_judged,
    is_small,
    period_text,
    printed,
    target_text,
    trends,
)
from generator.pages.markup import Trusted, encoded
from generator.pages.reviews.cadence import View
from generator.pages.scorecard import sparkline
from generator.pages.tables import chip_html, html_table

#: Where a KPI has no figure of the review's own grain, the next wider one speaks.
_WIDER = {
    "week": ("week", "month", "quarter", "all"),
    "month": ("month", "quarter", "year", "all"),
    "quarter": ("quarter", "year", "all"),
}

#: Members that are read in an order of their own.
_ORDERED = {"tier": ("A", "B", "C"), "bucket": ("0-1", "2-3", "4-5", "6-10", ">10")}


def stand_in(view: View, metric: str) -> Headline | None:
    """Return where a KPI stood in the period of the review; None where no figure of it was over by then."""
    kpi = view.context.kpis.get(metric)
    if kpi is None or view.context.is_missing(kpi):
        return None
    for grain in _WIDER[view.cadence.grain]:
        stand = headline_of(view.context, kpi, grain) if grain in kpi.headline.grains else None
        if stand and stand.cell.value is not None:
            return stand
    return None


def kpi_table(view: View, kpis: Iterable[Kpi]) -> Trusted:
    """Return the KPIs with value, sample, target, change and sparkline; nothing where none has a figure."""
    stands = [stand for kpi in kpis if (stand := stand_in(view, kpi.id))]
    if not stands:
        return Trusted("")
    head = ["", "Value", "n", "95 % interval", "Against target", "Change", "Over time"]
    return _without_empty(head, [_row(view, stand) for stand in stands])


def _row(view: View, stand: Headline) -> list[object]:
    context, kpi, cell = view.context, stand.kpi, stand.cell
    return [
        link(view, kpi.id),
        value_text(view, stand),
        formats.counted(cell.n),
        interval_text(context, kpi.headline, cell),
        against_target(context, stand),
        change_text(view, stand),
        sparkline(context, stand),
    ]


def link(view: View, kpi: str, title: str = "") -> Trusted:
    """Return the name of a KPI as a link to its page."""
    name = title or view.whole.kpis[kpi].title
    return Trusted(f'<a href="{address(view.page, kpi_page(kpi))}">{encoded(name)}</a>')


def value_text(view: View, stand: Headline) -> Trusted:
    """Return the value, with its period where that is not the review's own."""
    context, kpi = view.context, stand.kpi
    is_composed = dimension_of(context, kpi) is not None
    value = members_text(context, stand) if is_composed else printed(context, kpi.headline, stand.cell)
    if stand.period.label == view.row.label:
        return Trusted(encoded(value))
    return Trusted(f'{encoded(value)} <span class="of-muted">{encoded(period_text(stand.period))}</span>')


def against_target(context: Context, stand: Headline) -> Trusted:
    """Return the status with the distance to the target; nothing without a target."""
    kpi, cell = stand.kpi, stand.cell
    if not is_judged(cell) or dimension_of(context, kpi):
        return Trusted("")
    text = encoded(target_text(context, kpi, cell, stand.period))
    if is_small(context, kpi.headline, cell):
        return Trusted(text)
    state = chip(context, kpi.headline, cell)
    return Trusted(f"{chip_html(*state)} {text}")


def change_text(view: View, stand: Headline) -> str:
    """Return the change on the period before as far as the numbers carry; a week says nothing about few cases."""
    context, cell = view.context, stand.cell
    if dimension_of(context, stand.kpi) or (view.cadence.grain == "week" and cell.n < context.min_n):
        return ""
    found = trends(context, stand.kpi, cell)
    if not found:
        return ""
    first = found[0]
    return first.word if first.direction == "flat" else f"{first.word} {first.text}".strip()


def by_member(view: View, metrics: Sequence[tuple[str, str]], dimension: str, most: int, *, head: str = "") -> Trusted:
    """Return a table with a member of `dimension` a row and a figure a column, most cases of the first figure first.

    metrics: metric id and the column's title. All in the period of the review; columns without a figure are left out.
    """
    cells = {metric: _members(view, metric, dimension) for metric, _ in metrics}
    first = cells[metrics[0][0]]
    order = _ORDERED.get(dimension, ())
    known = sorted(
        {name for found in cells.values() for name in found},
        key=lambda name: (order.index(name) if name in order else len(order), -_cases(first, name), name),
    )
    if not known:
        return Trusted("")
    rows: list[list[object]] = [
        [
            view.context.label(dimension, name),
            *(_shown(view.context, metric, cells[metric].get(name)) for metric, _ in metrics),
        ]
        for name in known[:most]
    ]
    return _without_empty([head or words.dimension(dimension).capitalize(), *(title for _, title in metrics)], rows)


def _members(view: View, metric: str, dimension: str) -> dict[str, Cell]:
    scopes = view.context.cells.members(metric, dimension)
    found = ((member_of(scope), view.context.cells.cell(metric, view.row.label, scope)) for scope in scopes)
    return {name: cell for name, cell in found if cell and (cell.n or cell.value)}


def _cases(cells: dict[str, Cell], name: str) -> float:
    cell = cells.get(name)
    return (cell.n or cell.value or 0) if cell else 0


def _shown(context: Context, metric: str, cell: Cell | None) -> str:
    return printed(context, context.figure(metric), cell) if cell and cell.value is not None else ""


def cell_text(view: View, metric: str, scope: str = ALL) -> str:
    """Return one figure in the period of the review, or nothing where there is none."""
    return _shown(view.context, metric, view.context.cells.cell(metric, view.row.label, scope))


def of_member(view: View, metric: str, **where: str) -> str:
    """Return one figure of the members that `where` names, or nothing."""
    return cell_text(view, metric, scope_text(dict(where)))


def _without_empty(head: list[str], rows: list[list[object]]) -> Trusted:
    """Return a table without the columns in which nothing stands."""
    kept = [place for place in range(len(head)) if place == 0 or any(str(row[place]) for row in rows)]
    return html_table([head[place] for place in kept], [[row[place] for place in kept] for row in rows])
