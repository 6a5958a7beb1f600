"""Unit rows as arrays: days, members and outcomes as numbers, amounts to the billionth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from generator.engine import Engine
from generator.errors import KpiError, Mistake
from generator.measures.intervals import Numbers
from generator.measures.periods import NO_DAY, Indices, Periods
from generator.measures.results import Status
from generator.measures.scopes import scope_text
from generator.measures.units import SLOT, UnitTable, counted, unit_rows_from

BILLION = 10**9
_NO_SLOT = -(2**40)


@dataclass(frozen=True)
class Terms:
    """What a kind reads of a unit row `u`: name -> SQL."""

    counts: Mapping[str, str] = field(default_factory=dict)  # 0 or 1 a row
    amounts: Mapping[str, str] = field(default_factory=dict)  # decimals, summed exactly
    numbers: Mapping[str, str] = field(default_factory=dict)  # not summed: values to sort by
    present: str = "true"  # SQL: the row has what the kind needs
    joins: str = ""  # more tables that the terms read
    needs_day: bool = False  # whether the terms read the local day of the row


@dataclass(frozen=True, eq=False)
class Amounts:
    """Exact numbers in two parts that can be summed apart: whole units, and billionths of one (0 or more)."""

    whole: Indices | Numbers
    billionths: Indices


@dataclass(frozen=True, eq=False)
class Members:
    """How the unit rows divide: the position in `scopes` of the scope that each row falls into."""

    codes: npt.NDArray[np.int32]
    scopes: list[str]  # texts, each once, sorted


@dataclass(frozen=True, eq=False)
class UnitRows:
    """The unit rows that count; entry i of every array is the same unit.

    day: since 1970-01-01, NO_DAY where the unit names its period. period: the position of the named period, else -1.
    gap: position in `gaps`, status words that block a cell; -1 for none. first_day: the local day of the first unit,
    left out or not (of units that name their period: the last day of the one that ends first); None without units.
    """

    day: Indices
    period: Indices
    gap: Indices
    gaps: tuple[str, ...]
    members: Mapping[str, Members]
    counts: Mapping[str, Indices]
    amounts: Mapping[str, Amounts]
    numbers: Mapping[str, Numbers]
    first_day: int | None

    def __len__(self) -> int:
        return len(self.day)


def fetch(engine: Engine, units: UnitTable, by: Iterable[str], terms: Terms, periods: Periods) -> UnitRows:
    """Return the unit rows with their members of `by` and the `terms`, in one query.

    KpiError where a dimension is missing or `gap` holds no status word.
    """
    dims = tuple(dict.fromkeys(by))
    units.need(("unit",) if units.has("period") else ("unit", "moment"))
    units.need(dims)
    columns = _columns(engine, units, dims, terms)
    days, named = _days(columns, units, periods), periods.position(_whole(columns["period"], -1))
    counts = columns["counts"].to_numpy(zero_copy_only=False)
    kept = slice(None) if counts.all() else np.flatnonzero(counts)
    gap, gaps = _gaps(columns["gap"], units.metric_id)
    return UnitRows(
        np.where(named >= 0, NO_DAY, days)[kept],
        named[kept],
        gap[kept],
        gaps,
        {dim: _members(dim, columns[f"by {dim}"], kept) for dim in dims},
        {name: _whole(columns[f"is {name}"], 0)[kept] for name in terms.counts},
        {name: _amounts(columns[f"sum {name}"], kept) for name in terms.amounts},
        {name: columns[f"at {name}"].to_numpy(zero_copy_only=False)[kept] for name in terms.numbers},
        _first_day(columns, days, named, units, periods),
    )


def _columns(engine: Engine, units: UnitTable, dims: tuple[str, ...], terms: Terms) -> dict[str, Any]:
    moment = "null"
    if units.has("moment"):
        is_date = units.is_date("moment")
        moment = "floor(epoch(cast(u.moment as timestamp)) / 86400)" if is_date else SLOT.format("u.moment")
    columns = {
        "moment": f"cast({moment} as bigint)",
        "period": f"cast({'u.period' if units.has('period') else 'null'} as bigint)",
        "gap": units.text("gap"),
        "counts": counted(units, terms.present),
        **{f"by {dim}": f'cast(u."{dim}" as varchar)' for dim in dims},
        **{f"is {name}": term for name, term in terms.counts.items()},
        **{f"sum {name}": term for name, term in terms.amounts.items()},
        **{f"at {name}": f"cast({term} as double)" for name, term in terms.numbers.items()},
    }
    source = unit_rows_from(units) if terms.needs_day else f"{units.name} u"
    selected = ", ".join(f"{term} as c{number}" for number, term in enumerate(columns.values()))
    table = engine.arrow(f"select {selected} from {source} {terms.joins}")
    return {name: _one_array(column) for name, column in zip(columns, table.columns, strict=True)}


def _one_array(column: Any) -> Any:
    found = column.combine_chunks()
    return pa.concat_arrays(found.chunks) if isinstance(found, pa.ChunkedArray) else found


def _whole(column: Any, nothing: int) -> Indices:
    filled = pc.fill_null(column.cast(pa.int64()), nothing)
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype="int64")


def _days(columns: Mapping[str, Any], units: UnitTable, periods: Periods) -> Indices:
    if not units.has("moment") or units.is_date("moment"):
        return _whole(columns["moment"], NO_DAY)
    return periods.local_days.of(_whole(columns["moment"], _NO_SLOT))


def _first_day(
    columns: Mapping[str, Any], days: Indices, named: Indices, units: UnitTable, periods: Periods
) -> int | None:
    found = []
    first = pc.min(columns["moment"]).as_py()
    if first is not None and units.is_date("moment"):
        found.append(int(first))
    elif first is not None:
        day = int(periods.local_days.of(np.array([first]))[0])
        found.append(first * 900 // 86400 if day == NO_DAY else day)
    ended = named[(named >= 0) & (periods.grains[named] != "all")]
    if len(ended):
        found.append(int(periods.cuts[np.unique(ended)].min()) - 1)
    return min(found) if found else None


def _coded(column: Any) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Return the number of each row's member and the members; nothing recorded is an empty text."""
    coded = pc.fill_null(column, "").dictionary_encode()
    return coded.indices.to_numpy(zero_copy_only=False), tuple(coded.dictionary.to_pylist())


