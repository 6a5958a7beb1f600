"""The Altair specification of each shape of chart, without data: built and compiled once, filled many times.

A shape reads named datasets and parameters only. Positions, labels and ticks arrive worked out (`layout.py`), every
text is a field of a row, and no scale maps a colour: rows carry CSS colours, so that one picture serves light and dark.
Axes are rules and texts like everything else; Vega's own would measure their labels, which is what makes drawing slow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt

Spec = dict[str, Any]

_INK = "currentColor"
#: Moves a text from the baseline that Vega places without measuring to the middle of the line.
_MIDDLE = 4
_NARROW_BELOW = 460


def trend() -> Spec:
    """Return a value by period: interval as a band, target as a thin line, part periods dashed."""
    x, y = _place("x", "x0", "x1"), _place("y", "y0", "y1", reverse=True)
    band = (
        _on("band").mark_area(opacity=0.16, color="var(--of-chart-accent)").encode(x=x, y=y, y2="y2:Q", detail="run:N")
    )
    target = _on("target").mark_rule(color="var(--of-chart-target)", strokeWidth=1.25, strokeDash=[1, 0])
    first = _on("first").mark_line(strokeWidth=1, strokeDash=[2, 2], color=_INK, opacity=0.7)
    line = _on("line").mark_line(strokeWidth=2, color="var(--of-chart-accent)", strokeCap="round", strokeJoin="round")
    part = _on("part").mark_line(strokeWidth=2, strokeDash=[4, 4], color="var(--of-chart-accent)")
    return _finish(
        *_frame(x, y),
        band,
        *_marks(x),
        target.encode(x=x, x2="x2:Q", y=y),
        first.encode(x=x, y=y, detail="run:N"),
        line.encode(x=x, y=y, detail="run:N"),
        part.encode(x=x, y=y),
        _dots(x, y),
        _texts("labels", x, y),
        _hits(x),
    )


def lines() -> Spec:
    """Return several series by period or by day, each with its name at its end."""
    x, y = _place("x", "x0", "x1"), _place("y", "y0", "y1", reverse=True)
    line = _on("line").mark_line(strokeWidth=2, strokeCap="round", strokeJoin="round")
    part = _on("part").mark_line(strokeWidth=2, strokeDash=[4, 4])
    return _finish(
        *_frame(x, y),
        line.encode(x=x, y=y, detail="run:N", color=_colour("stroke")),
        part.encode(x=x, y=y, detail="run:N", color=_colour("stroke")),
        _dots(x, y),
        _texts("labels", x, y),
        _hits(x),
    )


def rows() -> Spec:
    """Return one row per member: name, bar, interval, target and figure, side by side."""
    x, y = _place("x", "x0", "x1"), _place("y", "y0", "y1")
    bar = _on("bars").mark_rect(cornerRadius=2).encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=_colour("fill"))
    spans = _on("spans").mark_rule(strokeWidth=1.5, color=_INK, opacity=0.75).encode(x=x, x2="x2:Q", y=y)
    targets = _on("target").mark_rule(strokeWidth=2, color="var(--of-chart-target)").encode(x=x, y=y, y2="y2:Q")
    zero = _on("grid").mark_rule().encode(x=x, y=alt.value(0), y2=alt.value("height"))
    total = _on("total").mark_rule(strokeDash=[2, 3], color=_INK, opacity=0.6)
    names = _on("names").mark_text(align="right", dy=_MIDDLE, dx=-10)
    figures = _on("figures").mark_text(align="right", dy=_MIDDLE)
    return _finish(
        zero,
        bar,
        total.encode(x=x, y=alt.value(0), y2=alt.value("height")),
        spans,
        targets,
        names.encode(x=alt.value(0), y=y, text="text:N"),
        figures.encode(x=alt.value(alt.ExprRef("width + figures_at")), y=y, text="text:N", color=_colour("fill")),
        _texts("labels", x, y),
        _row_hits(y),
    )


def columns() -> Spec:
    """Return columns of parts by period, each part named beside the last column."""
    x, y = _place("x", "x0", "x1"), _place("y", "y0", "y1", reverse=True)
    bars = _on("bars").mark_rect().encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=_colour("fill"))
    return _finish(*_frame(x, y), bars, _texts("labels", x, y), _hits(x))


def heat() -> Spec:
    """Return shaded boxes by row and column, with the names of both."""
    x, y = _place("x", "x0", "x1"), _place("y", "y0", "y1")
    boxes = _on("cells").mark_rect(cornerRadius=2, color="var(--of-chart-accent)")
    hits = _on("hits").mark_rect(color=_INK, fillOpacity=0)
    names = _on("names").mark_text(align="right", dy=_MIDDLE, dx=-10)
    written = _on("labels").mark_text(align="center", dy=_MIDDLE)
    return _finish(
        boxes.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", fillOpacity=alt.FillOpacity("shade:Q", scale=None, legend=None)),
        names.encode(x=alt.value(0), y=y, text="text:N"),
        written.encode(x=x, y=y, text="text:N", color=_colour("fill")),
        _below(x),
        hits.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", tooltip="tip:N"),
    )


#: Shapes by name; a chart names the one that draws it.
SHAPES: dict[str, Callable[[], Spec]] = {"trend": trend, "lines": lines, "rows": rows, "columns": columns, "heat": heat}


def _on(dataset: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=dataset), name=dataset)


def _place(channel: str, low: str, high: str, *, reverse: bool = False) -> Any:
    """Return a position between two parameters; nothing is rounded, and no axis is drawn."""
    scale = alt.Scale(domainMin=alt.ExprRef(low), domainMax=alt.ExprRef(high), nice=False, zero=False)
    if channel == "y" and not reverse:
        scale = alt.Scale(domainMin=alt.ExprRef(low), domainMax=alt.ExprRef(high), nice=False, zero=False, reverse=True)
    return (alt.X if channel == "x" else alt.Y)(f"{channel}:Q", scale=scale, axis=None)


def _colour(field: str) -> alt.Color:
    return alt.Color(f"{field}:N", scale=None)


def _frame(x: Any, y: Any) -> tuple[alt.Chart, ...]:
    """Return the horizontal lines with their values on the left, and the labels below."""
    grid = _on("grid").mark_rule().encode(x=alt.value(0), x2=alt.value("width"), y=y)
    ticks = _on("ticks").mark_text(align="right", dx=-8, dy=_MIDDLE, opacity=0.72)
    return (grid, ticks.encode(x=alt.value(0), y=y, text="text:N"), _below(x))


def _below(x: Any) -> alt.Chart:
    """Return the labels below that the width has room for."""
    below = _on("below").mark_text(align="center", dy=18, opacity=0.72)
    placed = below.encode(x=x, y=alt.value("height"), text="text:N")
    filtered: alt.Chart = placed.transform_filter(f"width < {_NARROW_BELOW} ? datum.narrow : datum.wide")
    return filtered


def _marks(x: Any) -> tuple[alt.Chart, alt.Chart]:
    """Return the vertical marks of changed definitions, commitments and targets, with what changed."""
    rule = _on("marks").mark_rule(strokeDash=[2, 3], color=_INK, opacity=0.55)
    text = _on("marknames").mark_text(align="left", dx=5, opacity=0.8)
    return (
        rule.encode(x=x, y=alt.value(-16), y2=alt.value("height")),
        text.encode(x=x, y=alt.value(-7), text="text:N"),
    )


def _dots(x: Any, y: Any) -> alt.Chart:
    dots = _on("dots").mark_point(filled=True, opacity=1, strokeWidth=1.75)
    encoded: alt.Chart = dots.encode(
        x=x,
        y=y,
        size=alt.Size("size:Q", scale=None, legend=None),
        fill=alt.Fill("fill:N", scale=None),
        stroke=alt.Stroke("stroke:N", scale=None),
    )
    return encoded


def _texts(dataset: str, x: Any, y: Any) -> alt.Chart:
    """Return texts that stand to the right of their point."""
    text = _on(dataset).mark_text(align="left", dx=9, dy=_MIDDLE, fontWeight=600)
    encoded: alt.Chart = text.encode(x=x, y=y, text="text:N", color=_colour("fill"))
    return encoded


def _hits(x: Any) -> alt.Chart:
    """Return the unseen columns that the pointer and the arrow keys find; left empty when drawing for print."""
    hits = _on("hits").mark_rect(color=_INK, fillOpacity=0)
    encoded: alt.Chart = hits.encode(x=x, x2="x2:Q", y=alt.value(0), y2=alt.value("height"), tooltip="tip:N")
    return encoded


def _row_hits(y: Any) -> alt.Chart:
    hits = _on("hits").mark_rect(color=_INK, fillOpacity=0)
    encoded: alt.Chart = hits.encode(x=alt.value(0), x2=alt.value("width"), y=y, y2="y2:Q", tooltip="tip:N")
    return encoded


def _finish(*layers: alt.Chart) -> Spec:
    chart = alt.layer(*layers).properties(autosize="none")
    spec: Spec = chart.to_dict(validate=False)
    spec.pop("config", None)
    return spec
