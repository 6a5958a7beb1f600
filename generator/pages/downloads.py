"""Figures as files to take away: one CSV per KPI, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from generator.measures.results import CELL_COLUMNS
from generator.pages.context import Context

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_FORMULA = re.compile(r"[=+\-@\x00-\x1f\x7f]")


def neutral(value: object) -> str:
    """Return a cell that a spreadsheet reads as text or number, never as a formula."""
    text = plain(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain(value: object) -> str:
    """Return a value as the contract of the results writes it: plain decimals, nothing for none."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else _decimal(value)
    return str(value)


def _decimal(value: float) -> str:
    text = repr(value)
    return f"{value:.20f}".rstrip("0") if "e" in text and abs(value) < 1 else text


def csv_path(kpi: str) -> str:
    """Return where the CSV of a KPI stands below docs."""
    return f"data/{kpi}.csv"


def write_kpi_csvs(context: Context) -> None:
    """Write the cells of each KPI and of its companions, all periods and splits, as data/<kpi>.csv."""
    (context.docs / "data").mkdir(parents=True, exist_ok=True)
    metrics: dict[str, list[str]] = {}
    for metric in context.cells.metrics:
        metrics.setdefault(metric.partition(".")[0], []).append(metric)
    for kpi in context.report.kpis:
        rows = (row for metric in metrics.get(kpi.id, []) for row in context.cells.rows(metric))
        _write(context.docs / csv_path(kpi.id), rows)


def _write(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(CELL_COLUMNS)
        writer.writerows([neutral(value) for value in row] for row in rows)
