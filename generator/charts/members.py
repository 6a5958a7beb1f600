"""Charts with one row per member: splits, distributions and the funnel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from generator.charts import describe
from generator.charts.chart import Chart, Margin, Rows
from generator.charts.formats import number
from generator.charts.frames import finite, has, records
from generator.charts.layout import shortened, text_width

if TYPE_CHECKING:
    import pandas as pd

_ROW, _BAR = 26, 0.28  # pixels per row; half the height of a bar, in rows
_MOST = 20  # more bars than this are read in the table
_NAME_WIDTH = 150
_ACCENT = "var(--of-chart-bar)"
_INK = "currentColor"
_BAD = "var(--of-bad)"


def bars(
    frame: pd.DataFrame,
    *,
    unit: str,
    subject: str,
    currency: str = "EUR",
    total: float | None = None,
    description: str = "",
) -> Chart:
    """Return one bar per member, in the order given, at most twenty.

    frame: `member`, `value`; where known `low`, `high` (whiskers), `n` (tooltip), `target` (a tick across the bar),
    `text` (printed instead of the value, such as "2 of 4"). `total`, a line down the whole chart, is the value of all.
    """
    rows = records(frame)[:_MOST]
    total = total if total is not None and math.isfinite(total) else None
    low, high = _reach(rows, [] if total is None else [total])
    figures = [str(row.get("text") or number(row.get("value"), unit, currency)) for row in rows]
    data: dict[str, Rows] = {
        "bars": [_bar(row) for row in rows if has(row, "value")],
        "spans": [
            {"x": max(row["low"], low), "x2": min(row["high"], high), "y": row["x"]}
            for row in rows
            if has(row, "low") and has(row, "high")
        ],
        "target": [_across(row["target"], row["x"]) for row in rows if has(row, "target")],
        "hits": [_hit(row, figure, unit, currency) for row, figure in zip(rows, figures, strict=True)],
        "grid": [{"x": 0.0}],
    }
    if total is not None:
        data["total"] = [{"x": total}]
        text = f"all {number(total, unit, currency, short=True)}"
        data["labels"] = [{"x": total, "y": len(rows) - 0.2, "text": text, "fill": _INK}]
    description = description or describe.members(subject, rows, unit, currency)
    return rows_chart(
        [str(row["member"]) for row in rows],
        figures,
        data,
        (low, high),
        description,
        top=4,
        bottom=18 if data.get("labels") else 4,
    )


def distribution(frame: pd.DataFrame, *, subject: str, description: str = "") -> Chart:
    """Return one bar per bucket, in the order given: columns `bucket`, `share`, where known `count`."""
    rows = frame.rename(columns={"bucket": "member", "share": "value", "count": "n"})
    return bars(rows, unit="ratio", subject=subject, description=description)


def funnel(frame: pd.DataFrame, *, subject: str, description: str = "") -> Chart:
    """Return one bar per stage with what passes on below it.

    frame: `stage`, `count`; where known `rate` (share that goes on to the next stage) and `is_bottleneck`.
    """
    rows = records(frame)
    reach = (0.0, max(finite(rows, "count"), default=0.0) or 1.0)
    data: dict[str, Rows] = {
        "bars": [
            _bar(row | {"value": row["count"]}, _BAD if row.get("is_bottleneck") else _ACCENT)
            for row in rows
            if has(row, "count")
        ],
        "labels": [_passing(row) for row in rows if has(row, "rate")],
        "hits": [
            {"y": row["x"] - 0.5, "y2": row["x"] + 0.5, "tip": f"{row['stage']}\n{number(row.get('count'), 'count')}"}
            for row in rows
        ],
        "grid": [{"x": 0.0}],
    }
    figures = [number(row.get("count"), "count") for row in rows]
    words = description or describe.funnel(subject, rows)
    return rows_chart([str(row["stage"]) for row in rows], figures, data, reach, words, row_height=46)


def rows_chart(
    names: list[str],
    figures: list[str],
    data: dict[str, Rows],
    span: tuple[float, float],
    description: str,
    *,
    row_height: int = _ROW,
    top: int = 4,
    bottom: int = 4,
) -> Chart:
    """Return one row per name with its figure at the right; `data` holds what is drawn between the ends of `span`."""
    shown = [shortened(name, _NAME_WIDTH) for name in names]
    left = max([text_width(name) for name in shown], default=0.0) + 16
    right = max([text_width(figure) for figure in figures], default=0.0) + 16
    data["names"] = [{"y": position, "text": name} for position, name in enumerate(shown)]
    data["figures"] = [{"y": position, "text": text, "fill": _INK} for position, text in enumerate(figures)]
    margin = Margin(math.ceil(left), top, math.ceil(right), bottom)
    rows = max(len(names), 1)
    params = {"x0": span[0], "x1": span[1], "y0": -0.5, "y1": rows - 0.5, "figures_at": margin.right - 2}
    return Chart("rows", data, params, rows * row_height, margin, description)


def _reach(rows: list[dict[str, Any]], more: list[float]) -> tuple[float, float]:
    """Return the ends of the value axis; one wide interval may double it, no more, and is cut there."""
    values = [0.0, *finite(rows, "value", "target"), *more]
    low, high = min(values), max(values) or 1.0
    room = high - low
    return (
        max([min([low, *finite(rows, "low")]), low - room]),
        min([max([high, *finite(rows, "high")]), high + room]),
    )


def _bar(row: dict[str, Any], fill: str = _ACCENT) -> dict[str, Any]:
    start, end = sorted((0.0, float(row["value"])))
    return {"x": start, "x2": end, "y": row["x"] - _BAR, "y2": row["x"] + _BAR, "fill": fill}


def _across(value: float, position: int) -> dict[str, Any]:
    return {"x": float(value), "y": position - 0.42, "y2": position + 0.42}


def _passing(row: dict[str, Any]) -> dict[str, Any]:
    text = f"↓ {number(row['rate'], 'ratio')} go on"
    if row.get("is_bottleneck"):
        text += " – the bottleneck"
    return {"x": 0.0, "y": row["x"] + 0.5, "text": text, "fill": _BAD if row.get("is_bottleneck") else _INK}


def _hit(row: dict[str, Any], figure: str, unit: str, currency: str) -> dict[str, Any]:
    told = [str(row["member"]), figure]
    if has(row, "low") and has(row, "high"):
        told.append(f"95% interval {number(row['low'], unit, currency)} to {number(row['high'], unit, currency)}")
    if has(row, "target"):
        told.append(f"target {number(row['target'], unit, currency)}")
    if has(row, "n"):
        told.append(f"n = {int(row['n']):,}")
    return {"y": row["x"] - 0.5, "y2": row["x"] + 0.5, "tip": "\n".join(told)}
