"""Unit rows sorted by a value and put into cells: what medians, percentiles, curves and ranks have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from generator.engine import Engine
from generator.measures.figure import Figure
from generator.measures.intervals import Numbers
from generator.measures.periods import Periods
from generator.measures.place import counted, day_of_unit, unit_rows_from
from generator.measures.scopes import ALL, scope_text
from generator.measures.units import UnitTable

Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Rows = dict[str, npt.NDArray[Any]]  # column -> values
_EPOCH = pd.Timestamp("1970-01-01")


@dataclass(frozen=True, eq=False)
class SortedUnits:
    """Unit rows in the order of their value; row i of every array is the same unit."""

    columns: dict[str, Numbers]  # what was asked for; the first is the value sorted by
    days: Indices  # since 1970-01-01; -1 where the unit names its period
    named: Indices  # period id, -1 where the unit goes by its day
    codes: dict[str, npt.NDArray[np.int32]]  # dimension -> position in `scopes[dimension]`
    scopes: dict[str, list[str]]


@dataclass(frozen=True, eq=False)
class Ties:
    """Runs of equal values within the cells; everything counted at a run counts at once."""

    at: Indices  # position in `order` where each run begins
    cell: Indices  # the number of its cell
    first: Indices  # for each cell, its first run
    left: Indices  # units of the cell that stand at or after the run: those at risk

    def totals(self, along: Flags) -> Indices:
        """Return how many units of each run are true in `along`, which goes by `order`."""
        return np.add.reduceat(along.astype(np.int64), self.at)


@dataclass(frozen=True, eq=False)
class Cells:
    """Some cells that share no unit: `order` lists their units cell by cell, by value within each."""

    period: Indices  # id, one a cell
    scope: npt.NDArray[np.object_]  # text, one a cell
    order: Indices  # rows of SortedUnits
    starts: Indices  # where each cell begins in `order`
    sizes: Indices

    def rows(self, **columns: npt.NDArray[Any]) -> Rows:
        """Return one row a cell: period, scope and `columns`."""
        return {"period": self.period, "scope": self.scope, **columns}

    def ties(self, values: Numbers) -> Ties:
        """Return the runs of equal `values`, which go by `order`."""
        begins = np.zeros(len(values), dtype=bool)
        begins[self.starts] = True
        begins[1:] |= values[1:] != values[:-1]
        at = np.flatnonzero(begins)
        cell = np.searchsorted(self.starts, at, side="right") - 1
        first = np.searchsorted(at, self.starts)
        return Ties(at, cell, first, self.starts[cell] + self.sizes[cell] - at)


def stacked(parts: Iterable[Rows]) -> pd.DataFrame | None:
    """Return the rows of all parts as one frame; None without parts."""
    # Frames are dear and most parts are small: only the whole becomes one.
    kept = list(parts)
    if not kept:
        return None
    return pd.DataFrame({name: np.concatenate([part[name] for part in kept]) for name in kept[0]}).astype(
        {"scope": "str"}
    )


def within_cells(along: Numbers, first: Indices) -> Numbers:
    """Return running sums that begin anew at each position of `first`."""
    totals = np.add.reduceat(along, first)
    steps = along.copy()
    steps[first[1:]] -= totals[:-1]
    return np.asarray(np.cumsum(steps))


def sorted_units(
    engine: Engine, units: UnitTable, figure: Figure, terms: dict[str, str], present: str, joins: str = ""
) -> SortedUnits:
    """Fetch the units that count, with `terms` (name -> SQL number), sorted by the first of them."""
    named = "coalesce(u.period, -1)" if units.has("period") else "-1"
    day = f"coalesce(cast(floor(epoch(cast({day_of_unit(units)} as timestamp)) / 86400) as integer), -1)"
    columns = [f"{day} as day", f"{named} as named_period"]
    columns += [f"cast({term} as double) as {name}" for name, term in terms.items()]
    # Members travel as numbers: texts would take most of the time.
    tables = [f"{dim}_member as ({_members_sql(units, dim)})" for dim in figure.by]
    columns += [f"{dim}_member.code as {dim}_code" for dim in figure.by]
    members = " ".join(f"join {dim}_member on {dim}_member.member = {_member(dim)}" for dim in figure.by)
    frame = engine.frame(
        f"{'with ' if tables else ''}{', '.join(tables)}"
        f" select {', '.join(columns)} from {unit_rows_from(units)} {joins} {members} where {counted(units, present)}"
    )
    order = np.argsort(frame[next(iter(terms))].to_numpy(), kind="stable")
    codes, scopes = {}, {}
    for dim in figure.by:
        position, scopes[dim] = _scopes_of(engine, units, dim)
        codes[dim] = position[frame[f"{dim}_code"].to_numpy()][order]
    return SortedUnits(
        {name: frame[name].to_numpy(dtype="float64")[order] for name in terms},
        frame["day"].to_numpy(dtype="int64")[order],
        frame["named_period"].to_numpy(dtype="int64")[order],
        codes,
        scopes,
    )


def _member(dim: str) -> str:
    return f"coalesce(cast(u.\"{dim}\" as varchar), '')"


def _members_sql(units: UnitTable, dim: str) -> str:
    return (
        "select member, cast(row_number() over (order by member) - 1 as integer) as code"
        f" from (select distinct {_member(dim)} as member from {units.name} u) m"
    )


def _scopes_of(engine: Engine, units: UnitTable, dim: str) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Return the scope texts of `dim`, sorted, and for each member code the position of its text there."""
    members = [member for member, _ in engine.rows(f"{_members_sql(units, dim)} order by code")]
    texts = [scope_text({dim: member}) for member in members]
    ordered = sorted(set(texts))
    position = {text: number for number, text in enumerate(ordered)}
    return np.array([position[text] for text in texts], dtype=np.int32), ordered


