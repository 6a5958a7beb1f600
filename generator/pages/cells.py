"""Results, looked up the way pages ask for them: a metric, a scope, then a period."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_float_dtype, is_integer_dtype

from generator.measures.results import CELL_COLUMNS, Results
from generator.measures.scopes import ALL

Places = npt.NDArray[np.intp]


class Cell(NamedTuple):
    """One cell of the results; None where the contract has NaN."""

    metric: str
    period: str
    scope: str
    value: float | None
    numerator: float | None
    denominator: float | None
    n: int
    low: float | None
    high: float | None
    status: str
    target: float | None
    attainment: float | None
    target_status: str
    cut: str


class Comparison(NamedTuple):
    """One comparison of a cell with an earlier period."""

    comparison: str  # wow, mom, qoq, yoy
    before: float | None
    before_period: str
    change: float | None
    verdict: str  # up, down, no_clear_change, n/a
    note: str


class Period(NamedTuple):
    """One own period of the reporting calendar."""

    label: str
    grain: str
    starts_on: str
    ends_on: str
    cut_on: str
    is_part: bool
    days_done: int
    days_total: int


@lru_cache(maxsize=1)
def cells_of(results: Results) -> Cells:
    """Return the cells of `results`, grouped already where the pages of the same ones were written last."""
    return Cells(results)


class Cells:
    """The results of a drop, grouped once; a series is only turned into cells when a page asks for it."""

    def __init__(self, results: Results) -> None:
        self._frame = results.cells
        self._comparisons = results.comparisons
        self._flagged = results.flags
        self._curves = results.curves
        self.periods = {row.label: row for row in _periods(results.periods)}
        self._of_grain: dict[str, list[Period]] = {}
        for row in self.periods.values():
            self._of_grain.setdefault(row.grain, []).append(row)
        self._made: dict[tuple[str, str], dict[str, Cell]] = {}
        self._runs: dict[tuple[str, str, str], list[Cell]] = {}

    def upto(self, row: Period) -> Cells:
        """Return the same results without the periods that were not over when `row` ended; a part period knows all."""
        if row.is_part:
            return self
        _ = self._rows, self._scopes, self._compared, self._flags  # grouped once, for all
        past = copy(self)
        past._runs = {}
        past._of_grain = {
            grain: [one for one in rows if one.ends_on <= row.ends_on] for grain, rows in self._of_grain.items()
        }
        return past

    @cached_property
    def _columns(self) -> list[Callable[[int], Any]]:
        return [_reader(self._frame[name]) for name in CELL_COLUMNS]

    @cached_property
    def _labels(self) -> tuple[Places, dict[str, int]]:
        """The period of every row, as the place of its label."""
        codes, known = pd.factorize(self._frame["period"])
        return codes, {label: place for place, label in enumerate(known)}

    @cached_property
    def _rows(self) -> Mapping[tuple[str, str], Places]:
        """The rows of every metric and scope, in the order in which they come up."""
        metric, metrics = pd.factorize(self._frame["metric_id"])
        scope, scopes = pd.factorize(self._frame["scope"])
        key = metric * len(scopes) + scope
        order = np.argsort(key, kind="stable")
        begins = np.flatnonzero(np.diff(key[order], prepend=-1))
        groups = sorted(np.split(order, begins[1:]) if len(order) else (), key=lambda rows: int(rows[0]))
        return {(metrics[metric[rows[0]]], scopes[scope[rows[0]]]): rows for rows in groups}

    @cached_property
    def _scopes(self) -> Mapping[str, list[str]]:
        scopes: dict[str, list[str]] = {}
        for metric, scope in self._rows:
            scopes.setdefault(metric, []).append(scope)
        return scopes

    @cached_property
    def _compared(self) -> Mapping[tuple[str, str, str], dict[str, Comparison]]:
        names = ("comparison", "before", "before_period", "change", "verdict", "note")
        keys = ("metric_id", "scope", "period")
        frame = self._comparisons[self._comparisons["scope"] == ALL]  # pages compare totals only
        columns = [_plain(frame[name]) for name in (*keys, *names)]
        found: dict[tuple[str, str, str], dict[str, Comparison]] = {}
        for metric, scope, period, *rest in zip(*columns, strict=True):
            comparison = Comparison(*rest)
            found.setdefault((metric, scope, period), {})[comparison.comparison] = comparison
        return found

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric ids that have any cell, sorted."""
        return tuple(sorted(self._scopes))

    def series(self, metric: str, scope: str = ALL) -> Mapping[str, Cell]:
        """Return the cells of a metric and scope by period label; empty when there are none."""
        key = (metric, self._standing(metric, scope))
        if key not in self._made:
            cells = map(self._at, self._rows[key].tolist() if key in self._rows else ())
            self._made[key] = {cell.period: cell for cell in cells}
        return self._made[key]

    def _standing(self, metric: str, scope: str) -> str:
        """Return the scope to look at: where there is no whole, the first member says in which periods there is any."""
        if scope != ALL or (metric, ALL) in self._rows:
            return scope
        return next(iter(self._scopes.get(metric, ())), scope)

    def _at(self, row: int) -> Cell:
        return Cell(*(value_at(row) for value_at in self._columns))

    def cell(self, metric: str, period: str, scope: str = ALL) -> Cell | None:
        """Return one cell, or None; the series it belongs to is not made for it."""
        key = (metric, self._standing(metric, scope))
        if key in self._made:
            return self._made[key].get(period)
        if key not in self._rows:
            return None
        rows, (of_row, known) = self._rows[key], self._labels
        found = rows[of_row[rows] == known.get(period, -1)]
        return self._at(int(found[0])) if len(found) else None

    def run(self, metric: str, grain: str, scope: str = ALL) -> list[Cell]:
        """Return the cells of one grain, oldest first; periods without a cell are left out."""
        key = (metric, grain, scope)
        if key not in self._runs:
            series = self.series(metric, scope)
            self._runs[key] = [series[period.label] for period in self.of_grain(grain) if period.label in series]
        return self._runs[key]

    def of_grain(self, grain: str) -> list[Period]:
        """Return the own periods of a grain, oldest first."""
        return self._of_grain.get(grain, [])

    def members(self, metric: str, dimension: str) -> list[str]:
        """Return the scopes of a metric that name one member of `dimension` and nothing else."""
        start = f"{dimension}="
        return [scope for scope in self._scopes.get(metric, []) if scope.startswith(start) and ";" not in scope]

    def pairs(self, metric: str, first: str, second: str) -> Iterator[tuple[str, str, str]]:
        """Yield the scopes of a metric that name a member of each of two dimensions, with both members."""
        for scope in self._scopes.get(metric, []):
            parts = dict(part.partition("=")[::2] for part in scope.split(";"))
            if set(parts) == {first, second}:
                yield unquote(parts[first]), unquote(parts[second]), scope

    def comparisons(self, metric: str, period: str, scope: str = ALL) -> Mapping[str, Comparison]:
        """Return the comparisons of one cell by their kind."""
        return self._compared.get((metric, scope, period), {})

    def flags(self, metric: str, period: str, scope: str = ALL) -> frozenset[str]:
        """Return the words that stand beside a cell, such as `concentrated`."""
        return self._flags.get((metric, period, scope), frozenset())

    @cached_property
    def _flags(self) -> Mapping[tuple[str, str, str], frozenset[str]]:
        found: dict[tuple[str, str, str], frozenset[str]] = {}
        for metric, period, scope, flag in self._flagged.itertuples(index=False):
            found[metric, period, scope] = found.get((metric, period, scope), frozenset()) | {flag}
        return found

    @cached_property
    def curves(self) -> Mapping[str, Mapping[str, pd.DataFrame]]:
        """Of each metric that follows cohorts, by period of entry: `day`, `share` and `at_risk` of all who entered."""
        frame = self._curves
        frame = frame[frame["scope"] == ALL]
        (metric, metrics), (period, periods) = (pd.factorize(frame[name]) for name in ("metric_id", "period"))
        is_new = (np.diff(metric, prepend=-1) != 0) | (np.diff(period, prepend=-1) != 0)
        begins, told = np.flatnonzero(is_new).tolist(), frame[["day", "share", "at_risk"]]
        found: dict[str, dict[str, pd.DataFrame]] = {}
        for begin, end in zip(begins, [*begins[1:], len(frame)], strict=False):
            found.setdefault(metrics[metric[begin]], {})[periods[period[begin]]] = told.iloc[begin:end]
        return found

    def has(self, metric: str) -> bool:
        """Whether any cell of `metric` has a value: of the whole, or of a member where there is no whole."""
        return any(cell.value is not None for cell in self.series(metric, self.speaker(metric)).values())

    def speaker(self, metric: str) -> str:
        """Return the scope in which a metric's periods are looked up: the whole, else the member with most cells."""
        scopes = self._scopes.get(metric, [])
        if ALL in scopes or not scopes:
            return ALL
        return min(scopes, key=lambda scope: (scope.count(";"), -len(self._rows[metric, scope]), scope))


