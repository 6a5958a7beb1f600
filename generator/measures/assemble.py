"""Puts the measured figures of a drop into their published form."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from generator.measures.compare import Compared, compared_frame
from generator.measures.measured import Measured
from generator.measures.periods import Indices, Periods
from generator.measures.results import CELL_COLUMNS, Results, Status

_KEY = ["metric_id", "period", "scope"]
_NUMBERS = ["value", "numerator", "denominator", "low", "high", "target", "attainment"]


def assemble(measured: Measured, cells: pd.DataFrame, comparisons: Iterable[Compared], periods: Periods) -> Results:
    """Return the results of a drop, sorted; AssertionError when a cell breaks the contract: that would be our bug.

    cells: CELL_COLUMNS with targets filled in; comparisons: what `compare` returned for each metric.
    """
    cells = _sorted(cells[list(CELL_COLUMNS)])
    _check(cells)
    return Results(cells, compared_frame(comparisons, periods), measured.curves, periods.published, measured.flags)


def _sorted(cells: pd.DataFrame) -> pd.DataFrame:
    codes = [_ranks(cells[name]) for name in _KEY]
    order = np.lexsort(codes[::-1])
    if (order[1:] > order[:-1]).all():
        return cells.reset_index(drop=True)
    return cells.iloc[order].reset_index(drop=True)


def _ranks(texts: pd.Series) -> Indices:
    """Return the place of each text among all: sorting numbers is many times faster."""
    codes, known = pd.factorize(texts)
    rank = np.empty(len(known), dtype="int64")
    rank[np.argsort(np.asarray(known, dtype=object))] = np.arange(len(known))
    return rank[codes]


def _check(cells: pd.DataFrame) -> None:
    twice = cells[cells.duplicated(_KEY)]
    assert twice.empty, f"two results for one cell: {twice[_KEY].iloc[0].tolist()}"
    strange = set(cells["status"].unique()) - set(Status)
    assert not strange, f"no status words: {sorted(map(str, strange))}"
    silent = cells[cells["value"].isna() & (cells["status"] == Status.OK.value)]
    assert silent.empty, f"no value and no reason: {silent[_KEY].iloc[0].tolist()}"
    endless = cells[np.isinf(cells[_NUMBERS].to_numpy(dtype="float64")).any(axis=1)]
    assert endless.empty, f"not a finite number: {endless[_KEY].iloc[0].tolist()}"
