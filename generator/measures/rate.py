"""Rate: the share of units that hit, with its Wilson interval."""

from __future__ import annotations

import numpy as np

from generator.measures.figure import Figure
from generator.measures.grid import Grid
from generator.measures.intervals import Numbers, wilson
from generator.measures.measured import Metric, Words, cells_of
from generator.measures.place import Placed
from generator.measures.rows import Terms
from generator.measures.units import UnitTable
from generator.measures.within import whole_of

HITS = "case when u.hit then 1 else 0 end"


def rate_terms(units: UnitTable) -> Terms:
    """Return what a rate reads: `hit`."""
    units.need(("hit",))
    return Terms(counts={"hits": HITS}, present="u.hit is not null")


def rate(placed: Placed, figure: Figure) -> Metric:
    """Return value = hits / units (`within`: of the whole), numerator, denominator, n, low and high."""
    units = whole_of(placed.grid, figure.within, placed.units) if figure.within else placed.units
    return share_of(placed.grid, placed.gap, placed.sums["hits"], units)


def share_of(grid: Grid, gap: Words, hits: Numbers, n: Numbers) -> Metric:
    """Return hits / n with its interval."""
    low, high = wilson(hits, n)
    return cells_of(grid, gap, quotient(hits, n), n, numerator=hits, denominator=n, low=low, high=high)


def quotient(above: Numbers, below: Numbers) -> Numbers:
    """Return above / below; NaN over nothing."""
    return np.asarray(np.divide(above, below, out=np.full(len(above), np.nan), where=below != 0))
