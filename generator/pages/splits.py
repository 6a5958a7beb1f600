"""A KPI split by its dimensions: a chart and a table for the most telling ones, a table for the others."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from generator import charts
from generator.kpis.kpi import Kind, Kpi
from generator.measures.scopes import ALL, UNKNOWN
from generator.pages import formats, words
from generator.pages.bridges import STEP
from generator.pages.cells import Cell, Period, member_of
from generator.pages.composed import dimension_of
from generator.pages.context import Context
from generator.pages.headline import (
    SHARES,
    Headline,
    headline_of,
    interval_text,
    is_small,
    period_text,
    printed,
)
from generator.pages.markup import Trusted
from generator.pages.tables import html_table

CHARTED = 2
#: Members drawn as bars; the smaller ones fold into "Other" where their figures add up.
BARS = 10
#: Members listed; the CSV has them all.
LISTED = 60
OTHER = "Other"
APART = "Each stands for itself: they overlap, so they do not add up to the whole"
_ADDS_UP = frozenset({Kind.COUNT, Kind.SUM})


@dataclass(frozen=True)
class Member:
    """One member of a dimension with its cell, the same period's total, and the cell one period earlier."""

    name: str
    cell: Cell
    before: Cell | None


@dataclass(frozen=True)
class Split:
    """A KPI by one dimension in one period."""

    dimension: str
    title: str  # "By channel"
    period: Period
    members: tuple[Member, ...]  # biggest first, Unknown last
    figure: Trusted  # with its table folded; empty where the split is a table only
    table: Trusted


def splits(context: Context, stand: Headline) -> tuple[list[Split], list[str]]:
    """Return the splits of a KPI, charted ones first, and the dimensions that name nothing but one member."""
    kpi = stand.kpi
    base = _split_headline(context, stand)
    # Steps are a bridge. Shares add up to one within each member of any other dimension, so only their own one tells
    # something.
    composed = dimension_of(context, kpi)
    order = [composed] if composed else sorted({*kpi.headline.by} - {STEP}, key=_interest)
    found = {dimension: members(context, kpi, dimension, base) for dimension in order}
    telling = [dimension for dimension, rows in found.items() if len(rows) > 1]
    made = [
        _split(context, kpi, dimension, base, found[dimension], with_chart=place < CHARTED)
        for place, dimension in enumerate(telling)
    ]
    across = []
    if composed and not kpi.headline.total:
        across = [_across(context, kpi, other, composed, base) for other in kpi.headline.by if other != composed]
    return made + [split for split in across if split], [name for name in order if name not in telling]


def _across(context: Context, kpi: Kpi, dimension: str, composed: str, base: Headline) -> Split | None:
    """Return each member of `dimension` beside the members that speak for the KPI; None where no pair has a value."""
    found: dict[str, dict[str, Cell]] = {}
    for name, speaker, scope in context.cells.pairs(kpi.id, dimension, composed):
        cell = context.cells.cell(kpi.id, base.period.label, scope)
        if cell is not None and cell.value is not None:
            found.setdefault(context.label(dimension, name), {})[context.label(composed, speaker)] = cell
    if not found:
        return None
    speakers = sorted({speaker for row in found.values() for speaker in row})
    head = [words.dimension(dimension).capitalize(), *speakers]
    body = [
        [name, *(printed(context, kpi.headline, row.get(one)) for one in speakers)]
        for name, row in sorted(found.items())
    ]
    title = f"By {words.dimension(dimension)}, {period_text(base.period)}"
    return Split(dimension, title, base.period, (), Trusted(""), html_table(head, body))


def _interest(dimension: str) -> tuple[int, str]:
    order = words.CHARTED_FIRST
    return (order.index(dimension) if dimension in order else len(order), dimension)


def _split_headline(context: Context, stand: Headline) -> Headline:
    """Return the period in which members are compared: shares and averages need the wider quarter to say anything."""
    if stand.grain != "month" or stand.kpi.headline.kind in _ADDS_UP:
        return stand
    wider = headline_of(context, stand.kpi, "quarter")
    return wider if wider and wider.cell.value is not None else stand


def members(context: Context, kpi: Kpi, dimension: str, base: Headline) -> list[Member]:
    """Return the members with a cell in the period, biggest first, Unknown last."""
    rows = context.cells.of_grain(base.grain)
    place = rows.index(base.period)
    earlier = rows[place - 1].label if place else None
    found = []
    for scope in context.cells.members(kpi.id, dimension):
        cell = context.cells.cell(kpi.id, base.period.label, scope)
        if cell is not None and (cell.n or cell.value):
            before = context.cells.cell(kpi.id, earlier, scope) if earlier else None
            found.append(Member(context.label(dimension, member_of(scope)), cell, before))
    return sorted(found, key=lambda member: _size(kpi, member))


def _size(kpi: Kpi, member: Member) -> tuple[bool, float, str]:
    by_value = kpi.headline.kind in _ADDS_UP or kpi.headline.within or not kpi.headline.total
    size = member.cell.value if by_value else member.cell.n
    return (member.name == UNKNOWN, -float(size or 0), member.name)


