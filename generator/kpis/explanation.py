"""What stands behind a cell, as a value and as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pandas as pd

from generator.kpis.writing import plain

COUNTED = "counted"
NOTHING = "–"


@dataclass(frozen=True)
class Explanation:
    """What stands behind one cell.

    rows: for unit rows first `counts` (`counted`, or why not), then `unit`, `moment` or `period` and every other
        column of the query; for a formula one row per input: `input`, `period`, `scope`, `value`, `numerator`,
        `denominator`, `n`, `status`.
    cell: the cell's value, numerator, denominator, n and status; None where no such cell is published.
    counted, excluded: how many rows count, and how many do not, by reason.
    goes_on: for a formula, how to look behind each of its inputs. lacks: what the drop lacks for this KPI.
    """

    metric_id: str
    period: str
    scope: str
    rows: pd.DataFrame
    cell: Mapping[str, object] | None
    counted: int
    excluded: Mapping[str, int]
    goes_on: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The answer in a line or two."""
        about = f"{self.metric_id}, {self.period}, {self.scope}"
        what = "results go into it" if "input" in self.rows else "counted"
        lines = [f"{about}: {_said(self.cell)}", f"{self.counted} {what}"]
        if self.excluded:
            reasons = ", ".join(f"{reason} {number}" for reason, number in self.excluded.items())
            lines[1] += f"; left out: {reasons}"
        if self.lacks:
            lines.append(f"this drop lacks {', '.join(self.lacks)}")
        return "\n".join(lines)

    def table(self, most: int) -> str:
        """Return the first `most` rows as aligned columns, numbers to the right; "" without any row."""
        if self.rows.empty:
            return ""
        shown = self.rows.head(most)
        return "\n".join(
            "  ".join(cells).rstrip() for cells in zip(*(_column(shown[name]) for name in shown.columns), strict=True)
        )


def _said(cell: Mapping[str, object] | None) -> str:
    if cell is None:
        return "no cell of this name is published"
    value = "no value" if pd.isna(cell["value"]) else printed(cell["value"])  # type: ignore[call-overload]
    sides = ""
    if not pd.isna(cell["denominator"]):  # type: ignore[call-overload]
        sides = f" = {printed(cell['numerator'])} / {printed(cell['denominator'])}"
    return f"{value}{sides}, n = {printed(cell['n'])}, {cell['status']}"


def _column(column: pd.Series) -> list[str]:
    """Return a column with its head, every text as wide as the widest."""
    texts = [str(column.name), *map(printed, column.tolist())]
    width = max(map(len, texts))
    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return [text.rjust(width) if is_number else text.ljust(width) for text in texts]


def printed(value: Any) -> str:
    """Return a value as a terminal shows it: plain decimals, days without midnight, a dash for nothing."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain(float(value)) if abs(value) < 10**15 else f"{value:f}"
    if isinstance(value, float):
        return plain(float(f"{value:.12g}"))  # what sums of floats make of 0.3
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else value.isoformat(" ").removesuffix(":00")
    if isinstance(value, date):
        return value.isoformat()
    # Members come from exports: nothing in them may steer a terminal.
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(value))
