"""Unit rows sorted by a value and put into groups: what medians, percentiles, curves and ranks have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from generator.measures.figure import Figure
from generator.measures.grid import Grid
from generator.measures.intervals import Numbers
from generator.measures.periods import Flags, Indices, Periods
from generator.measures.rows import Members, UnitRows
from generator.measures.scopes import ALL


@dataclass(frozen=True, eq=False)
class Ties:
    """Runs of equal values within the groups; everything counted at a run counts at once."""

    at: Indices  # position among the sorted rows where each run begins
    group: Indices  # the number of its group
    first: Indices  # for each group, its first run
    left: Indices  # units of the group that stand at or after the run: those at risk

    def totals(self, along: Flags) -> Indices:
        """Return how many units of each run are true in `along`, which goes by the sorted rows."""
        return np.add.reduceat(along.astype(np.int64), self.at)


@dataclass(frozen=True, eq=False)
class Groups:
    """The units of some cells that share none, cell by cell, and by value within each."""

    period: Indices  # position in `Periods`, one a group
    scope: Indices  # position in `scopes`, one a group
    scopes: list[str]
    starts: Indices  # where each group begins
    sizes: Indices
    values: dict[str, Numbers]  # of the units

    def ties(self, name: str) -> Ties:
        """Return the runs of equal values of `name`, by which the units are sorted."""
        values = self.values[name]
        begins = np.zeros(len(values), dtype=bool)
        begins[self.starts] = True
        begins[1:] |= values[1:] != values[:-1]
        at = np.flatnonzero(begins)
        group = np.searchsorted(self.starts, at, side="right") - 1
        first = np.searchsorted(at, self.starts)
        return Ties(at, group, first, self.starts[group] + self.sizes[group] - at)


def spread(grid: Grid, parts: Iterable[tuple[Groups, dict[str, npt.NDArray[Any]]]]) -> dict[str, Numbers]:
    """Return what was found for groups as columns of `grid`; NaN where no group stands, of several the largest."""
    found: dict[str, Numbers] = {}
    for groups, columns in parts:
        at = grid.find(groups.period, grid.codes_of(groups.scopes)[groups.scope])
        for name, column in columns.items():
            known = found.setdefault(name, np.full(len(grid), np.nan))
            known[at] = np.fmax(known[at], column)
    return found


def within_groups(along: Numbers, first: Indices) -> Numbers:
    """Return running sums that begin anew at each position of `first`."""
    totals = np.add.reduceat(along, first)
    steps = along.copy()
    steps[first[1:]] -= totals[:-1]
    return np.asarray(np.cumsum(steps))


def sorted_units(rows: UnitRows, name: str, above: float = -np.inf) -> UnitRows:
    """Return the rows whose number `name` is more than `above` in its order, without what was fetched to be summed."""
    numbers = rows.numbers[name]
    there = np.flatnonzero(numbers > above)  # what is no number is more than nothing
    order = there[np.argsort(numbers[there], kind="stable")]
    return replace(
        rows,
        day=rows.day[order],
        period=rows.period[order],
        members={dim: Members(one.codes[order], one.scopes) for dim, one in rows.members.items()},
        counts={},
        amounts={},
        numbers={one: column[order] for one, column in rows.numbers.items()},
        standing=rows.standing and rows.standing.only(order),
    )


def groups_in(
    rows: UnitRows, figure: Figure, periods: Periods, wanted: Indices | None = None, by: tuple[str, ...] | None = None
) -> Iterator[Groups]:
    """Yield the groups of sorted rows, whole and split by `by` (None: as the figure says), part by part.

    wanted: positions of periods; None for those of the figure's grains. One part shares no unit, but those that stand.
    """
    for layer in periods.layers(periods.of_grains(figure.grains) if wanted is None else wanted):
        inside, number = _inside(rows, layer, periods)
        if not len(inside):
            continue
        values = {name: column[inside] for name, column in rows.numbers.items()}
        yield _grouped(number, values, layer, [ALL])
        for dim in figure.by if by is None else by:
            members = rows.members[dim]
            yield _grouped(number * len(members.scopes) + members.codes[inside], values, layer, members.scopes)


def _grouped(group: Indices, values: dict[str, Numbers], layer: Indices, scopes: list[str]) -> Groups:
    # Small integers sort by radix, several times faster; stable, so that rows stay in order of value.
    narrow = group.astype("uint16") if len(layer) * len(scopes) < 2**16 else group.astype("int32")
    order = np.argsort(narrow, kind="stable")
    sizes = np.bincount(group, minlength=len(layer) * len(scopes))
    found = np.flatnonzero(sizes)
    sizes = sizes[found]
    return Groups(
        layer[found // len(scopes)],
        found % len(scopes),
        scopes,
        np.cumsum(sizes) - sizes,
        sizes,
        {name: column[order] for name, column in values.items()},
    )


def _inside(rows: UnitRows, layer: Indices, periods: Periods) -> tuple[Indices, Indices]:
    """Return the rows that fall into a period of `layer`, and which; one that stands may fall into several."""
    if rows.standing is None:
        number = _period_numbers(rows, layer, periods)
        inside = np.flatnonzero(number >= 0)
        return inside, number[inside]
    by_snapshot = np.argsort(periods.snapshots[layer], kind="stable")
    snapshots = periods.snapshots[layer][by_snapshot]
    first, last = (np.searchsorted(snapshots, at) for at in (rows.standing.enters, rows.standing.leaves))
    times = last - first
    nth = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    return np.repeat(np.arange(len(rows)), times), by_snapshot[np.repeat(first, times) + nth]


def _period_numbers(rows: UnitRows, layer: Indices, periods: Periods) -> Indices:
    """Return which period of `layer` each row falls into; -1 for none."""
    starts, cuts = periods.starts[layer], periods.cuts[layer]
    first, last = int(starts.min()) - 1, int(cuts.max())
    of_day = np.full(max(last - first, 0) + 1, -1, dtype="int64")  # both ends answer for every day beyond them
    for number, (start, cut) in enumerate(zip(starts - first, cuts - first, strict=True)):
        of_day[start:cut] = number
    by_day = of_day[np.clip(rows.day - first, 0, len(of_day) - 1)]
    named = rows.period >= 0
    if not named.any():
        return by_day
    of_period = np.full(len(periods.ids), -1, dtype="int64")
    of_period[layer] = np.arange(len(layer))
    by_day[named] = of_period[rows.period[named]]
    return by_day
