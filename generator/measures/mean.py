"""Mean: the average of a value, with its median and 90th percentile beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.engine import Engine
from generator.measures.figure import Figure
from generator.measures.intervals import Numbers
from generator.measures.ordered import Cells, Indices, Rows, SortedUnits, cells_in, sorted_units, stacked
from generator.measures.periods import Periods
from generator.measures.place import Terms, place
from generator.measures.ratio import quotient
from generator.measures.units import UnitTable

MEDIAN, P90 = (1, 2), (9, 10)  # as fractions, so that positions between two values are exact


def mean(engine: Engine, units: UnitTable, figure: Figure, periods: Periods) -> dict[str, pd.DataFrame]:
    """Return placed cells: "" the mean, with its sum and count as numerator and denominator; median; p90."""
    units.need(("value",))
    value = units.exact("value")
    present = f"({value}) is not null"
    placed = place(
        engine, units, figure, Terms(counts={"n": "1"}, amounts={"numerator": value}, present=present), periods
    )
    ordered = sorted_units(engine, units, figure, {"value": "u.value"}, present)
    wanted = periods.of_grains(figure.grains)
    found = stacked(_of_all(ordered, cells) for cells in cells_in(ordered, figure.by, wanted, periods))
    averages = average_and_percentiles(placed, found)
    return {"": averages.pop("mean"), **averages}


def average_and_percentiles(placed: pd.DataFrame, percentiles: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """Return mean, median and p90 as placed cells.

    placed: numerator and n; percentiles: period, scope, median, p90, or None where no unit fell into any cell.
    """
    average = placed.assign(denominator=placed["n"], value=quotient(placed["numerator"], placed["n"]))
    bare = placed[["period", "scope", "gap", "n"]]
    if percentiles is None:
        nothing = bare.assign(value=np.nan)
        return {"mean": average, "median": nothing, "p90": nothing}
    beside = bare.merge(percentiles[["period", "scope", "median", "p90"]], on=["period", "scope"], how="left")
    return {
        "mean": average,
        "median": beside.drop(columns="p90").rename(columns={"median": "value"}),
        "p90": beside.drop(columns="median").rename(columns={"p90": "value"}),
    }


def percentiles_of(values: Numbers, starts: Indices, sizes: Indices) -> dict[str, Numbers]:
    """Return median and p90 of each cell of sorted `values`; NaN for an empty one."""
    found = {"median": np.full(len(sizes), np.nan), "p90": np.full(len(sizes), np.nan)}
    filled = sizes > 0
    for name, at in (("median", MEDIAN), ("p90", P90)):
        found[name][filled] = percentile(values, starts[filled], sizes[filled], at)
    return found


def percentile(values: Numbers, starts: Indices, sizes: Indices, at: tuple[int, int]) -> Numbers:
    """Return the percentile at[0]/at[1] of each cell: linear between the values around position (n - 1) q."""
    above, below = at
    whole, part = np.divmod((sizes - 1) * above, below)
    low = values[starts + whole]
    high = values[starts + np.minimum(whole + 1, sizes - 1)]
    return np.asarray(low + (high - low) * part / below)


def _of_all(units: SortedUnits, cells: Cells) -> Rows:
    values = units.columns["value"][cells.order]
    return cells.rows(**percentiles_of(values, cells.starts, cells.sizes))
