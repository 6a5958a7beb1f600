"""Ratio: a sum over a sum; the units above and below the line may be of different kinds."""

from __future__ import annotations

import numpy as np

from generator.measures.cohort import without_the_young
from generator.measures.figure import Figure
from generator.measures.measured import Metric, Words, cells_of
from generator.measures.place import Placed
from generator.measures.rate import quotient
from generator.measures.results import Status
from generator.measures.rows import Terms
from generator.measures.scopes import ALL
from generator.measures.units import UnitTable
from generator.measures.within import whole_of


def ratio_terms(units: UnitTable) -> Terms:
    """Return what a ratio reads: `num`, `den`; `counts` where the rows say themselves which count.

    `is_mature`, where the rows carry it, is null for those that need no time, such as spend.
    """
    units.need(("num", "den"))
    num, den = units.exact("num"), units.exact("den")
    counted = "u.counts" if units.has("counts") else f"({den}) <> 0"
    ages = {
        "mature": "case when u.is_mature then 1 else 0 end",
        "aging": "case when u.is_mature is not null then 1 else 0 end",
    }
    return Terms(
        counts={
            "n": f"case when {counted} then 1 else 0 end",
            "above": f"case when ({num}) <> 0 then 1 else 0 end",
            "below": f"case when ({den}) <> 0 then 1 else 0 end",
            **(ages if units.has("is_mature") else {}),
        },
        amounts={"numerator": num, "denominator": den},
        numbers={"num": units.number("num")},
        present=f"({num}) is not null and ({den}) is not null",
    )


def ratio(placed: Placed, figure: Figure, min_mature_share: float) -> Metric:
    """Return value = numerator / denominator; n = units that count below the line.

    Where too few of those that need time are mature there is no value, and the status `maturing`.
    """
    above, below, n = (placed.sums[name] for name in ("numerator", "denominator", "n"))
    if figure.within:
        below, n = (whole_of(placed.grid, figure.within, sums) for sums in (below, n))
    value = quotient(above, below)
    status = None
    if figure.requires_both:
        status = _one_sided(placed)
        value = np.where(status == "", value, np.nan)
    found = cells_of(placed.grid, placed.gap, value, n, status, numerator=above, denominator=below)
    if "aging" in placed.sums:
        found = without_the_young(found, placed, min_mature_share, placed.sums["aging"])
    return found


def _one_sided(placed: Placed) -> Words:
    """Name members that only the side below the line knows: what stands above is not nothing, it is unknown."""
    one_sided = (placed.sums["above"] == 0) & (placed.sums["below"] != 0)
    member = ~placed.grid.where(ALL)
    return np.where(one_sided & member, Status.MISSING_INPUT.value, "").astype(object)
