"""Compares each cell with an earlier one, and says only what the numbers can bear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from generator.measures.grid import Grid, taken
from generator.measures.intervals import Numbers, count_ratio, newcombe
from generator.measures.measured import Metric, Words, coded_texts, texts_of
from generator.measures.periods import Indices, Periods
from generator.measures.results import COMPARISON_COLUMNS, EXHAUSTED
from generator.measures.scopes import ALL

UP, DOWN, NO_CLEAR_CHANGE, NOT_SAID = "up", "down", "no_clear_change", "n/a"
_SHARES = ("rate", "cohort")
_ADDITIVE = ("count", "sum")


@dataclass(frozen=True, eq=False)
class Compared:
    """The comparisons of one metric; entry i of every array is one. NaN is none."""

    metric_id: str
    grid: Grid  # of the metric's cells
    cell: Indices  # which cell is compared
    comparison: Words
    value: Numbers
    before: Numbers
    before_period: Indices  # position in `Periods`
    change: Numbers
    low: Numbers
    high: Numbers
    verdict: Words


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Own cells beside earlier ones of the same metric."""

    cell: Indices
    earlier: Indices  # -1: there is no such cell
    before_period: Indices
    comparison: Words


@dataclass(frozen=True, eq=False)
class _Side:
    """The numbers of one side of some pairs."""

    value: Numbers
    hits: Numbers
    n: Numbers


@dataclass(frozen=True, eq=False)
class _Change:
    """A change and its interval, NaN where there is none."""

    change: Numbers
    low: Numbers
    high: Numbers


def compare(
    metric: Metric,
    periods: Periods,
    metric_id: str,
    kind: str,
    unit: str,
    comparisons: Sequence[str],
    min_n_rate: int = 30,
) -> Compared:
    """Return a comparison for every own cell of `metric` that has an earlier period to compare with.

    A part period meets its like-for-like twin, never a full period. `change` is a difference for shares (kinds rate
    and cohort, and whatever has the unit `ratio`), else relative. `low` and `high` bound the change where the kind
    knows an interval (rate, cohort, count); only there the verdict is up, down or no_clear_change.
    """
    if kind in _ADDITIVE:
        metric = _with_the_gone(metric, periods, comparisons)
    pairs = _pairs(metric.grid, periods, comparisons)
    now, before = _side(metric, pairs.cell), _side(metric, pairs.earlier)
    value_before = before.value
    if kind in _ADDITIVE:
        value_before = np.where(_is_nothing(metric.grid, pairs), 0.0, value_before)
    change = _change(now, _Side(value_before, before.hits, before.n), kind, unit)
    verdict = _verdict(change)
    if kind in _SHARES:
        enough = (now.n >= min_n_rate) & (before.n >= min_n_rate)
        verdict = np.where(enough, verdict, NOT_SAID)
    return Compared(
        metric_id,
        metric.grid,
        pairs.cell,
        pairs.comparison,
        now.value,
        value_before,
        pairs.before_period,
        _finite(change.change),
        _finite(change.low),
        _finite(change.high),
        verdict,
    )


def compared_frame(parts: Iterable[Compared], periods: Periods) -> pd.DataFrame:
    """Return comparisons as COMPARISON_COLUMNS, sorted by metric, period, scope and comparison."""
    kept = sorted((part for part in parts if len(part.cell)), key=lambda part: part.metric_id)
    orders = [_order(part, periods) for part in kept]
    numbers = ("value", "before", "change", "low", "high", "before_period", "comparison", "verdict")
    found = {name: _joined([getattr(part, name)[order] for part, order in _both(kept, orders)]) for name in numbers}
    cells = [part.cell[order] for part, order in _both(kept, orders)]
    period = _joined([part.grid.period[cell] for part, cell in zip(kept, cells, strict=True)]).astype("int64")
    first = np.cumsum([0, *(len(part.grid.scopes) for part in kept)])
    scope = [part.grid.scope[cell] + offset for part, cell, offset in zip(kept, cells, first, strict=False)]
    before = found["before_period"].astype("int64")
    columns = {
        **{name: found[name].astype("float64") for name in numbers[:5]},
        "metric_id": texts_of(np.repeat(np.arange(len(kept)), list(map(len, cells))), [one.metric_id for one in kept]),
        "period": texts_of(period, periods.labels.tolist()),
        "scope": texts_of(_joined(scope).astype("int64"), [text for part in kept for text in part.grid.scopes]),
        "comparison": coded_texts(found["comparison"]),
        "before_period": texts_of(before, periods.labels.tolist()),
        "verdict": coded_texts(found["verdict"]),
        "note": texts_of(periods.is_exhausted[before].astype("int64"), ["", EXHAUSTED]),
    }
    return pd.DataFrame(columns)[list(COMPARISON_COLUMNS)]


