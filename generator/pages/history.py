"""A KPI over time: its trend chart with target, interval and marks, and the table of the same periods."""

from __future__ import annotations

import math

import pandas as pd

from generator import charts
from generator.kpis.kpi import Kind, Kpi
from generator.pages import formats, words
from generator.pages.annotations import marks
from generator.pages.cells import Cell
from generator.pages.composed import dimension_of, lines_figure
from generator.pages.context import Context
from generator.pages.headline import (
    SHARES,
    Headline,
    best_grain,
    chip,
    interval_text,
    is_small,
    period_text,
    printed,
    short_status,
)
from generator.pages.markup import Trusted
from generator.pages.tables import chip_html, html_table

#: So many periods are drawn and listed, by grain; two years and the period that is running.
SHOWN = {"week": 27, "month": 25, "quarter": 13, "year": 8, "all": 1}


def trend_figure(context: Context, stand: Headline, *, download: str = "") -> Trusted:
    """Return the trend of a KPI with its table; nothing where fewer than two periods have a value."""
    kpi, run = stand.kpi, shown_run(context, stand.kpi, stand.grain)
    links = f'<a href="{download}" download>Download CSV</a>' if download else ""
    if dimension_of(context, kpi):
        return lines_figure(context, stand, [cell.period for cell in run], links=links)
    if sum(not math.isnan(_drawn(context, kpi, cell)) for cell in run) < 2:
        return Trusted("")
    usual = stand.grain == best_grain(context, kpi)
    name = f"{kpi.id}-trend" if usual else f"{kpi.id}-trend-{stand.grain}"
    subject = f"{kpi.title} by {words.GRAIN_WORDS[stand.grain]}"
    if name not in context.charts:
        context.charts[name] = charts.trend(
            _frame(context, kpi, run),
            unit=kpi.unit,
            subject=subject,
            currency=context.currency,
            marks=marks(context, kpi, [cell.period for cell in run]),
        )
    table = html_table(*history_rows(context, kpi, run), texts=1)
    return Trusted(
        charts.figure(
            name, context.charts[name], title=subject, note=_legend(context, kpi, run), table=table, links=links
        )
    )


def shown_run(context: Context, kpi: Kpi, grain: str) -> list[Cell]:
    """Return the newest cells of a grain that pages show; leading periods without any value are left out."""
    run = context.cells.run(kpi.id, grain, context.cells.speaker(kpi.id))[-SHOWN.get(grain, 13) :]
    first = next((place for place, cell in enumerate(run) if cell.value is not None), 0)
    return run[first:]


def _frame(context: Context, kpi: Kpi, run: list[Cell]) -> pd.DataFrame:
    is_share = kpi.headline.kind in SHARES
    return pd.DataFrame(
        {
            "period": [cell.period for cell in run],
            "value": [_drawn(context, kpi, cell) for cell in run],
            "low": [_number(cell.low) if is_share else math.nan for cell in run],
            "high": [_number(cell.high) if is_share else math.nan for cell in run],
            "target": [_number(cell.target) for cell in run],
            "first": _first(context, kpi, run),
            "is_part": [context.cells.periods[cell.period].is_part for cell in run],
            "n": [cell.n for cell in run],
            "label": [formats.period(cell.period) for cell in run],
        }
    )


def _first(context: Context, kpi: Kpi, run: list[Cell]) -> list[float]:
    """Return what was said first of each period; nothing at all where none of it has moved since."""
    known = context.first.get(kpi.id, {})
    moved = any(_has_moved(context, kpi, cell) for cell in run)
    return [known.get(cell.period, math.nan) if moved and cell.value is not None else math.nan for cell in run]


def _has_moved(context: Context, kpi: Kpi, cell: Cell) -> bool:
    """Whether a closed figure is printed as another one than it was at first."""
    first = context.first.get(kpi.id, {}).get(cell.period)
    return (
        first is not None and cell.value is not None and _told(context, kpi, first) != _told(context, kpi, cell.value)
    )


def _told(context: Context, kpi: Kpi, value: float) -> str:
    return context.number(value, kpi.unit)


def _drawn(context: Context, kpi: Kpi, cell: Cell) -> float:
    """Return what the line shows: nothing where the table says `k of n` or `too few`."""
    few = kpi.headline.kind in SHARES and cell.n < formats.SMALL
    return math.nan if cell.value is None or few else cell.value


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _legend(context: Context, kpi: Kpi, run: list[Cell]) -> str:
    parts = []
    if any(cell.target is not None for cell in run):
        parts.append("thin line: target")
    if kpi.headline.kind in SHARES and any(cell.low is not None for cell in run):
        parts.append("band: 95 % interval")
    if any(_has_moved(context, kpi, cell) for cell in run):
        parts.append("dotted: as first told")
    if kpi.headline.kind is Kind.COHORT:
        parts.append("gaps: still maturing")
    return "; ".join(parts)


def history_rows(context: Context, kpi: Kpi, run: list[Cell]) -> tuple[list[str], list[list[object]]]:
    """Return the head and the rows of the table of periods, newest first; columns that would be empty are left out."""
    has_target = any(cell.target is not None or cell.target_status for cell in run)
    has_interval = any(cell.low is not None for cell in run)
    has_moved = any(_has_moved(context, kpi, cell) for cell in run)
    head = ["Period", "Value", "n"]
    head += ["First told"] if has_moved else []
    head += ["95 % interval"] if has_interval else []
    head += ["Target", "Status"] if has_target else []
    rows = [_history_row(context, kpi, cell, has_moved, has_interval, has_target) for cell in reversed(run)]
    return head, rows


def _history_row(
    context: Context, kpi: Kpi, cell: Cell, has_moved: bool, has_interval: bool, has_target: bool
) -> list[object]:
    figure = kpi.headline
    value = printed(context, figure, cell)
    if cell.value is None:
        value = short_status(cell.status)
    row: list[object] = [period_text(context.cells.periods[cell.period]), value, formats.counted(cell.n)]
    if has_moved:
        first = context.first.get(kpi.id, {}).get(cell.period)
        row.append("" if first is None else _told(context, kpi, first))
    if has_interval:
        row.append(interval_text(context, figure, cell))
    if has_target:
        row.append(context.number(cell.target, kpi.unit) if cell.target is not None else "")
        judged = cell.value is not None and cell.target_status and not is_small(context, figure, cell)
        row.append(chip_html(*chip(context, figure, cell)) if judged else "")
    return row
