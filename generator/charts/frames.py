"""Rows of a frame as plain values, the form in which charts work them."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `frame` as plain texts, numbers and booleans (missing: None), with `x`, their position."""
    columns = {str(name): [_plain(value) for value in column.tolist()] for name, column in frame.items()}
    rows = zip(*columns.values(), strict=True)
    return [dict(zip(columns, row, strict=True)) | {"x": position} for position, row in enumerate(rows)]


def _plain(value: Any) -> Any:
    """Return `value` as Python has it, None for any of the things that mean missing."""
    if value is None or value is pd.NA or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def has(row: dict[str, Any], column: str) -> bool:
    """Return whether `row` has a finite number in `column`."""
    value = row.get(column)
    return value is not None and math.isfinite(float(value))


def finite(rows: list[dict[str, Any]], *columns: str) -> list[float]:
    """Return every finite number that `rows` hold in `columns`."""
    return [float(row[column]) for row in rows for column in columns if has(row, column)]
