"""Units that stand from one instant to another count in every snapshot in between."""

from __future__ import annotations

import pandas as pd
import pytest
from measures_bench import cell

TYPES = {"from_at": "timestamp", "to_at": "timestamp"}


def values(measured, *periods, scope="all"):
    return [(cell(measured, period, scope) or {}).get("value") for period in periods]


def test_a_unit_stands_in_the_snapshots_after_its_entry_and_not_after_its_exit(november):
    # The snapshot of a month is taken at the midnight that ends it.
    measured = november.measure(
        "count",
        """
        unit | from_at          | to_at
        a    | 2026-05-01 00:00 | 2026-07-01 00:00
        b    | 2026-05-31 23:59 | 2026-06-30 23:59
        c    | 2026-05-02 00:00 | 2026-05-03 00:00
        """,
        types=TYPES,
    )
    assert values(measured, "2026-04", "2026-05", "2026-06", "2026-07", "2026Q2", "all") == [None, 2, 1, 0, 1, 0]


def test_without_an_exit_it_stands_to_this_day_and_without_an_entry_nowhere(november):
    measured = november.measure("count", "unit | from_at | to_at\na | 2026-09-15 12:00 |\nb | |", types=TYPES)
    assert values(measured, "2026-08", "2026-09", "2026-11", "all") == [None, 1, 1, 1]


def test_a_rate_counts_for_each_stretch_what_held_in_it(november):
    measured = november.measure(
        "rate",
        """
        unit | from_at          | to_at            | hit   | excluded | region
        a    | 2026-05-10 00:00 | 2026-06-10 00:00 | false |          | EMEA
        a    | 2026-06-10 00:00 |                  | true  |          | EMEA
        b    | 2026-05-20 00:00 |                  | false |          |
        c    | 2026-04-20 00:00 |                  | true  | spam     | EMEA
        """,
        by=["region"],
        types=TYPES,
    )
    assert values(measured, "2026-05", "2026-06") == [0, 0.5]
    assert values(measured, "2026-05", "2026-06", scope="region=EMEA") == [0, 1]
    # A unit that is left out was there all the same: there is nothing to take a share of.
    assert cell(measured, "2026-04")["status"] == "zero_denominator"


@pytest.mark.parametrize("kind", ["count", "sum", "rate", "ratio", "mean", "survival"])
def test_standing_units_give_what_a_row_for_every_snapshot_gives(november, kind):
    days = pd.date_range("2025-01-03 07:00", "2026-11-19", freq="53h")
    standing = pd.DataFrame(
        {
            "unit": [f"u{n}" for n in range(len(days))],
            "from_at": days,
            "to_at": [day + pd.Timedelta(hours=n * 37 % 2000) if n % 5 else pd.NaT for n, day in enumerate(days)],
            "hit": [n % 3 == 0 for n in range(len(days))],
            "observed": [n % 4 > 0 for n in range(len(days))],
            "value": [n * n % 101 / 4 for n in range(len(days))],
            "num": [n * n % 103 / 8 - 1 for n in range(len(days))],
            "den": [n % 4 for n in range(len(days))],
            "excluded": ["spam" if n % 7 == 0 else None for n in range(len(days))],
            "gap": ["missing_fx" if n == 20 else None for n in range(len(days))],
            "region": [("EMEA", "APAC", None)[n % 3] for n in range(len(days))],
        }
    )
    period = november.periods().frame[["instant"]].reset_index()
    rows = standing.merge(period, how="cross")
    rows = rows[(rows["from_at"] < rows["instant"]) & (rows["to_at"].isna() | (rows["to_at"] >= rows["instant"]))]
    named = rows.drop(columns=["from_at", "to_at", "instant"])
    found = november.measure(kind, standing, by=["region"], types=TYPES).frame
    pd.testing.assert_frame_equal(found, november.measure(kind, named, by=["region"]).frame)


def test_spans_turned_around_of_an_instant_or_beyond_the_calendar_do_no_harm(november):
    measured = november.measure(
        "count",
        """
        unit     | from_at          | to_at
        turned   | 2026-07-01 00:00 | 2026-05-02 00:00
        instant  | 2026-06-01 00:00 | 2026-06-01 00:00
        ended    |                  | 2026-07-01 00:00
        ahead    | 9999-12-31 23:59 |
        backward | 9999-12-31 23:59 | 0001-01-01 00:00
        always   | 0001-01-01 00:00 | 9999-12-31 23:59
        ancient  | 0001-01-01 00:00 | 0001-01-02 00:00
        """,
        types=TYPES,
    )
    assert values(measured, "2026-04", "2026-05", "2026-06", "2026-07", "all") == [1, 1, 1, 1, 1]
