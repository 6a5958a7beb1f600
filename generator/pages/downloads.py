"""Figures as files to take away: one CSV per KPI, the lines of kpis.csv that its page speaks of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from generator.kpis import csv_header
from generator.measures.scopes import ALL
from generator.pages.context import Context


def csv_path(kpi: str) -> str:
    """Return where the CSV of a KPI stands below docs."""
    return f"data/{kpi}.csv"


def write_kpi_csvs(context: Context) -> None:
    """Write data/<kpi>.csv: all periods of the KPI and its companions, and its splits by month, quarter and year.

    Splits by week and those of companions are most of the results, and stand in kpis.csv.
    """
    (context.docs / "data").mkdir(parents=True, exist_ok=True)
    lines: dict[str, list[str]] = {}
    for kpi, place in _told_of(context.report.results.cells):
        lines.setdefault(kpi, []).append(context.report.lines[place])
    for kpi in context.kpis:
        text = csv_header() + "".join(lines.get(kpi, ()))
        (context.docs / csv_path(kpi)).write_bytes(text.encode("utf-8"))


def _told_of(cells: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Yield the KPI and the place of every cell that its CSV holds."""
    metric, metrics = pd.factorize(cells["metric_id"])
    scope, scopes = pd.factorize(cells["scope"])
    period, periods = pd.factorize(cells["period"])
    is_whole = np.array([text == ALL for text in scopes], dtype=bool)[scope]
    is_headline = np.array(["." not in name for name in metrics], dtype=bool)[metric]
    is_week = np.array(["-W" in label for label in periods], dtype=bool)[period]
    owners = [name.partition(".")[0] for name in metrics]
    for place in np.flatnonzero(is_whole | (is_headline & ~is_week)).tolist():
        yield owners[metric[place]], place
