"""Cohort: of the units that entered in a period, the share that got there within a window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd

from generator.errors import KpiError, Mistake
from generator.measures.figure import Figure, Settings
from generator.measures.intervals import Numbers
from generator.measures.measured import Metric
from generator.measures.periods import Periods
from generator.measures.place import Placed
from generator.measures.rate import share_of
from generator.measures.results import Status
from generator.measures.rows import Terms
from generator.measures.units import SLOT, UnitTable, day_of_unit

#: The column of unit rows that have a window of their own, in days.
OWN_WINDOW = "window_days"


def cohort_terms(units: UnitTable, periods: Periods, window: int) -> Terms:
    """Return what a cohort reads: who is mature, and who of them got there."""
    units.need(("moment",))
    units.need(() if units.has("done_at") else ("hit",))
    mature = f"({mature_sql(units, periods, window)})"
    return Terms(
        counts={
            "mature": f"case when {mature} then 1 else 0 end",
            "hits": f"case when {mature} and {reached_sql(units, window)} then 1 else 0 end",
        },
        present=present_sql(units),
        joins=done_join(units, "done_at", "out_at"),
        needs_day=_goes_by_day(units),
    )


def cohort(placed: Placed, min_mature_share: float) -> Metric:
    """Return the share of mature units that got there: value, numerator, denominator = n, low, high.

    Where too few are mature there is no headline: status `maturing`, the counts of the mature ones stand.
    """
    shares = share_of(placed.grid, placed.gap, placed.sums["hits"], placed.sums["mature"])
    return without_the_young(shares, placed, min_mature_share)


def without_the_young(metric: Metric, placed: Placed, min_mature_share: float, units: Numbers | None = None) -> Metric:
    """Return `metric` without a value where too few of its units, or of so many `units`, are `mature`."""
    least = Fraction(str(min_mature_share))
    young = placed.sums["mature"] * least.denominator < (placed.units if units is None else units) * least.numerator
    maturing = young & (placed.gap == "")
    return replace(
        metric,
        value=np.where(young, np.nan, metric.value),
        low=np.where(young, np.nan, metric.low),
        high=np.where(young, np.nan, metric.high),
        status=np.where(maturing, Status.MATURING.value, metric.status).astype(object),
    )


def window_days(figure: Figure, settings: Settings, metric_id: str) -> int:
    """Return the days of the figure's window; KpiError where the settings have none of that name."""
    windows = settings.windows
    key = figure.window or ""
    days = windows.get(key) if isinstance(windows, Mapping) else getattr(windows, key, None)
    if days is None:
        raise KpiError(
            "A KPI cannot be counted.",
            [Mistake(metric_id, f"the settings have no window '{key}'", "Add it below `windows` in settings.yml.")],
        )
    return int(days)


def mature_sql(units: UnitTable, periods: Periods, window: int) -> str:
    """Return SQL that is true where a unit entered at least `window` days before the drop was taken."""
    if units.has(OWN_WINDOW):
        limit = f"timestamp '{periods.as_of_day if units.is_date('moment') else periods.as_of}'"
        return f"u.moment + u.{OWN_WINDOW} * interval '1' day <= {limit}"
    span = pd.Timedelta(days=window)
    if units.is_date("moment"):
        return f"u.moment <= date '{(periods.as_of_day - span).date()}'"
    return f"u.moment <= timestamp '{periods.as_of - span}'"


def reached_sql(units: UnitTable, window: int) -> str:
    """Return SQL that is true where a unit got there within the window, its last second or day included."""
    if not units.has("done_at"):
        return "u.hit"
    entry, done = entry_and(units, "done_at")
    days = f"u.{OWN_WINDOW} * interval '1' day" if units.has(OWN_WINDOW) else f"interval '{window}' day"
    return f"{done} <= {entry} + {days}"


def entry_and(units: UnitTable, column: str) -> tuple[str, str]:
    """Return SQL for the entry and for `column`, both as timestamps; where either is a day, both are."""
    if units.is_date("moment") or units.is_date(column):
        other = f"u.{column}" if units.is_date(column) else f"{column}_slot.local_date"
        return f"cast({day_of_unit(units)} as timestamp)", f"cast({other} as timestamp)"
    return "u.moment", f"u.{column}"


def done_join(units: UnitTable, *columns: str) -> str:
    """Return SQL that joins the local day of instants which are compared with days."""
    return " ".join(
        f"left join local_slot {column}_slot on {column}_slot.slot = {SLOT.format(f'u.{column}')}"
        for column in columns or ("done_at",)
        if units.has(column) and units.is_date("moment") and not units.is_date(column)
    )


def present_sql(units: UnitTable) -> str:
    """Return SQL that is true for units with an entry and, where the rows say so themselves, an outcome."""
    return "u.moment is not null" if units.has("done_at") else "u.moment is not null and u.hit is not null"


def _goes_by_day(units: UnitTable) -> bool:
    ends = [column for column in ("done_at", "out_at") if units.has(column)]
    return not units.is_date("moment") and any(units.is_date(column) for column in ends)
