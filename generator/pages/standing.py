"""Where KPIs stand, asked for by id: nothing where there is no such KPI, or no figure of it."""

from __future__ import annotations

from generator.pages.context import Context
from generator.pages.headline import Headline, headline, headline_of


def stand_of(context: Context, metric: str, grain: str = "") -> Headline | None:
    """Return where the KPI of that id stands, at `grain` where it has one; None where this drop gives it no value."""
    kpi = context.kpis.get(metric)
    if kpi is None or context.is_missing(kpi) or not context.cells.has(metric):
        return None
    wanted = headline_of(context, kpi, grain) if grain else None
    stand = wanted if wanted and wanted.cell.value is not None else headline(context, kpi)
    return stand if stand and stand.cell.value is not None else None
