"""Survival: the median wait of all units, those still waiting included (Kaplan-Meier)."""

from __future__ import annotations

import math

import numpy as np

from generator.measures.figure import Figure
from generator.measures.intervals import Numbers
from generator.measures.mean import average_and_percentiles, percentiles_of
from generator.measures.measured import Metric, cells_of
from generator.measures.ordered import Groups, Ties, groups_in, sorted_units, spread, within_groups
from generator.measures.periods import Flags, Indices, Periods
from generator.measures.place import Placed
from generator.measures.results import Status
from generator.measures.rows import Terms, UnitRows
from generator.measures.units import UnitTable

_OBSERVED = "case when u.observed then 1 else 0 end"
_HALF = math.log(0.5)
_CLEAR = 1e-8  # logarithms this far from one half cannot be on the wrong side of it
_GONE = -60.0  # stands for log(0) once nobody is left; only ever the last of a group


def survival_terms(units: UnitTable) -> Terms:
    """Return what survival reads: `value`, the wait so far, and whether its end was `observed`."""
    units.need(("value", "observed"))
    value = units.exact("value")
    return Terms(
        counts={"answered": _OBSERVED},
        amounts={"waited": f"case when u.observed then {value} end"},
        numbers={"value": units.number("value"), "observed": _OBSERVED},
        present=f"({value}) is not null and u.observed is not null",
    )


def survival(placed: Placed, rows: UnitRows, figure: Figure, periods: Periods) -> dict[str, Metric]:
    """Return "" the median of all units; mean, median and p90 of those observed, as `..._responders`.

    The median is the first time at which at most half are still waiting; `not_reached` where that never happens.
    """
    ordered = sorted_units(rows, "value")
    found = spread(placed.grid, (_medians(groups) for groups in groups_in(ordered, figure, periods)))
    responders = average_and_percentiles(placed, placed.sums["waited"], placed.sums["answered"], found)
    return {
        "": _headline(placed, found.get("value", np.full(len(placed.grid), np.nan))),
        **{f"{name}_responders": metric for name, metric in responders.items()},
    }


def _headline(placed: Placed, medians: Numbers) -> Metric:
    silent = np.isnan(medians) & (placed.units > 0)
    status = np.where(silent, Status.NOT_REACHED.value, "").astype(object)
    return cells_of(placed.grid, placed.gap, medians, placed.units, status)


def _medians(groups: Groups) -> tuple[Groups, dict[str, Numbers]]:
    values, observed = groups.values["value"], groups.values["observed"] > 0
    ties = groups.ties("value")
    reached = _at_most_half(ties, ties.totals(observed), observed)
    runs = np.flatnonzero(reached)
    first = np.full(len(groups.sizes), -1)
    first[ties.group[runs][::-1]] = runs[::-1]  # the earliest run is written last
    median = np.where(first >= 0, values[ties.at[first]], np.nan)
    answered = np.add.reduceat(observed.astype(np.int64), groups.starts)
    return groups, {
        "value": median,
        **percentiles_of(values[observed], np.cumsum(answered) - answered, answered),
    }


def still_waiting(ties: Ties, ended: Indices) -> Numbers:
    """Return the logarithm of the share still waiting after each run, of whom `ended` were observed to end in it."""
    share_ending = ended / ties.left
    steps = np.where(ended == ties.left, _GONE, np.log1p(-np.minimum(share_ending, 1 - 1e-16)))
    return within_groups(steps, ties.first)


def _at_most_half(ties: Ties, ended: Indices, observed: Flags) -> Flags:
    """Return for each run whether at most one half is still waiting after it, as exact arithmetic would say."""
    level = still_waiting(ties, ended)
    reached = level <= _HALF
    close = np.flatnonzero(np.abs(level - _HALF) < _CLEAR)
    if not len(close):
        return reached
    first = ties.first[ties.group[close]]
    silent = np.concatenate([[0], np.cumsum(~observed)])
    nobody_left_early = silent[ties.at[close]] == silent[ties.at[first]]
    whole = ties.left[first]
    reached[close] = 2 * (ties.left[close] - ended[close]) <= whole
    for run, begin in zip(close[~nobody_left_early], first[~nobody_left_early], strict=True):
        reached[run] = _exactly_at_most_half(ties.left[begin : run + 1], ended[begin : run + 1])
    return reached


def _exactly_at_most_half(left: Indices, ended: Indices) -> bool:
    """Return whether the product of (left - ended) / left is at most one half, in integers."""
    left, ended = left[ended > 0], ended[ended > 0]
    # Where nobody left unobserved in between, a numerator is the next denominator; both go.
    kept = left[1:] != (left - ended)[:-1]
    above = (left - ended)[np.append(kept, True)]
    below = left[np.append(True, kept)]
    return bool(2 * math.prod(above.tolist()) <= math.prod(below.tolist()))
