"""Unit rows sorted by a value and put into cells: what medians, percentiles, curves and ranks have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from generator.engine import Engine
from generator.measures.figure import Figure
from generator.measures.periods import Periods
from generator.measures.place import counted, day_of_unit, unit_rows_from
from generator.measures.scopes import ALL, scope_text
from generator.measures.units import UnitTable

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SortedUnits:
    """Unit rows in the order of their value; row i of every array is the same unit."""

    columns: dict[str, npt.NDArray[np.float64]]  # what was asked for; the first is the value sorted by
    days: Indices  # days since `periods.days` begins; -1 where the unit names its period
    named: Indices  # period id, -1 where the unit goes by its day
    codes: dict[str, Indices]  # dimension -> position in `scopes[dimension]`
    scopes: dict[str, list[str]]


@dataclass(frozen=True, eq=False)
class Cells:
    """Some cells that share no unit: `order` lists their units cell by cell, by value within each."""

    period: Indices  # id, one a cell
    scope: npt.NDArray[np.object_]  # text, one a cell
    order: Indices  # rows of SortedUnits
    starts: Indices  # where each cell begins in `order`
    sizes: Indices

    @property
    def cell_of_row(self) -> Indices:
        """The number of the cell for each entry of `order`."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


def sorted_units(
    engine: Engine, units: UnitTable, figure: Figure, terms: dict[str, str], present: str, joins: str = ""
) -> SortedUnits:
    """Fetch the units that count, with `terms` (name -> SQL number), sorted by the first of them."""
    named = "coalesce(u.period, -1)" if units.has("period") else "-1"
    columns = [f"{day_of_unit(units)} as day", f"{named} as named_period"]
    columns += [f"cast({term} as double) as {name}" for name, term in terms.items()]
    columns += [f'cast(u."{dim}" as varchar) as "{dim}"' for dim in figure.by]
    where = counted(units, present)
    frame = engine.frame(f"select {', '.join(columns)} from {unit_rows_from(units)} {joins} where {where}")
    order = np.argsort(frame[next(iter(terms))].to_numpy(), kind="stable")
    codes, scopes = {}, {}
    for dim in figure.by:
        codes[dim], scopes[dim] = _coded(frame[dim], dim)
        codes[dim] = codes[dim][order]
    return SortedUnits(
        {name: frame[name].to_numpy(dtype="float64")[order] for name in terms},
        _day_numbers(frame["day"])[order],
        frame["named_period"].to_numpy(dtype="int64")[order],
        codes,
        scopes,
    )


def cells_in(units: SortedUnits, figure: Figure, periods: Periods, splits: bool = True) -> Iterator[Cells]:
    """Yield the cells of every grain and split; the cells of one item share no unit."""
    for lookup, ids in _layers(periods, figure):
        number = _period_numbers(units, lookup, ids)
        rows = np.flatnonzero(number >= 0)
        if not len(rows):
            continue
        yield _grouped(rows, number[rows], ids, [ALL])
        for dim in figure.by if splits else ():
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


def _layers(periods: Periods, figure: Figure) -> Iterator[tuple[Indices, Indices]]:
    """Yield, for periods that do not overlap, day number -> position in ids (-1: none), and the ids."""
    wanted = periods.of_grains(figure.grains)
    origin, length = _day_range(periods)
    numbers = ((periods.days["day"] - origin).dt.days).to_numpy(dtype="int64")
    owners = periods.days["period"].to_numpy(dtype="int64")
    for _, rows in wanted.groupby(["role", "grain"], sort=True):
        ids = rows.index.to_numpy(dtype="int64")
        mine = np.isin(owners, ids)
        lookup = np.full(length + 1, -1, dtype="int64")  # the last entry answers for units without a day
        lookup[numbers[mine]] = np.searchsorted(ids, owners[mine])
        yield lookup, ids


def _period_numbers(units: SortedUnits, lookup: Indices, ids: Indices) -> Indices:
    inside = (units.days >= 0) & (units.days < len(lookup) - 1)
    by_day = lookup[np.where(inside, units.days, -1)]
    position = np.minimum(np.searchsorted(ids, units.named), len(ids) - 1)
    by_name = np.where(ids[position] == units.named, position, -1)
    return np.where(units.named >= 0, by_name, by_day).astype("int64")


def _day_range(periods: Periods) -> tuple[pd.Timestamp, int]:
    days = periods.days["day"]
    if days.empty:
        return _EPOCH, 0
    return _EPOCH, int((days.max() - _EPOCH).days) + 1


_EPOCH = pd.Timestamp("1970-01-01")


def _day_numbers(days: pd.Series) -> Indices:
    stamps = pd.to_datetime(days)
    numbers = (stamps - _EPOCH).dt.days
    return np.asarray(numbers.fillna(-1), dtype=np.int64)


def _coded(members: pd.Series, dim: str) -> tuple[Indices, list[str]]:
    """Return each row's position in the list of scope texts of `dim`, and that list, sorted."""
    codes, found = pd.factorize(members, use_na_sentinel=True)
    texts = [scope_text({dim: str(member)}) for member in found] + [scope_text({dim: None})]
    ordered = sorted(set(texts))
    position = {text: number for number, text in enumerate(ordered)}
    return np.array([position[text] for text in texts], dtype="int64")[codes], ordered
