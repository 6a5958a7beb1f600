"""Charts along time: a frame of results in, a chart out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from generator.charts import describe
from generator.charts.chart import Chart, Margin, Rows
from generator.charts.formats import number, tick
from generator.charts.frames import finite, has, records
from generator.charts.layout import (
    NARROW,
    WIDE,
    Axis,
    label_positions,
    shortened,
    spread,
    text_width,
    value_axis,
)

_PLOT_HEIGHT = 220
_SERIES = tuple(f"var(--of-chart-{number})" for number in range(1, 7))
_ACCENT = "var(--of-chart-accent)"
_PAGE = "var(--of-chart-page)"
_INK = "currentColor"
_QUIET = "var(--of-chart-quiet)"


@dataclass(frozen=True)
class Mark:
    """A vertical mark: what changed, or was noted, in a period."""

    at: str  # a value of the frame's `period`
    text: str  # a few words


def trend(
    frame: pd.DataFrame,
    *,
    unit: str,
    subject: str,
    currency: str = "EUR",
    marks: Sequence[Mark] = (),
    description: str = "",
) -> Chart:
    """Return a value by period.

    frame: `period` and `value`, in the order of time; where known `low`, `high` (the interval, a band), `target`
    (a thin line), `is_part` (dashed, hollow), `n` (in the tooltip) and `label` (below the axis, default `period`).
    NaN is a gap. `subject` says what is shown, in words.
    """
    rows = records(frame)
    axis = value_axis(finite(rows, "value", "low", "high", "target") or [0.0], zero=unit == "count")
    labels = [str(row.get("label") or row["period"]) for row in rows]
    ends = _end_labels(rows, unit, currency, axis)
    margin = _margin(axis, unit, currency, [str(end["text"]) for end in ends], top=26 if marks else 10)
    return Chart(
        "trend",
        {
            "band": _band(rows),
            "line": _solid(rows),
            "part": _dashed(rows),
            "target": _target_steps(rows),
            "dots": _dots(rows),
            "labels": ends,
            "hits": [_hit(row, position, unit, currency) for position, row in enumerate(rows)],
            **_mark_rows(marks, [str(row["period"]) for row in rows]),
            **_axes(axis, unit, currency, labels, margin),
        },
        _span(axis, len(rows)),
        _PLOT_HEIGHT,
        margin,
        description or describe.series(subject, rows, unit, currency),
    )


def lines(frame: pd.DataFrame, *, unit: str, subject: str, currency: str = "EUR", description: str = "") -> Chart:
    """Return up to six series by period: columns `period`, `series`, `value`, where known `is_part`; NaN is a gap."""
    rows = records(frame)
    periods = list(dict.fromkeys(str(row["period"]) for row in rows))
    names = list(dict.fromkeys(str(row["series"]) for row in rows))[: len(_SERIES)]
    series = {name: [row for row in rows if str(row["series"]) == name] for name in names}
    axis = value_axis(finite(rows, "value") or [0.0], zero=True)
    places = {period: position for position, period in enumerate(periods)}
    return _series_chart(
        series, places, periods, axis, unit, currency, description or describe.several(subject, series, unit, currency)
    )


def curve(frame: pd.DataFrame, *, subject: str, unit_x: str = "days", description: str = "") -> Chart:
    """Return the share reached by day since entry, as steps: columns `day`, `share`, where wanted `series` (<= 4)."""
    rows = [row | {"series": str(row.get("series") or "")} for row in records(frame)]
    names = list(dict.fromkeys(row["series"] for row in rows))[:4]
    last = max([float(row["day"]) for row in rows], default=1.0) or 1.0
    across = value_axis([0.0, last], zero=True, count=5)
    axis = value_axis([0.0, *finite(rows, "share")], zero=True)
    data: dict[str, Rows] = {"line": [], "dots": [], "labels": [], "hits": []}
    ends: list[tuple[float, str, str]] = []
    for name, colour in zip(names, _SERIES, strict=False):
        points = [(float(row["day"]), float(row["share"])) for row in rows if row["series"] == name]
        data["line"] += [{"x": x, "y": y, "run": name, "stroke": colour} for x, y in _steps(points, across.high)]
        if points:
            ends.append((points[-1][1], f"{name} {number(points[-1][1], 'ratio')}".strip(), colour))
        data["hits"] += _curve_hits(points, name, unit_x, across.high)
    data["labels"] = _placed_ends(ends, axis, across.high)
    margin = _margin(axis, "ratio", "", [text for _, text, _ in ends])
    grid = _axes(axis, "ratio", "", [], margin)
    grid["below"] = [
        {
            "x": day,
            "text": f"{day:,.0f}" + (f" {unit_x}" if day == across.ticks[-1] else ""),
            "narrow": True,
            "wide": True,
        }
        for day in across.ticks
    ]
    span = {"x0": 0.0, "x1": across.high, "y0": axis.low, "y1": axis.high}
    return Chart("lines", data | grid, span, _PLOT_HEIGHT, margin, description or describe.curve(subject, rows, unit_x))


def _series_chart(
    series: dict[str, list[dict[str, Any]]],
    places: dict[str, int],
    periods: list[str],
    axis: Axis,
    unit: str,
    currency: str,
    description: str,
) -> Chart:
    data: dict[str, Rows] = {"line": [], "part": [], "dots": [], "labels": [], "hits": []}
    ends: list[tuple[float, str, str]] = []
    for (name, rows), colour in zip(series.items(), _SERIES, strict=False):
        placed = [row | {"x": places[str(row["period"])]} for row in rows]
        data["line"] += [line | {"run": f"{name} {line['run']}", "stroke": colour} for line in _solid(placed)]
        data["part"] += [line | {"run": name, "stroke": colour} for line in _dashed(placed)]
        data["dots"] += [
            dot | {"stroke": colour, "fill": colour if dot["fill"] == _ACCENT else dot["fill"]}
            for dot in _dots(placed)
            if dot["x"] == len(periods) - 1
        ]
        last = next((row for row in reversed(placed) if has(row, "value")), None)
        if last is not None:
            ends.append(
                (
                    float(last["value"]),
                    shortened(f"{name} {number(last['value'], unit, currency, short=True)}", 150),
                    colour,
                )
            )
    data["labels"] = _placed_ends(ends, axis, len(periods) - 1)
    data["hits"] = [
        {"x": at - 0.5, "x2": at + 0.5, "tip": "\n".join([period, *_readings(series, period, unit, currency)])}
        for period, at in places.items()
    ]
    margin = _margin(axis, unit, currency, [text for _, text, _ in ends])
    return Chart(
        "lines",
        data | _axes(axis, unit, currency, periods, margin),
        _span(axis, len(periods)),
        _PLOT_HEIGHT,
        margin,
        description,
    )


def _readings(series: dict[str, list[dict[str, Any]]], period: str, unit: str, currency: str) -> list[str]:
    return [
        f"{name}: {number(row.get('value'), unit, currency)}"
        for name, rows in series.items()
        for row in rows
        if str(row["period"]) == period
    ]


def _placed_ends(ends: list[tuple[float, str, str]], axis: Axis, x: float) -> Rows:
    """Return labels at the ends of their series, pushed apart until none covers another."""
    per_pixel = (axis.high - axis.low) / _PLOT_HEIGHT
    heights = spread([value for value, _, _ in ends], 16 * per_pixel, axis.low, axis.high)
    return [
        {"x": x, "y": height, "text": text, "fill": colour}
        for height, (_, text, colour) in zip(heights, ends, strict=True)
    ]


def _steps(points: list[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    """Return the corners of a step line through `points`, held to the right edge."""
    corners: list[tuple[float, float]] = []
    for x, y in points:
        if corners and corners[-1][1] != y:
            corners.append((x, corners[-1][1]))
        if not corners or corners[-1][1] != y:
            corners.append((x, y))
    return [*corners, (end, corners[-1][1])] if corners else []


def _curve_hits(points: list[tuple[float, float]], name: str, unit_x: str, end: float) -> Rows:
    """Return at most 60 columns to point at; a longer curve is read in coarser steps."""
    every = max(1, math.ceil(len(points) / 60))
    kept = points[::every]
    stops = [x for x, _ in kept[1:]] + [end]
    return [
        {"x": x, "x2": stop, "tip": f"{name}\nafter {x:,.0f} {unit_x}: {number(y, 'ratio')}".strip()}
        for (x, y), stop in zip(kept, stops, strict=True)
    ]


def _band(rows: list[dict[str, Any]]) -> Rows:
    return [
        {"x": row["x"], "y": float(row["low"]), "y2": float(row["high"])}
        for row in rows
        if has(row, "low") and has(row, "high") and has(row, "value")
    ]


def _solid(rows: list[dict[str, Any]]) -> Rows:
    """Return the points of whole periods; each unbroken run of them is one line."""
    kept: Rows = []
    run = 0
    for row in rows:
        if not has(row, "value"):
            run += 1
        elif not row.get("is_part"):
            kept.append({"x": row["x"], "y": float(row["value"]), "run": str(run)})
    return kept


def _dashed(rows: list[dict[str, Any]]) -> Rows:
    """Return the line from the last whole period to a part one."""
    kept: Rows = []
    for before, row in pairwise(rows):
        if row.get("is_part") and has(row, "value") and has(before, "value"):
            kept += [{"x": point["x"], "y": float(point["value"]), "run": str(row["x"])} for point in (before, row)]
    return kept


def _target_steps(rows: list[dict[str, Any]]) -> Rows:
    """Return one flat piece per run of periods that share a target."""
    steps: Rows = []
    for row in rows:
        if not has(row, "target"):
            continue
        value, left = float(row["target"]), row["x"] - 0.5
        if steps and steps[-1]["y"] == value and steps[-1]["x2"] == left:
            steps[-1]["x2"] = row["x"] + 0.5
        else:
            steps.append({"x": left, "x2": row["x"] + 0.5, "y": value})
    return steps


def _dots(rows: list[dict[str, Any]]) -> Rows:
    return [
        {
            "x": row["x"],
            "y": float(row["value"]),
            "size": 44 if row is rows[-1] or row.get("is_part") else 22,
            "fill": _PAGE if row.get("is_part") else _ACCENT,
            "stroke": _ACCENT,
        }
        for row in rows
        if has(row, "value")
    ]


def _end_labels(rows: list[dict[str, Any]], unit: str, currency: str, axis: Axis) -> Rows:
    """Return the direct labels at the right: the last value, and the target where the last period has one."""
    ends: list[tuple[float, str, str]] = []
    last = next((row for row in reversed(rows) if has(row, "value")), None)
    if last is not None:
        text = number(last["value"], unit, currency, short=True) + (" to date" if last.get("is_part") else "")
        ends.append((float(last["value"]), text, _INK))
    if rows and has(rows[-1], "target"):
        target = float(rows[-1]["target"])
        text = number(target, unit, currency, short=True).replace(".0\u202f", "\u202f")
        ends.append((target, f"target {text}", "var(--of-chart-target)"))
    return _placed_ends(ends, axis, len(rows) - 1)


def _hit(row: dict[str, Any], position: int, unit: str, currency: str) -> dict[str, Any]:
    lines_ = [
        str(row["period"]) + (" (to date)" if row.get("is_part") else ""),
        number(row.get("value"), unit, currency),
    ]
    if has(row, "low") and has(row, "high"):
        lines_.append(f"95% interval {number(row['low'], unit, currency)} to {number(row['high'], unit, currency)}")
    if has(row, "target"):
        lines_.append(f"target {number(row['target'], unit, currency)}")
    if has(row, "n"):
        lines_.append(f"n = {int(row['n']):,}")
    return {"x": position - 0.5, "x2": position + 0.5, "tip": "\n".join(lines_)}


def _mark_rows(marks: Sequence[Mark], periods: list[str]) -> dict[str, Rows]:
    """Return the marks of periods that are shown; several in one period share a line."""
    texts: dict[int, list[str]] = {}
    for mark in marks:
        if mark.at in periods:
            texts.setdefault(periods.index(mark.at), []).append(mark.text)
    at = sorted(texts)
    return {
        "marks": [{"x": position - 0.5} for position in at],
        "marknames": [{"x": position - 0.5, "text": shortened(", ".join(texts[position]), 150)} for position in at],
    }


def _axes(axis: Axis, unit: str, currency: str, labels: Sequence[str], margin: Margin) -> dict[str, Rows]:
    beside = margin.left + margin.right
    narrow, wide = (label_positions(labels, width - beside) for width in (NARROW, WIDE))
    return {
        "grid": [{"y": value} for value in axis.ticks],
        "ticks": [{"y": value, "text": tick(value, unit, axis.step, currency)} for value in axis.ticks],
        "below": [
            {"x": position, "text": labels[position], "narrow": position in narrow, "wide": position in wide}
            for position in sorted({*narrow, *wide})
        ],
    }


def _span(axis: Axis, count: int) -> dict[str, float]:
    return {"x0": -0.5, "x1": max(count, 1) - 0.5, "y0": axis.low, "y1": axis.high}


def _margin(axis: Axis, unit: str, currency: str, right: Sequence[str], top: int = 10) -> Margin:
    left = max(text_width(tick(value, unit, axis.step, currency)) for value in axis.ticks)
    room = max([text_width(text) for text in right], default=0.0)
    return Margin(math.ceil(left) + 12, top, math.ceil(min(room, 160)) + 8, 30)
