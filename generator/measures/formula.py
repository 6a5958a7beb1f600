"""Formula: arithmetic over cells of other figures, period by period and scope by scope."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from generator.errors import KpiError, Mistake
from generator.measures.arithmetic import NO_BASE, OK, Values, called, combined, growth
from generator.measures.grammar import (
    LOOKING_BACK,
    division_in,
    function_of,
    is_growth,
    name_of,
    names_in,
    names_within,
    parsed,
)
from generator.measures.grid import Grid, sorted_grid, taken
from generator.measures.intervals import Numbers, count_ratio
from generator.measures.measured import Measured, Metric, cells_of
from generator.measures.periods import Flags, Indices, Periods
from generator.measures.results import EXHAUSTED, Status
from generator.measures.scopes import ALL

#: Functions that look at other cells than their own: what stands inside does not say which cells there are.
_ELSEWHERE = ("prior", "whole", "known")
#: Why a sum has no value because of some of its units; an input that is missing says nothing of any member.
_OF_SOME_UNITS = (Status.MISSING_FX.value, Status.NOT_FINITE.value, Status.TOO_LARGE.value)


@dataclass(frozen=True, eq=False)
class _Rows:
    """What a formula is worked out for: period and scope of each row, which need not be cells of any result."""

    period: Indices  # positions; -1 for a period that there is not
    scope: Indices  # positions in `scopes`
    scopes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.period)

    def found_in(self, grid: Grid) -> Indices:
        """Return which cell of `grid` stands at each row; -1 for none."""
        return grid.find(self.period, grid.codes_of(self.scopes)[self.scope])


@dataclass(frozen=True, eq=False)
class _Sheet:
    """The results that a formula may name."""

    results: Mapping[str, Metric]
    constants: Mapping[str, float]
    additive: Collection[str]
    prior: Indices  # of each period, the one before


def evaluate(
    text: str,
    metric_id: str,
    measured: Measured,
    constants: Mapping[str, float] | None = None,
    additive: Collection[str] = (),
    by: Collection[str] | None = None,
    grains: Collection[str] | None = None,
    counted: Collection[str] = (),
) -> Measured:
    """Return the cells of the formula `text` under the id `metric_id`.

    measured: all figures so far. constants: numbers that a formula may name. additive: ids of counts and sums, where
    a member without a cell means 0. by, grains: dimensions and grains to keep; None keeps all. counted: ids of counts,
    whose growth has an interval.
    A missing operand gives its own status on; division by nothing is `zero_denominator`; a cap that was used, `capped`.
    KpiError for a formula that cannot be read or names what is not there.
    """
    periods = measured.periods
    tree = parsed(text, metric_id)
    sheet = _sheet(tree, metric_id, measured, constants or {}, additive)
    grid = _grid(tree, sheet, periods, by, grains)
    rows = _Rows(grid.period, grid.scope, grid.scopes)
    found = _values(tree, sheet, rows)
    sides = {}
    if division := division_in(tree):
        above, below = (_values(side, sheet, rows).value for side in division)
        sides = {"numerator": above, "denominator": below}
    no_gap = np.full(len(grid), "", dtype=object)
    counts = _counts(tree, sheet, rows)
    if is_growth(tree) and set(names_in(tree)) <= set(counted):
        sides |= _growth_interval(found.value, **sides)
    metric = cells_of(grid, no_gap, found.value, counts, found.status, **sides)
    if names_within(tree, *LOOKING_BACK):
        earlier = sheet.prior[grid.period]
        metric = metric.flagged(EXHAUSTED, (earlier >= 0) & periods.is_exhausted[earlier])
    return Measured({metric_id: metric}, periods)


def _growth_interval(growth: Numbers, numerator: Numbers, denominator: Numbers) -> dict[str, Numbers]:
    """Return the ends of the 95 % interval of the growth of a count, by name; NaN where there is none."""
    known = ~np.isnan(growth)
    low, high = count_ratio(np.where(known, numerator, np.nan), np.where(known, denominator, np.nan))
    return {"low": low - 1, "high": np.where(np.isfinite(high), high - 1, np.nan)}


def _sheet(
    tree: ast.expr,
    metric_id: str,
    measured: Measured,
    constants: Mapping[str, float],
    additive: Collection[str],
) -> _Sheet:
    names = set(names_in(tree))
    results = {name: metric for name, metric in sorted(measured.metrics.items()) if name in names and len(metric.grid)}
    unknown = sorted(names - results.keys() - constants.keys())
    if unknown:
        mistakes = [Mistake(metric_id, f"its formula names '{name}', which has no results") for name in unknown]
        raise KpiError("A KPI cannot be computed.", mistakes)
    return _Sheet(results, constants, additive, measured.periods.prior)


def _grid(
    tree: ast.expr, sheet: _Sheet, periods: Periods, by: Collection[str] | None, grains: Collection[str] | None
) -> Grid:
    """Return every (period, scope) that some operand has.

    Operands that are only looked back at count where they add up: a member that is gone has fallen to nothing.
    """
    names = list(dict.fromkeys(name for name in names_in(tree) if name in sheet.results))
    present = [name for name in names_in(tree, skip=_ELSEWHERE) if name in sheet.results] or names
    scopes = sorted({text for name in names for text in sheet.results[name].grid.scopes if _fits(text, by)})
    kept = np.isin(np.arange(len(periods.ids)), periods.of_grains(grains)) if grains is not None else periods.ids > -1
    keys = [np.zeros(0, dtype="int64"), *(_keys(sheet.results[name].grid, scopes, kept) for name in present)]
    begun = np.zeros(len(kept), dtype=bool)
    begun[np.concatenate(keys) // max(len(scopes), 1)] = True
    for name in names_within(tree, *LOOKING_BACK):
        if name in sheet.additive and name in sheet.results:
            grid = sheet.results[name].grid
            later = Grid(periods.looking_back(periods.prior)[grid.period], grid.scope, grid.scopes)
            keys.append(_keys(later, scopes, kept & begun))
    period, scope = np.divmod(np.unique(np.concatenate(keys)), max(len(scopes), 1))
    return sorted_grid(period, scope, scopes)[0]


def _keys(grid: Grid, scopes: Sequence[str], kept: Flags) -> Indices:
    """Return the cells of `grid` in these scopes and the `kept` periods, as one number each."""
    code = {text: number for number, text in enumerate(scopes)}
    scope = np.array([code.get(text, -1) for text in grid.scopes], dtype="int64")[grid.scope]
    there = (scope >= 0) & (grid.period >= 0) & kept[grid.period]
    return np.asarray(grid.period[there] * len(scopes) + scope[there])


def _fits(scope: str, by: Collection[str] | None) -> bool:
    return by is None or scope == ALL or set(_dims(scope)) <= set(by)


def _dims(scope: str) -> tuple[str, ...]:
    return () if scope == ALL else tuple(part.partition("=")[0] for part in scope.split(";"))


def _values(tree: ast.expr, sheet: _Sheet, rows: _Rows) -> Values:
    if name := name_of(tree):
        return _looked_up(name, sheet, rows)
    match tree:
        case ast.Constant(value=float() | int() as number):
            return _constant(number, rows)
        case ast.UnaryOp(op=operator, operand=operand):
            inner = _values(operand, sheet, rows)
            return Values(-inner.value if isinstance(operator, ast.USub) else inner.value, inner.status)
        case ast.BinOp(left=left, op=operator, right=right):
            return combined(operator, _values(left, sheet, rows), _values(right, sheet, rows))
        case ast.Call(args=arguments) if function_of(tree) == "prior":
            return _before(arguments[0], sheet, rows)
        case ast.Call(args=[argument]) if function_of(tree) == "growth":
            return growth(_values(argument, sheet, rows), _before(argument, sheet, rows))
        case ast.Call(args=arguments) if function_of(tree) == "whole":
            return _values(arguments[0], sheet, _of_the_whole(rows))
        case ast.Call(args=arguments):
            return called(function_of(tree), [_values(argument, sheet, rows) for argument in arguments])
    raise AssertionError(ast.dump(tree))


def _constant(number: float, rows: _Rows) -> Values:
    # A setting that holds no number, because nobody chose one, is no input.
    status = Status.MISSING_INPUT.value if np.isnan(float(number)) else OK
    return Values(np.full(len(rows), float(number)), np.full(len(rows), status, dtype=object))


def _of_the_whole(rows: _Rows) -> _Rows:
    """Return the same periods, each with the scope of the whole."""
    return _Rows(rows.period, np.full(len(rows), len(rows.scopes)), (*rows.scopes, ALL))


def _looked_up(name: str, sheet: _Sheet, rows: _Rows) -> Values:
    if name not in sheet.results:
        return _constant(sheet.constants[name], rows)
    known = sheet.results[name]
    at = rows.found_in(known.grid)
    absent = at < 0
    value = taken(known.value, at)
    status = np.where(absent, Status.MISSING_INPUT.value, known.status[at])
    if name in sheet.additive and absent.any():
        nothing = absent & _counted_elsewhere(known, rows)
        value[nothing], status[nothing] = 0.0, OK
    return Values(value, status)


def _counted_elsewhere(known: Metric, rows: _Rows) -> Flags:
    """Return where a member lacks a cell although its dimension is split and its period was counted.

    A whole that is withheld for some of its units was counted too: each of them stands in a member with a cell.
    """
    grid = known.grid
    dims = {_dims(grid.scopes[scope]) for scope in np.unique(grid.scope)}
    split = np.array([_dims(scope) in dims for scope in rows.scopes], dtype=bool)
    whole = np.full(len(rows), grid.code_of(ALL), dtype="int64")
    at = grid.find(rows.period, whole)
    withheld = (at >= 0) & np.isin(known.status[at].astype(str), _OF_SOME_UNITS)
    counted = ~np.isnan(taken(known.value, at)) | withheld
    return np.asarray(split[rows.scope] & counted)


def _before(tree: ast.expr, sheet: _Sheet, rows: _Rows) -> Values:
    """Return `tree` one period earlier; of a part period, at its like-for-like twin."""
    earlier = np.where(rows.period >= 0, sheet.prior[rows.period], -1)
    found = _values(tree, sheet, _Rows(earlier, rows.scope, rows.scopes))
    # No earlier period is nothing to compare with, not an input that somebody forgot.
    nothing = np.isnan(found.value) & (found.status == Status.MISSING_INPUT.value)
    return Values(found.value, np.where(nothing, NO_BASE, found.status))


def _counts(tree: ast.expr, sheet: _Sheet, rows: _Rows) -> Numbers:
    first = next((name for name in names_in(tree) if name in sheet.results), None)
    if first is None:
        return np.full(len(rows), np.nan)
    known = sheet.results[first]
    counts = taken(known.n, rows.found_in(known.grid))
    return np.where(np.isnan(counts), 0.0, counts) if first in sheet.additive else counts
