"""Parts of a whole by period, one on the other, each named beside the last column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from generator.charts import describe
from generator.charts.along import PLOT_HEIGHT, End, Row, axis_rows, margin_for, placed_ends
from generator.charts.chart import Chart, Rows
from generator.charts.formats import number
from generator.charts.frames import has, records
from generator.charts.layout import are_whole, shortened, value_axis
from generator.charts.series import COLOURS

if TYPE_CHECKING:
    import pandas as pd

_HALF = 0.36
_END_WIDTH = 150


def stacked(frame: pd.DataFrame, *, unit: str, subject: str, currency: str = "EUR", description: str = "") -> Chart:
    """Return columns of up to six parts by period: columns `period`, `series`, `value` (none below zero)."""
    rows = [row for row in records(frame) if has(row, "value")]
    periods = list(dict.fromkeys(str(row["period"]) for row in rows))
    series = list(dict.fromkeys(str(row["series"]) for row in rows))[: len(COLOURS)]
    stacks = {period: _stack(rows, period, series) for period in periods}
    tops = [sum(parts.values()) for parts in stacks.values()] or [0.0]
    axis = value_axis(tops, zero=True, whole=are_whole(tops, unit))
    data: dict[str, Rows] = {"bars": []}
    ends: list[End] = []
    for at, period in enumerate(periods):
        for name, low, high in _segments(stacks[period]):
            fill = COLOURS[series.index(name)]
            data["bars"].append({"x": at - _HALF, "x2": at + _HALF, "y": low, "y2": high, "fill": fill})
            if at == len(periods) - 1:
                ends.append(End(at + _HALF, (low + high) / 2, shortened(name, _END_WIDTH), fill))
    data["labels"] = placed_ends(ends, axis)
    data["hits"] = [
        {"x": at - 0.5, "x2": at + 0.5, "tip": _tip(period, stacks[period], unit, currency)}
        for at, period in enumerate(periods)
    ]
    margin = margin_for(axis, unit, [end.text for end in ends])
    data |= axis_rows(axis, unit, periods, margin)
    named = {name: [row for row in rows if str(row["series"]) == name] for name in series}
    words = description or describe.parts(subject, named, unit, currency)
    params = {"x0": -0.5, "x1": len(periods) - 0.5, "y0": axis.low, "y1": axis.high}
    return Chart("columns", data, params, PLOT_HEIGHT, margin, words)


def _stack(rows: Sequence[Row], period: str, series: Sequence[str]) -> dict[str, float]:
    """Return the parts of one period in the order of the series."""
    found = {str(row["series"]): float(row["value"]) for row in rows if str(row["period"]) == period}
    return {name: found[name] for name in series if found.get(name, 0.0) > 0}


def _segments(parts: Mapping[str, float]) -> list[tuple[str, float, float]]:
    placed, at = [], 0.0
    for name, value in parts.items():
        placed.append((name, at, at + value))
        at += value
    return placed


def _tip(period: str, parts: Mapping[str, float], unit: str, currency: str) -> str:
    told = [f"{name}: {number(value, unit, currency)}" for name, value in reversed(list(parts.items()))]
    return "\n".join([period, f"all: {number(sum(parts.values()), unit, currency)}", *told])
