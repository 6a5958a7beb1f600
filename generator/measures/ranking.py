"""Ranking: does a higher score go with more hits? The area under the curve, and hit rates by score band."""

from __future__ import annotations

import numpy as np

from generator.measures.cohort import without_the_young
from generator.measures.figure import Figure, Settings, Shape
from generator.measures.grid import sorted_grid, taken
from generator.measures.intervals import Numbers
from generator.measures.measured import Metric, Words, cells_of
from generator.measures.ordered import Groups, groups_in, sorted_units, spread
from generator.measures.periods import Indices, Periods
from generator.measures.place import Placed, place
from generator.measures.rate import HITS, quotient, share_of
from generator.measures.rows import Terms, UnitRows
from generator.measures.scopes import ALL, scope_members, scope_text
from generator.measures.units import UnitTable

BAND = "band"
MATURE = "mature"


def ranking_terms(units: UnitTable) -> Terms:
    """Return what a ranking reads: the score `value`, `hit`, and `is_mature` where the rows carry it."""
    units.need(("value", "hit"))
    present = f"({units.exact('value')}) is not null and u.hit is not null"
    if not units.has("is_mature"):
        return Terms(counts={"hits": HITS}, numbers={"value": "u.value", "hit": HITS}, present=present)
    return Terms(
        counts={
            "hits": "case when u.is_mature and u.hit then 1 else 0 end",
            MATURE: "case when u.is_mature then 1 else 0 end",
        },
        numbers={"value": "case when u.is_mature then u.value end", "hit": HITS},
        present=present,
    )


def ranking(placed: Placed, rows: UnitRows, figure: Figure, periods: Periods, settings: Settings) -> dict[str, Metric]:
    """Return the chance that a hit has the higher `value` than a miss, ties counting half.

    numerator: pairs won; denominator: pairs; n: units. With a text column `band` also `rate` and `lift` (over the rate
    of all) by band, bands of fewer than `min_n_band` units joined with the next one, and `violations`: how often the
    rate falls from one band to the next higher one. Units that are not mature are in none of them; where too few are,
    there is no value, and the status `maturing`.
    """
    found = _judged(placed, rows, figure, periods, settings.min_n_band)
    if MATURE in placed.sums:
        found[""] = without_the_young(found[""], placed, settings.min_mature_share, placed.units)
    return found


def _judged(placed: Placed, rows: UnitRows, figure: Figure, periods: Periods, min_n_band: int) -> dict[str, Metric]:
    ordered = sorted_units(rows, "value")
    pairs = spread(placed.grid, (_pairs_won(groups) for groups in groups_in(ordered, figure, periods)))
    nothing = np.full(len(placed.grid), np.nan)
    won, of = pairs.get("won", nothing), pairs.get("pairs", nothing)
    n = placed.sums.get(MATURE, placed.units)
    chance = cells_of(placed.grid, placed.gap, quotient(won, of), n, numerator=won, denominator=of)
    if BAND not in rows.members:
        return {"": chance}
    bands = _joined(place([rows], Shape("rate", (BAND,), figure.grains), periods), min_n_band)
    rates = share_of(bands.grid, bands.gap, bands.sums["hits"], _counted(bands))
    return {"": chance, "rate": rates, "lift": _lift(bands), "violations": _violations(bands, rates)}


def _pairs_won(groups: Groups) -> tuple[Groups, dict[str, Numbers]]:
    hit = groups.values["hit"] > 0
    ties = groups.ties("value")
    hits, misses = ties.totals(hit), ties.totals(~hit)
    behind = np.cumsum(misses) - misses
    behind -= behind[ties.first][ties.group]
    twice = np.add.reduceat(hits * (2 * behind + misses), ties.first)
    pairs = np.add.reduceat(hits, ties.first) * np.add.reduceat(misses, ties.first)
    return groups, {"won": twice / 2, "pairs": pairs.astype("float64")}


def _joined(placed: Placed, least: int) -> Placed:
    """Return `placed` with small bands joined to the next higher one, the last to the one below."""
    grid, whole = placed.grid, placed.grid.where(ALL)
    target = np.arange(len(grid))  # the cell that each joins
    names = {int(at): ALL for at in np.flatnonzero(whole)}
    for period in np.unique(grid.period[~whole]):
        mine = np.flatnonzero((grid.period == period) & ~whole)
        for some in _runs(_counted(placed)[mine].tolist(), least):
            members = [scope_members(grid.scopes[grid.scope[at]])[BAND] for at in mine[some]]
            target[mine[some]] = mine[some][0]
            names[int(mine[some][0])] = scope_text({BAND: " + ".join(members)})
    scopes = sorted(set(names.values()))
    kept = np.array(sorted(names), dtype="int64")
    codes = np.array([scopes.index(names[int(at)]) for at in kept], dtype="int64")
    joined, order = sorted_grid(grid.period[kept], codes, scopes)
    sums = {name: np.bincount(target, column, len(grid))[kept][order] for name, column in placed.sums.items()}
    return Placed(joined, _worst_gap(placed, target)[kept][order], sums)


def _worst_gap(placed: Placed, target: Indices) -> Words:
    gap = placed.gap.copy()
    for at in np.flatnonzero(placed.gap != ""):
        gap[target[at]] = max(gap[target[at]], gap[at])
    return gap


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


def _lift(bands: Placed) -> Metric:
    grid = bands.grid
    rate = quotient(bands.sums["hits"], _counted(bands))
    all_of = grid.find(grid.period, np.full(len(grid), grid.code_of(ALL)))
    lift = quotient(rate, taken(rate, all_of))
    return cells_of(grid, bands.gap, lift, _counted(bands)).only(~grid.where(ALL))


def _violations(bands: Placed, rates: Metric) -> Metric:
    """Return in how many pairs of neighbouring bands the higher one has the lower rate; n: bands."""
    grid, whole = bands.grid, np.flatnonzero(bands.grid.where(ALL))
    falls, counted = np.zeros(len(whole)), np.zeros(len(whole))
    for number, at in enumerate(whole):
        mine = np.flatnonzero((grid.period == grid.period[at]) & ~grid.where(ALL))
        known = rates.value[mine][~np.isnan(rates.value[mine])]
        falls[number] = np.nan if len(known) < 2 else np.sum(np.diff(known) < 0)
        counted[number] = len(known)
    return cells_of(grid.only(bands.grid.where(ALL)), bands.gap[whole], falls, counted)


def _counted(placed: Placed) -> Numbers:
    """Return how many units each cell judges."""
    return placed.sums.get(MATURE, placed.units)
