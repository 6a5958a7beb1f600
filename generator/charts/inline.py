"""Tiny pictures for tiles and table cells, written by hand: a line of values, and a bar against its target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

_WIDTH, _HEIGHT, _EDGE = 120, 28, 3


def sparkline(values: Sequence[float | None], *, title: str, target: float | None = None, is_part: bool = False) -> str:
    """Return an inline SVG of `values` over time; None and NaN are gaps, `is_part` draws the last step dashed.

    `title` is what a screen reader says and a pointer shows. An empty line (no value at all) is still a picture.
    """
    known = [value for value in values if _is_number(value)]
    scale = _scale([*known, *([target] if _is_number(target) else [])])
    step = (_WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    points = [
        (_EDGE + position * step, scale(value)) if _is_number(value) else None for position, value in enumerate(values)
    ]
    parts = [f'<path class="of-spark__target" d="M0,{_figure(scale(target))}H{_WIDTH}"/>'] if _is_number(target) else []
    whole = points[:-1] if is_part else points
    parts.append(f'<path class="of-spark__line" d="{_path(whole)}"/>')
    if is_part and len(points) > 1:
        parts.append(f'<path class="of-spark__part" d="{_path(points[-2:])}"/>')
    last = points[-1] if points else None
    if last:
        hollow = " of-spark__end--part" if is_part else ""
        parts.append(f'<circle class="of-spark__end{hollow}" cx="{_figure(last[0])}" cy="{_figure(last[1])}" r="2.5"/>')
    return _svg("of-spark", title, "".join(parts), _WIDTH, _HEIGHT)


def attainment(value: float | None, *, title: str, paced: float | None = None) -> str:
    """Return an inline SVG bar of `value`, the share of a target that is reached.

    `paced` is the same against what was due by now, and puts a tick where the bar should be. Shares above 1 run past
    the target's mark, up to 1.25.
    """
    full, width, height = 1.25, 240, 14
    across = width / full

    def reach(share: float) -> str:
        return _figure(min(max(share, 0.0), full) * across)

    parts = [f'<rect class="of-bullet__room" width="{_figure(across)}" height="{height}" rx="3"/>']
    if _is_number(value):
        parts.append(
            f'<rect class="of-bullet__bar" y="3" width="{reach(float(value or 0))}" height="{height - 6}" rx="2"/>'
        )
    if value and paced and _is_number(value / paced):
        parts.append(f'<path class="of-bullet__paced" d="M{reach(value / paced)},0V{height}"/>')
    parts.append(f'<path class="of-bullet__target" d="M{_figure(across)},0V{height}"/>')
    return _svg("of-bullet", title, "".join(parts), width, height)


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _scale(values: Sequence[float | None]) -> _Scale:
    numbers = [float(value) for value in values if value is not None]
    return _Scale(min(numbers, default=0.0), max(numbers, default=1.0))


class _Scale:
    """Turns a value into a height; what never moves lies in the middle."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def __call__(self, value: float | None) -> float:
        room = _HEIGHT - 2 * _EDGE
        share = 0.5 if self.high == self.low else (float(value or 0) - self.low) / (self.high - self.low)
        return _EDGE + (1 - share) * room


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """Return an SVG path that lifts the pen at gaps."""
    path, drawing = "", False
    for point in points:
        if point is not None:
            path += f"{'L' if drawing else 'M'}{_figure(point[0])},{_figure(point[1])}"
        drawing = point is not None
    return path


def _figure(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _svg(name: str, title: str, body: str, width: int, height: int) -> str:
    words = escape(" ".join(title.split()))
    stretched = ' preserveAspectRatio="none"' if name == "of-bullet" else ""
    # No `width`, `height`: the style sheet decides. A title element gives the tooltip without a script.
    box = f'class="{name}" viewBox="0 0 {width} {height}"{stretched}'
    head = f'<svg {box} role="img" aria-label="{words}" data-search-exclude="true">'
    return f"{head}<title>{words}</title>{body}</svg>"