def _members(dim: str, column: Any, kept: Any) -> Members:
    """Spellings which are one member fall together: nothing recorded, and the word unknown."""
    codes, texts = _coded(column)
    return renumbered(codes[kept], [scope_text({dim: text}) for text in texts])


def renumbered(codes: npt.NDArray[np.int32], scopes: list[str]) -> Members:
    """Return members by sorted scope from `codes` that are positions in `scopes`, which may repeat."""
    ordered = sorted(set(scopes))
    position = {text: number for number, text in enumerate(ordered)}
    return Members(np.array([position[text] for text in scopes], dtype=np.int32)[codes], ordered)


def _gaps(column: Any, metric_id: str) -> tuple[Indices, tuple[str, ...]]:
    if column.null_count == len(column):
        return np.full(len(column), -1, dtype="int64"), ()
    codes, words = _coded(column)
    known = sorted(set(words) - {""})
    strange = sorted(set(known) - set(Status))
    if strange:
        allowed = f"Status words: {', '.join(Status)}."
        raise KpiError("A KPI cannot be counted.", [Mistake(metric_id, f"'gap' holds {strange[0]!r}", allowed)])
    position = np.array([known.index(word) if word else -1 for word in words], dtype="int64")
    return position[codes], tuple(known)


def _amounts(column: Any, kept: Any) -> Amounts:
    """Return decimals of nine places as two integers each; null counts as nothing."""
    halves = np.frombuffer(column.buffers()[1], dtype="int64").reshape(-1, 2)[column.offset :][: len(column)]
    low, high = halves[:, 0], halves[:, 1]
    if column.null_count:
        there = column.is_valid().to_numpy(zero_copy_only=False)
        low, high = np.where(there, low, 0), np.where(there, high, 0)
    if (high == low >> 63).all():  # it fits 64 bits
        whole, billionths = np.divmod(low[kept], BILLION)
        return Amounts(whole, billionths)
    return _large_amounts(low[kept], high[kept])


def _large_amounts(low: Indices, high: Indices) -> Amounts:
    """Return decimals beyond 64 bits, given as their lower and upper halves; the largest lose their last digits."""
    exact = [
        divmod(upper * 2**64 + lower % 2**64, BILLION) for lower, upper in zip(low.tolist(), high.tolist(), strict=True)
    ]
    whole = [one for one, _ in exact]
    fits = max(map(abs, whole)) * len(whole) < 2**62
    return Amounts(np.array(whole, dtype="int64" if fits else "float64"), np.array([part for _, part in exact]))
