"""Ratio: a sum over a sum; the units above and below the line may be of different kinds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.engine import Engine
from generator.measures.figure import Figure
from generator.measures.intervals import Numbers
from generator.measures.periods import Periods
from generator.measures.place import Terms, place
from generator.measures.results import Status
from generator.measures.scopes import ALL
from generator.measures.units import UnitTable
from generator.measures.within import whole_of


def ratio(engine: Engine, units: UnitTable, figure: Figure, periods: Periods) -> pd.DataFrame:
    """Return placed cells: value = numerator / denominator; n = units that count below the line."""
    units.need(("num", "den"))
    num, den = units.exact("num"), units.exact("den")
    below = "u.counts" if units.has("counts") else f"({den}) <> 0"
    terms = Terms(
        counts={
            "n": f"case when {below} then 1 else 0 end",
            "above": f"case when ({num}) <> 0 then 1 else 0 end",
            "below": f"case when ({den}) <> 0 then 1 else 0 end",
        },
        amounts={"numerator": num, "denominator": den},
        present=f"({num}) is not null and ({den}) is not null",
    )
    placed = place(engine, units, figure, terms, periods)
    if figure.within:
        placed["denominator"] = whole_of(placed, figure.within, "denominator")
        placed["n"] = whole_of(placed, figure.within, "n")
    placed = placed.assign(value=quotient(placed["numerator"], placed["denominator"]))
    if figure.requires_both:
        placed = _without_one_sided(placed)
    return placed.drop(columns=["above", "below"])


def _without_one_sided(placed: pd.DataFrame) -> pd.DataFrame:
    """Withhold members that one side of the line does not know at all: their share is not nothing, it is unknown."""
    one_sided = (placed["scope"] != ALL) & ((placed["above"] == 0) != (placed["below"] == 0))
    return placed.assign(
        value=placed["value"].mask(one_sided),
        status=np.where(one_sided, Status.MISSING_INPUT.value, ""),
    )


def quotient(above: pd.Series, below: pd.Series) -> Numbers:
    """Return above / below; NaN over nothing."""
    top, bottom = above.to_numpy(dtype="float64"), below.to_numpy(dtype="float64")
    return np.asarray(np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom != 0))
