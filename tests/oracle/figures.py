"""Statistics a second time, in exact arithmetic."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from .clock import Span

Z = 1.959963984540054


@dataclass(frozen=True)
class Cell:
    """One figure: value is None where there is none, and then `status` says why."""

    value: Fraction | None
    status: str = "ok"
    numerator: Fraction | int | None = None
    denominator: Fraction | int | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None


@dataclass
class Unit:
    """One thing that is counted: when, under which members, and what it brings along."""

    day: date
    dims: dict[str, str | None]
    value: Any = None
    hit: bool = False
    observed: bool = True
    mature: bool = True
    gap: str | None = None


def wilson(k: int, n: int) -> tuple[float, float]:
    p, z2 = k / n, Z * Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def percentile(values: Iterable[Fraction], q: Fraction) -> Fraction | None:
    ordered = sorted(values)
    if not ordered:
        return None
    place = (len(ordered) - 1) * q
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def count(units: list[Unit]) -> Cell:
    return Cell(Fraction(len(units)), n=len(units))


def total(units: list[Unit]) -> Cell:
    gap = next((unit.gap for unit in units if unit.gap), None)
    if gap:
        return Cell(None, gap)
    return Cell(sum((unit.value for unit in units), Fraction(0)), n=len(units))


def rate(units: list[Unit]) -> Cell:
    if not units:
        return Cell(None, "zero_denominator", 0, 0, 0)
    hits = sum(unit.hit for unit in units)
    low, high = wilson(hits, len(units))
    return Cell(Fraction(hits, len(units)), "ok", hits, len(units), len(units), low, high)


def cohort(min_share: Fraction) -> Callable[[list[Unit]], Cell]:
    def measure(units: list[Unit]) -> Cell:
        mature = [unit for unit in units if unit.mature]
        found = rate(mature)
        if units and Fraction(len(mature), len(units)) < min_share:
            return Cell(None, "maturing", found.numerator, found.denominator, found.n)
        return found

    return measure


def mean(units: list[Unit]) -> Cell:
    gap = next((unit.gap for unit in units if unit.gap), None)
    if gap:
        return Cell(None, gap)
    if not units:
        return Cell(None, "zero_denominator", 0, 0, 0)
    whole = sum((Fraction(unit.value) for unit in units), Fraction(0))
    return Cell(whole / len(units), "ok", whole, len(units), len(units))


def ordered(q: Fraction) -> Callable[[list[Unit]], Cell]:
    def measure(units: list[Unit]) -> Cell:
        gap = next((unit.gap for unit in units if unit.gap), None)
        if gap:
            return Cell(None, gap)
        found = percentile((Fraction(unit.value) for unit in units), q)
        return Cell(found, "ok" if found is not None else "zero_denominator", n=len(units))

    return measure


MEDIAN, P90 = ordered(Fraction(1, 2)), ordered(Fraction(9, 10))


def kaplan_meier_median(units: list[Unit]) -> Cell:
    if not units:
        return Cell(None, "zero_denominator", n=0)
    left, at_risk = Fraction(1), len(units)
    by_time: dict[Fraction, list[Unit]] = defaultdict(list)
    for unit in units:
        by_time[unit.value].append(unit)
    for time in sorted(by_time):
        seen = sum(unit.observed for unit in by_time[time])
        left *= 1 - Fraction(seen, at_risk)
        if left <= Fraction(1, 2):
            return Cell(time, n=len(units))
        at_risk -= len(by_time[time])
    return Cell(None, "not_reached", n=len(units))


def answered(measure: Callable[[list[Unit]], Cell]) -> Callable[[list[Unit]], Cell]:
    return lambda units: measure([unit for unit in units if unit.observed])


def member(value: str | None) -> str:
    """Return how a member is written in a scope."""
    if value is None:
        return "Unknown"
    return "unknown (recorded)" if value.casefold() == "unknown" else value


def escaped(text: str) -> str:
    for sign in "%;=":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def by_scope(units: list[Unit], dims: Iterable[str]) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {"all": list(units)}
    for dim in dims:
        for unit in units:
            found.setdefault(f"{dim}={escaped(member(unit.dims.get(dim)))}", []).append(unit)
    return found


def measured(
    units: list[Unit], span: Span, dims: Iterable[str], measure: Callable[[list[Unit]], Cell]
) -> dict[str, Cell]:
    """Return one cell per scope of the units that lie in `span`."""
    inside = [unit for unit in units if span.has(unit.day)]
    return {scope: measure(some) for scope, some in by_scope(inside, dims).items()}


def within_days(entry: datetime, outcome: datetime | None, days: int) -> bool:
    return outcome is not None and outcome - entry <= timedelta(days=days)


def of_the_mature(measure: Callable[[list[Unit]], Cell], share: Fraction) -> Callable[[list[Unit]], Cell]:
    def of(units: list[Unit]) -> Cell:
        mature = [unit for unit in units if unit.mature]
        found = measure(mature)
        if units and Fraction(len(mature), len(units)) < share:
            return Cell(None, "maturing", found.numerator, found.denominator, found.n)
        return found

    return of


def crossed(units: list[Unit], span: Span, dims: str, by: str, others: str) -> dict[str, Cell]:
    """Return the rate of each member, and of each member of `by` within those of other dimensions."""
    inside = [unit for unit in units if span.has(unit.day)]
    found = {scope: rate(some) for scope, some in by_scope(inside, dims.split()).items()}
    for scope, some in by_scope(inside, [by]).items():
        for other, few in by_scope(some, others.split()).items():
            if "all" not in (scope, other):
                found[";".join(sorted((scope, other)))] = rate(few)
    return found


def value_rate(units: list[Unit]) -> Cell:
    if any(unit.gap for unit in units):
        return Cell(None, "missing_fx")
    won = sum((unit.value for unit in units if unit.hit), Fraction())
    return quotient(won, sum((unit.value for unit in units), Fraction()), n=len(units))


def quotient(above: Fraction | None, below, source: Cell | None = None, n: int | None = None) -> Cell:
    if above is None:
        return Cell(None, source.status if source else "missing_input")
    if below is None:
        return Cell(None, "missing_input")
    if not below:
        return Cell(None, "zero_denominator", above, below, n)
    return Cell(Fraction(above) / Fraction(below), "ok", above, below, n)
