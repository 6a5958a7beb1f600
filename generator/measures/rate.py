"""Rate: the share of units that hit, with its Wilson interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.engine import Engine
from generator.measures.figure import Figure
from generator.measures.intervals import wilson
from generator.measures.periods import Periods
from generator.measures.place import Terms, place
from generator.measures.units import UnitTable


def rate(engine: Engine, units: UnitTable, figure: Figure, periods: Periods) -> pd.DataFrame:
    """Return placed cells: value = hits / units, numerator, denominator, n, low and high."""
    units.need(("hit",))
    terms = Terms(
        counts={"numerator": "case when u.hit then 1 else 0 end", "n": "1"}, amounts={}, present="u.hit is not null"
    )
    return share_of(place(engine, units, figure, terms, periods))


def share_of(placed: pd.DataFrame) -> pd.DataFrame:
    """Return `placed`, which has numerator and n, with value, denominator and the interval."""
    hits, n = placed["numerator"].to_numpy(dtype="float64"), placed["n"].to_numpy(dtype="float64")
    low, high = wilson(hits, n)
    value = np.divide(hits, n, out=np.full(len(n), np.nan), where=n > 0)
    return placed.assign(value=value, denominator=n, low=low, high=high)
