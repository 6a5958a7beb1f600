"""Count: how many units."""

from __future__ import annotations

import pandas as pd

from generator.engine import Engine
from generator.measures.figure import Figure
from generator.measures.periods import Periods
from generator.measures.place import Terms, place
from generator.measures.units import UnitTable
from generator.measures.within import whole_of


def count(engine: Engine, units: UnitTable, figure: Figure, periods: Periods) -> pd.DataFrame:
    """Return placed cells: value = n; with `within`, denominator = the count over all members of that dimension."""
    placed = place(engine, units, figure, Terms(counts={"n": "1"}, amounts={}), periods)
    if figure.within:
        placed["denominator"] = whole_of(placed, figure.within, "n")
        placed["numerator"] = placed["n"]
    return placed.assign(value=placed["n"])