def _split(
    context: Context, kpi: Kpi, dimension: str, base: Headline, rows: list[Member], *, with_chart: bool
) -> Split:
    title = f"By {words.dimension(dimension)}"
    table = _table(context, kpi, dimension, base, rows)
    figure = _figure(context, kpi, dimension, base, rows, table) if with_chart else Trusted("")
    return Split(dimension, title, base.period, tuple(rows), figure, table)


def _table(context: Context, kpi: Kpi, dimension: str, base: Headline, rows: list[Member]) -> Trusted:
    has_interval = any(member.cell.low is not None for member in rows)
    has_target = any(member.cell.target is not None for member in rows)
    head = [words.dimension(dimension).capitalize(), period_text(base.period), "n"]
    head += ["95 % interval"] if has_interval else []
    head += ["Target"] if has_target else []
    head += ["Period before"]
    body = [_row(context, kpi, member, has_interval, has_target) for member in rows[:LISTED]]
    return html_table(head, body, caption=f"{APART}." if dimension == kpi.headline.apart else "")


def _row(context: Context, kpi: Kpi, member: Member, has_interval: bool, has_target: bool) -> list[object]:
    figure, cell = kpi.headline, member.cell
    row: list[object] = [member.name, printed(context, figure, cell), formats.counted(cell.n)]
    if has_interval:
        row.append(interval_text(context, figure, cell))
    if has_target:
        row.append(context.number(cell.target, kpi.unit) if cell.target is not None else "")
    row.append(printed(context, figure, member.before))
    return row


def _figure(context: Context, kpi: Kpi, dimension: str, base: Headline, rows: list[Member], table: Trusted) -> Trusted:
    drawn = _bars(kpi, dimension, [member for member in rows if _is_drawn(kpi, member)])
    if len(drawn) < 2:
        return Trusted("")
    name = f"{kpi.id}-by-{dimension}".replace("_", "-")
    has_whole = base.cell.scope == ALL
    total = base.cell.value if has_whole and kpi.headline.kind not in _ADDS_UP and not kpi.headline.within else None
    context.charts[name] = chart = charts.bars(
        pd.DataFrame(drawn),
        unit=kpi.unit,
        subject=f"{kpi.title} by {words.dimension(dimension)}, {period_text(base.period)}",
        currency=context.currency,
        total=total,
    )
    title = _finding(context, kpi, dimension, base, rows)
    note = period_text(base.period) + (f". {APART}" if dimension == kpi.headline.apart else "")
    return Trusted(charts.figure(name, chart, title=title, note=note, table=table))


def _is_drawn(kpi: Kpi, member: Member) -> bool:
    few = kpi.headline.kind in SHARES and member.cell.n < formats.SMALL
    return member.cell.value is not None and not few


def _bars(kpi: Kpi, dimension: str, rows: list[Member]) -> list[dict[str, object]]:
    """Return the bars: the biggest members, and the rest as one where their values add up."""
    head, rest = rows[:BARS], rows[BARS:]
    bars: list[dict[str, object]] = [_bar(kpi, member) for member in head]
    if rest and (_adds_up(kpi, dimension) or kpi.headline.within):
        value = sum(member.cell.value or 0 for member in rest)
        n = sum(member.cell.n for member in rest)
        bars.append({"member": OTHER, "value": value, "low": math.nan, "high": math.nan, "n": n})
    return bars


def _adds_up(kpi: Kpi, dimension: str) -> bool:
    """Whether the members of a dimension are the parts of the whole."""
    return kpi.headline.kind in _ADDS_UP and dimension != kpi.headline.apart


def _bar(kpi: Kpi, member: Member) -> dict[str, object]:
    cell, is_share = member.cell, kpi.headline.kind in SHARES
    low = cell.low if is_share and cell.low is not None else math.nan
    high = cell.high if is_share and cell.high is not None else math.nan
    return {"member": member.name, "value": cell.value, "low": low, "high": high, "n": cell.n}


def _finding(context: Context, kpi: Kpi, dimension: str, base: Headline, rows: list[Member]) -> str:
    """Return what the split shows: the biggest member's part of the whole, or the ends of the range."""
    figure, what = kpi.headline, words.dimension(dimension)
    if _adds_up(kpi, dimension) and base.cell.value:
        biggest = max(rows, key=lambda member: member.cell.value or 0)
        share = formats.percent((biggest.cell.value or 0) / base.cell.value)
        return f"{biggest.name} makes up {share} of the total"
    if not figure.total and (most := rows[0]).cell.value is not None:
        return f"By {what}, the most: {most.name}, {printed(context, figure, most.cell)}"
    sound = [row for row in rows if row.cell.value is not None and not is_small(context, figure, row.cell)]
    if len(sound) < 2:
        return f"{kpi.title} by {what}: too few cases to compare"
    low, high = (pick(sound, key=lambda member: member.cell.value or 0) for pick in (min, max))
    if low.cell.value == high.cell.value:
        return f"{kpi.title} by {what}"
    ends = (f"{printed(context, figure, end.cell)} ({end.name})" for end in (low, high))
    few = f", where n is {context.min_n} or more" if len(sound) < len(rows) and figure.kind in SHARES else ""
    return f"By {what}, from {' to '.join(ends)}{few}"
