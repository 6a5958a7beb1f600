"""A table in shades: one row and one column per member, the darker the more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from generator.charts import describe
from generator.charts.chart import Chart, Margin, Rows
from generator.charts.formats import number
from generator.charts.frames import finite, has, records
from generator.charts.layout import NARROW, WIDE, label_positions, shortened, text_width

if TYPE_CHECKING:
    import pandas as pd

_ROW = 24
_NAME_WIDTH = 110
#: Shades are steps, which the eye can tell apart and every browser draws alike.
_WRITTEN = 8  # with more columns the boxes are too narrow for their figures
_SHADES = (0.08, 0.24, 0.42, 0.62, 0.84)


def heat(frame: pd.DataFrame, *, unit: str, subject: str, currency: str = "EUR", description: str = "") -> Chart:
    """Return a map of `value` by `row` and `column`, both in the order given; where known `n` (tooltip).

    A pair without a value stays empty.
    """
    rows = records(frame)
    names = list(dict.fromkeys(str(row["row"]) for row in rows))
    columns = list(dict.fromkeys(str(row["column"]) for row in rows))
    known = [
        row | {"x": columns.index(str(row["column"])), "y": names.index(str(row["row"]))}
        for row in rows
        if has(row, "value")
    ]
    top = max(finite(rows, "value"), default=0.0)
    left = max([text_width(shortened(name, _NAME_WIDTH)) for name in names], default=0.0) + 16
    margin = Margin(math.ceil(left), 4, 12, 30)
    narrow, wide = (label_positions(columns, width - margin.left - margin.right) for width in (NARROW, WIDE))
    data: dict[str, Rows] = {
        "cells": [_box(row) | {"shade": _shade(float(row["value"]), top)} for row in known],
        "labels": [_written(row, top, unit, currency) for row in known] if len(columns) <= _WRITTEN else [],
        "hits": [_box(row) | {"tip": _tip(row, unit, currency)} for row in known],
        "names": [{"y": at, "text": shortened(name, _NAME_WIDTH)} for at, name in enumerate(names)],
        "below": [
            {"x": at, "text": columns[at], "narrow": at in narrow, "wide": at in wide}
            for at in sorted({*narrow, *wide})
        ],
    }
    params = {"x0": -0.5, "x1": max(len(columns), 1) - 0.5, "y0": -0.5, "y1": max(len(names), 1) - 0.5}
    words = description or describe.heat(subject, known, unit, currency)
    return Chart("heat", data, params, max(len(names), 1) * _ROW, margin, words)


def _box(row: dict[str, Any]) -> dict[str, Any]:
    return {"x": row["x"] - 0.48, "x2": row["x"] + 0.48, "y": row["y"] - 0.46, "y2": row["y"] + 0.46}


def _written(row: dict[str, Any], top: float, unit: str, currency: str) -> dict[str, Any]:
    """Return the figure in a box, in the ink that its shade lets read."""
    is_dark = _shade(float(row["value"]), top) > _SHADES[2]
    text = number(row["value"], unit, currency, short=True)
    return {"x": row["x"], "y": row["y"], "text": text, "fill": "var(--of-chart-page)" if is_dark else "currentColor"}


def _shade(value: float, top: float) -> float:
    """Return the step that a value falls into, between nothing and the highest value."""
    place = math.ceil(len(_SHADES) * value / top) - 1 if top > 0 else 0
    return _SHADES[min(max(place, 0), len(_SHADES) - 1)]


def _tip(row: dict[str, Any], unit: str, currency: str) -> str:
    told = [f"{row['row']}, {row['column']}", number(row["value"], unit, currency)]
    return "\n".join([*told, f"n = {int(row['n']):,}"] if has(row, "n") else told)
