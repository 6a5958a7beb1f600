"""The pipeline page: what is open, what led there, whether it is enough, and whether dates and forecasts hold."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from generator import charts
from generator.pages import formats
from generator.pages.block import Block
from generator.pages.bridges import bridge_of
from generator.pages.cells import Cell, member_of
from generator.pages.context import Context
from generator.pages.headline import Headline, period_text, printed
from generator.pages.history import trend_figure
from generator.pages.kpi_pages import finding
from generator.pages.markup import Trusted
from generator.pages.standing import stand_of
from generator.pages.tables import html_table

COVERAGE, OPEN, BRIDGE, GROWTH = "pipeline_coverage", "pipeline_open", "pipeline_bridge", "pipeline_growth"
#: KPIs that are told with their trend, each under its own heading.
TOLD = ("pipeline_created", "pipeline_velocity", "slippage", "forecast_accuracy", "pipeline_nurture")
MONTHS = 13


def blocks(context: Context) -> Iterator[Block]:
    """Yield the sections of the page that this drop can fill."""
    yield from _coverage(context)
    yield from _open(context)
    yield from _moved(context)
    for name in TOLD:
        if stand := stand_of(context, name):
            figures = (trend_figure(context, stand), beside(context, stand))
            yield Block(stand.kpi.title, name.replace("_", "-"), (finding(context, stand), stand.kpi.sentence), figures)


def _coverage(context: Context) -> Iterator[Block]:
    """Yield the open deals due this quarter against what the win rate demands."""
    stand = stand_of(context, COVERAGE, "quarter")
    if stand is None:
        return
    needed = context.cells.cell(f"{COVERAGE}.required", stand.period.label)
    said = [finding(context, stand)]
    if needed and needed.value:
        enough = (stand.cell.value or 0) >= needed.value
        demand = f"Winning as often as in the last 365 days takes {formats.number(needed.value, 'ratio_x', '')}"
        said.append(f"{demand}: what is open {'is enough' if enough else 'falls short of it'}.")
    figures = (beside(context, stand), trend_figure(context, stand))
    yield Block(stand.kpi.title, "coverage", tuple(said), figures)


def beside(context: Context, stand: Headline) -> Trusted:
    """Return the companions of a KPI in the headline's period as a table, nothing where it has none."""
    rows = [
        [context.figure(metric).title, printed(context, context.figure(metric), cell), formats.counted(cell.n)]
        for metric in context.companions.get(stand.kpi.id, ())
        if (cell := context.cells.cell(metric, stand.period.label)) and cell.value is not None
    ]
    return html_table(["Beside it", period_text(stand.period), "n"], rows) if rows else Trusted("")


def _open(context: Context) -> Iterator[Block]:
    """Yield the open deals by stage now and at the end of each month before."""
    stand = stand_of(context, OPEN)
    if stand is None:
        return
    stages = _stages(context)
    rows = [row for row in context.cells.of_grain("month") if row.label in context.cells.series(OPEN)][-MONTHS:]
    frame = [
        {"period": formats.period(row.label), "series": name, "value": cell.value}
        for row in rows
        for name, cells in stages.items()
        if (cell := cells.get(row.label)) and cell.value
    ]
    figures: list[Trusted] = []
    if len(stages) > 1 and frame:
        subject = "Open pipeline by stage at the end of each month"
        context.charts["pipeline-open-stages"] = chart = charts.stacked(
            pd.DataFrame(frame), unit=stand.kpi.unit, subject=subject, currency=context.currency
        )
        table = _stage_table(context, stages, [row.label for row in rows])
        figures.append(Trusted(charts.figure("pipeline-open-stages", chart, title=subject, table=table)))
    said = (finding(context, stand), stand.kpi.sentence)
    yield Block(stand.kpi.title, "open", said, (*figures, beside(context, stand)))


def _stages(context: Context) -> dict[str, dict[str, Cell]]:
    """Return the cells of each open stage by period, in the order of the pipeline."""
    order = {stage.id: place for place, stage in enumerate(context.report.agreement.pipeline.stages)}
    scopes = sorted(context.cells.members(OPEN, "stage"), key=lambda scope: order.get(member_of(scope), len(order)))
    return {context.scope_label(scope): dict(context.cells.series(OPEN, scope)) for scope in scopes}


def _stage_table(context: Context, stages: dict[str, dict[str, Cell]], periods: list[str]) -> Trusted:
    figure = context.figure(OPEN)
    body = [
        [formats.period(period), *(printed(context, figure, cells.get(period)) for cells in stages.values())]
        for period in reversed(periods)
    ]
    return html_table(["At the end of", *stages], body)


def _moved(context: Context) -> Iterator[Block]:
    """Yield the bridge from the start of the quarter to now; a fall by wins is no bad news."""
    moved, growth = (stand_of(context, name, "quarter") for name in (BRIDGE, GROWTH))
    bridge = bridge_of(context, moved) if moved else Trusted("")
    said = [f"{growth.kpi.title}, {finding(context, growth)}"] if growth else []
    if bridge or said:
        said.append("A pipeline that shrinks because deals were won is no bad news.")
        yield Block("What moved it", "bridge", tuple(said), (bridge,) if bridge else ())
