"""Puts the measured figures of a drop into their published form."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from generator.measures.measured import Measured
from generator.measures.periods import Periods
from generator.measures.results import CELL_COLUMNS, COMPARISON_COLUMNS, CURVE_COLUMNS, Results, Status

_KEY = ["metric_id", "period", "scope"]
_NUMBERS = ["value", "numerator", "denominator", "low", "high", "target", "attainment"]


def assemble(measured: Measured, cells: pd.DataFrame, comparisons: Iterable[pd.DataFrame], periods: Periods) -> Results:
    """Return the results of a drop, sorted; AssertionError when a cell breaks the contract: that would be our bug.

    cells: CELL_COLUMNS with targets filled in; comparisons: what `compare` returned for each figure.
    """
    _check(cells)
    kept = [frame for frame in comparisons if len(frame)]
    compared = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(COMPARISON_COLUMNS))
    return Results(
        _sorted(cells[list(CELL_COLUMNS)], _KEY),
        _sorted(compared[list(COMPARISON_COLUMNS)], [*_KEY, "comparison"]),
        _sorted(measured.curves[list(CURVE_COLUMNS)], [*_KEY, "day"]),
        periods.published,
    )


def _sorted(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    return frame.sort_values(key, kind="stable").reset_index(drop=True)


def _check(cells: pd.DataFrame) -> None:
    twice = cells[cells.duplicated(_KEY)]
    assert twice.empty, f"two results for one cell: {twice[_KEY].iloc[0].tolist()}"
    strange = set(cells["status"].unique()) - set(Status)
    assert not strange, f"no status words: {sorted(map(str, strange))}"
    silent = cells[cells["value"].isna() & (cells["status"] == Status.OK.value)]
    assert silent.empty, f"no value and no reason: {silent[_KEY].iloc[0].tolist()}"
    endless = cells[np.isinf(cells[_NUMBERS].to_numpy(dtype="float64")).any(axis=1)]
    assert endless.empty, f"not a finite number: {endless[_KEY].iloc[0].tolist()}"
