"""What measuring a figure yields: the numbers of a metric as arrays, and all metrics together as a frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from generator.measures.grid import Grid, sorted_grid
from generator.measures.intervals import Numbers
from generator.measures.periods import Flags, Indices, Periods
from generator.measures.results import CELL_COLUMNS, CURVE_COLUMNS, FLAG_COLUMNS, Status
from generator.measures.scopes import ALL

Words = npt.NDArray[np.object_]

_COUNTED = ("value", "numerator", "denominator", "low", "high")


@dataclass(frozen=True, eq=False)
class Metric:
    """The cells of one metric, own periods and twins; entry i of every array is one cell, NaN is none."""

    grid: Grid
    value: Numbers
    numerator: Numbers
    denominator: Numbers
    n: Numbers
    low: Numbers
    high: Numbers
    status: Words
    flags: Mapping[str, Flags] = field(default_factory=dict)  # what else to bear in mind, by word

    def only(self, kept: Flags) -> Metric:
        """Return the cells that are true in `kept`."""
        return Metric(
            self.grid.only(kept),
            self.value[kept],
            self.numerator[kept],
            self.denominator[kept],
            self.n[kept],
            self.low[kept],
            self.high[kept],
            self.status[kept],
            {word: column[kept] for word, column in self.flags.items()},
        )

    def flagged(self, word: str, where: Flags) -> Metric:
        """Return the cells with `word` beside those in `where`."""
        return replace(self, flags={**self.flags, word: where})

    def with_nothing_at(self, period: Indices, scope: Indices) -> Metric:
        """Return the cells with more of them, in which nothing was counted: value and n are 0."""
        if not len(period):
            return self
        grid, order = sorted_grid(
            np.append(self.grid.period, period), np.append(self.grid.scope, scope), self.grid.scopes
        )
        nothing = {"value": 0.0, "n": 0.0, "status": Status.OK.value}
        columns = {
            name: np.append(getattr(self, name), np.full(len(period), nothing.get(name, np.nan), dtype=object))
            for name in (*_COUNTED, "n", "status")
        }
        kinds = {"status": "object"}
        arrays = {name: column.astype(kinds.get(name, "float64"))[order] for name, column in columns.items()}
        return replace(self, grid=grid, flags={}, **arrays)

    def marked(self, where: Flags, status: Status) -> Metric:
        """Return the cells with `status` where they are plain ok."""
        plain = where & (self.status == Status.OK.value)
        return replace(self, status=np.where(plain, status.value, self.status).astype(object))

    def without_total(self, crossed: str | None = None) -> Metric:
        """Return the cells of members: what they have in common is no figure of its own.

        Nor is it within a member of another dimension, where the figure is `crossed` with the one that has no whole.
        """
        if crossed is None:
            return self.only(~self.grid.where(ALL))
        told = [any(part.startswith(f"{crossed}=") for part in scope.split(";")) for scope in self.grid.scopes]
        return self.only(np.array(told, dtype=bool)[self.grid.scope])


@dataclass(frozen=True, eq=False)
class Curve:
    """Cumulative incidence of one metric: a row for each cell and day since entry."""

    grid: Grid
    day: Indices
    share: Numbers  # cell x day
    at_risk: Indices  # cell x day


@dataclass(frozen=True, eq=False)
class Measured:
    """The cells of one or more metrics, by id, and the curves of those that have any."""

    metrics: Mapping[str, Metric]
    periods: Periods
    curve_of: Mapping[str, Curve] = field(default_factory=dict)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All cells: CELL_COLUMNS, `comparison` and `period_id`; target columns are empty.

        `comparison` is "" for own periods; else the row is the like-for-like twin that the part period `period` is
        compared with.
        """
        return self._framed(self.metrics)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Cells of own periods, CELL_COLUMNS, sorted by metric, period and scope."""
        own = {name: metric.only(self.periods.is_own[metric.grid.period]) for name, metric in self.metrics.items()}
        return self._framed(own)[list(CELL_COLUMNS)]

    @cached_property
    def curves(self) -> pd.DataFrame:
        """CURVE_COLUMNS, sorted by metric, period, scope and day."""
        names = sorted(self.curve_of)
        orders = [_order(self.curve_of[name].grid, self.periods) for name in names]
        grids = [self.curve_of[name].grid for name in names]
        lengths = [len(self.curve_of[name].day) for name in names]
        columns = _keys(names, grids, orders, self.periods, lengths)
        for name in ("share", "at_risk"):
            parts = [getattr(self.curve_of[one], name)[order].ravel() for one, order in zip(names, orders, strict=True)]
            columns[name] = np.concatenate(parts) if parts else np.zeros(0)
        days = [np.tile(self.curve_of[one].day, len(order)) for one, order in zip(names, orders, strict=True)]
        columns["day"] = np.concatenate(days) if days else np.zeros(0)
        types = {"day": "int64", "share": "float64", "at_risk": "int64"}
        return pd.DataFrame(columns)[list(CURVE_COLUMNS)].astype(types)

    @cached_property
    def flags(self) -> pd.DataFrame:
        """FLAG_COLUMNS: the flags of cells that have a value, sorted by metric, flag, period and scope."""
        flagged = [
            (name, word, metric.grid.only(where & ~np.isnan(metric.value) & self.periods.is_own[metric.grid.period]))
            for name, metric in sorted(self.metrics.items())
            for word, where in sorted(metric.flags.items())
        ]
        grids = [grid for _, _, grid in flagged]
        columns = _keys(
            [name for name, _, _ in flagged], grids, [_order(grid, self.periods) for grid in grids], self.periods
        )
        words = np.repeat(np.arange(len(flagged)), [len(grid) for grid in grids]) if grids else np.zeros(0, "int64")
        columns["flag"] = texts_of(words, [word for _, word, _ in flagged])
        return pd.DataFrame(columns)[list(FLAG_COLUMNS)]

    def only(self, metric_id: str) -> Measured:
        """Return the part that bears this id."""
        return self._where(lambda name: name == metric_id)

    def without(self, metric_id: str) -> Measured:
        """Return everything but the part that bears this id."""
        return self._where(lambda name: name != metric_id)

    def _where(self, wanted: Any) -> Measured:
        metrics = {name: metric for name, metric in self.metrics.items() if wanted(name)}
        return Measured(metrics, self.periods, {name: one for name, one in self.curve_of.items() if wanted(name)})

    def _framed(self, metrics: Mapping[str, Metric]) -> pd.DataFrame:
        names = sorted(metrics)
        orders = [_order(metrics[name].grid, self.periods) for name in names]
        columns = _keys(names, [metrics[name].grid for name in names], orders, self.periods)
        for column in (*_COUNTED, "n"):
            columns[column] = _joined([getattr(metrics[name], column) for name in names], orders, "float64")
        columns["n"] = pd.array(columns["n"], dtype="Float64").astype("Int64")
        columns["status"] = coded_texts(_joined([metrics[name].status for name in names], orders, "object"))
        period = _joined([metrics[name].grid.period for name in names], orders, "int64")
        own = self.periods.is_own
        frame = self.periods.frame
        columns["cut"] = texts_of(period, frame["cut"].tolist())
        columns["comparison"] = texts_of(period, np.where(own, "", frame["role"].to_numpy(dtype=object)).tolist())
        columns["target_status"] = texts_of(period * 0, [""])
        columns["target"] = columns["attainment"] = np.full(len(period), np.nan)
        columns["period_id"] = self.periods.ids[period]
        return pd.DataFrame(columns)[[*CELL_COLUMNS, "comparison", "period_id"]]


def cells_of(
    grid: Grid,
    gap: Words,
    value: Numbers,
    n: Numbers | None = None,
    status: Words | None = None,
    **others: Numbers,
) -> Metric:
    """Return the cells of a metric.

    A `gap` other than "" blocks its cell: no number but n, and the gap as its status. Without a status ("" or none
    given), a missing value is `zero_denominator`. others: numerator, denominator, low, high.
    """
    default = np.where(np.isnan(value), Status.ZERO_DENOMINATOR.value, Status.OK.value).astype(object)
    given = default if status is None else np.where(status == "", default, status)
    nothing = np.full(len(grid), np.nan)
    blocked = gap != ""
    numbers = {"value": value, **others}
    if blocked.any():
        given = np.where(blocked, gap, given)
        numbers = {name: np.where(blocked, np.nan, column) for name, column in numbers.items()}
    return Metric(
        grid,
        numbers["value"],
        numbers.get("numerator", nothing),
        numbers.get("denominator", nothing),
        nothing if n is None else n,
        numbers.get("low", nothing),
        numbers.get("high", nothing),
        given,
    )


def together(parts: Iterable[Measured], periods: Periods) -> Measured:
    """Return the parts, which share no metric, as one."""
    metrics: dict[str, Metric] = {}
    curves: dict[str, Curve] = {}
    for part in parts:
        metrics |= part.metrics
        curves |= part.curve_of
    return Measured(metrics, periods, curves)


def texts_of(codes: Indices, texts: Sequence[str]) -> pd.api.extensions.ExtensionArray:
    """Return `texts` at these positions as a column of text."""
    # Arrow repeats texts many times faster than Python makes them.
    coded = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(texts, pa.large_string()))
    column: pd.api.extensions.ExtensionArray = pd.array(coded.cast(pa.large_string()), dtype="str")
    return column


def coded_texts(words: Words) -> pd.api.extensions.ExtensionArray:
    """Return texts of which most repeat as a column of text."""
    codes, known = pd.factorize(words)
    return texts_of(codes, list(known))


def _order(grid: Grid, periods: Periods) -> Indices:
    """Return the order of cells by the texts of their period and scope."""
    return np.lexsort((grid.scope, periods.label_ranks[periods.shown[grid.period]]))


def _keys(
    names: Sequence[str],
    grids: Sequence[Grid],
    orders: Sequence[Indices],
    periods: Periods,
    lengths: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Return the columns metric_id, period and scope; each cell stands `lengths` times, by metric."""
    repeats = lengths or [1] * len(names)
    sizes = [len(grid) * times for grid, times in zip(grids, repeats, strict=True)]
    first_scope = np.cumsum([0, *(len(grid.scopes) for grid in grids)])
    period = _joined([grid.period for grid in grids], orders, "int64")
    scope = _joined([grid.scope + first for grid, first in zip(grids, first_scope, strict=False)], orders, "int64")
    times = np.repeat(repeats, [len(grid) for grid in grids]) if grids else np.zeros(0, dtype="int64")
    if lengths is not None:
        period, scope = np.repeat(period, times), np.repeat(scope, times)
    return {
        "metric_id": texts_of(np.repeat(np.arange(len(names)), sizes), list(names)),
        "period": texts_of(periods.shown[period], periods.labels.tolist()),
        "scope": texts_of(scope, [text for grid in grids for text in grid.scopes]),
    }


def _joined(columns: Sequence[npt.NDArray[Any]], orders: Sequence[Indices], kind: str) -> npt.NDArray[Any]:
    parts = [column[order] for column, order in zip(columns, orders, strict=True)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)
