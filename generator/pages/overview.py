"""What opens the page of a part: unit economics side by side by segment, and what moved recurring revenue."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from generator import charts
from generator.kpis.kpi import Kpi
from generator.measures.scopes import ALL
from generator.pages import formats
from generator.pages.block import Block
from generator.pages.bridges import bridge_of
from generator.pages.cells import Period
from generator.pages.context import Context
from generator.pages.headline import Headline, headline_of, period_text, printed
from generator.pages.history import SHOWN
from generator.pages.markup import Trusted
from generator.pages.standing import stand_of
from generator.pages.tables import html_table

ECONOMICS = (
    "cac",
    "clv",
    "clv.gross_margin",
    "ltv_cac",
    "cac_payback",
    "gross_margin",
    "sm_cost_ratio",
    "magic_number",
)
RETAINED = {"nrr": "Net revenue", "grr": "Gross revenue", "logo_retention": "Customers"}
GRAINS = ("quarter", "year", "month")


def overview(context: Context, section: str) -> list[Block]:
    """Return what stands above the KPIs of a part; nothing for most parts."""
    return list(_OVERVIEWS[section](context)) if section in _OVERVIEWS else []


def _economics(context: Context) -> Iterator[Block]:
    """Yield cost, worth and payback of a customer beside each other, in all and by segment."""
    stand = stand_of(context, "cac", "quarter") or stand_of(context, "clv", "quarter")
    if stand is None:
        return
    period = stand.period
    metrics = [name for name in ECONOMICS if _printed(context, name, period, ALL)]
    segments = sorted({scope for name in metrics for scope in context.cells.members(name, "segment")})
    scopes = [scope for scope in (ALL, *segments) if any(_printed(context, name, period, scope) for name in metrics)]
    rows = [
        [_title(context, name), *(_printed(context, name, period, scope) or formats.NOT_AVAILABLE for scope in scopes)]
        for name in metrics
    ]
    if len(metrics) > 1 and scopes:
        heads = ["All" if scope == ALL else context.scope_label(scope) for scope in scopes]
        said = (f"{period_text(period)}: what a customer costs beside what one is worth.",)
        note = "A segment has no figure where spend is not recorded by segment, or nobody was won in it."
        yield Block("Side by side", "side-by-side", said, (html_table(["", *heads], rows),), (note,))


def _printed(context: Context, metric: str, period: Period, scope: str) -> str:
    """Return a figure of one scope as it is printed, or nothing where there is none."""
    cell = context.cells.cell(metric, period.label, scope)
    return printed(context, context.figure(metric), cell) if cell and cell.value is not None else ""


def _title(context: Context, metric: str) -> str:
    if metric in context.kpis:
        return context.kpis[metric].title
    return context.figures[metric][1].title if metric in context.figures else context.figure(metric).title


def _retention(context: Context) -> Iterator[Block]:
    """Yield the bridge of recurring revenue, and how much of it stays, in one picture."""
    stand = stand_of(context, "mrr")
    newest = _newest_bridge(context, stand.kpi) if stand else None
    if newest:
        when, bridge = newest
        said = (f"{when}: recurring revenue by what became of each account.",)
        note = "Several subscriptions of one account count as one; exchange rates are a step of their own."
        yield Block("What moved recurring revenue", "mrr-bridge", said, (bridge,), (note,))
    if lines := _retained(context):
        said = ("Of the recurring revenue and the accounts of twelve months before, what is still there.",)
        yield Block("What stays", "retained", said, (lines,))


def _newest_bridge(context: Context, kpi: Kpi) -> tuple[str, Trusted] | None:
    for grain in GRAINS:
        stand = headline_of(context, kpi, grain)
        bridge = bridge_of(context, stand) if stand else Trusted("")
        if stand and bridge:
            return period_text(stand.period), bridge
    return None


def _retained(context: Context) -> Trusted:
    stands = [stand for name in RETAINED if (stand := stand_of(context, name))]
    if len(stands) < 2:
        return Trusted("")
    points = [point for stand in stands for point in _points(context, stand)]
    subject = "Retention over twelve months"
    context.charts["retained"] = chart = charts.lines(pd.DataFrame(points), unit="ratio", subject=subject)
    rows = [
        [stand.kpi.title, printed(context, stand.kpi.headline, stand.cell), period_text(stand.period)]
        for stand in stands
    ]
    table = html_table(["", "Now", "Period"], rows)
    return Trusted(charts.figure("retained", chart, title=subject, table=table))


def _points(context: Context, stand: Headline) -> Iterator[dict[str, object]]:
    for cell in context.cells.run(stand.kpi.id, stand.grain)[-SHOWN[stand.grain] :]:
        if cell.value is not None:
            is_part = context.cells.periods[cell.period].is_part
            name = RETAINED[stand.kpi.id]
            yield {"period": formats.period(cell.period), "series": name, "value": cell.value, "is_part": is_part}


_OVERVIEWS: dict[str, Callable[[Context], Iterator[Block]]] = {"economics": _economics, "retention": _retention}
