"""Rows of a frame as plain values, the form in which charts work them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # here as in all of this room: the process that draws needs no data frames
    import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `frame` as plain texts, numbers and booleans (missing: None), with `x`, their position."""
    columns = {str(name): _plain(column) for name, column in frame.items()}
    rows = zip(*columns.values(), strict=True)
    return [dict(zip(columns, row, strict=True)) | {"x": position} for position, row in enumerate(rows)]


def _plain(column: pd.Series) -> list[Any]:
    """Return the values of `column` as Python has them, None for any of the things that mean missing."""
    return [
        None if is_missing else value.item() if hasattr(value, "item") else value
        for value, is_missing in zip(column.tolist(), column.isna().tolist(), strict=True)
    ]


def has(row: dict[str, Any], column: str) -> bool:
    """Return whether `row` has a finite number in `column`."""
    value = row.get(column)
    return value is not None and math.isfinite(float(value))


def finite(rows: list[dict[str, Any]], *columns: str) -> list[float]:
    """Return every finite number that `rows` hold in `columns`."""
    return [float(row[column]) for row in rows for column in columns if has(row, column)]
