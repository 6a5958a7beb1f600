"""Formula: arithmetic over cells of other figures, period by period and scope by scope."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from generator.errors import KpiError, Mistake
from generator.measures.grammar import division_in, function_of, name_of, names_in, parsed
from generator.measures.intervals import Numbers
from generator.measures.measured import Measured, cells_of, no_curves
from generator.measures.periods import Periods
from generator.measures.results import Status
from generator.measures.scopes import ALL

_OK, _NO_BASE = Status.OK.value, Status.ZERO_DENOMINATOR.value


@dataclass(frozen=True, eq=False)
class _Values:
    """A number for each row, NaN where there is none, and the status that says why or what to bear in mind."""

    value: Numbers
    status: npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class _Sheet:
    """The results that a formula may name, by (period id, scope)."""

    results: Mapping[str, pd.DataFrame]  # metric id -> value, status, n; indexed by (period_id, scope)
    constants: Mapping[str, float]
    additive: Collection[str]
    prior: Mapping[int, int]  # period id -> the one before


def evaluate(
    text: str,
    metric_id: str,
    measured: Measured,
    periods: Periods,
    constants: Mapping[str, float] | None = None,
    additive: Collection[str] = (),
    by: Collection[str] | None = None,
    grains: Collection[str] | None = None,
) -> Measured:
    """Return the cells of the formula `text` under the id `metric_id`.

    measured: all figures so far. constants: numbers that a formula may name. additive: ids of counts and sums, where
    a member without a cell means 0. by, grains: dimensions and grains to keep; None keeps all.
    A missing operand gives its own status on; division by nothing is `zero_denominator`; a cap that was used, `capped`.
    KpiError for a formula that cannot be read or names what is not there.
    """
    tree = parsed(text, metric_id)
    sheet = _sheet(tree, metric_id, measured, periods, constants or {}, additive)
    rows = _rows(tree, sheet, periods, by, grains)
    found = _values(tree, sheet, rows)
    placed = rows.to_frame(index=False).rename(columns={"period_id": "period"})
    placed = placed.assign(gap="", value=found.value, status=found.status, n=_counts(tree, sheet, rows))
    if sides := division_in(tree):
        above, below = (_values(side, sheet, rows).value for side in sides)
        placed = placed.assign(numerator=above, denominator=below)
    return Measured(cells_of(metric_id, placed, periods), no_curves())


def _sheet(
    tree: ast.expr,
    metric_id: str,
    measured: Measured,
    periods: Periods,
    constants: Mapping[str, float],
    additive: Collection[str],
) -> _Sheet:
    names = set(names_in(tree))
    frame = measured.frame[measured.frame["metric_id"].isin(names)]
    results = {
        str(name): rows.set_index(["period_id", "scope"])[["value", "status", "n"]]
        for name, rows in frame.groupby("metric_id", sort=True)
    }
    unknown = sorted(names - results.keys() - constants.keys())
    if unknown:
        mistakes = [Mistake(metric_id, f"its formula names '{name}', which has no results") for name in unknown]
        raise KpiError("A KPI cannot be computed.", mistakes)
    steps = periods.prior()
    prior = dict(zip(steps.index.tolist(), steps.tolist(), strict=True))
    return _Sheet(results, constants, additive, prior)


def _rows(
    tree: ast.expr, sheet: _Sheet, periods: Periods, by: Collection[str] | None, grains: Collection[str] | None
) -> pd.MultiIndex:
    """Return every (period, scope) that some operand has; operands that are only looked back at do not count."""
    names = [name for name in names_in(tree, skip="prior") if name in sheet.results]
    names = names or [name for name in names_in(tree) if name in sheet.results]
    keys = pd.concat([sheet.results[name].index.to_frame(index=False) for name in names]).drop_duplicates()
    if grains is not None:
        keys = keys[keys["period_id"].isin(periods.of_grains(grains).index)]
    if by is not None:
        fitting = {scope for scope in keys["scope"].unique() if scope == ALL or set(_dims(scope)) <= set(by)}
        keys = keys[keys["scope"].isin(fitting)]
    return pd.MultiIndex.from_frame(keys.sort_values(["period_id", "scope"]))


def _dims(scope: str) -> tuple[str, ...]:
    return () if scope == ALL else tuple(part.partition("=")[0] for part in scope.split(";"))


def _values(tree: ast.expr, sheet: _Sheet, rows: pd.MultiIndex) -> _Values:
    if name := name_of(tree):
        return _looked_up(name, sheet, rows)
    match tree:
        case ast.Constant(value=float() | int() as number):
            return _constant(number, rows)
        case ast.UnaryOp(op=operator, operand=operand):
            inner = _values(operand, sheet, rows)
            return _Values(-inner.value if isinstance(operator, ast.USub) else inner.value, inner.status)
        case ast.BinOp(left=left, op=operator, right=right):
            return _combined(operator, _values(left, sheet, rows), _values(right, sheet, rows))
        case ast.Call(args=arguments) if function_of(tree) == "prior":
            return _before(arguments[0], sheet, rows)
        case ast.Call(args=arguments):
            return _called(function_of(tree), [_values(argument, sheet, rows) for argument in arguments])
    raise AssertionError(ast.dump(tree))


def _constant(number: float, rows: pd.MultiIndex) -> _Values:
    return _Values(np.full(len(rows), float(number)), np.full(len(rows), _OK, dtype=object))


def _looked_up(name: str, sheet: _Sheet, rows: pd.MultiIndex) -> _Values:
    if name not in sheet.results:
        return _constant(sheet.constants[name], rows)
    known = sheet.results[name]
    found = known.reindex(rows)
    value = found["value"].to_numpy(dtype="float64", copy=True)
    status = found["status"].astype(object).to_numpy(copy=True)
    absent = pd.isna(status)
    status[absent] = Status.MISSING_INPUT.value
    if name in sheet.additive and absent.any():
        nothing = absent & _counted_elsewhere(known, rows)
        value[nothing], status[nothing] = 0.0, _OK
    return _Values(value, status)


def _counted_elsewhere(known: pd.DataFrame, rows: pd.MultiIndex) -> npt.NDArray[np.bool_]:
    """Return where a member lacks a cell although its dimension is split and its period was counted."""
    dims = {_dims(scope) for scope in known.index.get_level_values("scope").unique()}
    split = {scope for scope in rows.get_level_values("scope").unique() if _dims(scope) in dims}
    whole = pd.MultiIndex.from_arrays([rows.get_level_values("period_id"), [ALL] * len(rows)])
    counted = known["value"].reindex(whole).notna().to_numpy()
    return np.asarray(rows.get_level_values("scope").isin(split) & counted)


def _before(tree: ast.expr, sheet: _Sheet, rows: pd.MultiIndex) -> _Values:
    """Return `tree` one period earlier; of a part period, at its like-for-like twin."""
    earlier = rows.get_level_values("period_id").map(lambda period: sheet.prior.get(period, -1))
    found = _values(tree, sheet, pd.MultiIndex.from_arrays([earlier, rows.get_level_values("scope")], names=rows.names))
    # No earlier period is nothing to compare with, not an input that somebody forgot.
    nothing = np.isnan(found.value) & (found.status == Status.MISSING_INPUT.value)
    return _Values(found.value, np.where(nothing, _NO_BASE, found.status))


def _combined(operator: ast.operator, left: _Values, right: _Values) -> _Values:
    a, b = left.value, right.value
    status = _worse([left, right])
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if isinstance(operator, ast.Div):
            status = np.where((b == 0) & ~np.isnan(a), _NO_BASE, status)
            value = np.where(b == 0, np.nan, a / b)
        else:
            value = a + b if isinstance(operator, ast.Add) else a - b if isinstance(operator, ast.Sub) else a * b
    return _Values(np.where(np.isfinite(value), value, np.nan), status)


def _called(function: str, arguments: list[_Values]) -> _Values:
    if function == "capped":
        return _capped(*arguments)
    if function == "covering":
        return _covering(*arguments)
    smallest = np.minimum if function == "min" else np.maximum
    value = arguments[0].value
    for argument in arguments[1:]:
        value = smallest(value, argument.value)
    return _Values(value, _worse(arguments))


def _capped(inner: _Values, cap: _Values) -> _Values:
    """Return `inner` up to `cap`; what is over it, or divides by nothing, is the cap and says so."""
    endless = np.isnan(inner.value) & (inner.status == _NO_BASE)
    over = endless | (inner.value > cap.value)
    value = np.where(over, cap.value, inner.value)
    status = np.where(over & ~np.isnan(cap.value), Status.CAPPED.value, inner.status)
    return _Values(value, np.where(over & np.isnan(cap.value), cap.status, status))


def _covering(have: _Values, missing: _Values) -> _Values:
    """Return how many times `have` covers what is `missing`; nothing left to cover says that the target is met."""
    quotient = _combined(ast.Div(), have, missing)
    met = missing.value <= 0
    return _Values(np.where(met, np.nan, quotient.value), np.where(met, Status.TARGET_MET.value, quotient.status))


def _worse(operands: list[_Values]) -> npt.NDArray[np.object_]:
    """Return the status to carry on: of the first operand without a value, else of the first that is not plain ok."""
    status = np.full(len(operands[0].value), _OK, dtype=object)
    for operand in reversed(operands):
        status = np.where(operand.status != _OK, operand.status, status)
    for operand in reversed(operands):
        status = np.where(np.isnan(operand.value), operand.status, status)
    return status


def _counts(tree: ast.expr, sheet: _Sheet, rows: pd.MultiIndex) -> npt.NDArray[np.object_]:
    first = next((name for name in names_in(tree) if name in sheet.results), None)
    if first is None:
        return np.full(len(rows), pd.NA, dtype=object)
    return sheet.results[first]["n"].reindex(rows).astype(object).to_numpy()
