"""Whether one row makes up much of what stands above the line of a ratio of sums."""

from __future__ import annotations

import numpy as np

from generator.measures.figure import Figure
from generator.measures.ordered import Groups, groups_in, sorted_units, spread
from generator.measures.periods import Flags, Periods
from generator.measures.place import Placed
from generator.measures.rows import UnitRows

_ABOVE = "num"
_SHARE = 0.25


def concentrated(placed: Placed, rows: UnitRows, figure: Figure, periods: Periods) -> Flags:
    """Return the cells of which one row is more than a quarter of the numerator; rows that only count are no sums."""
    nothing = np.zeros(len(placed.grid), dtype=bool)
    if not len(rows) or rows.numbers[_ABOVE].max(initial=0.0) <= 1:
        return nothing
    ordered = sorted_units(rows, _ABOVE, above=0)
    found = spread(placed.grid, (_largest(groups) for groups in groups_in(ordered, figure, periods)))
    whole = placed.sums["numerator"]
    return np.asarray((whole > 0) & (found.get("largest", nothing) > _SHARE * whole))


def _largest(groups: Groups) -> tuple[Groups, dict[str, np.ndarray]]:
    return groups, {"largest": groups.values[_ABOVE][groups.starts + groups.sizes - 1]}
