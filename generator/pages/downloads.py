"""Figures as files to take away: one CSV per KPI, the lines of kpis.csv that its page speaks of."""

from __future__ import annotations

from collections.abc import Mapping

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
    told = _told_of(context.report.results.cells)
    for kpi in context.kpis:
        text = "".join((csv_header(), *map(context.report.lines.__getitem__, told.get(kpi, ()))))
        (context.docs / csv_path(kpi)).write_bytes(text.encode("utf-8"))


def _told_of(cells: pd.DataFrame) -> Mapping[str, list[int]]:
    """Return the places of the cells that the CSV of each KPI holds."""
    metric, metrics = pd.factorize(cells["metric_id"])
    scope, scopes = pd.factorize(cells["scope"])
    period, periods = pd.factorize(cells["period"])
    is_whole = np.array([text == ALL for text in scopes], dtype=bool)[scope]
    is_headline = np.array(["." not in name for name in metrics], dtype=bool)[metric]
    is_week = np.array(["-W" in label for label in periods], dtype=bool)[period]
    places = np.flatnonzero(is_whole | (is_headline & ~is_week))
    owner, owners = pd.factorize(np.array([name.partition(".")[0] for name in metrics], dtype=object))
    of_place = owner[metric[places]]
    return {kpi: places[of_place == at].tolist() for at, kpi in enumerate(owners)}