def _both(parts: Sequence[Compared], orders: Sequence[Indices]) -> Iterable[tuple[Compared, Indices]]:
    return zip(parts, orders, strict=True)


def _order(part: Compared, periods: Periods) -> Indices:
    label = periods.label_ranks[part.grid.period[part.cell]]
    return np.lexsort((np.unique(part.comparison, return_inverse=True)[1], part.grid.scope[part.cell], label))


def _joined(columns: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate(columns) if columns else np.zeros(0, dtype=object)


def _pairs(grid: Grid, periods: Periods, comparisons: Sequence[str]) -> _Pairs:
    """Return a row for each own cell and comparison that has a period to compare with."""
    parts = []
    for comparison in comparisons:
        before = np.where(periods.is_own, periods.before_of(comparison), -1)[grid.period]
        cell = np.flatnonzero(before >= 0)
        earlier = grid.find(before[cell], grid.scope[cell])
        parts.append((cell, earlier, before[cell], np.full(len(cell), comparison, dtype=object)))
    if not parts:
        nothing = np.zeros(0, dtype="int64")
        return _Pairs(nothing, nothing, nothing, nothing.astype(object))
    return _Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _with_the_gone(metric: Metric, periods: Periods, comparisons: Sequence[str]) -> Metric:
    """Return `metric` with nothing for members of an earlier period that are missing from a counted later one."""
    grid = metric.grid
    counted = np.zeros(len(periods.ids) + 1, dtype=bool)  # the last answers for periods that there are not
    counted[grid.period[grid.where(ALL)]] = True
    found = [np.zeros((0, 2), dtype="int64")]
    for comparison in comparisons:
        later = periods.looking_back(np.where(periods.is_own, periods.before_of(comparison), -1))[grid.period]
        gone = counted[later] & (grid.find(later, grid.scope) < 0)
        found.append(np.stack([later[gone], grid.scope[gone]], axis=1))
    pairs = np.unique(np.concatenate(found), axis=0)
    return metric.with_nothing_at(pairs[:, 0], pairs[:, 1])


def _side(metric: Metric, at: Indices) -> _Side:
    return _Side(*(taken(column, at) for column in (metric.value, metric.numerator, metric.n)))


def _is_nothing(grid: Grid, pairs: _Pairs) -> npt.NDArray[np.bool_]:
    """Return where a member lacks a cell although the earlier period was counted: nothing happened there."""
    whole = np.full(len(pairs.cell), grid.code_of(ALL), dtype="int64")
    counted = (grid.find(pairs.before_period, whole) >= 0) & (grid.find(grid.period[pairs.cell], whole) >= 0)
    return (pairs.earlier < 0) & counted


def _change(now: _Side, before: _Side, kind: str, unit: str) -> _Change:
    if kind in _SHARES:
        low, high = newcombe(_hits(now), _hits(before))
        return _Change(now.value - before.value, low, high)
    relative = _relative(now.value, before.value)
    if kind == "count":
        low, high = count_ratio(now.value, before.value)
        return _Change(relative, low - 1, high - 1)
    unbounded = np.full(len(now.value), np.nan)
    return _Change(now.value - before.value if unit == "ratio" else relative, unbounded, unbounded)


def _finite(column: Numbers) -> Numbers:
    return np.where(np.isfinite(column), column, np.nan)


def _hits(side: _Side) -> tuple[Numbers, Numbers]:
    # Without a headline (maturing) there is nothing to compare, whatever was counted so far.
    silent = np.isnan(side.value)
    return np.where(silent, np.nan, side.hits), np.where(silent, np.nan, side.n)


def _relative(now: Numbers, before: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before != 0, (now - before) / np.abs(before), np.nan)


def _verdict(change: _Change) -> Words:
    known = ~(np.isnan(change.low) | np.isnan(change.high))
    said = np.where(change.low > 0, UP, np.where(change.high < 0, DOWN, NO_CLEAR_CHANGE))
    return np.where(known, said, NOT_SAID).astype(object)
