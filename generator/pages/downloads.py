"""Figures as files to take away: one CSV per KPI, the lines of kpis.csv that are about it."""

from __future__ import annotations

from generator.kpis import csv_header
from generator.pages.context import Context


def csv_path(kpi: str) -> str:
    """Return where the CSV of a KPI stands below docs."""
    return f"data/{kpi}.csv"


def write_kpi_csvs(context: Context) -> None:
    """Write the cells of each KPI and of its companions, all periods and splits, as data/<kpi>.csv."""
    (context.docs / "data").mkdir(parents=True, exist_ok=True)
    lines: dict[str, list[str]] = {}
    for metric, found in context.report.lines.items():
        lines.setdefault(metric.partition(".")[0], []).extend(found)
    for kpi in context.report.kpis:
        text = csv_header() + "".join(lines.get(kpi.id, ()))
        (context.docs / csv_path(kpi.id)).write_bytes(text.encode("utf-8"))
