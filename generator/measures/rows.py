"""Unit rows as arrays: days, members and outcomes as numbers, amounts to the billionth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from generator.engine import Engine
from generator.errors import KpiError, Mistake
from generator.measures.arrow import Codes, coded, exact, flags, integers, microseconds
from generator.measures.intervals import Numbers
from generator.measures.periods import NO_DAY, Flags, Indices, Periods
from generator.measures.results import Status
from generator.measures.scopes import scope_text
from generator.measures.units import SLOT, UnitTable, counted, unit_rows_from

_NO_SLOT = -(2**40)
_AT_ONCE = 1_000_000  # rows of a part, or somewhat more
_EPOCH = date(1970, 1, 1)


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

    whole: npt.NDArray[Any]
    billionths: Indices | None  # None where all are whole


@dataclass(frozen=True, eq=False)
class Members:
    """How the unit rows divide: the position in `scopes` of the scope that each row falls into."""

    codes: Codes
    scopes: list[str]  # texts, each once, sorted


@dataclass(frozen=True, eq=False)
class Standing:
    """From which snapshot on units stand, and from which they no longer do: positions in `Periods.instants`."""

    enters: Codes
    leaves: Codes

    def only(self, kept: Any) -> Standing:
        """Return the units at these positions."""
        return Standing(self.enters[kept], self.leaves[kept])


@dataclass(frozen=True, eq=False)
class UnitRows:
    """The unit rows that count; entry i of every array is the same unit.

    day: since 1970-01-01, NO_DAY where the unit has no moment. period: the position of the named period, else -1.
    standing: the snapshots (positions in `Periods.instants`) in which the unit stands; None where units do not stand.
    gap: position in `gaps`, status words that block a cell; -1 for none. first_day: the local day of the first unit,
    left out or not (of units that name their period, or stand: the last day of the one that ends first); None without
    units.
    """

    day: Codes
    period: Codes
    gap: Codes
    gaps: tuple[str, ...]
    members: Mapping[str, Members]
    counts: Mapping[str, Flags]
    amounts: Mapping[str, Amounts]
    numbers: Mapping[str, Numbers]
    first_day: int | None
    standing: Standing | None = None

    def __len__(self) -> int:
        return len(self.day)


def fetch(
    engine: Engine, units: UnitTable, by: Iterable[str], terms: Terms, periods: Periods, whole: bool = False
) -> Iterator[UnitRows]:
    """Yield the unit rows with their members of `by` and the `terms`, in one query, part by part unless `whole`.

    There is at least one part; what the last says of gaps and of the first day holds for all.
    KpiError where a dimension is missing or `gap` holds no status word.
    """
    dims = tuple(dict.fromkeys(by))
    units.need(("unit",) if units.has("period") or units.stands else ("unit", "moment"))
    units.need(dims)
    columns = _columns(units, dims, terms)
    reading = _Reading(units, terms, periods, {name: {} for name in (_GAP, *dims)})
    selected = ", ".join(f"{term} as c{number}" for number, term in enumerate(columns.values()))
    source = unit_rows_from(units) if terms.needs_day else f"{units.name} u"
    # Part by part, so that a large drop is never there at once, and its texts are even less.
    for batch in engine.batches(f"select {selected} from {source} {terms.joins}"):
        if reading.count >= _AT_ONCE and not whole:
            yield reading.rows(dims)
        reading.add(dict(zip(columns, batch.columns, strict=True)))
    yield reading.rows(dims)


_GAP, _MOMENT, _PERIOD, _COUNTS = "gap", "moment", "period", "counts"
_FROM, _TO = "from", "to"


def _columns(units: UnitTable, dims: tuple[str, ...], terms: Terms) -> dict[str, str]:
    """Return what is selected: name -> SQL."""
    moment = "null"
    if units.has("moment"):
        is_date = units.is_date("moment")
        moment = "u.moment" if is_date else SLOT.format("u.moment")
    return {
        _MOMENT: moment,
        _PERIOD: f"cast({'u.period' if units.has('period') else 'null'} as bigint)",
        **({_FROM: _instant("from_at"), _TO: _instant("to_at")} if units.stands else {}),
        _GAP: units.text("gap"),
        _COUNTS: counted(units, terms.present),
        **{f"by {dim}": f'cast(u."{dim}" as varchar)' for dim in dims},
        **{f"is {name}": term for name, term in terms.counts.items()},
        **{f"sum {name}": term for name, term in terms.amounts.items()},
        **{f"at {name}": f"cast({term} as double)" for name, term in terms.numbers.items()},
    }


def _instant(column: str) -> str:
    return f"cast(u.{column} as timestamp)"


@dataclass(eq=False)
class _Reading:
    """Unit rows as they come in, in small types."""

    units: UnitTable
    terms: Terms
    periods: Periods
    texts: dict[str, dict[str, int]]  # dimension, or the gap -> text -> its code; nothing recorded is an empty text
    parts: dict[str, list[npt.NDArray[Any]]] = field(default_factory=dict)
    count: int = 0  # of the rows in `parts`
    first_day: int | None = None

    def add(self, columns: Mapping[str, Any]) -> None:
        """Take in the rows of a batch that count."""
        days = self._days(columns[_MOMENT])
        named = self._named(columns[_PERIOD])
        self._look_for_first(columns[_MOMENT], named)
        counts = columns[_COUNTS].to_numpy(zero_copy_only=False)
        kept = slice(None) if counts.all() else np.flatnonzero(counts)
        if self.units.stands:
            standing = self._standing(columns)
            self._look_for_first_snapshot(standing)
            self._keep("enters", standing.enters[kept])
            self._keep("leaves", standing.leaves[kept])
        self._keep("day", np.where(named >= 0, NO_DAY, days).astype("int32")[kept])
        self._keep("period", named[kept])
        self.count += len(self.parts["period"][-1])
        for name, known in self.texts.items():
            column = columns[_GAP if name == _GAP else f"by {name}"]
            self._keep(f"by {name}", coded(column, known)[kept])
        for name in self.terms.counts:
            self._keep(f"is {name}", flags(columns[f"is {name}"])[kept])
        for name in self.terms.amounts:
            whole, billionths = exact(columns[f"sum {name}"])
            self._keep(f"whole {name}", whole[kept])
            self._keep(f"part {name}", billionths[kept])
        for name in self.terms.numbers:
            self._keep(f"at {name}", columns[f"at {name}"].to_numpy(zero_copy_only=False)[kept])

    def rows(self, dims: Iterable[str]) -> UnitRows:
        """Return everything that was taken in since this was asked for last."""
        self.count = 0
        gap, gaps = self._gaps()
        return UnitRows(
            self._all("day", "int32"),
            self._all("period", "int32"),
            gap,
            gaps,
            {dim: _members(dim, self._all(f"by {dim}", "int32"), tuple(self.texts[dim])) for dim in dims},
            {name: self._all(f"is {name}", "bool") for name in self.terms.counts},
            {name: self._amounts(name) for name in self.terms.amounts},
            {name: self._all(f"at {name}", "float64") for name in self.terms.numbers},
            self.first_day,
            Standing(self._all("enters", "int32"), self._all("leaves", "int32")) if self.units.stands else None,
        )

    def _keep(self, name: str, values: npt.NDArray[Any]) -> None:
        self.parts.setdefault(name, []).append(values)

    def _all(self, name: str, kind: str) -> npt.NDArray[Any]:
        parts = self.parts.pop(name, [])
        return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)

    def _days(self, moments: Any) -> Indices:
        if not self.units.has("moment"):
            return np.full(len(moments), NO_DAY)
        if self.units.is_date("moment"):
            return integers(moments.cast(pa.int32()), NO_DAY)
        return self.periods.local_days.of(integers(moments, _NO_SLOT))

    def _named(self, ids: Any) -> Codes:
        if ids.null_count == len(ids):
            return np.full(len(ids), -1, dtype="int32")
        return self.periods.position(integers(ids, -1)).astype("int32")

    def _look_for_first(self, moments: Any, named: Codes) -> None:
        found = [] if self.first_day is None else [self.first_day]
        first = pc.min(moments).as_py()
        if first is not None and self.units.is_date("moment"):
            found.append((first - _EPOCH).days)
        elif first is not None:
            day = int(self.periods.local_days.of(np.array([first]))[0])
            found.append(first * 900 // 86400 if day == NO_DAY else day)
        ending = np.unique(named[named >= 0])
        ending = ending[self.periods.grains[ending] != "all"]
        if len(ending):
            found.append(int(self.periods.cuts[ending].min()) - 1)
        self.first_day = min(found, default=None)

    def _standing(self, columns: Mapping[str, Any]) -> Standing:
        """Return which snapshots come after `from_at` (none without one) and not after `to_at`."""
        instants = self.periods.instants
        enters = np.searchsorted(instants, microseconds(columns[_FROM]), side="right")
        leaves = np.searchsorted(instants, microseconds(columns[_TO]), side="right")
        return Standing(enters.astype("int32"), np.maximum(enters, leaves).astype("int32"))

    def _look_for_first_snapshot(self, standing: Standing) -> None:
        found = standing.enters[standing.leaves > standing.enters]
        if not len(found):
            return
        first = (self.periods.snapshots == found.min()) & (self.periods.grains != "all")
        ends = [int(cut) - 1 for cut in self.periods.cuts[first]]
        self.first_day = min([*ends, *([] if self.first_day is None else [self.first_day])], default=None)

    def _gaps(self) -> tuple[Codes, tuple[str, ...]]:
        words = self.texts[_GAP]
        known = sorted(words.keys() - {""})
        strange = sorted(set(known) - set(Status))
        if strange:
            allowed = f"Status words: {', '.join(Status)}."
            mistake = Mistake(self.units.metric_id, f"'gap' holds {strange[0]!r}", allowed)
            raise KpiError("A KPI cannot be counted.", [mistake])
        position = np.array([known.index(word) if word else -1 for word in words], dtype="int32")
        return position[self._all(f"by {_GAP}", "int32")], tuple(known)

    def _amounts(self, name: str) -> Amounts:
        whole, billionths = self._all(f"whole {name}", "int64"), self._all(f"part {name}", "int64")
        return Amounts(whole, billionths if billionths.any() else None)


def _members(dim: str, codes: Codes, texts: tuple[str, ...]) -> Members:
    """Spellings which are one member fall together: nothing recorded, and the word unknown."""
    return renumbered(codes, [_scope(dim, text) for text in texts])


@lru_cache(maxsize=100_000)  # the same members come up in every KPI
def _scope(dim: str, text: str) -> str:
    return scope_text({dim: text})


def renumbered(codes: Codes, scopes: list[str]) -> Members:
    """Return members by sorted scope from `codes` that are positions in `scopes`, which may repeat."""
    ordered = sorted(set(scopes))
    position = {text: number for number, text in enumerate(ordered)}
    return Members(np.array([position[text] for text in scopes], dtype="int32")[codes], ordered)
