"""How long a cohort's conversions really take, so that a window that cuts them off can be told."""

from __future__ import annotations

import numpy as np

from generator.measures.grid import Grid
from generator.measures.mean import P90, percentile
from generator.measures.measured import Metric, cells_of
from generator.measures.ordered import sorted_units
from generator.measures.periods import Periods
from generator.measures.results import Status
from generator.measures.rows import UnitRows
from generator.measures.scopes import ALL

LAG = "lag"
_FEWEST = 20  # a 90th percentile of fewer says nothing


def usual_lag(rows: UnitRows, periods: Periods) -> Metric:
    """Return one cell, all time and all units: the days within which 90 % of those that got there had done so.

    Only units that entered at least two windows ago are asked, so that long lags had time to show.
    """
    lags = sorted_units(rows, LAG).numbers[LAG]
    grid = Grid(np.array([periods.whole]), np.array([0]), (ALL,))
    n = np.array([float(len(lags))])
    if len(lags) < _FEWEST:
        few = np.array([Status.SUPPRESSED.value if len(lags) else ""], dtype=object)
        return cells_of(grid, np.array([""], dtype=object), np.array([np.nan]), n, few)
    value = percentile(lags, np.array([0]), np.array([len(lags)]), P90)
    return cells_of(grid, np.array([""], dtype=object), value, n)
