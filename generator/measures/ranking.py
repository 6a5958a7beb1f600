"""Ranking: does a higher score go with more hits? The area under the curve, and hit rates by score band."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.engine import Engine
from generator.measures.figure import Figure, Shape
from generator.measures.intervals import Numbers
from generator.measures.ordered import Cells, Rows, SortedUnits, cells_in, sorted_units, stacked
from generator.measures.periods import Periods
from generator.measures.place import Terms, place
from generator.measures.rate import share_of
from generator.measures.ratio import quotient
from generator.measures.scopes import ALL, scope_members, scope_text
from generator.measures.units import UnitTable

_HITS = "case when u.hit then 1 else 0 end"


def ranking(
    engine: Engine, units: UnitTable, figure: Figure, periods: Periods, min_n_band: int
) -> dict[str, pd.DataFrame]:
    """Return placed cells: the chance that a hit has the higher `value` than a miss, ties counting half.

    numerator: pairs won; denominator: pairs. With a text column `band` also `rate` and `lift` (over the rate of all)
    by band, bands of fewer than `min_n_band` units joined with the next one.
    """
    units.need(("value", "hit"))
    present = f"({units.exact('value')}) is not null and u.hit is not null"
    placed = place(engine, units, figure, Terms(counts={"n": "1"}, amounts={}, present=present), periods)
    ordered = sorted_units(engine, units, figure, {"value": "u.value", "hit": _HITS}, present)
    wanted = periods.of_grains(figure.grains)
    pairs = stacked(_pairs_won(ordered, cells) for cells in cells_in(ordered, figure.by, wanted, periods))
    pairs = _NO_PAIRS if pairs is None else pairs
    headline = placed.merge(pairs, on=["period", "scope"], how="left")
    headline["value"] = quotient(headline["numerator"], headline["denominator"])
    if not units.has("band"):
        return {"": headline}
    bands = Terms(counts={"numerator": _HITS, "n": "1"}, amounts={}, present=present)
    shape = Shape("rate", ("band",), figure.grains)
    rates = share_of(_joined(place(engine, units, shape, bands, periods), min_n_band))
    return {"": headline, "rate": rates, "lift": _lift(rates)}


_NO_PAIRS = pd.DataFrame(
    {"period": pd.Series(dtype="int64"), "scope": pd.Series(dtype="str"), "numerator": 0.0, "denominator": 0.0}
)


def _pairs_won(units: SortedUnits, cells: Cells) -> Rows:
    hit = units.columns["hit"][cells.order] > 0
    ties = cells.ties(units.columns["value"][cells.order])
    hits, misses = ties.totals(hit), ties.totals(~hit)
    behind = np.cumsum(misses) - misses
    behind -= behind[ties.first][ties.cell]
    twice = np.add.reduceat(hits * (2 * behind + misses), ties.first)
    pairs = np.add.reduceat(hits, ties.first) * np.add.reduceat(misses, ties.first)
    won: Numbers = twice / 2
    return cells.rows(numerator=won, denominator=pairs)


def _joined(placed: pd.DataFrame, min_n_band: int) -> pd.DataFrame:
    """Return `placed` with small bands joined to the next higher one, the last to the one below."""
    parts = [placed[placed["scope"] == ALL]]
    bands = placed[placed["scope"] != ALL].sort_values(["period", "scope"])
    group, names = [], {}
    for period, rows in bands.groupby("period", sort=True):
        for number, some in enumerate(_runs(rows["n"].tolist(), min_n_band)):
            members = [scope_members(scope)["band"] for scope in rows["scope"].iloc[some]]
            names[period, number] = scope_text({"band": " + ".join(members)})
            group += [(period, number)] * len(members)
    if group:
        keys = pd.MultiIndex.from_tuples(group)
        sums = bands[["numerator", "n"]].set_index(keys).groupby(level=[0, 1]).sum()
        gaps = bands[["gap"]].set_index(keys).groupby(level=[0, 1]).max()
        joined = sums.join(gaps).assign(scope=[names[key] for key in sums.index])
        parts.append(joined.rename_axis(["period", "run"]).reset_index().drop(columns="run"))
    return pd.concat(parts, ignore_index=True).astype({"scope": "str"})


def _runs(sizes: list[int], least: int) -> list[slice]:
    """Return runs of neighbours that hold at least `least` together; the last takes what is left over."""
    runs, start, held = [], 0, 0
    for number, size in enumerate(sizes):
        held += size
        if held >= least:
            runs.append(slice(start, number + 1))
            start, held = number + 1, 0
    if start < len(sizes):
        last = runs.pop().start if runs else start
        runs.append(slice(last, len(sizes)))
    return runs


def _lift(rates: pd.DataFrame) -> pd.DataFrame:
    overall = rates[rates["scope"] == ALL].set_index("period")["value"]
    lift = quotient(rates["value"], rates["period"].map(overall))
    lifted = rates[["period", "scope", "gap", "n"]].assign(value=lift)
    return lifted[lifted["scope"] != ALL]