def cells_in(units: SortedUnits, by: tuple[str, ...], wanted: pd.DataFrame, periods: Periods) -> Iterator[Cells]:
    """Yield the cells of the periods `wanted` (rows of `periods.frame`), whole and split; one item shares no unit."""
    for lookup, ids in _layers(periods, wanted):
        number = _period_numbers(units, lookup, ids)
        rows = np.flatnonzero(number >= 0)
        if not len(rows):
            continue
        yield _grouped(rows, number[rows], ids, [ALL])
        for dim in by:
            texts = units.scopes[dim]
            cell = number[rows] * len(texts) + units.codes[dim][rows]
            yield _grouped(rows, cell, ids, texts)


def _grouped(rows: Indices, cell: Indices, ids: Indices, scopes: list[str]) -> Cells:
    # Small integers sort by radix, several times faster; stable, so that rows stay in order of value.
    narrow = cell.astype("int16") if len(ids) * len(scopes) < 2**15 else cell.astype("int32")
    order = np.argsort(narrow, kind="stable")
    along = narrow[order]
    starts = np.flatnonzero(np.diff(along, prepend=-1))
    found = along[starts].astype("int64")
    return Cells(
        ids[found // len(scopes)],
        np.array(scopes, dtype=object)[found % len(scopes)],
        rows[order],
        starts,
        np.diff(starts, append=len(along)),
    )


def _layers(periods: Periods, wanted: pd.DataFrame) -> Iterator[tuple[Indices, Indices]]:
    """Yield, for periods that do not overlap, day number -> position in ids (-1: none), and the ids."""
    numbers = np.asarray((periods.days["day"] - _EPOCH).dt.days, dtype=np.int64)
    owners = np.asarray(periods.days["period"], dtype=np.int64)
    length = int(numbers.max(initial=-1)) + 1
    for _, rows in wanted.groupby(["role", "grain"], sort=True):
        ids = np.asarray(rows.index, dtype=np.int64)
        mine = np.isin(owners, ids)
        lookup = np.full(length + 1, -1, dtype=np.int64)  # the last entry answers for units without a day
        lookup[numbers[mine]] = np.searchsorted(ids, owners[mine])
        yield lookup, ids


def _period_numbers(units: SortedUnits, lookup: Indices, ids: Indices) -> Indices:
    inside = (units.days >= 0) & (units.days < len(lookup) - 1)
    by_day = lookup[np.where(inside, units.days, -1)]
    position = np.minimum(np.searchsorted(ids, units.named), len(ids) - 1)
    by_name = np.where(ids[position] == units.named, position, -1)
    return np.where(units.named >= 0, by_name, by_day).astype("int64")
