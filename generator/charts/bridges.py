"""A bridge: what led from one amount to another, step by step, as rows that hang on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.charts import describe
from generator.charts.chart import Chart, Rows
from generator.charts.formats import number
from generator.charts.frames import records
from generator.charts.members import rows_chart

if TYPE_CHECKING:
    import pandas as pd

_BAR = 0.28
_FAR = 0.7  # of the highest level
_TOTAL, _UP, _DOWN = "var(--of-chart-bar)", "var(--of-good)", "var(--of-bad)"


def bridge(frame: pd.DataFrame, *, unit: str, subject: str, currency: str = "EUR", description: str = "") -> Chart:
    """Return the steps from a start to an end, in the order given: columns `step`, `value`, `is_total`.

    A total stands on zero; every other row begins where the one before it ended, to the right for a gain and to the
    left for a loss.
    """
    rows = records(frame)
    placed = _placed(rows)
    figures = [number(row["value"], unit, currency, sign=not row["is_total"]) for row in rows]
    ends = [end for pair in placed for end in pair]
    span = _span([end for end in ends if end])
    data: dict[str, Rows] = {
        "bars": [
            {"x": max(min(pair), span[0]), "x2": max(pair), "y": at - _BAR, "y2": at + _BAR, "fill": _colour(row)}
            for at, (row, pair) in enumerate(zip(rows, placed, strict=True))
        ],
        "target": [{"x": pair[1], "y": at + _BAR, "y2": at + 1 - _BAR} for at, pair in enumerate(placed[:-1])],
        "hits": [
            {"y": at - 0.5, "y2": at + 0.5, "tip": f"{row['step']}\n{figure}"}
            for at, (row, figure) in enumerate(zip(rows, figures, strict=True))
        ],
        "grid": [{"x": span[0]}],
    }
    words = description or describe.members(subject, [row | {"member": row["step"]} for row in rows], unit, currency)
    return rows_chart([str(row["step"]) for row in rows], figures, data, span, words)


def _span(levels: list[float]) -> tuple[float, float]:
    """Return the ends of the axis; where all happens far from zero it is cut, so that the steps can be seen."""
    low, high = min(levels, default=0.0), max(levels, default=1.0)
    if low > _FAR * high:
        return low - (high - low), high
    return min(0.0, low), max(0.0, high)


def is_cut(chart: Chart) -> bool:
    """Return whether the totals of a bridge begin above zero, which has to be said beside it."""
    return float(chart.params["x0"]) > 0


def _placed(rows: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """Return where each row begins and ends."""
    placed: list[tuple[float, float]] = []
    at = 0.0
    for row in rows:
        value = float(row["value"])
        begin, at = (0.0, value) if row["is_total"] else (at, at + value)
        placed.append((begin, at))
    return placed


def _colour(row: dict[str, Any]) -> str:
    return _TOTAL if row["is_total"] else _UP if float(row["value"]) >= 0 else _DOWN
