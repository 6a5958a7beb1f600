"""Several lines in one chart: series by period, and curves of what was reached by day."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from generator.charts import describe
from generator.charts.along import (
    ACCENT,
    PLOT_HEIGHT,
    End,
    Row,
    axis_rows,
    dashed,
    dots,
    margin_for,
    placed_ends,
    solid,
    span,
)
from generator.charts.chart import Chart, Rows
from generator.charts.formats import number
from generator.charts.frames import finite, has, records
from generator.charts.layout import Axis, are_whole, shortened, text_width, value_axis

if TYPE_CHECKING:
    import pandas as pd

#: Series take these in turn.
COLOURS = tuple(f"var(--of-chart-{place})" for place in range(1, 7))
_END_WIDTH = 150
_MOST_COLUMNS = 60  # to point at; a longer curve is read in coarser steps
Points = Sequence[tuple[float, float]]


def lines(frame: pd.DataFrame, *, unit: str, subject: str, currency: str = "EUR", description: str = "") -> Chart:
    """Return up to six series by period: columns `period`, `series`, `value`, where known `is_part`; NaN is a gap."""
    rows = records(frame)
    periods = list(dict.fromkeys(str(row["period"]) for row in rows))
    series = _named(rows, len(COLOURS))
    values = finite(rows, "value") or [0.0]
    axis = value_axis(values, zero=True, whole=are_whole(values, unit))
    data: dict[str, Rows] = {"line": [], "part": [], "dots": []}
    ends: list[End] = []
    for (name, members), colour in zip(series.items(), COLOURS, strict=False):
        placed = [row | {"x": periods.index(str(row["period"]))} for row in members]
        data["line"] += [point | {"run": f"{name} {point['run']}", "stroke": colour} for point in solid(placed)]
        data["part"] += [point | {"run": name, "stroke": colour} for point in dashed(placed)]
        data["dots"] += [_coloured(dot, colour) for dot in dots(placed)[-1:]]
        ends += _named_end(name, placed, unit, currency, colour)
    data["labels"] = placed_ends(ends, axis)
    data["hits"] = [
        {"x": at - 0.5, "x2": at + 0.5, "tip": "\n".join([period, *_readings(series, period, unit, currency)])}
        for at, period in enumerate(periods)
    ]
    margin = margin_for(axis, unit, [end.text for end in ends])
    data |= axis_rows(axis, unit, periods, margin)
    words = description or describe.several(subject, series, unit, currency)
    return Chart("lines", data, span(axis, len(periods)), PLOT_HEIGHT, margin, words)


def curve(frame: pd.DataFrame, *, subject: str, unit_x: str = "days", description: str = "") -> Chart:
    """Return the share reached by day since entry, as steps that end where each series is no longer known.

    frame: `day`, `share`, in the order of days; where wanted `series` (at most four).
    """
    rows = [row | {"series": str(row.get("series") or "")} for row in records(frame) if has(row, "share")]
    series = {
        name: [(float(row["day"]), float(row["share"])) for row in members] for name, members in _named(rows, 4).items()
    }
    across = value_axis([0.0, *finite(rows, "day")], zero=True, count=5)
    axis = value_axis([0.0, *finite(rows, "share")], zero=True)
    data: dict[str, Rows] = {"line": []}
    ends: list[End] = []
    for (name, points), colour in zip(series.items(), COLOURS, strict=False):
        data["line"] += [{"x": x, "y": y, "run": name, "stroke": colour} for x, y in _steps(points)]
        ends.append(End(*points[-1], f"{name} {number(points[-1][1], 'ratio')}".strip(), colour))
    data["labels"] = placed_ends(ends, axis)
    data["hits"] = _curve_hits(series, unit_x, across.high)
    margin = margin_for(axis, "ratio", [end.text for end in ends])
    data |= axis_rows(axis, "ratio", [], margin) | {"below": _days(across, unit_x)}
    params = {"x0": 0.0, "x1": across.high, "y0": axis.low, "y1": axis.high}
    words = description or describe.curve(subject, rows, unit_x)
    return Chart("lines", data, params, PLOT_HEIGHT, margin, words)


def _named(rows: Sequence[Row], most: int) -> dict[str, list[Row]]:
    """Return the rows of each series, in the order in which series first appear."""
    names = list(dict.fromkeys(str(row["series"]) for row in rows))[:most]
    return {name: [row for row in rows if str(row["series"]) == name] for name in names}


def _coloured(dot: Row, colour: str) -> Row:
    return dot | {"stroke": colour, "fill": colour if dot["fill"] == ACCENT else dot["fill"]}


def _named_end(name: str, rows: Sequence[Row], unit: str, currency: str, colour: str) -> list[End]:
    last = next((row for row in reversed(rows) if has(row, "value")), None)
    if last is None:
        return []
    figure = number(last["value"], "count" if unit.startswith("currency") else unit, currency, short=True)
    text = f"{shortened(name, _END_WIDTH - text_width(figure))} {figure}"
    return [End(last["x"], float(last["value"]), text, colour)]


def _readings(series: Mapping[str, Sequence[Row]], period: str, unit: str, currency: str) -> list[str]:
    return [
        f"{name}: {number(row.get('value'), unit, currency)}"
        for name, rows in series.items()
        for row in rows
        if str(row["period"]) == period
    ]


def _steps(points: Points) -> Points:
    """Return the corners of a step line through `points`."""
    corners = [points[0]] if points else []
    for before, (x, y) in pairwise(points):
        if y != before[1]:
            corners += [(x, before[1]), (x, y)]
    return [*corners, points[-1]] if points else []


def _days(across: Axis, unit_x: str) -> Rows:
    last = across.ticks[-1]
    return [
        {"x": day, "text": f"{day:,.0f}" + (f" {unit_x}" if day == last else ""), "narrow": True, "wide": True}
        for day in across.ticks
    ]


def _curve_hits(series: Mapping[str, Points], unit_x: str, end: float) -> Rows:
    """Return columns that tell what every series had reached by then."""
    days = sorted({x for points in series.values() for x, _ in points})
    kept = days[:: max(1, math.ceil(len(days) / _MOST_COLUMNS))]
    return [
        {"x": day, "x2": stop, "tip": "\n".join([f"after {day:,.0f} {unit_x}", *_reached(series, day)])}
        for day, stop in pairwise([*kept, end])
    ]


def _reached(series: Mapping[str, Points], day: float) -> list[str]:
    told = []
    for name, points in series.items():
        known = [y for x, y in points if x <= day]
        if known and day <= points[-1][0]:
            told.append(f"{name}: {number(known[-1], 'ratio')}" if name else number(known[-1], "ratio"))
    return told
