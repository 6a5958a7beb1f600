"""Figures as files to take away: one CSV per KPI, in the form of the results, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from generator.kpis.writing import neutral, plain
from generator.measures.results import CELL_COLUMNS
from generator.pages.context import Context


def csv_path(kpi: str) -> str:
    """Return where the CSV of a KPI stands below docs."""
    return f"data/{kpi}.csv"


def write_kpi_csvs(context: Context) -> None:
    """Write the cells of each KPI and of its companions, all periods and splits, as data/<kpi>.csv."""
    (context.docs / "data").mkdir(parents=True, exist_ok=True)
    metrics: dict[str, list[str]] = {}
    for metric in context.cells.metrics:
        metrics.setdefault(metric.partition(".")[0], []).append(metric)
    told: dict[object, str] = {}
    for kpi in context.report.kpis:
        rows = (row for metric in metrics.get(kpi.id, []) for row in context.cells.rows(metric))
        _write(context.docs / csv_path(kpi.id), _texts(rows, told))


def _texts(rows: Iterable[tuple[object, ...]], told: dict[object, str]) -> Iterator[list[str]]:
    """Yield rows as texts; `told` remembers what was written before, for figures repeat across splits and periods."""
    for row in rows:
        for value in row:
            if value not in told:
                told[value] = _text(value)
        yield [told[value] for value in row]


def _text(value: object) -> str:
    if value is None:
        return ""
    return plain(float(value)) if isinstance(value, (int, float)) else neutral(str(value))


def _write(path: Path, rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(CELL_COLUMNS)
        writer.writerows(rows)
