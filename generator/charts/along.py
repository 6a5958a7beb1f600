"""What charts along time are put together from: axes, lines with gaps and part periods, labels at their ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from generator.charts.chart import Margin, Rows
from generator.charts.formats import tick
from generator.charts.frames import has
from generator.charts.layout import NARROW, WIDE, Axis, label_positions, spread, text_width

PLOT_HEIGHT = 220
ACCENT = "var(--of-chart-accent)"
INK = "currentColor"
PAGE = "var(--of-chart-page)"
Row = dict[str, Any]


@dataclass(frozen=True)
class End:
    """What is written beside the end of a line."""

    x: float
    y: float
    text: str
    fill: str  # a CSS colour


def axis_rows(axis: Axis, unit: str, labels: Sequence[str], margin: Margin) -> dict[str, Rows]:
    """Return grid lines, their values, and those of `labels` (one per position) that fit a wide or a narrow column."""
    beside = margin.left + margin.right
    narrow, wide = (label_positions(labels, width - beside) for width in (NARROW, WIDE))
    return {
        "grid": [{"y": value} for value in axis.ticks],
        "ticks": [{"y": value, "text": tick(value, unit, axis.step)} for value in axis.ticks],
        "below": [
            {"x": position, "text": labels[position], "narrow": position in narrow, "wide": position in wide}
            for position in sorted({*narrow, *wide})
        ],
    }


def span(axis: Axis, count: int) -> dict[str, float]:
    """Return the ends of both axes for `count` periods side by side; the last lies at the edge, next to its label."""
    return {"x0": -0.5, "x1": max(count - 1, 0) + 0.02, "y0": axis.low, "y1": axis.high}


def margin_for(axis: Axis, unit: str, right: Sequence[str], top: int = 10) -> Margin:
    """Return room for the values on the left, the labels below, and the texts at the ends of lines on the right."""
    left = max(text_width(tick(value, unit, axis.step)) for value in axis.ticks)
    room = max([text_width(text) for text in right], default=0.0)
    return Margin(math.ceil(left) + 12, top, max(math.ceil(min(room, 160)) + 12, 32), 30)


def placed_ends(ends: Sequence[End], axis: Axis) -> Rows:
    """Return labels at the ends of their lines, pushed apart until none covers another."""
    per_pixel = (axis.high - axis.low) / PLOT_HEIGHT
    heights = spread([end.y for end in ends], 16 * per_pixel, axis.low, axis.high)
    return [
        {"x": end.x, "y": height, "text": end.text, "fill": end.fill} for height, end in zip(heights, ends, strict=True)
    ]


def solid(rows: Sequence[Row]) -> Rows:
    """Return the points of whole periods; each unbroken run of them is one line."""
    kept: Rows = []
    run = 0
    for row in rows:
        if not has(row, "value"):
            run += 1
        elif not row.get("is_part"):
            kept.append({"x": row["x"], "y": float(row["value"]), "run": str(run)})
    return kept


def dashed(rows: Sequence[Row]) -> Rows:
    """Return the line from the last whole period to a part one."""
    kept: Rows = []
    for before, row in pairwise(rows):
        if row.get("is_part") and has(row, "value") and has(before, "value"):
            kept += [{"x": point["x"], "y": float(point["value"]), "run": str(row["x"])} for point in (before, row)]
    return kept


def dots(rows: Sequence[Row]) -> Rows:
    """Return one dot per known value; hollow for part periods, larger for the last."""
    return [
        {
            "x": row["x"],
            "y": float(row["value"]),
            "size": 44 if row is rows[-1] or row.get("is_part") else 22,
            "fill": PAGE if row.get("is_part") else ACCENT,
            "stroke": ACCENT,
        }
        for row in rows
        if has(row, "value")
    ]
