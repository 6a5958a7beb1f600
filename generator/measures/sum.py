"""Sum: the values of all units added up."""

from __future__ import annotations

from generator.measures.measured import Metric, cells_of
from generator.measures.place import Placed
from generator.measures.rows import Terms
from generator.measures.units import UnitTable


def total_terms(units: UnitTable) -> Terms:
    """Return what a sum reads: `value`."""
    units.need(("value",))
    value = units.exact("value")
    return Terms(amounts={"value": value}, present=f"({value}) is not null")


def total(placed: Placed) -> Metric:
    """Return value = the sum, n = units that have a value."""
    return cells_of(placed.grid, placed.gap, placed.sums["value"], placed.units)
