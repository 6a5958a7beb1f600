"""The results of a drop: one cell per metric, period and scope, and what a page needs beside them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum

import pandas as pd


class Status(StrEnum):
    """What to bear in mind about a cell; one without a value always has a word that says why."""

    OK = "ok"
    MATURING = "maturing"
    PROVISIONAL = "provisional"
    PENDING = "pending"
    CAPPED = "capped"
    ZERO_DENOMINATOR = "zero_denominator"
    MISSING_FX = "missing_fx"
    MISSING_INPUT = "missing_input"
    TARGET_MET = "target_met"
    SUPPRESSED = "suppressed"
    NOT_REACHED = "not_reached"
    INFO = "info"
    NOT_FINITE = "excluded_not_finite"
    TOO_LARGE = "excluded_too_large"


#: The contract of kpis.csv, in this order.
CELL_COLUMNS = (
    "metric_id", "period", "scope", "value", "numerator", "denominator", "n", "low", "high",
    "status", "target", "attainment", "target_status", "cut",
)  # fmt: skip

#: One row per metric, period, scope and kind of comparison.
COMPARISON_COLUMNS = (
    "metric_id", "period", "scope", "comparison", "value", "before", "before_period", "change", "low", "high",
    "verdict", "note",
)  # fmt: skip

#: One row is more than a quarter of the numerator of a ratio of sums.
CONCENTRATED = "concentrated"
#: The earlier period was shorter than this one has run, so all of it is used.
EXHAUSTED = "prior_exhausted"

#: One row per word that stands beside a cell.
FLAG_COLUMNS = ("metric_id", "period", "scope", "flag")

CURVE_COLUMNS = ("metric_id", "period", "scope", "day", "share", "at_risk")


@dataclass(frozen=True, eq=False)
class Results:
    """All cells of a drop; what is worked out from them may be kept for as long as they are the same object.

    cells: CELL_COLUMNS. `period` and `scope` are texts as in the contract; `value`, `low`, `high`, `numerator`,
        `denominator`, `target`, `attainment` are floats (NaN: none), `n` is Int64, `status` a word of Status,
        `target_status` one of on_target, at_risk, off_target or "", `cut` an ISO date or "".
        Sorted by metric_id, period, scope.
    comparisons: COMPARISON_COLUMNS, of the whole, or of members where there is no whole; comparison is one of wow,
        mom, qoq, yoy; `change` is a difference (percentage
        points / 100) for rates, cohorts and whatever has the unit `ratio`, and a relative change for everything else;
        `low` and `high` bound it where there is an interval; verdict is up, down, no_clear_change or n/a (sample too
        small, a side missing, no interval for this kind); `note` is "" or `prior_exhausted`.
    curves: CURVE_COLUMNS, cumulative incidence of cohort metrics by day since entry: scope `all` of every own period,
        and every member for the period `all`; `at_risk` are the units still followed at that age.
    periods: one row per own period: period (label), grain, starts_on, ends_on (exclusive), cut_on (exclusive),
        is_part, days_done, days_total; sorted by grain and start.
    flags: FLAG_COLUMNS, what to bear in mind about cells that have a value: `concentrated` (one row is more than a
        quarter of the numerator of a ratio of sums), `prior_exhausted` (a formula looks back at a period that was
        shorter than this one has run).
    """

    cells: pd.DataFrame
    comparisons: pd.DataFrame
    curves: pd.DataFrame
    periods: pd.DataFrame
    flags: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(FLAG_COLUMNS), dtype="str"))

    def says_the_same_as(self, other: Results) -> bool:
        """Whether every cell, comparison, curve, period and flag is equal."""
        return all(getattr(self, one.name).equals(getattr(other, one.name)) for one in fields(self))
