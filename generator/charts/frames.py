"""Rows of a frame as plain values, the form in which charts work them."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `frame` as plain texts, numbers and booleans (missing: None), with `x`, their position."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [
        {str(key): value.item() if hasattr(value, "item") else value for key, value in row.items()} | {"x": position}
        for position, row in enumerate(plain.to_dict("records"))
    ]


def has(row: dict[str, Any], column: str) -> bool:
    """Return whether `row` has a finite number in `column`."""
    value = row.get(column)
    return value is not None and math.isfinite(float(value))


def finite(rows: list[dict[str, Any]], *columns: str) -> list[float]:
    """Return every finite number that `rows` hold in `columns`."""
    return [float(row[column]) for row in rows for column in columns if has(row, column)]
