"""XLSX sheets as plain CSV, so that everything behind it reads one form."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from .delimited import Copied, is_total
from .layouts import Expected
from .naming import MOST_TITLES
from .profile import NumberForm


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook as numbered rows of text, without its empty ones."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def header(self, is_header: Callable[[tuple[str, ...]], bool] | None) -> int:
        """Return the place of the header among the rows: the first, unless a later one is told to be it."""
        found = (n for n, (_, cells) in enumerate(self.rows[:MOST_TITLES]) if is_header and is_header(cells))
        return next(found, 0)


def read_sheet(path: Path, sheet: str, numbers: NumberForm) -> Sheet:
    """Return a sheet as text: dates in ISO form, numbers in the form that the profile reads."""
    from python_calamine import CalamineWorkbook  # slow to import, and rarely needed

    rows = enumerate(CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False), 1)
    texts = ((number, tuple(_text(cell, numbers) for cell in row)) for number, row in rows)
    return Sheet(tuple((number, cells) for number, cells in texts if any(cells)))


def sheet_to_csv(sheet: Sheet, target: Path, expected: Expected) -> tuple[tuple[str, ...], Copied]:
    """Write a sheet's rows after its header, the row's number in the sheet first; return the header and what became."""
    place = sheet.header(expected.is_header)
    header = tuple(cell.strip() for cell in sheet.rows[place][1]) if sheet.rows else ()
    rows = sheet.rows[place + 1 :]
    kept = [(number, cells) for number, cells in rows if not is_total(cells, expected.totals)]
    with target.open("w", encoding="utf-8", newline="") as out:
        # Unquoted, a carriage return within a cell would end its line.
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows((number, *cells) for number, cells in kept)
    return header, Copied(len(kept), (), len(rows) - len(kept))


def _text(cell: Any, numbers: NumberForm) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        plain = str(int(cell)) if float(cell).is_integer() else format(Decimal(repr(cell)), "f")
        return plain.replace(".", ",") if numbers in ("comma", "grouped_comma") else plain
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
