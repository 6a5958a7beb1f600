"""Mean: the average of a value, with its median and 90th percentile beside it."""

from __future__ import annotations

import numpy as np

from generator.measures.cohort import without_the_young
from generator.measures.figure import Figure
from generator.measures.intervals import Numbers
from generator.measures.measured import Metric, cells_of
from generator.measures.ordered import Groups, groups_in, sorted_units, spread
from generator.measures.periods import Indices, Periods
from generator.measures.place import Placed
from generator.measures.rate import quotient
from generator.measures.rows import Terms, UnitRows
from generator.measures.units import UnitTable

MEDIAN, P90 = (1, 2), (9, 10)  # as fractions, so that positions between two values are exact


def mean_terms(units: UnitTable) -> Terms:
    """Return what a mean reads: `value`, to be summed and to be sorted, and `is_mature` where the rows carry it."""
    units.need(("value",))
    value = units.exact("value")
    present = f"({value}) is not null"
    if not units.has("is_mature"):
        return Terms(amounts={"sum": value}, numbers={"value": units.number("value")}, present=present)
    return Terms(
        counts={"mature": "case when u.is_mature then 1 else 0 end"},
        amounts={"sum": f"case when u.is_mature then {value} end"},
        numbers={"value": f"case when u.is_mature then {units.number('value')} end"},
        present=present,
    )


def mean(
    placed: Placed, rows: UnitRows, figure: Figure, periods: Periods, min_mature_share: float
) -> dict[str, Metric]:
    """Return "" the mean, with its sum and count as numerator and denominator; median; p90.

    Units that are not mature are in none of them; where too few are, there is no value, and the status `maturing`.
    """
    ordered = sorted_units(rows, "value")
    found = spread(placed.grid, (_percentiles(groups) for groups in groups_in(ordered, figure, periods)))
    n = placed.sums.get("mature", placed.units)
    averages = average_and_percentiles(placed, placed.sums["sum"], n, found)
    if "mature" in placed.sums:
        averages = {name: without_the_young(metric, placed, min_mature_share) for name, metric in averages.items()}
    return {"": averages.pop("mean"), **averages}


def average_and_percentiles(
    placed: Placed, sums: Numbers, n: Numbers, percentiles: dict[str, Numbers]
) -> dict[str, Metric]:
    """Return mean, median and p90 from the sum and the number of what is averaged, and from what was sorted."""
    average = cells_of(placed.grid, placed.gap, quotient(sums, n), n, numerator=sums, denominator=n)
    nothing = np.full(len(placed.grid), np.nan)
    beside = {name: cells_of(placed.grid, placed.gap, percentiles.get(name, nothing), n) for name in ("median", "p90")}
    return {"mean": average, **beside}


def percentiles_of(values: Numbers, starts: Indices, sizes: Indices) -> dict[str, Numbers]:
    """Return median and p90 of each group of sorted `values`; NaN for an empty one."""
    found = {"median": np.full(len(sizes), np.nan), "p90": np.full(len(sizes), np.nan)}
    filled = sizes > 0
    for name, at in (("median", MEDIAN), ("p90", P90)):
        found[name][filled] = percentile(values, starts[filled], sizes[filled], at)
    return found


def percentile(values: Numbers, starts: Indices, sizes: Indices, at: tuple[int, int]) -> Numbers:
    """Return the percentile at[0]/at[1] of each group: linear between the values around position (n - 1) q."""
    above, below = at
    whole, part = np.divmod((sizes - 1) * above, below)
    low = values[starts + whole]
    high = values[starts + np.minimum(whole + 1, sizes - 1)]
    return np.asarray(low + (high - low) * part / below)


def _percentiles(groups: Groups) -> tuple[Groups, dict[str, Numbers]]:
    return groups, percentiles_of(groups.values["value"], groups.starts, groups.sizes)
