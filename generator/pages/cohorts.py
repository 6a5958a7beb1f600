"""The cohorts page: conversion by month of entry, how far each month has matured, and how fast those who convert do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd

from generator import charts
from generator.kpis.kpi import Kind, Kpi
from generator.pages import formats
from generator.pages.block import Block
from generator.pages.cells import Cell, Period
from generator.pages.context import Context
from generator.pages.headline import Headline, period_text, printed, short_status
from generator.pages.kpi_pages import finding
from generator.pages.markup import Trusted
from generator.pages.shapes import curves
from generator.pages.standing import stand_of
from generator.pages.tables import html_table

#: Months of entry that are shown, the newest ones.
MONTHS = 13
#: Columns of the map between entry and the end of the window.
COLUMNS = 6
#: A window is too short where the slowest tenth of those who got there came in its last tenth.
LATE = 0.9


def followed(context: Context) -> tuple[str, ...]:
    """Return the KPIs that follow cohorts, in the order of the funnel."""
    return tuple(kpi.id for kpi in context.report.kpis if kpi.headline.kind is Kind.COHORT)


def blocks(context: Context) -> Iterator[Block]:
    """Yield a section for each KPI that follows those who entered together."""
    for name in followed(context):
        stand = stand_of(context, name)
        months = _months(context, name) if stand else []
        if stand and months:
            figures = (_map(context, stand.kpi, months), *curves(context, stand))
            said = (finding(context, stand), stand.kpi.sentence)
            yield Block(stand.kpi.title, name.replace("_", "-"), said, figures, tuple(_window_check(context, stand)))


def _months(context: Context, metric: str) -> list[Period]:
    """Return the newest months with a curve, oldest first."""
    known = context.curves.get(metric, {})
    return [row for row in context.cells.of_grain("month") if row.label in known][-MONTHS:]


def _map(context: Context, kpi: Kpi, months: list[Period]) -> Trusted:
    """Return the share reached by days since entry, one row per month of entry."""
    curves = context.curves[kpi.id]
    window = int(curves[months[0].label]["day"].max())
    days = sorted({round(window * step / COLUMNS) for step in range(1, COLUMNS + 1)})
    rows = [row for month in months for row in _shares(context, kpi.id, month, days)]
    name, subject = f"{kpi.id}-cohorts".replace("_", "-"), f"{kpi.title} by month of entry and days since then"
    context.charts[name] = chart = charts.heat(
        pd.DataFrame(rows, columns=["row", "column", "value", "n"]), unit="ratio", subject=subject
    )
    note = "darker: more of them got there; empty: none of them is that old yet"
    table = html_table(
        ["Entered in", "Entered", "Mature", *(f"day {day}" for day in days), "In full"],
        _rows(context, kpi, months, days),
    )
    return Trusted(charts.figure(name, chart, title=subject, note=note, table=table))


def _shares(context: Context, metric: str, month: Period, days: list[int]) -> Iterator[tuple[str, str, float, int]]:
    """Yield the shares reached by those days, as long as some of the month are old enough to tell."""
    entered = int(context.curves[metric][month.label]["at_risk"].iloc[0])
    for day, share in _reached(context, metric, month, days):
        if share is not None:
            yield formats.period(month.label), f"day {day}", share, entered


def _reached(context: Context, metric: str, month: Period, days: list[int]) -> Iterator[tuple[int, float | None]]:
    """Yield the share reached by each day; none where even the first of the month are younger than that."""
    curve = context.curves[metric][month.label]
    shares = dict(zip(curve["day"], curve["share"], strict=True))
    oldest = (context.report.drop.as_of.date() - date.fromisoformat(month.starts_on)).days
    for day in days:
        yield day, float(shares[day]) if day <= oldest else None


def _rows(context: Context, kpi: Kpi, months: list[Period], days: list[int]) -> Iterator[list[object]]:
    for month in reversed(months):
        part = context.curves[kpi.id][month.label]
        cell = context.cells.cell(kpi.id, month.label)
        entered = int(part["at_risk"].iloc[0])
        ripe = formats.percent(cell.n / entered, 0) if cell and entered else formats.NOT_AVAILABLE
        shares = [
            formats.percent(share) if share is not None else "" for _, share in _reached(context, kpi.id, month, days)
        ]
        yield [period_text(month), formats.counted(entered), ripe, *shares, _in_full(context, kpi, cell)]


def _in_full(context: Context, kpi: Kpi, cell: Cell | None) -> str:
    """Return the rate of those who had their full time, or the word for why there is none."""
    if cell is None or cell.value is None:
        return short_status(cell.status) if cell else formats.NOT_AVAILABLE
    return printed(context, kpi.headline, cell)


def _window_check(context: Context, stand: Headline) -> Iterator[str]:
    """Yield by which day most of those who got there had done so, and whether the window cuts them off."""
    curves = context.curves[stand.kpi.id]
    closed = [row for row in context.cells.of_grain("quarter") if not row.is_part and row.label in curves]
    ripe = (row for row in reversed(closed) if _is_ripe(context, stand.kpi, row))
    part = next((curves[row.label] for row in ripe), None)
    if part is None or not part["share"].iloc[-1]:
        return
    window = int(part["day"].max())
    late = int(part[part["share"] >= LATE * part["share"].iloc[-1]]["day"].iloc[0])
    said = f"Nine in ten of those who got there within {window} days had done so by day {late}."
    cut = " Many come at its very end: the window may be too short." if late > LATE * window else ""
    yield f"Window check: {said}{cut}"


def _is_ripe(context: Context, kpi: Kpi, row: Period) -> bool:
    cell = context.cells.cell(kpi.id, row.label)
    return cell is not None and cell.value is not None
