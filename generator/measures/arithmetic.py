"""What formulas do with numbers that may be missing: the four operations, and the functions of the grammar."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from generator.measures.intervals import Numbers
from generator.measures.measured import Words
from generator.measures.results import Status

OK, NO_BASE = Status.OK.value, Status.ZERO_DENOMINATOR.value


@dataclass(frozen=True, eq=False)
class Values:
    """A number for each row, NaN where there is none, and the status that says why or what to bear in mind."""

    value: Numbers
    status: Words


def growth(now: Values, before: Values) -> Values:
    """Return by how much more `now` is than `before`; from nothing, or less than nothing, no growth is stated."""
    without_base = before.value <= 0
    base = Values(
        np.where(without_base, np.nan, before.value), np.where(without_base, NO_BASE, before.status).astype(object)
    )
    quotient = combined(ast.Div(), now, base)
    return Values(quotient.value - 1, quotient.status)


def combined(operator: ast.operator, left: Values, right: Values) -> Values:
    """Return what + - * / make of two sides; over nothing is `zero_denominator`, beyond all numbers `suppressed`."""
    a, b = left.value, right.value
    status = _worse([left, right])
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if isinstance(operator, ast.Div):
            status = np.where((b == 0) & ~np.isnan(a), NO_BASE, status)
            value = np.where(b == 0, np.nan, a / b)
        else:
            value = a + b if isinstance(operator, ast.Add) else a - b if isinstance(operator, ast.Sub) else a * b
    endless = ~np.isfinite(value) & (status == OK)
    return Values(np.where(np.isfinite(value), value, np.nan), np.where(endless, Status.SUPPRESSED.value, status))


def called(function: str, arguments: list[Values]) -> Values:
    """Return what a function of the grammar makes of its arguments."""
    if function in _FUNCTIONS:
        return _FUNCTIONS[function](*arguments)
    smallest = np.minimum if function == "min" else np.maximum
    value = arguments[0].value
    for argument in arguments[1:]:
        value = smallest(value, argument.value)
    return Values(value, _worse(arguments))


def _capped(inner: Values, cap: Values) -> Values:
    """Return `inner` up to `cap`; what is over it, or divides by nothing, is the cap and says so."""
    endless = np.isnan(inner.value) & (inner.status == NO_BASE)
    over = endless | (inner.value > cap.value)
    value = np.where(over, cap.value, inner.value)
    status = np.where(over & ~np.isnan(cap.value), Status.CAPPED.value, inner.status)
    return Values(value, np.where(over & np.isnan(cap.value), cap.status, status))


def _covering(have: Values, missing: Values) -> Values:
    """Return how many times `have` covers what is `missing`; nothing left to cover says that the target is met."""
    quotient = combined(ast.Div(), have, missing)
    met = missing.value <= 0
    return Values(np.where(met, np.nan, quotient.value), np.where(met, Status.TARGET_MET.value, quotient.status))


def _enough(value: Values, count: Values, fewest: Values) -> Values:
    """Return `value`, or nothing where it rests on fewer than so many."""
    few = count.value < fewest.value
    status = np.where(few, Status.SUPPRESSED.value, value.status)
    return Values(np.where(few, np.nan, value.value), status)


def _known(*options: Values) -> Values:
    """Return the first of `options` that has a value; where none has, why the last has none."""
    found = options[0]
    for option in options[1:]:
        absent = np.isnan(found.value)
        found = Values(np.where(absent, option.value, found.value), np.where(absent, option.status, found.status))
    return found


def _provisional(inner: Values, proof: Values) -> Values:
    """Return `inner`, which is provisional where `proof` is not above nothing."""
    unproven = ~np.isnan(inner.value) & ~(proof.value > 0)
    return Values(inner.value, np.where(unproven, Status.PROVISIONAL.value, inner.status))


def _discounted(months: Values, yearly: Values) -> Values:
    """Return how many of today's months so many future ones are worth; without a rate, or at none, as many."""
    monthly = (1 + yearly.value) ** (1 / 12) - 1
    free = ~(monthly > 0)
    worth = (1 - (1 + monthly) ** -months.value) / np.where(free, 1, monthly)
    return Values(np.where(free, months.value, worth), months.status)


_FUNCTIONS: Mapping[str, Callable[..., Values]] = {
    "capped": _capped,
    "covering": _covering,
    "enough": _enough,
    "known": _known,
    "provisional": _provisional,
    "discounted": _discounted,
}


def _worse(operands: list[Values]) -> Words:
    """Return the status to carry on: of the first operand without a value, else of the first that is not plain ok."""
    status = np.full(len(operands[0].value), OK, dtype=object)
    for operand in reversed(operands):
        status = np.where(operand.status != OK, operand.status, status)
    for operand in reversed(operands):
        status = np.where(np.isnan(operand.value), operand.status, status)
    return status
