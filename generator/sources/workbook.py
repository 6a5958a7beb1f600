"""XLSX sheets as plain CSV, so that everything behind it reads one form."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from .profile import NumberForm


def sheet_to_csv(path: Path, sheet: str, target: Path, numbers: NumberForm) -> tuple[tuple[str, ...], int]:
    """Write a sheet's rows after its header, the row's number in the sheet first; return header and number of rows.

    Dates become ISO text, numbers are written in the form that the profile reads.
    """
    from python_calamine import CalamineWorkbook  # slow to import, and rarely needed

    rows = enumerate(CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False), 1)
    header: tuple[str, ...] = ()
    count = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        # Unquoted, a carriage return within a cell would end its line.
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for number, row in rows:
            cells = [_text(cell, numbers) for cell in row]
            if not any(cells):
                continue
            if not header:
                header = tuple(cell.strip() for cell in cells)
                continue
            writer.writerow([number, *cells])
            count += 1
    return header, count


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
