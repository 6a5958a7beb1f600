"""A chart as a value: a shape, the rows it is filled with, and what a screen reader says about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Margin:
    """Room around the plot, in pixels, for labels."""

    left: int
    top: int
    right: int
    bottom: int

    def as_padding(self) -> dict[str, int]:
        """Return the margin as Vega writes it."""
        return {"left": self.left, "top": self.top, "right": self.right, "bottom": self.bottom}


@dataclass(frozen=True)
class Chart:
    """What to draw; equal charts have equal digests and are drawn once."""

    shape: str  # a name of shapes.SHAPES
    rows: Mapping[str, Rows]  # dataset of the shape -> rows; a dataset that is not named is empty
    params: Mapping[str, Any]  # parameter of the shape -> value
    height: int  # of the plot, without the margin
    margin: Margin
    description: str  # plain text

    @cached_property
    def digest(self) -> str:
        """Return a hash of all that decides how the chart looks, apart from its shape's code."""
        text = json.dumps(
            [self.shape, self.rows, self.params, self.height, self.margin.as_padding()], sort_keys=True, allow_nan=False
        )
        return hashlib.sha256(text.encode()).hexdigest()


def page_safe(value: object) -> str:
    """Return `value` as JSON that may stand inside any element of a page, whatever text it holds."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
