"""Whether one row makes up much of what stands above the line of a ratio of sums."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from generator.measures.figure import Figure
from generator.measures.ordered import Groups, groups_in, sorted_units, spread
from generator.measures.periods import Flags, Periods
from generator.measures.place import Placed
from generator.measures.rows import UnitRows

_ABOVE = "num"
_SHARE = 0.25


def above_the_line(rows: UnitRows) -> UnitRows:
    """Return the rows that can make up much of a numerator, by what they add to it."""
    return sorted_units(rows, _ABOVE, above=0)


def concentrated(placed: Placed, parts: Sequence[UnitRows], figure: Figure, periods: Periods) -> Flags:
    """Return the cells of which one row is more than a quarter of the numerator; rows that only count are no sums.

    parts: the rows above the line, in one or more parts.
    """
    nothing = np.zeros(len(placed.grid), dtype=bool)
    if max(rows.numbers[_ABOVE].max(initial=0.0) for rows in parts) <= 1:
        return nothing
    groups = (groups for rows in parts for groups in groups_in(rows, figure, periods))
    found = spread(placed.grid, map(_largest, groups))
    whole = placed.sums["numerator"]
    return np.asarray((whole > 0) & (found.get("largest", nothing) > _SHARE * whole))


def _largest(groups: Groups) -> tuple[Groups, dict[str, np.ndarray]]:
    return groups, {"largest": groups.values[_ABOVE][groups.starts + groups.sizes - 1]}
