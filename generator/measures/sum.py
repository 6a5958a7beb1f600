"""Sum: the values of all units added up."""

from __future__ import annotations

import pandas as pd

from generator.engine import Engine
from generator.measures.figure import Figure
from generator.measures.periods import Periods
from generator.measures.place import Terms, place
from generator.measures.units import UnitTable


def total(engine: Engine, units: UnitTable, figure: Figure, periods: Periods) -> pd.DataFrame:
    """Return placed cells: value = the sum, n = units that have a value."""
    units.need(("value",))
    value = units.exact("value")
    terms = Terms(counts={"n": "1"}, amounts={"value": value}, present=f"({value}) is not null")
    return place(engine, units, figure, terms, periods)
