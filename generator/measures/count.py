"""Count: how many units."""

from __future__ import annotations

from generator.measures.figure import Figure
from generator.measures.measured import Metric, cells_of
from generator.measures.place import Placed
from generator.measures.within import whole_of


def count(placed: Placed, figure: Figure) -> Metric:
    """Return value = n; with `within`, denominator = the count over all members of that dimension."""
    n = placed.units
    if not figure.within:
        return cells_of(placed.grid, placed.gap, n, n)
    whole = whole_of(placed.grid, figure.within, n)
    return cells_of(placed.grid, placed.gap, n, n, numerator=n, denominator=whole)