def member_of(scope: str) -> str:
    """Return the member that a scope of one dimension names, decoded: `channel=a%3Bb` gives `a;b`."""
    return unquote(scope.partition("=")[2])


def _reader(column: pd.Series) -> Callable[[int], Any]:
    """Return what gives the value of `column` in a row as a Python value, None for what is missing."""
    if is_float_dtype(column) or is_integer_dtype(column):
        numbers, kind = column.to_numpy(dtype="float64", na_value=math.nan), int if is_integer_dtype(column) else float
        return lambda row: None if math.isnan(number := numbers[row]) else kind(number)
    codes, known = pd.factorize(column)
    values = [*known.tolist(), None]  # the last answers for what is missing, whose code is -1
    return lambda row: values[codes[row]]


def _plain(column: pd.Series) -> list[Any]:
    """Return a column as Python values with None for what is missing."""
    values = column.astype(object)
    return values.where(column.notna(), None).tolist() if column.hasnans else values.tolist()


def _periods(frame: pd.DataFrame) -> Iterator[Period]:
    names = ("period", "grain", "starts_on", "ends_on", "cut_on", "is_part", "days_done", "days_total")
    for label, grain, starts, ends, cut, is_part, done, total in zip(*(frame[name] for name in names), strict=True):
        days = (str(starts)[:10], str(ends)[:10], str(cut)[:10])
        yield Period(str(label), str(grain), *days, bool(is_part), int(done), int(total))
