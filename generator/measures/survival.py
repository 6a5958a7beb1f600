"""Survival: the median wait of all units, those still waiting included (Kaplan-Meier)."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from generator.engine import Engine
from generator.measures.figure import Figure
from generator.measures.intervals import Numbers
from generator.measures.mean import average_and_percentiles, percentiles_of
from generator.measures.ordered import (
    Cells,
    Flags,
    Indices,
    Rows,
    SortedUnits,
    Ties,
    cells_in,
    sorted_units,
    stacked,
    within_cells,
)
from generator.measures.periods import Periods
from generator.measures.place import Terms, place
from generator.measures.results import Status
from generator.measures.units import UnitTable

_OBSERVED = "case when u.observed then 1 else 0 end"
_HALF = math.log(0.5)
_CLEAR = 1e-8  # logarithms this far from one half cannot be on the wrong side of it
_GONE = -60.0  # stands for log(0) once nobody is left; only ever the last of a cell


def survival(engine: Engine, units: UnitTable, figure: Figure, periods: Periods) -> dict[str, pd.DataFrame]:
    """Return placed cells: "" the median of all units; mean, median and p90 of those observed, as `..._responders`.

    The median is the first time at which at most half are still waiting; `not_reached` where that never happens.
    """
    units.need(("value", "observed"))
    value = units.exact("value")
    terms = Terms(
        counts={"waiting": "1", "answered": _OBSERVED},
        amounts={"numerator": f"case when u.observed then {value} end"},
        present=f"({value}) is not null and u.observed is not null",
    )
    placed = place(engine, units, figure, terms, periods)
    ordered = sorted_units(engine, units, figure, {"value": "u.value", "observed": _OBSERVED}, terms.present)
    wanted = periods.of_grains(figure.grains)
    medians = stacked(_medians(ordered, cells) for cells in cells_in(ordered, figure.by, wanted, periods))
    responders = average_and_percentiles(placed.rename(columns={"answered": "n"}).drop(columns="waiting"), medians)
    return {
        "": _headline(placed[["period", "scope", "gap", "waiting"]].rename(columns={"waiting": "n"}), medians),
        **{f"{name}_responders": cells for name, cells in responders.items()},
    }


def _headline(placed: pd.DataFrame, medians: pd.DataFrame | None) -> pd.DataFrame:
    if medians is None:
        return placed.assign(value=np.nan)
    headline = placed.merge(medians[["period", "scope", "value"]], on=["period", "scope"], how="left")
    silent = headline["value"].isna() & (headline["n"] > 0)
    return headline.assign(status=np.where(silent, Status.NOT_REACHED.value, ""))


def _medians(units: SortedUnits, cells: Cells) -> Rows:
    values = units.columns["value"][cells.order]
    observed = units.columns["observed"][cells.order] > 0
    ties = cells.ties(values)
    reached = _at_most_half(ties, ties.totals(observed), observed)
    runs = np.flatnonzero(reached)
    first = np.full(len(cells.sizes), -1)
    first[ties.cell[runs][::-1]] = runs[::-1]  # the earliest run is written last
    median = np.where(first >= 0, values[ties.at[first]], np.nan)
    answered = np.add.reduceat(observed.astype(np.int64), cells.starts)
    return cells.rows(value=median, **percentiles_of(values[observed], np.cumsum(answered) - answered, answered))


def still_waiting(ties: Ties, ended: Indices) -> Numbers:
    """Return the logarithm of the share still waiting after each run, of whom `ended` were observed to end in it."""
    share_ending = ended / ties.left
    steps = np.where(ended == ties.left, _GONE, np.log1p(-np.minimum(share_ending, 1 - 1e-16)))
    return within_cells(steps, ties.first)


def _at_most_half(ties: Ties, ended: Indices, observed: Flags) -> Flags:
    """Return for each run whether at most one half is still waiting after it, as exact arithmetic would say."""
    level = still_waiting(ties, ended)
    reached = level <= _HALF
    close = np.flatnonzero(np.abs(level - _HALF) < _CLEAR)
    if not len(close):
        return reached
    first = ties.first[ties.cell[close]]
    silent = np.concatenate([[0], np.cumsum(~observed)])
    nobody_left_early = silent[ties.at[close]] == silent[ties.at[first]]
    whole = ties.left[first]
    reached[close] = 2 * (ties.left[close] - ended[close]) <= whole
    for run, begin in zip(close[~nobody_left_early], first[~nobody_left_early], strict=True):
        reached[run] = _exactly_at_most_half(ties.left[begin : run + 1], ended[begin : run + 1])
    return reached


def _exactly_at_most_half(left: Indices, ended: Indices) -> bool:
    """Return whether the product of (left - ended) / left is at most one half, in integers."""
    left, ended = left[ended > 0], ended[ended > 0]
    # Where nobody left unobserved in between, a numerator is the next denominator; both go.
    kept = left[1:] != (left - ended)[:-1]
    above = (left - ended)[np.append(kept, True)]
    below = left[np.append(True, kept)]
    return bool(2 * math.prod(above.tolist()) <= math.prod(below.tolist()))
