"""Compares each cell with an earlier one, and says only what the numbers can bear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from generator.measures.intervals import Numbers, count_ratio, newcombe
from generator.measures.measured import Measured
from generator.measures.periods import Periods
from generator.measures.results import COMPARISON_COLUMNS
from generator.measures.scopes import ALL

UP, DOWN, NO_CLEAR_CHANGE, NOT_SAID = "up", "down", "no_clear_change", "n/a"
_SHARES = ("rate", "cohort")
_ADDITIVE = ("count", "sum")
_CARRIED = ["value", "numerator", "n"]


@dataclass(frozen=True)
class _Change:
    """A change, its interval, and where a change is beyond doubt."""

    change: Numbers
    low: Numbers
    high: Numbers
    nothing: float | None  # what the interval must leave out; None where there is none


def compare(
    measured: Measured,
    periods: Periods,
    metric_id: str,
    kind: str,
    unit: str,
    comparisons: tuple[str, ...],
    min_n_rate: int = 30,
) -> pd.DataFrame:
    """Return COMPARISON_COLUMNS for every own cell of `metric_id` that has an earlier period to compare with.

    A part period meets its like-for-like twin, never a full period. `change` is a difference for shares (kinds rate
    and cohort, and whatever has the unit `ratio`), else relative. `low` and `high` bound the change where the kind
    knows an interval (rate, cohort, count); only there the verdict is up, down or no_clear_change.
    """
    pairs = _pairs(measured, periods, metric_id, comparisons)
    if kind in _ADDITIVE:
        pairs = _with_absent_members(pairs)
    change = _change(pairs, kind, unit)
    verdict = _verdict(change)
    if kind in _SHARES:
        too_few = (pairs["n"].fillna(0) < min_n_rate) | (pairs["n_before"].fillna(0) < min_n_rate)
        verdict = np.where(too_few, NOT_SAID, verdict)
    pairs = pairs.assign(change=change.change, low=change.low, high=change.high, verdict=verdict)
    for name in ("change", "low", "high"):
        pairs[name] = pairs[name].replace([np.inf, -np.inf], np.nan)
    return pairs[list(COMPARISON_COLUMNS)]


def _pairs(measured: Measured, periods: Periods, metric_id: str, comparisons: tuple[str, ...]) -> pd.DataFrame:
    """Return a row for each own cell and comparison, with the earlier cell's numbers beside it."""
    frame = measured.frame[measured.frame["metric_id"] == metric_id]
    steps = periods.before[periods.before["comparison"].isin(list(comparisons))]
    own = frame[frame["comparison"] == ""].drop(columns=["comparison", "low", "high"])
    pairs = own.merge(steps, left_on="period_id", right_on="period")
    pairs = pairs.rename(columns={"period_x": "period"}).drop(columns=["period_y", "period_id"])
    earlier = frame[["period_id", "scope", *_CARRIED]]
    earlier = earlier.rename(columns={"period_id": "before_period", **{name: f"{name}_before" for name in _CARRIED}})
    earlier["found"] = True
    pairs = pairs.merge(earlier, on=["before_period", "scope"], how="left")
    about = periods.frame.reindex(pairs["before_period"])
    exhausted = about["exhausted"].fillna(False).to_numpy(dtype=bool)
    return pairs.assign(
        before_id=pairs["before_period"],
        before=pairs["value_before"],
        before_period=pd.Series(about["label"].to_numpy(), dtype="str"),
        note=pd.Series(np.where(exhausted, "prior_exhausted", ""), dtype="str"),
    )


def _with_absent_members(pairs: pd.DataFrame) -> pd.DataFrame:
    """Read a member without a cell as 0 where the earlier period was counted: nothing happened there."""
    whole = pairs.loc[(pairs["scope"] == ALL) & pairs["found"].notna(), "before_id"]
    absent = pairs["found"].isna() & pairs["before_id"].isin(whole)
    return pairs.assign(before=pairs["before"].mask(absent, 0.0))


def _change(pairs: pd.DataFrame, kind: str, unit: str) -> _Change:
    now, before = pairs["value"].to_numpy(dtype="float64"), pairs["before"].to_numpy(dtype="float64")
    unbounded = np.full(len(pairs), np.nan)
    if kind in _SHARES:
        low, high = newcombe(_hits(pairs, now, ""), _hits(pairs, before, "_before"))
        return _Change(now - before, low, high, 0.0)
    if kind == "count":
        low, high = count_ratio(now, before)
        return _Change(_relative(now, before), low - 1, high - 1, 0.0)
    change = now - before if unit == "ratio" else _relative(now, before)
    return _Change(change, unbounded, unbounded, None)


def _hits(pairs: pd.DataFrame, value: Numbers, suffix: str) -> tuple[Numbers, Numbers]:
    hits = pairs[f"numerator{suffix}"].to_numpy(dtype="float64")
    of = pairs[f"n{suffix}"].to_numpy(dtype="float64", na_value=np.nan)
    # Without a headline (maturing) there is nothing to compare, whatever was counted so far.
    return np.where(np.isnan(value), np.nan, hits), np.where(np.isnan(value), np.nan, of)


def _relative(now: Numbers, before: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before != 0, (now - before) / np.abs(before), np.nan)


def _verdict(change: _Change) -> npt.NDArray[np.str_]:
    if change.nothing is None:
        return np.full(len(change.change), NOT_SAID)
    known = ~(np.isnan(change.low) | np.isnan(change.high))
    said = np.where(change.low > change.nothing, UP, np.where(change.high < change.nothing, DOWN, NO_CLEAR_CHANGE))
    return np.where(known, said, NOT_SAID)
