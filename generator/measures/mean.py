"""Mean: the average of a value, with its median and 90th percentile beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.engine import Engine
from generator.measures.figure import Figure
from generator.measures.intervals import Numbers
from generator.measures.ordered import Cells, Indices, SortedUnits, cells_in, sorted_units
from generator.measures.periods import Periods
from generator.measures.place import Terms, place
from generator.measures.ratio import quotient
from generator.measures.units import UnitTable

MEDIAN, P90 = (1, 2), (9, 10)  # as fractions, so that positions between two values are exact


def mean(
    engine: Engine, units: UnitTable, figure: Figure, periods: Periods, only: str = "true"
) -> dict[str, pd.DataFrame]:
    """Return placed cells for mean, median and p90 of the units for which SQL `only` holds.

    The mean carries its sum and count as numerator and denominator.
    """
    units.need(("value",))
    value = units.exact("value")
    present = f"({value}) is not null and {only}"
    terms = Terms(counts={"n": "1"}, amounts={"numerator": value}, present=present)
    # A row that only blocks its cell has no part in the average.
    placed = place(engine, units, figure, terms, periods)
    placed["denominator"] = placed["n"]
    placed["value"] = quotient(placed["numerator"], placed["n"])
    ordered = sorted_units(engine, units, figure, {"value": "u.value"}, present)
    wanted = periods.of_grains(figure.grains)
    found = [_percentiles(ordered, cells) for cells in cells_in(ordered, figure.by, wanted, periods)]
    bare = placed[["period", "scope", "gap", "n"]]
    percentiles = pd.concat(found, ignore_index=True) if found else _NO_PERCENTILES
    beside = bare.merge(percentiles, on=["period", "scope"], how="left")
    return {
        "mean": placed,
        "median": beside.drop(columns="p90").rename(columns={"median": "value"}),
        "p90": beside.drop(columns="median").rename(columns={"p90": "value"}),
    }


_NO_PERCENTILES = pd.DataFrame(
    {"period": pd.Series(dtype="int64"), "scope": pd.Series(dtype="str"), "median": 0.0, "p90": 0.0}
)


def percentile(values: Numbers, starts: Indices, sizes: Indices, at: tuple[int, int]) -> Numbers:
    """Return the percentile at[0]/at[1] of each cell: linear between the values around position (n - 1) q."""
    above, below = at
    whole, part = np.divmod((sizes - 1) * above, below)
    low = values[starts + whole]
    high = values[starts + np.minimum(whole + 1, sizes - 1)]
    return np.asarray(low + (high - low) * part / below)


def _percentiles(units: SortedUnits, cells: Cells) -> pd.DataFrame:
    values = units.columns["value"][cells.order]
    return pd.DataFrame(
        {
            "period": cells.period,
            "scope": pd.Series(cells.scope, dtype="str"),
            "median": percentile(values, cells.starts, cells.sizes, MEDIAN),
            "p90": percentile(values, cells.starts, cells.sizes, P90),
        }
    )
