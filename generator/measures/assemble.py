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
    keys = _keys(cells)
    order = None if (np.diff(keys) > 0).all() else np.argsort(keys, kind="stable")
    if order is not None:
        cells, keys = cells.iloc[order], keys[order]
    twice = np.flatnonzero(np.diff(keys) == 0)
    assert not len(twice), f"two results for one cell: {cells[_KEY].iloc[twice[0]].tolist()}"
    return cells.reset_index(drop=True)


def _keys(cells: pd.DataFrame) -> Indices:
    """Return a number for each cell by which they are sorted; sorting texts takes many times longer."""
    keys = np.zeros(len(cells), dtype="int64")
    for name in _KEY:
        codes, known = pd.factorize(cells[name])
        rank = np.empty(len(known), dtype="int64")
        rank[np.argsort(np.asarray(known, dtype=object))] = np.arange(len(known))
        keys = keys * len(known) + rank[codes]
    return keys


def _check(cells: pd.DataFrame) -> None:
    strange = set(cells["status"].unique()) - set(Status)
    assert not strange, f"no status words: {sorted(map(str, strange))}"
    silent = cells[cells["value"].isna() & (cells["status"] == Status.OK.value)]
    assert silent.empty, f"no value and no reason: {silent[_KEY].iloc[0].tolist()}"
    for name in _NUMBERS:
        endless = np.flatnonzero(np.isinf(cells[name].to_numpy(dtype="float64")))
        assert not len(endless), f"not a finite number: {cells[_KEY].iloc[endless[0]].tolist()}"
