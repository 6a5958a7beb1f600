"""Where things stand in a chart: ticks, margins and labels, worked out without measuring any text.

Measuring is nine tenths of the time that drawing takes, and it makes the picture depend on the fonts of the machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Widths, in CSS pixels, that every chart is drawn for; the page shows the one that fits its column.
WIDE, NARROW = 720, 380
#: Mean advance of a character at 12 px, rounded up; figures and lower-case letters of common fonts lie below.
_ADVANCE = 6.7


def text_width(text: str) -> float:
    """Return about how many pixels `text` takes at 12 px (wide scripts count double)."""
    return sum(_ADVANCE * (2 if ord(character) > 0x2E7F else 1) for character in text)


def shortened(text: str, width: float) -> str:
    """Return `text`, cut with an ellipsis where it would be wider than `width` pixels."""
    if text_width(text) <= width:
        return text
    kept = ""
    for character in text:
        if text_width(kept + character) > width - _ADVANCE:
            break
        kept += character
    return kept.rstrip() + "…"


@dataclass(frozen=True)
class Axis:
    """A value axis: its ends and the ticks between them."""

    low: float
    high: float
    step: float
    ticks: tuple[float, ...]


def value_axis(values: Sequence[float], *, zero: bool, count: int = 4, whole: bool = False) -> Axis:
    """Return round ends and about `count` round steps that cover `values` (finite numbers, at least one).

    `whole`: no step is smaller than one, for what is counted in whole things.
    """
    low, high = min(values), max(values)
    if zero or (low >= 0 and low < 0.6 * high):
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        low, high = (0.0, 1.0) if high == 0 else (min(0.0, 2 * high), max(0.0, 2 * high))
    step = _round_step(max((high - low) / count, 1.0 if whole else 0.0))
    if whole:
        step = math.ceil(step)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(number * step, 10) for number in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], step, ticks)


def are_whole(values: Sequence[float], unit: str) -> bool:
    """Return whether `values` count whole things, so that an axis has no use for fractions."""
    return unit == "count" and all(float(value).is_integer() for value in values)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1, 2, 2.5, 5):
        if rough <= factor * power * (1 + 1e-9):
            return factor * power
    return 10 * power


def label_positions(labels: Sequence[str], width: float) -> tuple[int, ...]:
    """Return which of `labels`, evenly spaced over `width`, can be printed side by side; the last always is."""
    if not labels:
        return ()
    widest = max(text_width(label) for label in labels) + 14
    every = max(1, math.ceil(widest * len(labels) / max(width, 1)))
    last = len(labels) - 1
    return tuple(position for position in range(last, -1, -every))[::-1]


def spread(positions: Sequence[float], gap: float, low: float, high: float) -> tuple[float, ...]:
    """Return `positions` pushed apart to at least `gap`, in the same order, kept within [low, high] where they fit."""
    order = sorted(range(len(positions)), key=lambda index: (positions[index], index))
    placed = [0.0] * len(positions)
    at = low - gap
    for index in order:
        at = max(positions[index], at + gap)
        placed[index] = at
    limit = high
    for index in reversed(order):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - gap
    return tuple(placed)
