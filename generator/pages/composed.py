"""KPIs that only say something by member: shares that add up to one, and each team's own attainment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from generator import charts
from generator.kpis.kpi import Figure, Kpi
from generator.pages import formats, words
from generator.pages.cells import Cell, member_of
from generator.pages.context import Context
from generator.pages.headline import Headline, period_text, printed
from generator.pages.markup import Trusted
from generator.pages.tables import html_table

#: Members drawn as lines.
LINES = 5
#: Members named in the finding.
NAMED = 3


def dimension_of(context: Context, kpi: Kpi) -> str | None:
    """Return the dimension whose members speak for a KPI, or None where the KPI speaks for itself.

    They do where there is no figure of the whole, or the whole says nothing: shares of everything there is make one.
    """
    if kpi.headline.by and not kpi.headline.total:
        return kpi.headline.by[0]
    wholes = [cell.value for cell in context.cells.series(kpi.id).values() if cell.value is not None]
    return kpi.headline.within if all(math.isclose(whole, 1) for whole in wholes) else None


def member_cells(context: Context, stand: Headline) -> list[tuple[str, Cell]]:
    """Return the members with a value in the headline's period, by name, biggest first."""
    dimension = dimension_of(context, stand.kpi) or ""
    scopes = context.cells.members(stand.kpi.id, dimension)
    cells = ((scope, context.cells.cell(stand.kpi.id, stand.period.label, scope)) for scope in scopes)
    found = [
        (context.label(dimension, member_of(scope)), cell) for scope, cell in cells if cell and cell.value is not None
    ]
    return sorted(found, key=lambda pair: (-(pair[1].value or 0), pair[0]))


def members_text(context: Context, stand: Headline, most: int = NAMED) -> str:
    """Return the biggest members with their values: `Webinar 34.2 %, Event 20.0 %`."""
    figure = stand.kpi.headline
    return ", ".join(f"{name} {printed(context, figure, cell)}" for name, cell in member_cells(context, stand)[:most])


def lines_figure(context: Context, stand: Headline, periods: Sequence[str], *, links: str = "") -> Trusted:
    """Return the members over time as lines, the biggest ones of the headline's period."""
    kpi, dimension = stand.kpi, dimension_of(context, stand.kpi) or ""
    names = [name for name, _ in member_cells(context, stand)[:LINES]]
    series = {
        name: context.cells.series(kpi.id, scope)
        for scope in context.cells.members(kpi.id, dimension)
        if (name := context.label(dimension, member_of(scope))) in names
    }
    rows = [_point(context, name, period, series[name].get(period)) for name in names for period in periods]
    if len(periods) < 2 or not rows:
        return Trusted("")
    name, subject = f"{kpi.id}-trend", f"{kpi.title} by {words.GRAIN_WORDS[stand.grain]}"
    context.charts[name] = chart = charts.lines(
        pd.DataFrame(rows), unit=kpi.unit, subject=subject, currency=context.currency
    )
    table = _table(context, kpi.headline, periods, {one: series[one] for one in names})
    note = f"the biggest members of {period_text(stand.period)}" if len(names) == LINES else ""
    return Trusted(charts.figure(name, chart, title=subject, note=note, table=table, links=links))


def _point(context: Context, name: str, period: str, cell: Cell | None) -> dict[str, object]:
    value = cell.value if cell and cell.value is not None else math.nan
    return {
        "period": formats.period(period),
        "series": name,
        "value": value,
        "is_part": context.cells.periods[period].is_part,
    }


def _table(context: Context, figure: Figure, periods: Sequence[str], series: dict[str, Mapping[str, Cell]]) -> Trusted:
    body = [
        [formats.period(period), *(printed(context, figure, cells.get(period)) for cells in series.values())]
        for period in reversed(periods)
    ]
    return html_table(["Period", *series], body)
