"""Places unit rows in cells (period x scope): summed by stretch of days and member, then over those of a period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from generator.measures.arrow import BILLION, Codes
from generator.measures.figure import Figure
from generator.measures.grid import Grid
from generator.measures.intervals import Numbers
from generator.measures.periods import Flags, Indices, Periods
from generator.measures.rows import Members, Standing, UnitRows
from generator.measures.scopes import ALL
from generator.measures.splits import MOST, splits

_UNITS = "units"
IN_WHOLE = "in_whole"
_EXACT = 2**53  # up to here a float holds every integer

Sums = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Placed:
    """Cells with what was summed in them; entry i of every array is one cell.

    gap: "" or the status word that blocks the cell. sums: `units` (rows), counts and amounts by name.
    """

    grid: Grid
    gap: npt.NDArray[np.object_]
    sums: Mapping[str, Numbers]

    @property
    def units(self) -> Numbers:
        """How many unit rows stand in each cell."""
        return self.sums[_UNITS]


@dataclass(frozen=True, eq=False)
class _Span:
    """The periods to fill, and the days they cover in stretches in which no period begins or ends.

    Period i holds the stretches [starts[i], cuts[i]). Its snapshot is the one at snapshots[i] of all `instants`.
    """

    first_day: int
    stretch: Codes  # of each day, from the first
    stretches: int
    starts: Indices
    cuts: Indices
    snapshots: Indices
    instants: int

    @property
    def periods(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, eq=False)
class _Spread:
    """Unit rows in the stretches (or in the periods, or snapshots) of a span, with what is to be summed."""

    dated: Indices | slice  # rows that go by their day
    stretch: Codes  # of each of them
    named: Indices | slice  # rows that name their period
    period: Codes  # of each of them, within the span
    stood: Indices | slice  # rows that stand in snapshots
    standing: Standing  # of each of them
    values: Mapping[str, tuple[npt.NDArray[Any], ...]]  # of each of the dated, named and standing


def place(parts: Iterable[UnitRows], figure: Figure, periods: Periods) -> Placed:
    """Return every cell that a unit fell into, with the sums of what was fetched, part by part.

    Scope `all` has a cell for every period from the first unit on, even where no unit fell into it. The members of a
    dimension that stands apart hold every unit, all other cells those of the whole.
    AssertionError when the parts of a split do not add up to the whole: that would be our bug.
    """
    wanted = periods.of_grains(figure.grains)
    span = _span(periods, wanted)
    scopes = [ALL]
    found: list[Sums] = []
    for rows in parts:
        for totals, members in _tables(rows, figure, wanted, span, periods):
            found.append(_filled(totals, len(scopes)))
            scopes += members.scopes
    expected = np.flatnonzero(_expected(rows, wanted, periods))
    found.append({"period": expected, "scope": expected * 0, _UNITS: expected * 0})
    return _placed(found, scopes, wanted, rows)


def _tables(
    rows: UnitRows, figure: Figure, wanted: Indices, span: _Span, periods: Periods
) -> Iterator[tuple[Sums, Members]]:
    """Yield the tables of period x member of every way to cut these rows."""
    every = _spread(rows, wanted, span, periods)
    of_whole = _some(every, rows.counts[IN_WHOLE]) if figure.apart else every
    wholes: dict[bool, Sums] = {}
    for dims, members in splits(rows, figure):
        is_apart = figure.apart in dims
        totals = _totals(every if is_apart else of_whole, members, span)
        whole = wholes.setdefault(is_apart, {name: table.sum(axis=1) for name, table in totals.items()})
        assert _adds_up(totals, whole), "the parts of a split do not add up to the whole"
        yield totals, members


def _span(periods: Periods, wanted: Indices) -> _Span:
    starts = periods.starts[wanted]
    ends = np.maximum(periods.cuts[wanted], starts)
    edges = np.unique(np.concatenate([starts, ends]))
    count = max(len(edges) - 1, 0)
    stretch = np.repeat(np.arange(count, dtype="int32"), np.diff(edges))
    first = int(edges[0]) if len(edges) else 0
    return _Span(
        first,
        stretch,
        count,
        np.searchsorted(edges, starts),
        np.searchsorted(edges, ends),
        periods.snapshots[wanted],
        len(periods.instants),
    )


def _spread(rows: UnitRows, wanted: Indices, span: _Span, periods: Periods) -> _Spread:
    day = rows.day - np.int32(span.first_day)
    dated = _true((day >= 0) & (day < len(span.stretch)))
    within = np.full(len(periods.ids) + 1, -1, dtype="int32")  # the last entry answers for rows that name no period
    within[wanted] = np.arange(len(wanted))
    period = within[rows.period]
    named = _true(period >= 0)
    stood = slice(None) if rows.standing else np.arange(0)
    nowhere = Standing(within[:0], within[:0])
    values = {name: (column[dated], column[named], column[stood]) for name, column in _values(rows).items()}
    return _Spread(dated, span.stretch[day[dated]], named, period[named], stood, rows.standing or nowhere, values)


def _true(flags: Flags) -> Indices | slice:
    """Return where `flags` are true; a slice needs no copy where they all are."""
    return slice(None) if flags.all() else np.flatnonzero(flags)


def _values(rows: UnitRows) -> Sums:
    """Return what is to be summed: by name, and for amounts their billionths too. Flags are counted."""
    values: Sums = {name: flags for name, flags in rows.counts.items() if name != IN_WHOLE}
    for name, amounts in rows.amounts.items():
        values[name] = amounts.whole
        if amounts.billionths is not None:
            values[_part(name)] = amounts.billionths
    for number, word in enumerate(rows.gaps):
        values[_blocking(word)] = rows.gap == number
    return values


def _part(name: str) -> str:
    return f"{name} billionths"


def _blocking(word: str) -> str:
    return f"gap {word}"


def _totals(spread: _Spread, members: Members, span: _Span) -> Sums:
    """Return tables of period x member: how many rows (`units`), and every value summed."""
    width = max(MOST // max(span.stretches, 1), 1)
    if len(members.scopes) <= width:
        return _table(spread, members.codes, len(members.scopes), span)
    tables = []
    for first in range(0, len(members.scopes), width):
        mine = (members.codes >= first) & (members.codes < first + width)
        tables.append(_table(_some(spread, mine), members.codes - first, min(width, len(members.scopes) - first), span))
    return {name: np.concatenate([table[name] for table in tables], axis=1) for name in tables[0]}


def _some(spread: _Spread, mine: Flags) -> _Spread:
    every = np.arange(len(mine))
    dated, named, stood = mine[spread.dated], mine[spread.named], mine[spread.stood]
    return replace(
        spread,
        dated=every[spread.dated][dated],
        stretch=spread.stretch[dated],
        named=every[spread.named][named],
        period=spread.period[named],
        stood=every[spread.stood][stood],
        standing=spread.standing.only(stood),
        values={name: (one[dated], two[named], three[stood]) for name, (one, two, three) in spread.values.items()},
    )


def _table(spread: _Spread, codes: Codes, members: int, span: _Span) -> Sums:
    def keys(at: Codes, rows: Indices | slice) -> Indices:
        return np.asarray(at.astype(np.int64) * members + codes[rows])

    by_day, by_name = keys(spread.stretch, spread.dated), keys(spread.period, spread.named)
    entering, leaving = keys(spread.standing.enters, spread.stood), keys(spread.standing.leaves, spread.stood)
    found = {}
    for name, (dated, named, stood) in {_UNITS: (None, None, None), **spread.values}.items():
        total = _grouped(named, by_name, span.periods, members)
        if len(by_day):
            total = total + _over_days(_grouped(dated, by_day, span.stretches, members), span)
        if len(entering):
            entered, left = (_grouped(stood, at, span.instants + 1, members) for at in (entering, leaving))
            # Whoever entered before a snapshot and did not leave stands in it.
            total = total + np.cumsum(entered - left, axis=0)[span.snapshots]
        found[name] = total
    return found


def _over_days(apart: npt.NDArray[Any], span: _Span) -> npt.NDArray[Any]:
    """Return sums by period x member from those by stretch x member."""
    # A period is a run of stretches: what had come together by its end, less what had by its start.
    running = np.zeros((span.stretches + 1, apart.shape[1]), dtype=apart.dtype)
    np.cumsum(apart, axis=0, out=running[1:])
    return np.asarray(running[span.cuts] - running[span.starts])


def _grouped(weights: npt.NDArray[Any] | None, keys: Indices, places: int, members: int) -> npt.NDArray[Any]:
    """Return sums by place x member; weights of None count."""
    if weights is None or weights.dtype == bool:
        sums = np.bincount(keys if weights is None else keys[weights], minlength=places * members)
    else:
        sums = np.zeros(places * members, dtype=weights.dtype)
        np.add.at(sums, keys, weights)  # integers stay exact
    return sums.reshape(places, members)


def _adds_up(totals: Sums, whole: Sums) -> bool:
    return all(
        np.array_equal(table.sum(axis=1), whole[name]) for name, table in totals.items() if table.dtype == np.int64
    )


def _expected(rows: UnitRows, wanted: Indices, periods: Periods) -> npt.NDArray[np.bool_]:
    """Return in which periods the whole has a cell even if nothing fell into it: from the first unit on."""
    if rows.first_day is None:
        return np.zeros(len(wanted), dtype=bool)
    return np.asarray((periods.ends[wanted] > rows.first_day) | (periods.grains[wanted] == "all"))


def _filled(totals: Sums, first_scope: int) -> Sums:
    """Return the cells of period x member tables that hold a unit."""
    period, member = np.nonzero(totals[_UNITS])
    return {"period": period, "scope": member + first_scope} | {
        name: table[period, member] for name, table in totals.items()
    }


def _placed(found: list[Sums], scopes: list[str], wanted: Indices, rows: UnitRows) -> Placed:
    """Return the cells of all parts, each once; rows: the last of them."""
    known = sorted(set(scopes))
    code = {text: number for number, text in enumerate(known)}
    scope = np.array([code[text] for text in scopes], dtype="int64")[_column(found, "scope")]
    key = wanted[_column(found, "period")] * len(known) + scope
    order = np.argsort(key, kind="stable")
    key = key[order]
    begins = np.flatnonzero(np.diff(key, prepend=-1))
    grid = Grid(key[begins] // len(known), key[begins] % len(known), tuple(known))
    added = {
        name: np.add.reduceat(_column(found, name)[order], begins)
        for name in dict.fromkeys(name for part in found for name in part)
    }
    gap = np.full(len(grid), "", dtype=object)
    for word in reversed(rows.gaps):  # of several, the first in the alphabet
        gap[added[_blocking(word)] > 0] = word
    sums = {name: added[name].astype("float64") for name in (_UNITS, *rows.counts) if name != IN_WHOLE}
    for name in rows.amounts:
        sums[name] = _float(added[name], added.get(_part(name)))
    return Placed(grid, gap, sums)


def _column(found: list[Sums], name: str) -> npt.NDArray[Any]:
    """Return the sums of all parts one below the other; 0 in a part that has none."""
    return np.concatenate([part[name] if name in part else np.zeros_like(part[_UNITS]) for part in found])


def _float(whole: npt.NDArray[Any], billionths: Indices | None) -> Numbers:
    """Return sums as floats, as near as can be."""
    if billionths is None:
        return whole.astype("float64")
    carried, rest = np.divmod(billionths, BILLION)
    whole = whole + carried
    # Towards zero, so that -0.1 is not -1 + 0.9.
    towards = (whole < 0) & (rest > 0)
    whole, rest = whole + towards, rest - towards * BILLION
    small = np.abs(whole) < _EXACT // BILLION
    exact = np.where(small, whole, 0) * BILLION + rest
    return np.asarray(np.where(small, exact / BILLION, whole + rest / BILLION), dtype="float64")
