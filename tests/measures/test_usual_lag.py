"""How long conversions really take, beside the window that counts them."""

from __future__ import annotations

import pandas as pd
import pytest
from measures_bench import cell


def converted(days, entered="2026-08-03 12:00"):
    """Return units that got there after so many days."""
    entry = pd.Timestamp(entered)
    rows = [(f"u{n}", entry, entry + pd.Timedelta(days=after)) for n, after in enumerate(days)]
    return pd.DataFrame(rows, columns=["unit", "moment", "done_at"])


def measure(november, frame):
    return november.measure("cohort", frame, grains=("month", "all"), window="mql_to_sql")


def test_nine_in_ten_had_got_there_by_then_whatever_the_window(november):
    found = measure(november, converted(range(1, 42)))
    lag = cell(found, metric="metric.lag_p90")
    assert (lag["value"], lag["n"]) == (pytest.approx(37), 41)
    assert cell(found)["value"] == pytest.approx(30 / 41)


def test_units_younger_than_two_windows_had_no_time_for_long_lags(november):
    young = converted(range(1, 30), entered="2026-10-15 12:00")
    lag = cell(measure(november, young), metric="metric.lag_p90")
    assert (lag["value"], lag["status"]) == (None, "zero_denominator")


def test_few_conversions_tell_nothing_of_a_habit(november):
    lag = cell(measure(november, converted(range(1, 19))), metric="metric.lag_p90")
    assert (lag["value"], lag["status"], lag["n"]) == (None, "suppressed", 18)
