"""A value by period, with all that helps to read it: interval, target, part periods, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.charts import describe
from generator.charts.along import (
    INK,
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
from generator.charts.layout import are_whole, shortened, value_axis

if TYPE_CHECKING:
    import pandas as pd


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
    (a thin line), `first` (what was said first: a thin dotted line), `is_part` (dashed, hollow), `n` (in the tooltip)
    and `label` (below the axis, default `period`).
    NaN is a gap. `subject` says what is shown, in words.
    """
    rows = records(frame)
    values = finite(rows, "value", "low", "high", "target", "first") or [0.0]
    whole = are_whole(finite(rows, "value"), unit)
    axis = value_axis(values, zero=unit == "count", whole=whole)
    labels = [str(row.get("label") or row["period"]) for row in rows]
    ends = _ends(rows, unit, currency)
    margin = margin_for(axis, unit, [end.text for end in ends], top=26 if marks else 10)
    return Chart(
        "trend",
        {
            "band": _band(rows),
            "line": solid(rows),
            "part": dashed(rows),
            "target": _target_steps(rows),
            "first": _first(rows),
            "dots": dots(rows),
            "labels": placed_ends(ends, axis),
            "hits": [_hit(row, position, unit, currency) for position, row in enumerate(rows)],
            **_mark_rows(marks, [str(row["period"]) for row in rows]),
            **axis_rows(axis, unit, labels, margin),
        },
        span(axis, len(rows)),
        PLOT_HEIGHT,
        margin,
        description or describe.series(subject, rows, unit, currency),
    )


def _band(rows: Sequence[Row]) -> Rows:
    """Return the interval of each known value; a gap in the values is a gap in the band."""
    kept: Rows = []
    run = 0
    for row in rows:
        if has(row, "value") and has(row, "low") and has(row, "high"):
            kept.append({"x": row["x"], "y": float(row["low"]), "y2": float(row["high"]), "run": str(run)})
        else:
            run += 1
    return kept


def _first(rows: Sequence[Row]) -> Rows:
    """Return the points of what was said first; where it is what is said now, it lies under the line."""
    kept: Rows = []
    run = 0
    for row in rows:
        if has(row, "first"):
            kept.append({"x": row["x"], "y": float(row["first"]), "run": str(run)})
        else:
            run += 1
    return kept


def _target_steps(rows: Sequence[Row]) -> Rows:
    """Return one flat piece per run of periods that share a target, up to the last point."""
    steps: Rows = []
    end = len(rows) - 1
    for row in rows:
        if not has(row, "target"):
            continue
        value, left, right = float(row["target"]), row["x"] - 0.5, min(row["x"] + 0.5, end)
        if steps and steps[-1]["y"] == value and steps[-1]["x2"] == left:
            steps[-1]["x2"] = right
        else:
            steps.append({"x": left, "x2": right, "y": value})
    return steps


def _ends(rows: Sequence[Row], unit: str, currency: str) -> list[End]:
    """Return the direct labels at the right: the last value, and the target where the last period has one."""
    ends: list[End] = []
    last = next((row for row in reversed(rows) if has(row, "value")), None)
    if last is not None:
        text = number(last["value"], unit, currency, short=True) + (" to date" if last.get("is_part") else "")
        ends.append(End(last["x"], float(last["value"]), text, INK))
    if rows and has(rows[-1], "target"):
        target = float(rows[-1]["target"])
        text = number(target, unit, currency, short=True).replace(".0\u202f", "\u202f")
        ends.append(End(len(rows) - 1, target, f"target {text}", "var(--of-chart-target)"))
    return ends


def _hit(row: Row, position: int, unit: str, currency: str) -> Row:
    told = [
        str(row["period"]) + (" (to date)" if row.get("is_part") else ""),
        number(row.get("value"), unit, currency),
    ]
    if has(row, "low") and has(row, "high"):
        told.append(f"95% interval {number(row['low'], unit, currency)} to {number(row['high'], unit, currency)}")
    if has(row, "target"):
        told.append(f"target {number(row['target'], unit, currency)}")
    if has(row, "first") and row["first"] != row.get("value"):
        told.append(f"first told as {number(row['first'], unit, currency)}")
    if has(row, "n"):
        told.append(f"n = {int(row['n']):,}")
    return {"x": position - 0.5, "x2": position + 0.5, "tip": "\n".join(told)}


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
